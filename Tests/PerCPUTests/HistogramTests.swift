// SPDX-License-Identifier: Apache-2.0

import CStressSupport
import PerCPU
import StressSupport
import Testing

extension PerCPUTests {
  @Suite struct HistogramTests {
    // MARK: Buckets

    @Test func aNewHistogramIsEmpty() {
      let seen = PerCPUHistogram(bounds: [1, 2]).snapshot()
      #expect(seen.count == 0 && seen.sum == 0)
      #expect(seen.min == nil && seen.max == nil && seen.mean == nil && seen.percentile(50) == nil)
      #expect(seen.buckets.map(\.count) == [0, 0, 0])
    }

    @Test func aBoundBelongsToItsBucket() {
      let histogram = PerCPUHistogram(bounds: [-5, 0, 10])
      for value in [.min, -6, -5, -4, 0, 1, 10, 11, .max] { histogram.record(value) }
      let seen = histogram.snapshot()
      #expect(seen.buckets.map(\.upperBound) == [-5, 0, 10, .max])
      #expect(seen.buckets.map(\.count) == [3, 2, 2, 2])
      #expect(seen.min == .min && seen.max == .max && seen.count == 9)
    }

    @Test(arguments: 0..<20)
    func valuesAreFoundAmongAnyNumberOfBounds(count: Int) {
      let bounds = (0..<count).map { 10 * $0 }
      let histogram = PerCPUHistogram(bounds: bounds)
      for value in -1...10 * count { histogram.record(value) }
      var expected = bounds.indices.map { $0 == 0 ? 2 : 10 }
      expected.append(10 * count + 2 - expected.reduce(0, +))
      #expect(histogram.snapshot().buckets.map(\.count) == expected)
    }

    @Test(arguments: [1, 2, 4, 8, 16, 32, 64])
    func exponentialBucketsAreContiguousAndNarrow(perDoubling: Int) {
      let histogram = PerCPUHistogram(bucketsPerDoubling: perDoubling)
      let bounds = histogram.snapshot().buckets.map(\.upperBound)
      #expect(bounds.last == .max)
      #expect(Array(bounds.prefix(perDoubling)) == Array(0..<perDoubling))
      for (lower, upper) in zip(bounds, bounds.dropFirst()) {
        #expect(lower < upper)
        #expect(upper - lower <= max(1, lower / perDoubling + 1))
      }
      for bound in bounds.dropLast() {
        histogram.record(bound)
        histogram.record(bound + 1)
      }
      let counts = histogram.snapshot().buckets.map(\.count)
      #expect(counts.dropFirst().dropLast().allSatisfy { $0 == 2 })
      #expect(counts.first == 1 && counts.last == 1)
    }

    @Test(arguments: [0, 1, 7, 8, 1000, 1023, 1024, 60_000_000_000, Int.max - 1, Int.max])
    func theLimitHasABucketThatIsNotTheLast(limit: Int) {
      let histogram = PerCPUHistogram(upTo: limit, bucketsPerDoubling: 4)
      histogram.record(limit)
      let seen = histogram.snapshot()
      let index = seen.buckets.firstIndex { $0.count == 1 }!
      #expect(seen.buckets[index].upperBound >= limit)
      #expect(seen.buckets.count - index == (seen.buckets[index].upperBound == .max ? 1 : 2))
      #expect(seen.buckets.last?.upperBound == .max)
    }

    @Test func whatIsNegativeIsInTheFirstExponentialBucket() {
      let histogram = PerCPUHistogram()
      histogram.record(-1)
      histogram.record(.min)
      let seen = histogram.snapshot()
      #expect(seen.buckets[0].count == 2 && seen.count == 2)
      #expect(seen.min == .min && seen.max == -1)
      #expect(seen.percentile(100) == -1)
    }

    // MARK: What is told

    @Test func sumAndExtremesAreExact() {
      let histogram = PerCPUHistogram(bounds: [100])
      for value in [7, -3, 250] { histogram.record(value) }
      let seen = histogram.snapshot()
      #expect(seen.sum == 254 && seen.min == -3 && seen.max == 250 && seen.count == 3)
      #expect(seen.mean == 254.0 / 3)
    }

    @Test func percentilesAreNotRoundedIntoTheNextBucket() {
      let histogram = PerCPUHistogram(bounds: Array(1...100))
      for value in 1...100 { histogram.record(value) }
      let seen = histogram.snapshot()
      #expect((1...100).allSatisfy { seen.percentile(Double($0)) == $0 })
    }

    @Test func percentilesAreThoseOfTheBuckets() {
      let histogram = PerCPUHistogram(bounds: (1...100).map { 10 * $0 })
      for value in 1...1000 { histogram.record(value) }
      let seen = histogram.snapshot()
      #expect(seen.percentile(0) == 10)
      #expect(seen.percentile(1) == 10)
      #expect(seen.percentile(1.1) == 20)
      #expect(seen.percentile(50) == 500)
      #expect(seen.percentile(99.9) == 1000)
      #expect(seen.percentile(100) == 1000)
      #expect(seen.percentile(-1) == 10 && seen.percentile(200) == 1000)
      #expect(seen.percentile(.nan) == 10)
    }

    @Test func percentilesStayBetweenTheExtremes() {
      let histogram = PerCPUHistogram(bounds: [1000])
      histogram.record(17)
      #expect(histogram.snapshot().percentile(50) == 17)
      histogram.record(5000)
      #expect(histogram.snapshot().percentile(50) == 1000)
      #expect(histogram.snapshot().percentile(51) == 5000)
    }

    @Test func percentilesOfExponentialBucketsAreNearlyRight() {
      let histogram = PerCPUHistogram(bucketsPerDoubling: 16)
      var random = SeededGenerator(seed: 3)
      let values = (0..<10_000).map { _ in random.below(1 << (1 + random.below(40))) }
      for value in values { histogram.record(value) }
      let sorted = values.sorted()
      let seen = histogram.snapshot()
      for percent in [1, 10, 50, 90, 99, 100] {
        let exact = sorted[percent * 100 - 1]
        let told = seen.percentile(Double(percent))!
        #expect(told >= exact && told <= exact + exact / 16 + 1)
      }
    }

    @Test func theSumWrapsAround() {
      let histogram = PerCPUHistogram()
      histogram.record(.max)
      histogram.record(1)
      #expect(histogram.snapshot().sum == .min)
    }

    // MARK: Threads

    @Test func valuesOfAllThreadsCount() {
      let histogram = PerCPUHistogram(bounds: [3, 7, 11])
      onThreads(16) { index in
        for _ in 0..<5000 { histogram.record(index) }
      }
      let seen = histogram.snapshot()
      #expect(seen.buckets.map(\.count) == [20_000, 20_000, 20_000, 20_000])
      #expect(seen.sum == 5000 * (0..<16).reduce(0, +))
      #expect(seen.min == 0 && seen.max == 15)
    }

    @Test func threadsThatCannotRunSequencesCount() {
      let histogram = PerCPUHistogram(bounds: [3])
      onThreads(4) { index in
        if Engine.current == .restartable { _ = stress_thread_unregister() }
        for _ in 0..<100 { histogram.record(index + 1) }
      }
      let seen = histogram.snapshot()
      #expect(seen.buckets.map(\.count) == [300, 100] && seen.sum == 1000)
      #expect(seen.min == 1 && seen.max == 4)
    }

    @Test func aHistogramMayBeUsedAndDroppedInOneExpression() {
      for value in 0..<1000 { PerCPUHistogram().record(value) }
      #expect(PerCPUHistogram().snapshot().count == 0)
    }

    @Test func tasksMayShareAHistogram() async {
      let histogram = PerCPUHistogram(upTo: 100)
      await withTaskGroup(of: Void.self) { group in
        for task in 0..<20 {
          group.addTask {
            for _ in 0..<100 {
              histogram.record(task)
              await Task.yield()
            }
          }
        }
      }
      #expect(histogram.snapshot().count == 2000)
    }

    // MARK: Misuse

    @Test func boundsAscend() async {
      let result = await #expect(
        processExitsWith: .failure, observing: [\.standardErrorContent]
      ) { _ = PerCPUHistogram(bounds: [1, 1]) }
      #expect(printed(result).contains("PerCPU: the bounds of a PerCPUHistogram ascend"))
      await #expect(processExitsWith: .failure) { _ = PerCPUHistogram(bounds: [2, 1]) }
    }

    @Test func thereAreNotTooManyBounds() async {
      #expect(PerCPUHistogram(bounds: Array(1...4096)).snapshot().buckets.count == 4097)
      await #expect(processExitsWith: .failure) { _ = PerCPUHistogram(bounds: Array(1...4097)) }
    }

    @Test func exponentialScalesAreReasonable() async {
      await #expect(processExitsWith: .failure) { _ = PerCPUHistogram(bucketsPerDoubling: 3) }
      await #expect(processExitsWith: .failure) { _ = PerCPUHistogram(bucketsPerDoubling: 128) }
      await #expect(processExitsWith: .failure) { _ = PerCPUHistogram(upTo: -1) }
    }
  }
}
