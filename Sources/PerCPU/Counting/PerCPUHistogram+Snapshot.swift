// SPDX-License-Identifier: Apache-2.0

extension PerCPUHistogram {
  /// What a histogram held when it was read.
  public struct Snapshot: Sendable, Equatable {
    /// A range of values, and how many of those recorded are in it.
    public struct Bucket: Sendable, Equatable {
      /// The largest value of the range, which begins behind that of the bucket before. The last one's is
      /// `Int.max`.
      public let upperBound: Int
      /// How many values were counted in this bucket alone.
      public let count: Int
    }

    /// All buckets, in ascending order.
    public let buckets: [Bucket]
    /// How many values were counted in all.
    public let count: Int
    /// The sum of the values, not rounded to buckets. Wraps around on overflow.
    public let sum: Int
    private let extremes: ClosedRange<Int>?

    init(buckets: [Bucket], sum: Int, min: Int, max: Int) {
      self.buckets = buckets
      self.sum = sum
      count = buckets.reduce(0) { $0 &+ $1.count }
      // Without a value they are the wrong way round; and what has raised one may not have raised the
      // other yet, but then it is not counted either.
      extremes = count != 0 && min <= max ? min...max : nil
    }

    /// The least value, not rounded to a bucket; nil if none was recorded.
    public var min: Int? { extremes?.lowerBound }

    /// The greatest value, not rounded to a bucket; nil if none was recorded.
    public var max: Int? { extremes?.upperBound }

    /// The average; nil if no value was recorded.
    public var mean: Double? { count == 0 ? nil : Double(sum) / Double(count) }

    /// A value that so many percent of the values do not exceed; nil if none was recorded.
    ///
    /// It is the upper end of the bucket that the percentile is in, or the greatest value if that is less. So it is
    /// never too small, and too great by less than the width of the bucket.
    ///
    /// - Parameter percent: From 0 to 100; what is outside counts as the nearer of the two.
    /// - Complexity: O(buckets).
    public func percentile(_ percent: Double) -> Int? {
      guard let extremes else { return nil }
      // NaN is not more than 0.
      let percent = percent > 0 ? Swift.min(percent, 100) : 0
      var seen = 0
      for bucket in buckets {
        seen &+= bucket.count
        // The first value is that of 0 percent. Not divided: a hundredth has no exact representation.
        if seen > 0, Double(seen) * 100 >= percent * Double(count) {
          return Swift.max(extremes.lowerBound, Swift.min(bucket.upperBound, extremes.upperBound))
        }
      }
      return extremes.upperBound
    }
  }
}
