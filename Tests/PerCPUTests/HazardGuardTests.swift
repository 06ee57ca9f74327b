// SPDX-License-Identifier: Apache-2.0

import CStressSupport
import PerCPU
import StressSupport
import Testing

extension PerCPUTests {
  /// Protections that are values.
  @Suite struct HazardGuardTests {
    @Test func aGuardKnowsItsObjectAndItsTag() {
      let domain = HazardDomain()
      let one = Mortal(1, Tally())
      let source = Source(one, tag: 2, domain: domain)
      let other = Mortal(1, Tally())
      if let guardian = domain.tryProtect(source) {
        source.exchange(other, tag: 1)
        let (tag, value) = (guardian.tag, guardian.value)
        #expect(tag == 2)
        #expect(value === one)
        let isProtecting = (guardian.isProtecting(one), guardian.isProtecting(other))
        #expect(isProtecting == (true, false))
      } else {
        Issue.record("nothing was protected")
      }
    }

    @Test(arguments: [(false, 1), (false, 7), (false, 8), (false, 600), (true, 8), (true, 600)])
    func asManyGuardsAsOneLikes(forLong: Bool, count: Int) {
      let ends = Tally()
      let domain = HazardDomain(batchSize: 1)
      let sources = (0..<count).map { Source(Mortal($0, ends), domain: domain) }
      let guards = sources.map { Parcel(domain.tryProtect($0, forLong: forLong)) }
      for source in sources { source.exchange(nil) }
      #expect(ends.count == 0)
      #expect(domain.statistics.handedOver == count)
      var random = SeededGenerator(seed: 1)
      var isRight = true
      for (released, parcel) in guards.shuffled(using: &random).enumerated() {
        isRight = isRight && ends.count == released
        _ = parcel.take()
      }
      #expect(isRight)
      #expect(ends.count == count)
      #expect(domain.statistics.unreclaimed == 0)
    }

    @Test func anObjectEndsWithTheLastOfManyGuards() {
      let ends = Tally()
      let domain = HazardDomain(batchSize: 1)
      let source = Source(Mortal(0, ends), domain: domain)
      let guards = (0..<20).map { Parcel(domain.tryProtect(source, forLong: $0 % 3 == 0)) }
      source.exchange(nil)
      for parcel in guards {
        #expect(ends.count == 0)
        _ = parcel.take()
      }
      #expect(ends.count == 1)
      #expect(domain.statistics.unreclaimed == 0)
      #expect(domain.statistics.handedOver == 20)
    }

    // MARK: Guards that travel

    @Test func aGuardMayEndOnAnotherThread() {
      let ends = Tally()
      let domain = HazardDomain(batchSize: 1)
      for forLong in [false, true] {
        let before = ends.count
        let source = Source(Mortal(0, ends), domain: domain)
        let parcel = Parcel<HazardGuard<Mortal>>(nil)
        onThreads(1) { _ in parcel.put(domain.tryProtect(source, forLong: forLong)) }
        // The thread that began it does not exist any more.
        source.exchange(nil)
        #expect(ends.count == before)
        onThreads(1) { _ in _ = parcel.take() }
        #expect(ends.count == before + 1)
      }
    }

    @Test func aGuardMayBeHeldAcrossAwait() async {
      let ends = Tally()
      let domain = HazardDomain(batchSize: 1)
      let source = Source(Mortal(5, ends), domain: domain)
      let parcel = Parcel<HazardGuard<Mortal>>(nil)
      if let guardian = domain.tryProtect(source, forLong: true) {
        await Task.yield()
        source.exchange(nil)
        await Task.yield()
        let seen = guardian.withValue { $0.number }
        #expect(seen == 5)
        #expect(ends.count == 0)
        parcel.put(guardian)
      }
      await Task.detached {
        await Task.yield()
        _ = parcel.take()
      }.value
      #expect(ends.count == 1)
    }

    @Test(arguments: [true, false])
    func bothKindsOfThreadProtectAndRetire(registered: Bool) {
      let ends = Tally()
      let domain = HazardDomain(batchSize: 1)
      let wrong = Tally()
      onThreads(1) { _ in
        if !registered { _ = stress_thread_unregister() }
        for number in 0..<100 {
          let source = Source(Mortal(number, ends), domain: domain)
          let guards = (0..<10).map { _ in Parcel(domain.tryProtect(source)) }
          domain.withProtected(source) { node in
            source.exchange(nil)
            if ends.count != number || node.number != number { wrong.add() }
          }
          for parcel in guards {
            if ends.count != number { wrong.add() }
            _ = parcel.take()
          }
          if ends.count != number + 1 { wrong.add() }
          if domain.withProtected(source, { _ in }) != nil { wrong.add() }
        }
      }
      #expect(wrong.count == 0)
      #expect(ends.count == 100)
      #expect(domain.statistics.unreclaimed == 0)
    }
  }
}
