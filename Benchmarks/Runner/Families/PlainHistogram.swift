// SPDX-License-Identifier: Apache-2.0

/// A histogram as one writes it to put a lock around it.
struct PlainHistogram: Sendable {
  enum Scale { case exponential, bounds }

  let scale: Scale
  var buckets: [Int]
  var count = 0
  var sum = 0
  var least = Int.max
  var most = Int.min

  init(_ scale: Scale) {
    self.scale = scale
    buckets = Array(repeating: 0, count: Self.bucketCount(scale))
  }

  @inline(__always)
  mutating func record(_ value: Int) {
    buckets[Self.bucket(of: value, scale)] &+= 1
    count &+= 1
    sum &+= value
    least = min(least, value)
    most = max(most, value)
  }
}

extension PlainHistogram {
  static let bounds = (0..<16).map { 1 << $0 }

  static func bucketCount(_ scale: Scale) -> Int {
    scale == .bounds ? bounds.count + 1 : 488
  }

  /// What is recorded: numbers without a pattern, below 65536.
  @inline(__always)
  static func value(_ index: Int) -> Int {
    (index &* 0x1E37_79B9_7F4A_7C15) &>> 32 & 0xFFFF
  }

  @inline(__always)
  static func bucket(of value: Int, _ scale: Scale = .bounds) -> Int {
    switch scale {
    case .exponential:
      let exponent = 60 &- (value | 8).leadingZeroBitCount
      return exponent &<< 3 &+ value &>> exponent
    case .bounds:
      // By a binary search.
      var low = 0
      var high = bounds.count
      while low < high {
        let middle = (low &+ high) &>> 1
        if bounds[middle] < value { low = middle &+ 1 } else { high = middle }
      }
      return low
    }
  }
}
