// SPDX-License-Identifier: Apache-2.0

/// Which bucket of a ``PerCPUHistogram`` a value belongs to.
///
/// Two kinds of scales. The exponential one has `2^k` buckets for each doubling and computes the bucket:
///
///     value      0 ... 2^k - 1     2^k ... 2^(k+1) - 1    2^(k+1) ... 2^(k+2) - 1    ...
///     width      1                 1                      2                          4, 8, ...
///
/// A value that has `e` bits more than the leading one and the `k` behind it is in bucket
/// `(e << k) + (value >> e)`: the shifted value still has its leading one, which counts as the step from
/// one doubling to the next. The other kind has the user's bounds, and searches them without a branch.
@safe
@frozen
@usableFromInline
struct HistogramScale {
  /// The upper bounds, without that of the last bucket, filled up to a power of two by `Int.max`; null
  /// for an exponential scale.
  @usableFromInline
  let bounds: UnsafeMutablePointer<Int>?
  /// The power of two, minus one half of it: the first step of a search. For an exponential scale: k.
  @usableFromInline
  let parameter: Int
  /// The number of the last bucket, which takes whatever is above the others.
  @usableFromInline
  let last: Int

  /// 2^`precision` buckets for each doubling up to the one that holds `limit`, and one for what is above.
  init(precision: Int, limit: Int) {
    unsafe bounds = nil
    parameter = precision
    let index = Self.exponentialBucket(of: limit, precision: precision)
    // Nothing is above a bucket that ends at Int.max.
    last = Self.exponentialBound(of: index, precision: precision) == .max ? index : index + 1
  }

  /// These upper bounds, ascending, and one bucket for what is above.
  init(bounds: [Int]) {
    var size = 1
    while size <= bounds.count { size *= 2 }
    let memory = UnsafeMutablePointer<Int>.allocate(capacity: size)
    unsafe memory.initialize(repeating: .max, count: size)
    for (index, bound) in bounds.enumerated() { unsafe memory[index] = bound }
    unsafe self.bounds = memory
    parameter = size / 2
    last = bounds.count
  }

  func deallocate() { unsafe bounds?.deallocate() }

  @inlinable
  @inline(__always)
  func bucket(of value: Int) -> Int {
    guard let bounds = unsafe bounds else {
      return min(Self.exponentialBucket(of: value, precision: parameter), last)
    }
    // How many bounds are below the value. Each step halves what is left by a conditional addition.
    var index = 0
    var step = parameter
    while step > 0 {
      index = unsafe bounds[index &+ step &- 1] < value ? index &+ step : index
      step &>>= 1
    }
    return index
  }

  /// What is below 0 counts as 0.
  @inlinable
  @inline(__always)
  static func exponentialBucket(of value: Int, precision: Int) -> Int {
    let value = max(value, 0)
    let exponent =
      (Int.bitWidth &- 1 &- precision) &- (value | (1 &<< precision)).leadingZeroBitCount
    return (exponent &<< precision) &+ (value &>> exponent)
  }

  static func exponentialBound(of bucket: Int, precision: Int) -> Int {
    let exponent = max((bucket >> precision) - 1, 0)
    let mantissa = bucket - exponent << precision
    // In the last doubling it wraps around to Int.max.
    return ((mantissa + 1) &<< exponent) &- 1
  }

  /// The largest value of a bucket.
  func upperBound(of bucket: Int) -> Int {
    if bucket == last { return .max }
    if let bounds = unsafe bounds { return unsafe bounds[bucket] }
    return Self.exponentialBound(of: bucket, precision: parameter)
  }
}
