// SPDX-License-Identifier: Apache-2.0

public import CAtomicsShim

/// A counter that any number of threads add to without getting into each other's way, and whose value
/// is always known, nearly.
///
/// ```swift
/// let open = DifferentialCounter(threshold: 32)
/// open.add(1)                                          // everywhere, all the time
/// if open.approximate > limit + open.errorBound { refuse() }  // everywhere, too: one load
/// let exactly = open.sum()                             // where it matters
/// ```
///
/// Each CPU has a *difference*: what was added there and is not in the global count yet. When it would
/// pass the threshold it is *folded*: moved to the global count. So the global count is wrong by no more
/// than the threshold for each CPU, and to read it is one load however many CPUs there are.
///
/// Use it where the value is looked at often: limits, budgets, back-pressure, "about how many". Compare
/// ``approximate`` with the limit, and ask ``sum()`` only when it is nearer than ``errorBound``. If it is
/// read once in a second, ``PerCPUCounter`` is smaller and a little faster.
///
/// ## Guarantees
/// - Nothing is lost and nothing is counted twice, whatever the scheduler, signals or thread exits do, and
///   whoever folds meanwhile.
/// - ``approximate`` differs from the true value by ``errorBound`` at most, at every moment; the same goes
///   while folds are under way. (An addition that has not returned yet may count in full, or not.)
/// - ``sum()`` contains every addition that happened before the call, and may contain ones that run at the
///   same time: as ``PerCPUCounter/load()``.
/// - Once every row has been folded, or each CPU has come to rest by ``quiesce()``, and nobody has added
///   since, ``approximate`` is exact.
/// - Arithmetic wraps around.
///
/// ## Cost
/// An addition is one restartable sequence without a locked instruction (benchmark `statistics`). One
/// that would pass the threshold costs an atomic addition to a word that all share. A counter takes 32
/// bytes for each CPU that adds to it. On the atomic engine an addition takes the row's gate with a
/// compare-exchange.
///
/// ## Progress, memory ordering, signals, tasks, forks
/// ``add(_:)``, ``approximate`` and ``sum()`` never wait: an addition that finds its row being folded goes to
/// the global count at once. They are relaxed and order nothing else. They may be called from signal
/// handlers and across `await`. ``fold(cpu:)``, ``foldAll()`` and ``quiesce()`` wait for a fold of the same row
/// that is under way: for a few instructions, or until its thread runs again if it was preempted there.
/// They may not be called from signal handlers, and trap if the handler has interrupted a fold of its own
/// thread. In the child of a fork they wait for ever if another thread of the parent was folding; the
/// others are safe there.
///
/// Kernels have it as the per-CPU counter with a batch, and as the differentials of their memory
/// statistics.
@safe
public final class DifferentialCounter {
  // Representation. In each row
  //
  //     gate      see RowLocks; 0 if additions may be made by sequences
  //     (sleepers)
  //     total     all that was ever added in this row
  //     folded    how much of that is in the global count
  //
  // and in the common row
  //
  //     global    the sum of what was folded of all rows, and of `direct`
  //     direct    what was added to the global count without coming through a row
  //
  //     value = sum of all totals + direct            difference of a row = total - folded
  //
  // Totals only ever take up additions: folding changes `folded` and `global`, never a total. So the
  // sum cannot miss what is being moved, nor count it twice, and need not look at folds at all.
  //
  // Who may write. With the gate at 0 a sequence of the row's own CPU may: in one step it finds
  // the gate 0, compares, and adds to the total. Whoever holds the gate may change both words of the
  // row, and nobody else changes them meanwhile: a local holder's claim is a section of the same CPU, so no
  // addition is between its check and its commit; a remote one has run a restart fence since it closed
  // the gate, and has looked again (RowLocks). The unbound row, and every row on the atomic engine, is only
  // ever changed by holders of its gate, who take it by a compare-exchange.
  //
  // An addition, in this order:
  //  1. the sequence: gate 0, and |total + amount - folded| <= threshold. Nearly always that is all.
  //  2. otherwise it tries to take the gate of its own row, once, and adds as its holder; if the threshold
  //     is passed, it folds: first global, then the words of the row, then the gate.
  //  3. if the gate is held (by a preempted thread, a remote fold, the code that this signal handler has
  //     interrupted) it adds to `global` and to `direct`. It never waits.
  //
  // The bound. Let g(row) be what the global count has of a row. While the gate is 0, g = folded, and each
  // commit keeps |total - folded| <= threshold. The holder of the gate changes g once, from `folded` to
  // the total that it then stores. No commit of a sequence is possible meanwhile, so the difference is
  // what it was, until it is 0; what it stores into the total besides is the addition it makes itself. The
  // gate is opened after all of that. So |total - g| <= threshold in each row at every moment, one
  // addition under way counted where g has it; and additions of the third kind are in both or under
  // way. The sum over all rows, that of the unbound included, is the bound.
  //
  // A difference cannot be taken out by an exchange from afar, as a locked instruction would get lost
  // against the plain commit of a section; and if `folded` were changed without the gate, to a total that is
  // out of date by then, the next additions would be compared with a wrong base, and the one after that with
  // one that is further off: with amounts of both signs the error grows without end.
  //
  // Linearization: an addition takes effect for `sum()` at its change of a total or of `direct`, and for
  // `approximate` as the bound says.
  @usableFromInline
  let locks: RowLocks
  /// For tests.
  package var slots: UnsafeMutableRawPointer { unsafe locks.slots }

  /// How far the difference of one CPU may be from 0.
  public let threshold: Int

  /// Creates a counter at zero.
  ///
  /// - Parameter threshold: The more, the rarer are folds; the less, the better is ``approximate``. 32
  ///   makes the cost of folding hard to measure if one is added at a time.
  /// - Precondition: `threshold` is at least 1 and less than 2^62 (2^30 where words have 32 bits).
  /// - Complexity: O(1).
  public init(threshold: Int) {
    enforce(
      threshold >= 1 && threshold <= Int.max / 2,
      "the threshold of a DifferentialCounter is at least 1 and at most Int.max / 2")
    self.threshold = threshold
    locks = unsafe RowLocks(
      slots: PerCPUArena.shared.allocate(byteCount: Int(PERCPU_GATED_SIZE)))
  }

  deinit {
    unsafe PerCPUArena.shared.deallocate(locks.slots, byteCount: Int(PERCPU_GATED_SIZE))
  }

  // MARK: Adding

  /// Adds a number, which may be negative. Wraps around on overflow.
  ///
  /// What is more than the threshold goes to the global count at once.
  ///
  /// - Complexity: O(1), never waits. Lock-free on the restartable engine; as the processor's atomic
  ///   addition otherwise.
  @inlinable
  public func add(_ amount: Int) {
    if _slowPath(unsafe !percpu_sequence_add_within_once(locks.slots, amount, threshold)) {
      addSlowly(amount)
    }
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

  @usableFromInline
  func addSlowly(_ amount: Int) {
    if let word = unsafe locks.tryAcquireLocal() {
      change(unsafe locks.row(of: word), by: amount, folding: false)
      unsafe locks.release(word)
    } else {
      // Whoever holds the row may be preempted, or wait for this signal handler to end.
      addToGlobal(amount)
      // Relaxed: an addition orders nothing.
      _ = unsafe percpu_word_fetch_add_relaxed(direct, amount)
    }
  }

  // MARK: Reading

  /// About what ``sum()`` is: no further from it than ``errorBound``.
  ///
  /// - Complexity: O(1), wait-free: one load.
  @inlinable
  public var approximate: Int {
    defer { withExtendedLifetime(self) {} }
    // Relaxed: of what happened before, all is there that was folded then (reads of one word never go back).
    return unsafe percpu_word_load_relaxed(global)
  }

  /// By how much ``approximate`` may be wrong: the threshold times the number of possible CPUs and one, for
  /// threads that are bound to none.
  ///
  /// - Complexity: O(1).
  public var errorBound: Int {
    let (bound, overflow) = threshold.multipliedReportingOverflow(by: CPU.rows.count)
    return overflow ? .max : bound
  }

  /// The sum of all that was added.
  ///
  /// It contains every addition that happened before the call. See the type's guarantees for
  /// additions that run at the same time.
  ///
  /// - Complexity: O(possible CPUs), wait-free.
  public func sum() -> Int {
    defer { withExtendedLifetime(self) {} }
    // Relaxed, as in PerCPUCounter: what must be seen is what happened before.
    var sum = unsafe percpu_word_load_relaxed(direct)
    CPU.forEachRow { sum &+= unsafe percpu_word_load_relaxed(total($0.rawValue)) }
    return sum
  }

  // MARK: Folding

  /// Moves the difference of a CPU to the global count, wherever this thread is.
  ///
  /// Whatever was added on that CPU before the call is part of ``approximate`` afterwards. Its threads are
  /// not disturbed, but for a fence if there is something to fold.
  ///
  /// - Precondition: `cpu` is one of ``CPU/possible`` or ``CPU/unbound``.
  /// - Complexity: O(1), two loads if there is nothing to fold; a fence of 0.5 to 10 microseconds otherwise.
  ///   Waits for a fold of the same row that is under way. Not callable from signal handlers.
  public func fold(cpu: CPU) {
    defer { withExtendedLifetime(self) {} }
    requireRow(cpu)
    foldUnlessFolded(cpu.rawValue)
  }

  /// Moves the differences of all CPUs, and that of ``CPU/unbound``, to the global count.
  ///
  /// - Complexity: O(possible CPUs), each as ``fold(cpu:)``.
  public func foldAll() {
    defer { withExtendedLifetime(self) {} }
    for cpu in CPU.rows { foldUnlessFolded(cpu.rawValue) }
  }

  /// Moves the difference of the CPU this thread is on to the global count.
  ///
  /// That is for a thread that is about to sleep, or to leave its CPU to others for long: nobody then has to
  /// come and fold what it leaves behind.
  ///
  /// - Complexity: O(1), a few loads if there is nothing to fold. Waits for a fold of the same row that is
  ///   under way. Not callable from signal handlers.
  public func quiesce() {
    defer { withExtendedLifetime(self) {} }
    if isFolded(percpu_row_hint()) { return }
    let word = unsafe locks.acquireLocal(.wait)
    change(unsafe locks.row(of: word), by: 0, folding: true)
    unsafe locks.release(word)
  }

  private func foldUnlessFolded(_ row: Int) {
    if isFolded(row) { return }
    let word = unsafe locks.acquire(row)
    change(row, by: 0, folding: true)
    unsafe locks.release(word)
  }

  /// Whether all that was added in this row before the call is in the global count.
  private func isFolded(_ row: Int) -> Bool {
    // The total first: what `folded` says later than that is in the global count covers it. Relaxed: what
    // must be seen is what happened before.
    let total = unsafe percpu_word_load_relaxed(total(row))
    // Acquire: pairs with the release in `change`, behind the addition to the global count.
    return unsafe percpu_word_load_acquire(folded(row)) == total
  }

  /// By the holder of the row's gate, whose taking it acquired both words.
  private func change(_ row: Int, by amount: Int, folding: Bool) {
    // Relaxed, both: nobody else writes them.
    let new = unsafe percpu_word_load_relaxed(total(row)) &+ amount
    let difference = unsafe new &- percpu_word_load_relaxed(folded(row))
    // The same comparison as in the sequence, which is right in spite of overflows.
    let isWithin = UInt(bitPattern: difference &+ threshold) <= UInt(bitPattern: 2 &* threshold)
    guard folding || !isWithin else {
      unsafe percpu_word_store_relaxed(total(row), new)
      return
    }
    addToGlobal(difference)
    // Relaxed: sums need no order, and what sequences see is ordered by the gate.
    unsafe percpu_word_store_relaxed(total(row), new)
    // Release: who finds nothing to fold finds it in the global count.
    unsafe percpu_word_store_release(folded(row), new)
  }

  private func addToGlobal(_ amount: Int) {
    // Relaxed: who has to see it acquires `folded`, or the gate, which are stored behind it.
    _ = unsafe percpu_word_fetch_add_relaxed(global, amount)
  }

  // MARK: Memory

  @inlinable
  var global: UnsafeMutablePointer<Int> {
    unsafe percpu_row_word(locks.slots, Int(PERCPU_ROW_COMMON))
  }

  private var direct: UnsafeMutablePointer<Int> { unsafe global + 1 }

  private func total(_ row: Int) -> UnsafeMutablePointer<Int> {
    unsafe percpu_row_word(locks.slots + Int(PERCPU_GATED_TOTAL), row)
  }

  private func folded(_ row: Int) -> UnsafeMutablePointer<Int> {
    unsafe percpu_row_word(locks.slots + Int(PERCPU_GATED_FOLDED), row)
  }
}

// Sendable: stored lets only; the memory behind them is accessed as described above.
extension DifferentialCounter: @unchecked Sendable {}
