// SPDX-License-Identifier: Apache-2.0

import PerCPU

/// Where observations fall, and how many fell there.
struct Buckets: Sendable {
  /// Upper bounds, which belong to their buckets, in ascending order. The last bucket has none.
  let bounds: [Double]
  private let counts: [PerCPUCounter]

  init(bounds: [Double]) {
    self.bounds = Set(bounds.filter(\.isFinite)).sorted()
    counts = (0...self.bounds.count).map { _ in PerCPUCounter() }
  }

  /// What is not a number falls into the last bucket.
  func record(_ value: Double) {
    var (low, high) = (0, bounds.count)
    while low < high {
      let middle = (low + high) / 2
      if value <= bounds[middle] { high = middle } else { low = middle + 1 }
    }
    counts[value.isNaN ? bounds.count : low].increment()
  }

  var values: [Int] { counts.map { $0.load() } }
}
