// SPDX-License-Identifier: Apache-2.0

import PerCPU
import StressSupport
import Testing

/// The only one who knows a domain.
private final class DomainOwner: Sendable {
  private let domain = HazardDomain()

  init(_ ends: Tally) {
    for number in 0..<3 { domain.retire(Mortal(number, ends)) }
  }
}

extension PerCPUTests {
  /// Who reclaims, also when the domain has ended.
  @Suite struct HazardReclaimerTests {
    @Test func readersReclaimInline() {
      let ends = Tally()
      let domain = HazardDomain(reclaimer: .inline)
      let source = Source(Mortal(0, ends), domain: domain)
      domain.withProtected(source) { _ in
        source.exchange(nil)
        domain.drain()
        #expect(ends.count == 0)
      }
      #expect(ends.count == 1)
    }

    @Test func retirersReclaimWhatReadersDrop() {
      let ends = Tally()
      let domain = HazardDomain(batchSize: 1, reclaimer: .retirer)
      let source = Source(Mortal(0, ends), domain: domain)
      domain.withProtected(source) { _ in source.exchange(nil) }
      #expect(ends.count == 0)
      #expect(domain.statistics.droppedByReaders == 1)
      #expect(domain.statistics.unreclaimed == 1)
      domain.retire(Mortal(1, ends))
      #expect(ends.count == 2)
      let again = Source(Mortal(2, ends), domain: domain)
      domain.withProtected(again) { _ in again.exchange(nil) }
      #expect(ends.count == 2)
      domain.drain()
      #expect(ends.count == 3)
      #expect(domain.statistics.unreclaimed == 0)
    }

    @Test func executorsReclaim() {
      let ends = Tally()
      let waiting = Waiting()
      let domain = HazardDomain(batchSize: 1, reclaimer: .executor { waiting.add($0) })
      domain.retire(Mortal(0, ends))
      #expect(waiting.count == 1)
      let source = Source(Mortal(1, ends), domain: domain)
      domain.withProtected(source) { _ in
        source.exchange(nil)
        #expect(waiting.count == 1)
      }
      #expect(waiting.count == 2)
      #expect(ends.count == 0)
      waiting.run()
      #expect(ends.count == 2)
    }

    @Test(arguments: [1, 64])
    func aDomainMayEndWhileAReaderHoldsSomething(batchSize: Int) {
      let kinds: [HazardDomain.Reclaimer] = [.inline, .retirer, .executor { $0() }]
      for reclaimer in kinds {
        let ends = Tally()
        let held = Parcel<HazardGuard<Mortal>>(nil)
        do {
          let domain = HazardDomain(batchSize: batchSize, reclaimer: reclaimer)
          let source = Source(Mortal(0, ends), domain: domain)
          held.put(domain.tryProtect(source))
          domain.retire(Mortal(1, ends))
        }
        // The source has ended and has retired its object; the domain has, too.
        #expect(ends.count == 1)
        if let guardian = held.take() {
          let seen = guardian.withValue { $0.number }
          #expect(seen == 0)
          #expect(ends.count == 1)
        }
        #expect(ends.count == 2)
      }
    }

    @Test func aDomainMayEndWhileAnotherOneReclaims() {
      for kind in 0..<3 {
        let ends = Tally()
        let outer = HazardDomain(
          batchSize: 1, reclaimer: kind == 0 ? .inline : kind == 1 ? .retirer : .executor { $0() })
        // The end of a source leaves the last reference to who reclaims.
        for _ in 0..<10 { _ = HazardPointerSource(DomainOwner(ends), domain: outer) }
        outer.drain()
        #expect(ends.count == 30)
      }
    }
  }
}
