// SPDX-License-Identifier: Apache-2.0

/// How often which duration occurred, to a precision of 1/64.
struct Histogram: Sendable {
  /// Below 64 each number has a bucket; above, each power of two has 64.
  private(set) var buckets = [Int](repeating: 0, count: 64 * 58)
  private(set) var count = 0
  private(set) var min = UInt64.max
  private(set) var max: UInt64 = 0

  mutating func record(_ value: UInt64) {
    buckets[Self.index(of: value)] += 1
    count += 1
    min = Swift.min(min, value)
    max = Swift.max(max, value)
  }

  mutating func merge(_ other: Histogram) {
    for index in buckets.indices { buckets[index] += other.buckets[index] }
    count += other.count
    min = Swift.min(min, other.min)
    max = Swift.max(max, other.max)
  }

  /// The value that a fraction of all is at or below: the middle of its bucket, but no less than the least
  /// and no more than the largest of all.
  func percentile(_ fraction: Double) -> Double {
    var left = Int((fraction * Double(count)).rounded(.up))
    for (index, size) in buckets.enumerated() {
      left -= size
      if left <= 0, size > 0 {
        return Swift.min(Swift.max(Self.middle(of: index), Double(min)), Double(max))
      }
    }
    return Double(max)
  }

  private static func index(of value: UInt64) -> Int {
    let octave = Swift.max(0, 63 - 6 - (value | 1).leadingZeroBitCount)
    return octave * 64 + Int(value >> UInt64(octave))
  }

  private static func middle(of index: Int) -> Double {
    let octave = Swift.max(0, index / 64 - 1)
    let lowest = UInt64(index - octave * 64) << UInt64(octave)
    return Double(lowest) + Double((UInt64(1) << UInt64(octave)) - 1) / 2
  }
}

// One line of text: the extremes, then the buckets that are not empty.
extension Histogram {
  var encoded: String {
    let filled = buckets.indices.filter { buckets[$0] > 0 }
    return (["\(min)", "\(max)"] + filled.map { "\($0):\(buckets[$0])" }).joined(separator: " ")
  }

  init?(encoded: some StringProtocol) {
    let parts = encoded.split(separator: " ")
    guard parts.count >= 2, let min = UInt64(parts[0]), let max = UInt64(parts[1]) else {
      return nil
    }
    for part in parts.dropFirst(2) {
      let pair = part.split(separator: ":").compactMap { Int($0) }
      guard pair.count == 2, buckets.indices.contains(pair[0]) else { return nil }
      buckets[pair[0]] = pair[1]
      count += pair[1]
    }
    (self.min, self.max) = (min, max)
  }
}
