// SPDX-License-Identifier: Apache-2.0

import CAllocationCount
import PerCPU
import Testing

extension PerCPUTests {
  /// What may be called from signal handlers asks the allocator for nothing, which the handler may have interrupted:
  /// not in a debug build either, in which the standard library's iterators do.
  @Suite(.enabled(if: allocations_are_counted()))
  struct HandlerAllocationTests {
    /// How often `body` asks the allocator, once the types it needs are there.
    private func allocations(_ body: () -> Void) -> Int {
      body()
      body()
      allocations_begin()
      body()
      return Int(allocations_end())
    }

    @Test func theCountCounts() {
      let cell = SnapshotCell(0)
      #expect(allocations { cell.store(1) } > 0)
    }

    @Test func counting() {
      let counter = PerCPUCounter()
      let differential = DifferentialCounter(threshold: 2)
      let histogram = PerCPUHistogram(upTo: 1000)
      var value = 0
      #expect(allocations { counter.add(1) } == 0)
      #expect(allocations { value &+= counter.load() } == 0)
      #expect(allocations { value &+= counter.exchange(0) } == 0)
      #expect(allocations { for _ in 0..<5 { differential.add(1) } } == 0)
      #expect(allocations { value &+= differential.approximate } == 0)
      #expect(allocations { value &+= differential.sum() } == 0)
      value = 0
      #expect(
        allocations {
          value += 1
          histogram.record(value)
        } == 0)
    }

    @Test(arguments: [ShardedLock<Pair>.Stealing.automatic, .announcement])
    func transactions(_ stealing: ShardedLock<Pair>.Stealing) {
      let lock = ShardedLock(initial: Pair(), stealing: stealing)
      var sum = 0
      #expect(allocations { lock.update { $0.first += 1 } } == 0)
      #expect(allocations { sum &+= lock.snapshot(cpu: CPU.possible[0]).first } == 0)
      #expect(allocations { sum &+= lock.reduce(into: 0) { $0 += $1.first } } == 0)
    }

    /// As a handler does that has interrupted an update and must not wait for it.
    @Test func aTransactionOnAnotherShard() {
      let lock = ShardedLock(initial: Pair(), stealing: .never)
      #expect(
        allocations {
          lock.update { state in
            lock.update { $0.first += 1 }
            state.second += 1
          }
        } == 0)
      #expect(lock.reduce(into: 0) { $0 += $1.first + $1.second } == 6)
    }

    @Test func reading() {
      let cell = SnapshotCell(1)
      let domain = HazardDomain(reclaimer: .retirer)
      let source = HazardPointerSource(Node(), domain: domain)
      let grace = GracePeriodDomain()
      var sum = 0
      func read(_ depth: Int) {
        domain.withProtected(source) { node in
          sum += node.value
          if depth > 0 { read(depth - 1) }
        }
      }
      #expect(allocations { sum += cell.withSnapshot { $0 } } == 0)
      #expect(allocations { read(20) } == 0, "more than a CPU has slots")
      #expect(allocations { grace.withReadSection { sum += 1 } } == 0)
      #expect(allocations { grace.leave(grace.enter()) } == 0)
    }

    @Test(arguments: [PerCPUBatch<Int>.Locking.automatic, .spin])
    func appending(_ locking: PerCPUBatch<Int>.Locking) {
      let batch = PerCPUBatch<Int>(capacityPerCPU: 4, locking: locking) { _, _ in }
      #expect(allocations { for number in 0..<9 { batch.append(number) } } == 0)
    }

    @Test func pooling() {
      let objects = PerCPUPool<Node>(capacityPerCPU: 4, sharedCapacity: 8)
      let pairs = PerCPUPool<Pair>(capacityPerCPU: 4, sharedCapacity: 8)
      let node = Node()
      #expect(
        allocations {
          for _ in 0..<12 { _ = objects.give(node) }
          for _ in 0..<14 { _ = objects.take() }
        } == 0)
      #expect(
        allocations {
          for _ in 0..<12 { _ = pairs.give(Pair()) }
          for _ in 0..<14 { _ = pairs.take() }
        } == 0)
    }

    @Test func words() {
      let words = PerCPUWords(count: 2)
      var sum = 0
      #expect(
        allocations {
          words.add(1)
          words.exchange(1)
          words.compareExchange(expected: 1, desired: 2)
          words.doubleCompareExchange(expected: (2, 0), desired: 0)
        } == 0)
      #expect(allocations { sum &+= words.load(cpu: CPU.possible[0]) } == 0)
    }

    @Test func theRest() {
      let (word, context) = (FlushWord(), ContextWord<Work>())
      let lock = PerCPULock { _ in 0 }
      let values = CPULocal { $0.rawValue }
      var sum = 0
      #expect(allocations { _ = lock.tryWithLocal { state, _ in state += 1 } } == 0)
      #expect(allocations { sum &+= values.withCurrent { $0 } } == 0)
      #expect(allocations { _ = word.requestFlush() } == 0)
      #expect(allocations { _ = context.set(Work(rawValue: 1)) } == 0)
      #expect(allocations { context.withNestedEntry { sum &+= Int($0.rawValue) } } == 0)
      #expect(allocations { asymmetricMemoryFenceHeavy() } == 0)
      #expect(allocations { sum &+= CPU.current.rawValue } == 0)
    }

    struct Pair: BitwiseCopyable, Sendable {
      var first = 0, second = 0
    }

    struct Work: OptionSet, Sendable {
      let rawValue: UInt16
    }

    final class Node: Sendable {
      let value = 1
    }
  }
}
