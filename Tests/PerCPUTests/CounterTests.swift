// SPDX-License-Identifier: Apache-2.0

import PerCPU
import StressSupport
import Testing

extension PerCPUTests {
  @Suite struct CounterTests {
    @Test func aNewCounterIsZero() {
      #expect(PerCPUCounter().load() == 0)
    }

    @Test func additionsOfEitherSignAddUp() {
      let counter = PerCPUCounter()
      counter.add(10)
      counter.add(-3)
      counter.increment()
      counter.decrement()
      counter.decrement()
      #expect(counter.load() == 6)
    }

    @Test func exchangeReturnsTheValueAndSetsANewOne() {
      let counter = PerCPUCounter()
      counter.add(5)
      #expect(counter.exchange(100) == 5)
      #expect(counter.load() == 100)
      counter.add(1)
      #expect(counter.exchange(0) == 101)
      #expect(counter.load() == 0)
    }

    @Test func arithmeticWrapsAround() {
      let counter = PerCPUCounter()
      counter.add(.max)
      counter.add(2)
      #expect(counter.load() == .min + 1)
      #expect(counter.exchange(.min) == .min + 1)
      counter.decrement()
      #expect(counter.load() == .max)
    }

    @Test func additionsOfAllThreadsCount() {
      let counter = PerCPUCounter()
      onThreads(16) { index in
        for _ in 0..<10_000 { counter.add(index) }
      }
      #expect(counter.load() == 10_000 * (0..<16).reduce(0, +))
    }

    @Test func countersDoNotShareTheirCounts() {
      let counters = (0..<1000).map { _ in PerCPUCounter() }
      for (index, counter) in counters.enumerated() { counter.add(index) }
      #expect(counters.enumerated().allSatisfy { $1.load() == $0 })
    }

    @Test func aCounterMayBeUsedAndDroppedInOneExpression() {
      for _ in 0..<1000 {
        PerCPUCounter().add(1)
      }
      #expect(PerCPUCounter().load() == 0)
    }

    @Test func tasksMayShareACounter() async {
      let counter = PerCPUCounter()
      await withTaskGroup(of: Void.self) { group in
        for _ in 0..<20 {
          group.addTask {
            for _ in 0..<100 {
              counter.increment()
              await Task.yield()
            }
          }
        }
      }
      #expect(counter.load() == 2000)
    }
  }
}
