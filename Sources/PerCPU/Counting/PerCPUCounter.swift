// SPDX-License-Identifier: Apache-2.0

public import CAtomicsShim

/// A counter that any number of threads add to without getting into each other's way.
///
/// ```swift
/// let requests = PerCPUCounter()
/// requests.increment()              // everywhere, all the time
/// let total = requests.load()       // now and then
/// ```
///
/// Use it for statistics, reference-like tallies and rate limits: whatever is added to much more
/// often than it is read. If the value decides what happens next, as in "the tenth one wins", use an
/// `Atomic`: ``add(_:)`` does not tell the value it led to.
///
/// ## Guarantees
/// - Nothing is lost and nothing is counted twice, whatever the scheduler, signals or thread exits do.
/// - ``load()`` contains every addition that happened before the call, and may contain ones that
///   run at the same time. It reads the CPUs one after the other: of two concurrent additions it may
///   see the later one only. While all additions are of one sign the result lies between the value
///   at the start and the value at the end of the call; with mixed signs it may be a value that the
///   counter never had.
/// - What exchanges returned, and what is left, always adds up to what was added and set. While all
///   additions are of one sign and every ``exchange(_:)`` sets zero, each addition is part of the
///   result of exactly one exchange, or still in the counter.
/// - Arithmetic wraps around.
///
/// ## Cost
/// An addition is a handful of instructions without a lock prefix and costs the same on one thread
/// and on all (benchmark `counter/add`). Reading is O(possible CPUs). A counter takes 8 bytes for
/// each CPU that adds to it.
///
/// ## Memory ordering, signals, tasks, forks
/// Additions are relaxed: they order nothing else. All operations may be called from signal handlers
/// and across `await` (each call stands for itself); ``init()`` and `deinit` may not be called from
/// signal handlers. The child of a fork has what its parent had added up, and can go on; that of a `vfork`
/// must not use a counter, as it runs on its parent's thread.
///
/// The technique is that of the kernel's `this_cpu_add` and of librseq's per-CPU counter.
@safe
public final class PerCPUCounter {
  // Representation: a word in each row, at `slots`.
  //
  //     value = (sum over the unbound row and all CPU rows) - baseline
  //
  // The baseline is this object's word in the common row. Rows of CPUs are written by sequences
  // alone (on the atomic engine: by atomic adds alone), the unbound row by atomic adds, and the
  // baseline by compare-exchange in `exchange`. Nobody ever sets a row back: a plain commit of a
  // sequence would be lost against it, or it against the commit. That is why `exchange` moves the
  // baseline instead.
  //
  // Linearization: an addition takes effect at its commit. `exchange` takes effect, for each row, at
  // its reading of it, and as a whole at the success of its compare-exchange. Other exchanges may
  // have come in between if together they left the baseline as it was; what they took and set then
  // cancels out, so that sums stay right. While everything added is of one sign and everything set
  // is zero, the baseline only moves one way and nothing can have come in between.
  //
  // Races and what answers them:
  // - exchange against exchange: the loser of the compare-exchange sums up again. Its load of the
  //   baseline acquires what the winner's compare-exchange released, so it finds every row at least
  //   as far as the winner did (reads of one word never go back): results are never negative because
  //   of a stale row.
  // - load against exchange: the baseline is read before and after the rows and must be the same.
  //   Otherwise what was added after an exchange would count on top of what it took away. The
  //   acquire fence behind the rows pairs with the release fence behind the compare-exchange: who
  //   sees an addition made by the exchanger afterwards sees the new baseline, too. For an addition
  //   that a third thread makes after it heard of the exchange, this rests on stores becoming
  //   visible to all others at once, as they do on every machine this runs on.
  // - addition against the end of the object: excluded by the caller's reference, which every method
  //   extends over its use of the memory.
  @usableFromInline
  package let slots: UnsafeMutableRawPointer

  /// Creates a counter at zero.
  ///
  /// - Complexity: O(1).
  public init() {
    unsafe slots = PerCPUArena.shared.allocate(byteCount: MemoryLayout<Int>.size)
    // Made here, because making it allocates and reading may happen in a signal handler.
    _ = CPU.rows
  }

  deinit {
    unsafe PerCPUArena.shared.deallocate(slots, byteCount: MemoryLayout<Int>.size)
  }

  /// Adds a number, which may be negative. Wraps around on overflow.
  ///
  /// - Complexity: O(1). Lock-free on the restartable engine (an interruption starts it again, 64
  ///   times at most, then an atomic addition does it); as the processor's atomic addition otherwise.
  @inlinable
  public func add(_ amount: Int) {
    unsafe percpu_sequence_add(slots, amount)
    // The memory must not be given back before it was used. Today's optimizer would not do so anyway
    // (a test reads the order in the assembly); this says it in the language.
    withExtendedLifetime(self) {}
  }

  /// Adds one.
  ///
  /// - Complexity: that of ``add(_:)``.
  @inlinable
  public func increment() {
    add(1)
  }

  /// Subtracts one.
  ///
  /// - Complexity: that of ``add(_:)``.
  @inlinable
  public func decrement() {
    add(-1)
  }

  /// The sum of all that was added.
  ///
  /// It contains every addition that happened before the call. See the type's guarantees for
  /// additions that run at the same time.
  ///
  /// - Complexity: O(possible CPUs). Wait-free unless exchanges interfere; lock-free then.
  public func load() -> Int {
    defer { withExtendedLifetime(self) {} }
    while true {
      // Acquire: pairs with the release in `exchange`.
      let before = unsafe percpu_word_load_acquire(baseline)
      let sum = sumOfRows()
      // Pairs with the release fence in `exchange`.
      percpu_fence_acquire()
      // Relaxed: ordered by the fence.
      let after = unsafe percpu_word_load_relaxed(baseline)
      if before == after { return sum &- before }
    }
  }

  /// Sets the counter and returns the value it had.
  ///
  /// `exchange(0)` is how a periodic export takes what has come in since the last one: of several
  /// threads that do so at the same time, exactly one gets each addition. See the type's guarantees.
  ///
  /// - Complexity: O(possible CPUs), lock-free.
  @discardableResult
  public func exchange(_ value: Int) -> Int {
    defer { withExtendedLifetime(self) {} }
    while true {
      // Acquire: pairs with the release of the compare-exchange of another exchange.
      let before = unsafe percpu_word_load_acquire(baseline)
      let sum = sumOfRows()
      // Release: whoever acquires the new baseline reads the rows at least as far as we did.
      let attempt = unsafe percpu_word_compare_exchange_release(baseline, before, sum &- value)
      if attempt.exchanged {
        // Pairs with the acquire fence in `load`: our later additions come after the new baseline.
        percpu_fence_release()
        return sum &- before
      }
      percpu_pause()
    }
  }

  private var baseline: UnsafeMutablePointer<Int> {
    unsafe percpu_row_word(slots, Int(PERCPU_ROW_COMMON))
  }

  /// The rows, one after the other. Relaxed: what must be seen is what happened before, and reads of
  /// one word never go back.
  private func sumOfRows() -> Int {
    var sum = 0
    CPU.forEachRow { sum &+= unsafe percpu_word_load_relaxed(percpu_row_word(slots, $0.rawValue)) }
    return sum
  }
}

// Sendable: the pointer is constant, and the memory behind it is only accessed as described above.
extension PerCPUCounter: @unchecked Sendable {}
