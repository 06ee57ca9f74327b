// SPDX-License-Identifier: Apache-2.0

import CoreMetrics
import PerCPU
import Synchronization

/// A `Recorder`: a histogram of numbers.
final class RecorderHistogram: RecorderHandler, Registered {
  let key: MetricKey
  private let buckets: Buckets
  private let sum = ShardedLock(initial: 0.0)

  init(key: MetricKey, bounds: [Double]) {
    self.key = key
    buckets = Buckets(bounds: bounds)
  }

  func record(_ value: Int64) {
    record(Double(value))
  }

  func record(_ value: Double) {
    buckets.record(value)
    sum.update { $0 += value }
  }

  var value: HistogramValue {
    HistogramValue(
      bounds: buckets.bounds, counts: buckets.values, sum: sum.reduce(into: 0) { $0 += $1 })
  }
}

/// A `Timer`: a histogram of durations.
final class TimerHistogram: TimerHandler, Registered {
  let key: MetricKey
  private let buckets: Buckets
  private let sum = PerCPUCounter()
  /// The nanoseconds of the preferred unit; 0 if none is preferred.
  private let scale = Atomic<UInt64>(0)

  init(key: MetricKey, bounds: [Duration]) {
    self.key = key
    buckets = Buckets(bounds: bounds.map { $0 / .nanoseconds(1) })
  }

  func recordNanoseconds(_ duration: Int64) {
    buckets.record(Double(duration))
    sum.add(Int(truncatingIfNeeded: duration))
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
    HistogramValue(
      bounds: buckets.bounds.map { $0 / Double(scale) }, counts: buckets.values,
      sum: Double(sum.load()) / Double(scale))
  }
}
