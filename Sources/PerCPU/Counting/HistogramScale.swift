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
/// one doubling to the next.
///
/// The other kind has the user's bounds, in a complete binary tree, which is searched without a branch:
///
///     node 1                    40                  node n has the children 2n and 2n + 1. From each
///     nodes 2, 3          20          60            node the search goes to the left, or to the right if
///     nodes 4 to 7     10    30    50    (max)      its bound is below the value. Where it comes out
///     comes out at     8  9 10 11 12 13 14 15       below the tree is 8 and how many bounds were below.
@safe
@frozen
@usableFromInline
struct HistogramScale {
  /// The tree, from index 1 on, and behind it the same bounds in ascending order; null for an
  /// exponential scale.
  @usableFromInline
  let bounds: UnsafeMutablePointer<Int>?
  /// The levels of the tree. For an exponential scale: k.
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
    let levels = Int.bitWidth - bounds.count.leadingZeroBitCount
    let size = 1 << levels
    let memory = UnsafeMutablePointer<Int>.allocate(capacity: 2 * size)
    // Nothing is above Int.max, so that what the tree is filled up with is never below a value.
    unsafe memory.initialize(repeating: .max, count: 2 * size)
    for (index, bound) in bounds.enumerated() {
      unsafe memory[size + index] = bound
      // In ascending order the nodes of the lowest level are every second one, those of the level above every
      // fourth one, and so on.
      let height = (index + 1).trailingZeroBitCount
      unsafe memory[(size | index + 1) >> (height + 1)] = bound
    }
    unsafe self.bounds = memory
    parameter = levels
    last = bounds.count
  }

  func deallocate() { unsafe bounds?.deallocate() }

  @inlinable
  @inline(__always)
  func bucket(of value: Int) -> Int {
    guard let tree = unsafe bounds else {
      return min(Self.exponentialBucket(of: value, precision: parameter), last)
    }
    var node = 1
    var levels = parameter
    while levels > 0 {
      // The bits of a Bool, as the optimizer makes a branch of a choice between 1 and 0.
      let isBelow = unsafe unsafeBitCast(tree[node] < value, to: UInt8.self)
      node = node &+ node &+ Int(isBelow)
      levels &-= 1
    }
    return node &- (1 &<< parameter)
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
    let mantissa = bucket - (exponent << precision)
    // In the last doubling it wraps around to Int.max.
    return ((mantissa + 1) &<< exponent) &- 1
  }

  /// The largest value of a bucket.
  func upperBound(of bucket: Int) -> Int {
    if bucket == last { return .max }
    if let bounds = unsafe bounds { return unsafe bounds[(1 << parameter) + bucket] }
    return Self.exponentialBound(of: bucket, precision: parameter)
  }
}
