// SPDX-License-Identifier: Apache-2.0

import PerCPU
import StressSupport
import Testing

extension PerCPUTests {
  /// What a reader protects, and for how long.
  @Suite struct HazardProtectionTests {
    // MARK: One protection

    @Test func whatIsProtectedIsReadAndNilIsNot() {
      let ends = Tally()
      let domain = HazardDomain()
      let source = Source(Mortal(7, ends), domain: domain)
      let number = domain.withProtected(source) { $0.number }
      #expect(number == 7)
      for tag in 0...3 {
        source.exchange(nil, tag: tag)
        var hasRun = false
        let result: Void? = domain.withProtected(source) { _ in hasRun = true }
        #expect(result == nil)
        #expect(!hasRun)
        let isProtected = domain.tryProtect(source) != nil
        #expect(!isProtected)
        let isProtectedForLong = domain.tryProtect(source, forLong: true) != nil
        #expect(!isProtectedForLong)
      }
      domain.drain()
      #expect(ends.count == 1)
    }

    @Test func whatRefersToNothingTakesNoSlot() {
      let domain = HazardDomain()
      let nothings = (0...3).map { Source(nil, tag: $0, domain: domain) }
      for _ in 0..<1000 {
        for source in nothings {
          _ = domain.withProtected(source) { _ in }
          _ = domain.tryProtect(source)
          _ = source.load()
        }
      }
      // If slots had been lost, an object would be found in none of a row's.
      let ends = Tally()
      let source = Source(Mortal(0, ends), domain: domain)
      domain.withProtected(source) { _ in
        source.exchange(nil)
        domain.drain()
        #expect(ends.count == 0)
      }
      #expect(ends.count == 1)
    }

    @Test func errorsKeepTheirTypeAndEndTheProtection() {
      let ends = Tally()
      let domain = HazardDomain()
      let source = Source(Mortal(3, ends), domain: domain)
      let thrown: Refusal? = error { () throws(Refusal) in
        _ = try domain.withProtected(source) { node throws(Refusal) -> Int in
          source.exchange(nil)
          domain.drain()
          throw Refusal(number: node.number)
        }
      }
      #expect(thrown == Refusal(number: 3))
      #expect(ends.count == 1)
      let guarded = Source(Mortal(4, ends), domain: domain)
      let fromGuard: Refusal? = error { () throws(Refusal) in
        guard let guardian = domain.tryProtect(guarded) else { return }
        try guardian.withValue { node throws(Refusal) in throw Refusal(number: node.number) }
      }
      #expect(fromGuard == Refusal(number: 4))
    }

    @Test func resultsThatCannotBeCopiedComeBack() {
      let domain = HazardDomain()
      let source = Source(Mortal(3, Tally()), domain: domain)
      var number = 0
      if let unique = domain.withProtected(source, { Counted($0.number) }) {
        number = unique.value
      }
      #expect(number == 3)
      if let guardian = domain.tryProtect(source) {
        let result = guardian.withValue { Counted($0.number + 1) }
        let next = result.value
        #expect(next == 4)
      }
    }

    @Test func aCopyOutlivesTheProtection() {
      let ends = Tally()
      let domain = HazardDomain(batchSize: 1)
      let source = Source(Mortal(3, ends), domain: domain)
      var escaped = domain.withProtected(source) { copy $0 }
      var second = domain.tryProtect(source)?.value
      source.exchange(nil)
      domain.drain()
      #expect(escaped?.number == 3)
      #expect(ends.count == 0)
      escaped = nil
      #expect(second?.number == 3)
      #expect(ends.count == 0)
      second = nil
      #expect(ends.count == 1)
    }

    // MARK: Several protections

    @Test func protectionsNest() {
      let ends = Tally()
      let domain = HazardDomain(batchSize: 1)
      let sources = (0..<4).map { Source(Mortal($0, ends), domain: domain) }
      func nest(_ depth: Int) -> Int {
        if depth == 20 {
          for source in sources { source.exchange(nil) }
          return 0
        }
        return domain.withProtected(sources[depth % 4]) { node in
          let inner = nest(depth + 1)
          // Those end that nobody further out holds.
          return inner + (ends.count == max(0, 3 - depth) ? node.number : 1000)
        }!
      }
      #expect(nest(0) == 5 * 6)
      #expect(ends.count == 4)
      #expect(domain.statistics.unreclaimed == 0)
    }

    @Test func anObjectInTwoSourcesIsReclaimedAfterBoth() {
      let ends = Tally()
      let domain = HazardDomain(batchSize: 1)
      var object: Mortal? = Mortal(0, ends)
      let first = Source(object, domain: domain)
      let second = Source(object, domain: domain)
      object = nil
      let guardian = Parcel(domain.tryProtect(first))
      first.exchange(nil)
      let seen = domain.withProtected(second) { $0.number }
      #expect(seen == 0)
      second.exchange(nil)
      #expect(ends.count == 0)
      _ = guardian.take()
      #expect(ends.count == 1)
      #expect(domain.statistics.unreclaimed == 0)
    }

    @Test func whatIsHandedOverTwiceIsReclaimedOnceForEachReference() {
      let ends = Tally()
      let domain = HazardDomain(batchSize: 1)
      let source = Source(Mortal(0, ends), domain: domain)
      let guardian = Parcel(domain.tryProtect(source))
      // Out, in again and out again, all of it while it is protected.
      for _ in 0..<10 {
        let (node, _) = source.exchange(nil)
        source.exchange(node)
      }
      #expect(ends.count == 0)
      #expect(domain.statistics.displaced == 9)
      source.exchange(nil)
      #expect(ends.count == 0)
      _ = guardian.take()
      #expect(ends.count == 1)
      #expect(domain.statistics.unreclaimed == 0)
    }
  }
}
