// SPDX-License-Identifier: Apache-2.0

import CAtomicsShim
import CStressSupport
import PerCPU
import StressSupport
import Testing

extension PerCPUTests {
  @Suite struct HazardPointerSourceTests {
    // MARK: Classes

    @Test func aSourceBeginsWithNothing() {
      let source = Source()
      #expect(source.load().node == nil)
      #expect(source.load().tag == 0)
    }

    @Test(arguments: 0...3)
    func loadingReturnsObjectAndTag(tag: Int) {
      let domain = HazardDomain(batchSize: 1)
      let ends = Tally()
      let source = Source(Mortal(8, ends), tag: tag, domain: domain)
      let loaded = source.load()
      #expect(loaded.node?.number == 8)
      #expect(loaded.tag == tag)
      let nothing = Source(nil, tag: tag, domain: domain)
      #expect(nothing.load().node == nil)
      #expect(nothing.load().tag == tag)
    }

    @Test func exchangingReturnsWhatWasThere() {
      let domain = HazardDomain(batchSize: 1)
      let ends = Tally()
      let source = Source(Mortal(1, ends), tag: 1, domain: domain)
      var old = source.exchange(Mortal(2, ends), tag: 2)
      #expect(old.node?.number == 1)
      #expect(old.tag == 1)
      // Nobody else has it: it is the caller's.
      #expect(ends.count == 0)
      old.node = nil
      #expect(ends.count == 1)
      old = source.exchange(nil, tag: 3)
      #expect(old.node?.number == 2)
      #expect(old.tag == 2)
      old = source.exchange(nil)
      #expect(old.node == nil)
      #expect(old.tag == 3)
      #expect(ends.count == 2)
      #expect(domain.statistics.retired == 2)
    }

    @Test func comparingExchangesOnlyTheSameObjectWithTheSameTag() {
      let domain = HazardDomain(batchSize: 1)
      let ends = Tally()
      let one = Mortal(1, ends)
      let two = Mortal(2, ends)
      let source = Source(one, tag: 1, domain: domain)
      #expect(!source.compareExchange(expected: one, desired: two))
      #expect(!source.compareExchange(expected: two, expectedTag: 1, desired: one))
      #expect(!source.compareExchange(expected: nil, expectedTag: 1, desired: two))
      #expect(!source.compareExchange(expected: nil, desired: nil))
      #expect(source.load().node === one)
      #expect(domain.statistics.retired == 0)
      #expect(
        source.compareExchange(expected: one, expectedTag: 1, desired: two, desiredTag: 3))
      #expect(source.load().node === two)
      #expect(source.load().tag == 3)
      #expect(source.compareExchange(expected: two, expectedTag: 3, desired: nil, desiredTag: 2))
      #expect(source.load().node == nil)
      #expect(source.load().tag == 2)
      #expect(source.compareExchange(expected: nil, expectedTag: 2, desired: one))
      #expect(source.load().node === one)
      #expect(domain.statistics.retired == 2)
      #expect(ends.count == 0)
    }

    @Test func changingTheTagAloneRetiresNothing() {
      let domain = HazardDomain(batchSize: 1)
      let ends = Tally()
      var object: Mortal? = Mortal(1, ends)
      let source = Source(object, domain: domain)
      for tag in 0...10 {
        #expect(
          source.compareExchange(
            expected: object, expectedTag: tag % 4, desired: object, desiredTag: (tag + 1) % 4))
      }
      #expect(source.compareExchange(expected: object, expectedTag: 3, desired: object))
      #expect(domain.statistics.retired == 0)
      object = nil
      #expect(ends.count == 0)
      #expect(source.load().node?.number == 1)
      source.exchange(nil)
      #expect(ends.count == 1)
    }

    @Test func referencesBalance() {
      let domain = HazardDomain(batchSize: 1)
      let ends = Tally()
      var objects = (0..<3).map { Mortal($0, ends) }
      let before = objects.map { _getRetainCount($0) }
      var random = SeededGenerator(seed: 7)
      do {
        let sources = (0..<3).map { _ in Source(nil, domain: domain) }
        for _ in 0..<10_000 {
          let source = sources[random.below(3)]
          let object = random.below(4) == 0 ? nil : objects[random.below(3)]
          let expected = random.below(4) == 0 ? nil : objects[random.below(3)]
          switch random.below(4) {
          case 0: source.exchange(object, tag: random.below(4))
          case 1:
            _ = source.compareExchange(
              expected: expected, expectedTag: random.below(4), desired: object,
              desiredTag: random.below(4))
          case 2: _ = source.load()
          default: domain.withProtected(source) { _ in source.exchange(object) }
          }
        }
      }
      domain.drain()
      #expect(objects.map { _getRetainCount($0) } == before)
      #expect(ends.count == 0)
      objects = []
      #expect(ends.count == 3)
      #expect(domain.statistics.unreclaimed == 0)
    }

    @Test func aSourceThatEndsRetires() {
      let domain = HazardDomain(batchSize: 1)
      let ends = Tally()
      let parcel = Parcel<HazardGuard<Mortal>>(nil)
      do {
        let source = Source(Mortal(1, ends), tag: 3, domain: domain)
        parcel.put(domain.tryProtect(source))
      }
      #expect(ends.count == 0)
      _ = parcel.take()
      #expect(ends.count == 1)
    }

    @Test func aSourceThatEndsWhileItIsReadIsKept() {
      let domain = HazardDomain(batchSize: 1)
      let ends = Tally()
      var source: Source? = Source(Mortal(1, ends), domain: domain)
      let seen = domain.withProtected(source!) { node in
        source = nil
        return ends.count == 0 ? node.number : -1
      }
      #expect(seen == 1)
      domain.drain()
      #expect(ends.count == 1)
    }

    @Test func allThreadsTakeWhatOneHasPut() {
      let domain = HazardDomain(batchSize: 4)
      let ends = Tally()
      let taken = Tally()
      let source = Source(nil, domain: domain)
      onThreads(4) { index in
        for number in 0..<2000 {
          if index < 2 {
            let new = Mortal(number, ends)
            while !source.compareExchange(expected: nil, desired: new) {
              let (node, _) = source.load()
              if let node, source.compareExchange(expected: node, desired: nil) { taken.add() }
            }
          } else if source.exchange(nil).node != nil {
            taken.add()
          }
        }
      }
      if source.exchange(nil).node != nil { taken.add() }
      domain.drain()
      #expect(taken.count == 4000)
      #expect(ends.count == 4000)
      #expect(domain.statistics.unreclaimed == 0)
    }

    // MARK: Raw memory

    @Test func rawSourcesLiveInTheMemoryOfTheCaller() {
      let domain = HazardDomain(batchSize: 1)
      let nodes = UnsafeMutablePointer<UInt64>.allocate(capacity: 2)
      nodes.initialize(repeating: 9, count: 2)
      let word = UnsafeMutablePointer<Int>.allocate(capacity: 1)
      let source = UnsafeHazardPointerSource(at: word, nodes, tag: 2, domain: domain)
      #expect(source.load() == (nodes, 2))
      #expect(!source.compareExchange(expected: nodes, desired: nodes + 1))
      #expect(
        !source.compareExchange(expected: nodes + 1, expectedTag: 2, desired: nodes + 1))
      #expect(
        source.compareExchange(
          expected: nodes, expectedTag: 2, desired: nodes + 1, desiredTag: 1))
      #expect(source.exchange(nil, tag: 3) == (nodes + 1, 1))
      #expect(source.load() == (nil, 3))
      // It owns nothing.
      #expect(domain.statistics.retired == 0)
      word.deallocate()
      nodes.deallocate()
    }

    // MARK: Misuse

    @Test func tagsThatDoNotFitAreAClearError() async {
      let created = await #expect(
        processExitsWith: .failure, observing: [\.standardErrorContent]
      ) { _ = HazardPointerSource<Mortal>(nil, tag: 4) }
      #expect(printed(created).contains("with a tag of 0 to 3"))
      let exchanged = await #expect(
        processExitsWith: .failure, observing: [\.standardErrorContent]
      ) { HazardPointerSource<Mortal>().exchange(nil, tag: -1) }
      #expect(printed(exchanged).contains("with a tag of 0 to 3"))
      let compared = await #expect(
        processExitsWith: .failure, observing: [\.standardErrorContent]
      ) {
        _ = HazardPointerSource<Mortal>().compareExchange(
          expected: nil, expectedTag: 8, desired: nil)
      }
      #expect(printed(compared).contains("with a tag of 0 to 3"))
    }
  }
}
