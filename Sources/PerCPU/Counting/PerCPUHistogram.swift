// SPDX-License-Identifier: Apache-2.0

public import CAtomicsShim

/// How often values of which size occurred, recorded by any number of threads without getting into each
/// other's way.
///
/// ```swift
/// let latency = PerCPUHistogram(upTo: 60_000_000_000)    // nanoseconds
/// latency.record(ns)                                      // everywhere, all the time
/// let seen = latency.snapshot()                           // now and then
/// print(seen.count, seen.mean, seen.percentile(50), seen.percentile(99.9), seen.max)
/// ```
///
/// A value is counted in one of a fixed number of buckets. They are given by their upper bounds
/// (``init(bounds:)``), as metrics systems want them, or grow with the values (``init(upTo:bucketsPerDoubling:)``), so
/// that every percentile is right to within a few percent whatever the range.
///
/// ## Guarantees
/// - Every value that was recorded before a snapshot is in it: once in a bucket, in the sum, and between
///   the minimum and the maximum.
/// - Values that are recorded while a snapshot is taken may be in it or not. One that is in a bucket is in
///   the sum and between minimum and maximum as well; these may be ahead of the buckets by what is
///   under way.
/// - ``Snapshot/count`` is the sum of the buckets. Arithmetic wraps around.
///
/// ## Cost
/// To record is two restartable sequences without a locked instruction, and a look at the extremes (benchmark
/// `statistics`). A histogram takes 8 bytes for each bucket, and 24, for each CPU that records: with 8
/// buckets for each doubling about 4 KiB for all non-negative numbers.
///
/// ## Progress, memory ordering, signals, tasks, forks
/// ``record(_:)`` and ``snapshot()`` wait for nobody. Recording releases the value's count, a snapshot acquires it: who
/// finds a value counted sees what its thread did before. ``record(_:)`` may be called from signal handlers and
/// across `await`; ``snapshot()`` makes an array, so it may not be called from signal handlers. The child of
/// a fork has what its parent had recorded, and can go on.
///
/// The exponential buckets are those of Gil Tene's HdrHistogram; that each CPU counts by itself is how kernels keep their
/// statistics.
@safe
public final class PerCPUHistogram {
  // Representation. In each row, which begins at a line of its own,
  //
  //     sum
  //     most      the greatest value recorded, as bits that only grow
  //     least     the same of the least value
  //     buckets   how many values were counted in each
  //
  // `most` holds the value with its sign bit turned, read as an unsigned number: 0, which is what new
  // memory holds, is the least of all values. `least` holds the complement of that. So both only ever rise, and a
  // CPU that never records needs no memory.
  //
  // A value is recorded by separate sequences: raise the extremes, if need be; add to the sum; add one to
  // its bucket, which releases. They may be on different CPUs. A snapshot reads all buckets, acquiring, and then
  // the rest: what it counts it finds in the rest as well.
  //
  // Why not one transaction on all words of a CPU, as ShardedLock has it? It would make sum and
  // buckets of a CPU those of one moment. But rows are read one after the other, so that the whole
  // still is of no one moment; sum and count differ by the few values that are under way, which no average shows; and
  // a transaction copies the whole state out and in. For 16 buckets it takes four times as long (the rows
  // "ShardedLock" and "PerCPUHistogram" of the benchmark `statistics/record, 16 bounds`), for a few hundred
  // buckets far more, and it is limited to 500 words. A lock for each CPU (the row "PerCPULock") costs about
  // the same as this; but others would wait for a thread that is preempted while it records, a signal handler
  // could not record at all times, and a snapshot would take a fence for each CPU.
  //
  // Nothing is read-modify-written from afar, so that no gate is needed: sequences add and raise, and in the
  // unbound row, or on the atomic engine, atomic instructions do.
  @usableFromInline
  let slots: UnsafeMutableRawPointer
  @usableFromInline
  let scale: HistogramScale

  /// Creates an empty histogram with these buckets, and one more for what is above the last bound.
  ///
  /// - Parameter bounds: The largest value that belongs to each bucket.
  /// - Precondition: The bounds ascend. There are no more than 4096.
  /// - Complexity: O(number of bounds).
  public convenience init(bounds: [Int]) {
    enforce(
      bounds.count <= Self.mostBounds,
      "a PerCPUHistogram has at most \(Self.mostBounds) bounds")
    enforce(
      zip(bounds, bounds.dropFirst()).allSatisfy { $0 < $1 },
      "the bounds of a PerCPUHistogram ascend: sort them, and give each once")
    self.init(scale: HistogramScale(bounds: bounds))
  }

  /// Creates an empty histogram whose buckets are the wider, the greater the values are.
  ///
  /// Values below `bucketsPerDoubling` have a bucket of their own. From there on, the width of a bucket is
  /// no more than its values divided by `bucketsPerDoubling`: with 8, a percentile is wrong by 12.5 percent
  /// at most, and by half as much on average. Negative values are counted in the first bucket.
  ///
  /// - Parameters:
  ///   - limit: What is far above it is counted in one last bucket.
  ///   - bucketsPerDoubling: How finely to tell values apart.
  /// - Precondition: `limit` is not negative. `bucketsPerDoubling` is a power of two, from 1 to 64.
  /// - Complexity: O(1).
  public convenience init(upTo limit: Int = .max, bucketsPerDoubling: Int = 8) {
    enforce(limit >= 0, "the limit of a PerCPUHistogram is not negative")
    enforce(
      (1...64).contains(bucketsPerDoubling) && bucketsPerDoubling.nonzeroBitCount == 1,
      "a PerCPUHistogram has 1, 2, 4, 8, 16, 32 or 64 buckets for each doubling")
    self.init(
      scale: HistogramScale(precision: bucketsPerDoubling.trailingZeroBitCount, limit: limit))
  }

  private init(scale: HistogramScale) {
    self.scale = scale
    unsafe slots = PerCPUArena.shared.allocate(byteCount: Self.byteCount(scale))
    // Made here, because making it allocates, and recording may happen in a signal handler.
    _ = CPU.rows
  }

  deinit {
    unsafe PerCPUArena.shared.deallocate(slots, byteCount: Self.byteCount(scale))
    scale.deallocate()
  }

  private static var mostBounds: Int { 4096 }

  /// A whole number of lines, so that no other object shares them.
  private static func byteCount(_ scale: HistogramScale) -> Int {
    max(bucketOffset + 8 * (scale.last + 1), PerCPUArena.lineSize)
  }

  @inlinable static var mostOffset: Int { 8 }
  @inlinable static var leastOffset: Int { 16 }
  @inlinable static var bucketOffset: Int { 24 }

  // MARK: Recording

  /// Counts a value.
  ///
  /// - Complexity: O(1), or O(log of the number of bounds); waits for nobody. Lock-free on the restartable
  ///   engine; as the processor's atomic addition otherwise.
  @inlinable
  @inline(__always)
  public func record(_ value: Int) {
    let bucket = scale.bucket(of: value)
    // The own row if sections can run here; raising looks again.
    let row = Int(percpu_thread_cpu())
    let most = Self.mostBits(of: value)
    let isBetween =
      _fastPath(row >= 0) && _fastPath(load(row, Self.mostOffset) >= most)
      && _fastPath(load(row, Self.leastOffset) >= ~most)
    if _slowPath(!isBetween) { raiseExtremes(most) }
    unsafe percpu_sequence_add(slots, value)
    // Release: pairs with the acquire of a snapshot, which reads the rest after it.
    unsafe percpu_sequence_add_release(slots + (Self.bucketOffset &+ bucket &* 8), 1)
    withExtendedLifetime(self) {}
  }

  /// A value as `most` holds it.
  @inlinable
  @inline(__always)
  static func mostBits(of value: Int) -> UInt { UInt(bitPattern: value ^ .min) }

  @usableFromInline
  @inline(never)
  func raiseExtremes(_ most: UInt) {
    unsafe raise(slots + Self.mostOffset, to: most)
    unsafe raise(slots + Self.leastOffset, to: ~most)
  }

  /// Raises the own row's word at an offset, or whichever row's this thread comes to.
  private func raise(_ slots: UnsafeMutableRawPointer, to bits: UInt) {
    var word = unsafe percpu_row_word(slots, percpu_row_hint())
    while true {
      // Relaxed: the word only rises, and says nothing about others.
      let found = unsafe percpu_word_load_relaxed(word)
      if UInt(bitPattern: found) >= bits { return }
      let claim = unsafe percpu_sequence_claim_if(slots, found, Int(bitPattern: bits))
      if unsafe claim.committed { return }
      // This thread is on another row by now, or somebody else has raised the word.
      unsafe word = claim.word.unsafelyUnwrapped
    }
  }

  @inlinable
  @inline(__always)
  func word(_ row: Int, _ offset: Int) -> UnsafeMutablePointer<Int> {
    unsafe percpu_row_word(slots + offset, row)
  }

  /// Relaxed: extremes only rise. What is out of date in `record` is looked at again, and a snapshot has
  /// acquired the counts before.
  @inlinable
  @inline(__always)
  func load(_ row: Int, _ offset: Int) -> UInt {
    UInt(bitPattern: unsafe percpu_word_load_relaxed(word(row, offset)))
  }

  // MARK: Reading

  /// What was recorded so far.
  ///
  /// - Complexity: O(possible CPUs × buckets). Waits for nobody, disturbs nobody.
  public func snapshot() -> Snapshot {
    defer { withExtendedLifetime(self) {} }
    var counts = [Int](repeating: 0, count: scale.last + 1)
    for cpu in CPU.rows {
      for bucket in counts.indices {
        // Acquire: pairs with the release of the count in `record`.
        counts[bucket] &+= unsafe percpu_word_load_acquire(
          word(cpu.rawValue, Self.bucketOffset + 8 * bucket))
      }
    }
    var sum = 0
    var most: UInt = 0
    var least: UInt = 0
    for cpu in CPU.rows {
      // Relaxed: ordered by the acquires above.
      sum &+= unsafe percpu_word_load_relaxed(word(cpu.rawValue, 0))
      most = max(most, load(cpu.rawValue, Self.mostOffset))
      least = max(least, load(cpu.rawValue, Self.leastOffset))
    }
    return Snapshot(
      buckets: counts.indices.map {
        Snapshot.Bucket(upperBound: scale.upperBound(of: $0), count: counts[$0])
      },
      sum: sum, min: Int(bitPattern: ~least) ^ .min, max: Int(bitPattern: most) ^ .min)
  }
}

// Sendable: the pointers are constant, and the memory behind them is accessed as described above; that of
// the bounds is never written again.
extension PerCPUHistogram: @unchecked Sendable {}
