// SPDX-License-Identifier: Apache-2.0

import CoreMetrics
import PerCPU
import Synchronization

/// A `Recorder`: a histogram of floating-point numbers.
final class RecorderHistogram: RecorderHandler, Registered {
  let key: RegisteredKey
  private let bounds: [Double]
  /// Of the numbers of buckets: each value is a bucket, and the last one has no bound.
  private let buckets: PerCPUHistogram
  private let sum = ShardedLock(initial: 0.0)

  init(key: RegisteredKey, bounds: [Double]) {
    self.key = key
    self.bounds = Set(bounds.filter(\.isFinite)).sorted()
    buckets = PerCPUHistogram(bounds: Array(self.bounds.indices))
  }

  func record(_ value: Int64) {
    record(Double(value))
  }

  func record(_ value: Double) {
    sum.update { $0 += value }
    buckets.record(bucket(of: value))
  }

  /// What is not a number is below no bound.
  private func bucket(of value: Double) -> Int {
    var (low, high) = (0, bounds.count)
    while low < high {
      let middle = (low + high) / 2
      if value <= bounds[middle] { high = middle } else { low = middle + 1 }
    }
    return low
  }

  var value: HistogramValue {
    // First: what is counted is in the sum.
    let counts = buckets.snapshot().buckets.map(\.count)
    return HistogramValue(bounds: bounds, counts: counts, sum: sum.reduce(into: 0) { $0 += $1 })
  }
}

/// A `Timer`: a histogram of nanoseconds.
final class TimerHistogram: TimerHandler, Registered {
  let key: RegisteredKey
  private let histogram: PerCPUHistogram
  /// The nanoseconds of the preferred unit; 0 if none is preferred.
  private let scale = Atomic<UInt64>(0)

  init(key: RegisteredKey, bounds: [Duration]) {
    self.key = key
    let nanoseconds = bounds.map { ($0 / .nanoseconds(1)).rounded() }.compactMap(Int.init(exactly:))
    histogram = PerCPUHistogram(bounds: Set(nanoseconds).sorted())
  }

  func recordNanoseconds(_ duration: Int64) {
    histogram.record(Int(duration))
  }

  func preferDisplayUnit(_ unit: TimeUnit) {
    // Each `Timer` that is made says it again; only the first time is there something to write. Relaxed: alone.
    if scale.load(ordering: .relaxed) != unit.scaleFromNanoseconds {
      scale.store(unit.scaleFromNanoseconds, ordering: .relaxed)
    }
  }

  /// The nanoseconds of the unit it is to be shown in, if it was ever said.
  var preferredScale: UInt64? {
    let scale = scale.load(ordering: .relaxed)
    return scale == 0 ? nil : scale
  }

  /// In a unit of so many nanoseconds.
  func value(scale: UInt64) -> HistogramValue {
    let snapshot = histogram.snapshot()
    return HistogramValue(
      bounds: snapshot.buckets.dropLast().map { Double($0.upperBound) / Double(scale) },
      counts: snapshot.buckets.map(\.count), sum: Double(snapshot.sum) / Double(scale))
  }
}
