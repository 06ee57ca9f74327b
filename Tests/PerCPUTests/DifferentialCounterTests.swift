// SPDX-License-Identifier: Apache-2.0

import CStressSupport
import PerCPU
import StressSupport
import Testing

extension PerCPUTests {
  @Suite struct DifferentialCounterTests {
    @Test func aNewCounterIsZero() {
      let counter = DifferentialCounter(threshold: 1)
      #expect(counter.approximate == 0)
      #expect(counter.sum() == 0)
    }

    @Test func theSumIsExactWhateverTheThreshold() {
      for threshold in [1, 2, 32, Int.max / 2] {
        let counter = DifferentialCounter(threshold: threshold)
        counter.add(10)
        counter.add(-3)
        counter.increment()
        counter.decrement()
        counter.decrement()
        #expect(counter.sum() == 6)
      }
    }

    @Test func theApproximateValueIsNeverFurtherOffThanTheBound() {
      let counter = DifferentialCounter(threshold: 5)
      #expect(counter.errorBound == 5 * (CPU.possible.count + 1))
      var random = SeededGenerator(seed: 7)
      var sum = 0
      for _ in 0..<10_000 {
        let amount = random.below(21) - 10
        counter.add(amount)
        sum += amount
        #expect(abs(counter.approximate - sum) <= counter.errorBound)
      }
      #expect(counter.sum() == sum)
    }

    @Test func whatIsMoreThanTheThresholdIsKnownAtOnce() {
      let counter = DifferentialCounter(threshold: 10)
      counter.add(11)
      #expect(counter.approximate == 11)
      counter.add(-1000)
      #expect(counter.approximate == -989)
    }

    @Test func whatIsWithinTheThresholdStaysWhereItIs() {
      let counter = DifferentialCounter(threshold: 10)
      onThreads(1) { _ in
        confine(0, to: [allowedCPUs[0]])
        for _ in 0..<10 { counter.increment() }
        #expect(counter.approximate == 0)
        counter.increment()
        #expect(counter.approximate == 11)
        for _ in 0..<10 { counter.decrement() }
        #expect(counter.approximate == 11)
      }
      #expect(counter.sum() == 1)
    }

    @Test func foldingACPUMovesItsDifference() {
      let counter = DifferentialCounter(threshold: 1000)
      onThreads(1) { _ in
        confine(0, to: [allowedCPUs[0]])
        counter.add(7)
      }
      for cpu in CPU.possible where cpu.rawValue != allowedCPUs[0] { counter.fold(cpu: cpu) }
      #expect(counter.approximate == 0)
      counter.fold(cpu: CPU(rawValue: allowedCPUs[0]))
      counter.fold(cpu: .unbound)
      #expect(counter.approximate == 7)
      counter.fold(cpu: CPU(rawValue: allowedCPUs[0]))
      #expect(counter.approximate == 7)
      #expect(counter.sum() == 7)
    }

    @Test func foldingAllMakesItExact() {
      let counter = DifferentialCounter(threshold: 1_000_000)
      onThreads(16) { index in
        for _ in 0..<1000 { counter.add(index) }
      }
      counter.foldAll()
      #expect(counter.approximate == 1000 * (0..<16).reduce(0, +))
      #expect(counter.sum() == counter.approximate)
    }

    @Test func theUnboundRowIsFoldedAsWell() {
      let counter = DifferentialCounter(threshold: 1000)
      onThreads(1) { _ in
        if Engine.current == .restartable { _ = stress_thread_unregister() }
        counter.add(5)
        #expect(counter.sum() == 5)
        counter.quiesce()
        #expect(counter.approximate == 5)
        counter.add(5)
      }
      counter.foldAll()
      #expect(counter.approximate == 10)
    }

    @Test func aThreadThatQuiescesLeavesNothingBehind() {
      let counter = DifferentialCounter(threshold: 1000)
      for cpu in allowedCPUs {
        onThreads(1) { _ in
          confine(0, to: [cpu])
          counter.add(3)
          counter.quiesce()
          counter.quiesce()
        }
      }
      #expect(counter.approximate == 3 * allowedCPUs.count)
    }

    @Test func arithmeticWrapsAround() {
      for threshold in [1, Int.max / 2] {
        let counter = DifferentialCounter(threshold: threshold)
        counter.add(.max)
        counter.add(2)
        #expect(counter.sum() == .min + 1)
        counter.add(.min)
        #expect(counter.sum() == 1)
        counter.add(.min)
        counter.add(-1)
        #expect(counter.sum() == .min)
        counter.foldAll()
        #expect(counter.approximate == .min)
      }
    }

    @Test func theBoundOfALargeThresholdIsAllThereIs() {
      #expect(DifferentialCounter(threshold: Int.max / 2).errorBound == .max)
    }

    @Test func additionsOfAllThreadsCount() {
      let counter = DifferentialCounter(threshold: 8)
      onThreads(16) { index in
        for _ in 0..<10_000 { counter.add(index) }
      }
      let sum = 10_000 * (0..<16).reduce(0, +)
      #expect(counter.sum() == sum)
      #expect(abs(counter.approximate - sum) <= counter.errorBound)
    }

    @Test func countersDoNotShareTheirCounts() {
      let counters = (0..<1000).map { _ in DifferentialCounter(threshold: 100) }
      for (index, counter) in counters.enumerated() { counter.add(index) }
      #expect(counters.enumerated().allSatisfy { $1.sum() == $0 })
    }

    @Test func aCounterMayBeUsedAndDroppedInOneExpression() {
      for _ in 0..<1000 { DifferentialCounter(threshold: 1).add(2) }
      #expect(DifferentialCounter(threshold: 1).sum() == 0)
    }

    @Test func tasksMayShareACounter() async {
      let counter = DifferentialCounter(threshold: 3)
      await withTaskGroup(of: Void.self) { group in
        for _ in 0..<20 {
          group.addTask {
            for _ in 0..<100 {
              counter.increment()
              await Task.yield()
              counter.quiesce()
            }
          }
        }
      }
      #expect(counter.sum() == 2000)
    }

    @Test func aThresholdIsPositive() async {
      let result = await #expect(
        processExitsWith: .failure, observing: [\.standardErrorContent]
      ) { _ = DifferentialCounter(threshold: 0) }
      #expect(printed(result).contains("PerCPU: the threshold of a DifferentialCounter"))
      await #expect(processExitsWith: .failure) {
        _ = DifferentialCounter(threshold: Int.max / 2 + 1)
      }
    }

    @Test func onlyRowsThatExistAreFolded() async {
      let result = await #expect(
        processExitsWith: .failure, observing: [\.standardErrorContent]
      ) { DifferentialCounter(threshold: 1).fold(cpu: CPU(rawValue: 1 << 20)) }
      #expect(printed(result).contains("use one of CPU.possible or CPU.unbound"))
    }
  }
}
