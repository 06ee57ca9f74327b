// SPDX-License-Identifier: Apache-2.0

/// What came out for a row.
struct Measurement: Sendable {
  let family: String
  let operation: String
  let implementation: String
  let engine: String
  let threads: Int
  /// More threads than CPUs; they run where the scheduler puts them.
  let oversubscribed: Bool
  /// Whether each thread had a CPU to itself.
  let isPinned: Bool
  /// Nanoseconds per operation.
  let spread: Spread
  let baseline: String
  /// The baseline's median over this one's: above 1, this one is faster.
  let ratio: Double
  let note: String?
  let row: Row
}

/// Percentiles of nanoseconds: of repetitions where a loop was timed, else of single operations.
struct Spread: Sendable {
  let min: Double
  let p50: Double
  let p90: Double
  let p99: Double
  let p999: Double
  let max: Double
  let repetitions: Int

  init(samples: [Double]) {
    let sorted = samples.sorted()
    // Nearest rank: the smallest sample that so many are at or below.
    func percentile(_ fraction: Double) -> Double {
      let rank = Int((fraction * Double(sorted.count)).rounded(.up))
      return sorted[Swift.max(0, rank - 1)]
    }
    min = sorted.first!
    p50 = percentile(0.5)
    p90 = percentile(0.9)
    p99 = percentile(0.99)
    p999 = percentile(0.999)
    max = sorted.last!
    repetitions = sorted.count
  }

  init(histogram: Histogram, repetitions: Int) {
    min = Double(histogram.min)
    p50 = histogram.percentile(0.5)
    p90 = histogram.percentile(0.9)
    p99 = histogram.percentile(0.99)
    p999 = histogram.percentile(0.999)
    max = Double(histogram.max)
    self.repetitions = repetitions
  }
}
