// SPDX-License-Identifier: Apache-2.0

import CStressSupport
import PerCPU
import StressSupport
import Testing

extension PerCPUTests {
  /// What is retired, and what becomes of it.
  @Suite struct HazardDomainTests {
    // MARK: Retiring

    @Test func aFullBatchIsLookedThrough() {
      let ends = Tally()
      let domain = HazardDomain(batchSize: 4)
      for number in 0..<1000 {
        domain.retire(Mortal(number, ends))
        // This thread may have been on each CPU.
        if number - ends.count > 3 * CPU.rows.count { break }
      }
      #expect(ends.count >= 1000 - 3 * CPU.rows.count)
      domain.drain()
      #expect(ends.count == 1000)
      #expect(domain.statistics.unreclaimed == 0)
    }

    @Test func aBatchOfOneReclaimsAtOnce() {
      let ends = Tally()
      let domain = HazardDomain(batchSize: 1)
      domain.retire(Mortal(1, ends))
      #expect(ends.count == 1)
    }

    @Test func whatIsRetiredIsOneReference() {
      let ends = Tally()
      let domain = HazardDomain(batchSize: 1)
      var object: Mortal? = Mortal(1, ends)
      for _ in 0..<3 { domain.retire(object!) }
      #expect(domain.statistics.reclaimed == 3)
      #expect(object?.number == 1)
      #expect(ends.count == 0)
      object = nil
      #expect(ends.count == 1)
    }

    @Test func deferredRetirementsLookThroughNothing() {
      let ends = Tally()
      let raw = RawNodes()
      let domain = HazardDomain(batchSize: 1)
      for number in 0..<100 { domain.retire(Mortal(number, ends), deferred: true) }
      let node = raw.make(1)
      domain.retire(node, deferred: true) { _ in raw.reclaimed.add() }
      #expect(ends.count == 0)
      #expect(raw.reclaimed.count == 0)
      #expect(domain.statistics.unreclaimed == 101)
      domain.drain()
      #expect(ends.count == 100)
      #expect(raw.reclaimed.count == 1)
      node.deallocate()
    }

    @Test func aDomainThatEndsReclaims() {
      let ends = Tally()
      do {
        let domain = HazardDomain()
        for number in 0..<10 { domain.retire(Mortal(number, ends)) }
        #expect(ends.count == 0)
      }
      #expect(ends.count == 10)
    }

    @Test func statisticsSayWhatHappened() {
      let ends = Tally()
      let domain = HazardDomain(batchSize: 64)
      let source = Source(Mortal(0, ends), domain: domain)
      let other = Source(Mortal(1, ends), domain: domain)
      #expect(domain.statistics.retired == 0)
      domain.withProtected(source) { _ in
        source.exchange(nil)
        other.exchange(nil)
        #expect(domain.statistics.retired == 2)
        #expect(domain.statistics.unreclaimed == 2)
        domain.drain()
        #expect(domain.statistics.handedOver == 1)
        #expect(domain.statistics.reclaimed == 1)
        #expect(domain.statistics.droppedByReaders == 0)
      }
      let statistics = domain.statistics
      #expect(statistics.retired == 2)
      #expect(statistics.reclaimed == 2)
      #expect(statistics.handedOver == 1)
      #expect(statistics.droppedByReaders == 1)
      #expect(statistics.takenBack == 0)
      #expect(statistics.displaced == 0)
      #expect(statistics.unreclaimed == 0)
      #expect(domain.statistics == statistics)
    }

    // MARK: Bounds

    @Test(arguments: [false, true])
    func aReaderThatSleepsHoldsBackOneObject(forLong: Bool) {
      let ends = Tally()
      let domain = HazardDomain(batchSize: 64)
      let source = Source(Mortal(0, ends), domain: domain)
      let bound = 64 * CPU.rows.count + 7 * CPU.rows.count
      let held = Parcel(domain.tryProtect(source, forLong: forLong))
      var highest = 0
      for number in 1...manyObjects {
        source.exchange(Mortal(number, ends))
        if number % 100 == 0 { highest = max(highest, domain.statistics.unreclaimed) }
      }
      #expect(highest <= bound)
      if let guardian = held.take() {
        let seen = guardian.withValue { $0.number }
        #expect(seen == 0)
      }
      domain.drain()
      #expect(ends.count == manyObjects)
      #expect(domain.statistics.unreclaimed == 0)
    }

    // MARK: Waiting

    @Test func synchronizingWaitsForReaders() {
      let domain = HazardDomain(batchSize: 1)
      for forLong in [false, true] {
        let object = Mortal(0, Tally())
        let source = Source(object, domain: domain)
        let isHeld = Gate()
        let mayEnd = Gate()
        let hasEnded = Tally()
        var threads = Threads()
        threads.start {
          let guardian = Parcel(domain.tryProtect(source, forLong: forLong))
          isHeld.open()
          mayEnd.wait()
          hasEnded.publish(1)
          _ = guardian.take()
        }
        threads.start {
          isHeld.wait()
          source.exchange(nil)
          stress_sleep(5_000_000)
          mayEnd.open()
          domain.synchronize(with: object)
          if hasEnded.loadPublished() != 1 { fatalError("the reader was not waited for") }
        }
        threads.join()
        // Nobody reads it any more.
        domain.synchronize(with: object)
      }
    }

    // MARK: Misuse

    @Test func aBatchOfNothingIsAClearError() async {
      let result = await #expect(
        processExitsWith: .failure, observing: [\.standardErrorContent]
      ) { _ = HazardDomain(batchSize: 0) }
      #expect(printed(result).contains("PerCPU: a batch holds at least one object"))
    }
  }
}
