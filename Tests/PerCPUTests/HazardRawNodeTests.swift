// SPDX-License-Identifier: Apache-2.0

import PerCPU
import StressSupport
import Testing

/// A source of raw nodes, with its own memory.
private struct RawSource: @unchecked Sendable {
  let word: UnsafeMutablePointer<Int>
  let source: UnsafeHazardPointerSource<Int>

  init(_ node: UnsafeMutablePointer<Int>?, tag: Int = 0, domain: HazardDomain) {
    word = .allocate(capacity: 1)
    source = UnsafeHazardPointerSource(at: word, node, tag: tag, domain: domain)
  }
}

extension PerCPUTests {
  /// Nodes in memory that is handed out by hand.
  @Suite struct HazardRawNodeTests {
    @Test func rawNodesAreProtectedWithTheirTags() {
      let raw = RawNodes()
      let domain = HazardDomain(batchSize: 1)
      let node = raw.make(5)
      let source = RawSource(nil, tag: 3, domain: domain).source
      #expect(domain.withProtected(source) { _, _ in 0 } == nil)
      #expect(source.load() == (nil, 3))
      #expect(!source.compareExchange(expected: nil, desired: node))
      #expect(
        source.compareExchange(expected: nil, expectedTag: 3, desired: node, desiredTag: 2))
      let seen = domain.withProtected(source) { node, tag in
        #expect(source.exchange(nil, tag: 1) == (node, 2))
        raw.retire(node, in: domain)
        #expect(raw.reclaimed.count == 0)
        return node.pointee * 10 + tag
      }
      #expect(seen == 52)
      #expect(raw.reclaimed.count == 1)
      #expect(source.load() == (nil, 1))
    }

    /// The end of a protection on a thread of its own.
    private func whenOthersHold(
      _ source: RawSource, _ domain: HazardDomain, holders: Int,
      _ body: (_ release: (Int) -> Void) -> Void
    ) {
      let isHeld = (0..<holders).map { _ in Gate() }
      let mayEnd = (0..<holders).map { _ in Gate() }
      let hasEnded = (0..<holders).map { _ in Gate() }
      var threads = Threads()
      for index in 0..<holders {
        threads.start {
          let isRight = domain.withProtected(source.source) { node, _ in
            isHeld[index].open()
            mayEnd[index].wait()
            return node.pointee != RawNodes.poison
          }
          if isRight != true { fatalError("what was protected was reclaimed") }
          hasEnded[index].open()
        }
      }
      for gate in isHeld { gate.wait() }
      body {
        mayEnd[$0].open()
        hasEnded[$0].wait()
      }
      threads.join()
    }

    @Test(arguments: [[0, 1], [1, 0], [0, 1, 2], [2, 0, 1], Array(0..<20)])
    func aRawNodeIsPassedOnAndReclaimedOnce(order: [Int]) {
      for reclaimer in [HazardDomain.Reclaimer.inline, .retirer] {
        let raw = RawNodes()
        let domain = HazardDomain(batchSize: 1, reclaimer: reclaimer)
        let node = raw.make(1)
        let source = RawSource(node, domain: domain)
        whenOthersHold(source, domain, holders: order.count) { release in
          _ = source.source.exchange(nil)
          raw.retire(node, in: domain)
          #expect(domain.statistics.handedOver == 1)
          for index in order {
            #expect(raw.reclaimed.count == 0)
            release(index)
          }
        }
        if case .retirer = reclaimer {
          #expect(raw.reclaimed.count == 0)
          domain.drain()
        }
        #expect(raw.reclaimed.count == 1)
        #expect(domain.statistics.unreclaimed == 0)
        node.deallocate()
      }
    }

    @Test func nodesThatAreNotAlignedAreAClearError() async {
      let result = await #expect(
        processExitsWith: .failure, observing: [\.standardErrorContent]
      ) {
        let word = UnsafeMutablePointer<Int>.allocate(capacity: 1)
        let bytes = UnsafeMutablePointer<UInt8>.allocate(capacity: 8)
        _ = UnsafeHazardPointerSource(at: word, bytes + 1)
      }
      #expect(printed(result).contains("memory that is aligned to at least 4 bytes"))
    }
  }
}
