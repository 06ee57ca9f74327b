// SPDX-License-Identifier: Apache-2.0

public import CAtomicsShim

/// One or several words for each CPU, with the operations of a processor on those of the own CPU: add,
/// exchange, compare and exchange, and compare two words and exchange one.
///
/// ```swift
/// let tokens = PerCPUWords()
///
/// func take() -> Bool {
///   var expected = 1
///   while expected > 0 {
///     switch tokens.compareExchange(expected: expected, desired: expected - 1) {
///     case .exchanged: return true                       // one taken, on this CPU
///     case .mismatch(let actual, _): expected = actual   // what this CPU has
///     }
///   }
///   return false
/// }
/// ```
///
/// Use it to build what the other types of this package are not: free lists, rate limits, small state
/// machines, each in a copy for every CPU. What is a sum is better kept in a ``PerCPUCounter``, and
/// what does not fit into one word or two behind a ``PerCPULock``.
///
/// ## Guarantees
/// - Each operation takes place as one step, in one *row*: the words of one CPU, or those of
///   ``CPU/unbound``. Its result names the row. The operations on a row have an order that agrees with
///   that in which they were called and returned (they are linearizable), and so has exclusive access.
///   ``load(cpu:at:)`` is not one of them: it may miss what an operation that has just returned on
///   another CPU stored. Who must not miss that asks with exclusive access.
/// - The row is that of the CPU the thread is on. It is ``CPU/unbound`` if that row cannot be had at
///   once, because another thread, or this one, has ``withExclusiveAccess(to:_:)`` to it; or if the
///   thread cannot run restartable sequences, or is interrupted 64 times in a row. On the atomic engine
///   it is so, too, if another thread was preempted in an operation on the same row.
/// - Preemption, migration and signals are never seen: what they interrupt is done again. A mismatch
///   always means that the words held something else.
/// - Both engines give the same results.
///
/// So two operations of one thread may speak of different rows, and what is expected of a word, learned
/// from the one, may be compared with that of another. Where that matters, compare the rows that the
/// results name, or let the value tell.
///
/// ## Cost
/// On the restartable engine an operation is a dozen instructions without a lock prefix, and costs the
/// same on one thread and on all (benchmark `words`). On the atomic engine it is one
/// compare-exchange, and a plain store. Each row takes 8 bytes for each word, and 8 more.
///
/// ## Progress, memory ordering, signals, tasks, forks
/// Operations are lock-free on the restartable engine while they find their own row. In that of
/// ``CPU/unbound``, and on the atomic engine, they are done under a lock that is held for a few
/// instructions; they wait for the lock of ``CPU/unbound`` alone, never for another row's, and never for
/// their own thread.
/// ``load(cpu:at:)`` is wait-free. ``withExclusiveAccess(to:_:)`` waits for others who have it.
///
/// Every operation acquires, and releases if it stores. All but ``init(count:)``, `deinit`,
/// ``withExclusiveAccess(to:_:)`` and ``forEach(_:)`` may be called from signal handlers, whatever they
/// interrupt, and across `await` (each call stands for itself). In the child of a fork the rows to which other threads
/// of the parent had exclusive access, or on which they were carrying out an operation by a lock, stay
/// theirs for ever. There, ``load(cpu:at:)`` tells what such a row holds, and operations go to
/// ``CPU/unbound`` instead; but exclusive access to it never returns, nor do operations if
/// ``CPU/unbound`` is such a row. So in a child of a process with threads, load and operate, and make
/// other words for exclusive access. (A thread that the child starts may be taken for the one of the
/// parent that had the row, if it has got its place in memory; then exclusive access traps.)
///
/// These are librseq's per-CPU operations, with results, for all threads, and with access from afar. The
/// way they are carried out without the kernel's help was described for Google's fleet in 2015: a lock
/// for each CPU, taken very briefly.
@safe
public final class PerCPUWords {
  // Representation: in each row a gate, and behind it the words. gated.h of the shim says how a gate
  // works and where operations linearize. What is added to that here:
  //
  // - `withExclusiveAccess` closes the gate, so no operation takes place in the row until it opens it.
  //   Its loads and stores of words, in between, are therefore relaxed and, because `load` heeds no gate,
  //   releases.
  // - `load` reads one word and heeds no gate: it may see what somebody with exclusive access stores,
  //   store by store. Acquire: pairs with the release of each store.
  // - An object's memory is used until its operation is done: every method extends the caller's
  //   reference over it.
  @usableFromInline
  let slots: UnsafeMutableRawPointer

  /// The number of words in each row.
  public let count: Int

  /// Creates words that are all zero.
  ///
  /// - Precondition: `count` is at least 1 and at most 8191: a row is 64 KiB in size.
  /// - Complexity: O(1).
  public init(count: Int = 1) {
    enforce(Int.bitWidth == 64, "PerCPUWords needs a platform with words of 64 bits")
    enforce(
      count >= 1 && count < PerCPUArena.rowSize / MemoryLayout<Int>.size,
      "PerCPUWords has 1 to 8191 words for each CPU; use several objects for more")
    self.count = count
    unsafe slots = PerCPUArena.shared.allocate(byteCount: Self.byteCount(count))
    // Made here, because making it allocates, and loading may happen in a signal handler.
    _ = CPU.rows
  }

  deinit {
    unsafe PerCPUArena.shared.deallocate(slots, byteCount: Self.byteCount(count))
  }

  // MARK: Operations

  /// What a word held before an operation.
  @frozen
  public struct Replaced: Sendable, Hashable {
    /// What it held.
    public let original: Int
    /// Whose word it was; perhaps ``CPU/unbound``.
    public let cpu: CPU

    @inlinable
    init(_ found: percpu_found) {
      original = found.original
      cpu = CPU(rawValue: found.row)
    }
  }

  /// How a ``compareExchange(expected:desired:at:)`` ended.
  @frozen
  public enum Exchange: Sendable, Hashable {
    /// The word of this CPU held what was expected, and holds now what was desired.
    case exchanged(cpu: CPU)
    /// Nothing was stored: the word of this CPU held something else.
    case mismatch(actual: Int, cpu: CPU)
  }

  /// How a ``doubleCompareExchange(expected:desired:at:)`` ended.
  @frozen
  public enum DoubleExchange: Sendable, Hashable {
    /// Both words of this CPU held what was expected, and the first holds now what was desired.
    case exchanged(cpu: CPU)
    /// Nothing was stored: this is what the words of this CPU held, at one moment.
    case mismatch(first: Int, second: Int, cpu: CPU)
  }

  /// Adds to a word of the own CPU, and tells what it held before. Wraps around on overflow.
  ///
  /// - Precondition: The index is less than ``count``.
  /// - Complexity: O(1). See the type for progress.
  @inlinable
  @discardableResult
  public func add(_ amount: Int, at index: Int = 0) -> Replaced {
    defer { withExtendedLifetime(self) {} }
    return unsafe Replaced(percpu_sequence_gated_add(slots, offset(of: index), amount))
  }

  /// Stores into a word of the own CPU, and tells what it held before.
  ///
  /// - Precondition: The index is less than ``count``.
  /// - Complexity: O(1). See the type for progress.
  @inlinable
  @discardableResult
  public func exchange(_ value: Int, at index: Int = 0) -> Replaced {
    defer { withExtendedLifetime(self) {} }
    return unsafe Replaced(percpu_sequence_gated_exchange(slots, offset(of: index), value))
  }

  /// Stores into a word of the own CPU if it holds what is expected; tells what it held if not.
  ///
  /// To learn what the own CPU's word holds, and which CPU that is, expect and desire the same.
  ///
  /// - Precondition: The index is less than ``count``.
  /// - Complexity: O(1). See the type for progress.
  @inlinable
  @discardableResult
  public func compareExchange(expected: Int, desired: Int, at index: Int = 0) -> Exchange {
    defer { withExtendedLifetime(self) {} }
    let found = unsafe percpu_sequence_gated_store_if(
      slots, offset(of: index), expected, desired)
    let cpu = CPU(rawValue: found.row)
    return found.original == expected
      ? .exchanged(cpu: cpu) : .mismatch(actual: found.original, cpu: cpu)
  }

  /// Stores into the first of two words of the own CPU if both hold what is expected; tells what they
  /// held, at one moment, if not.
  ///
  /// The second word may be a state, an owner or a version, which makes the exchange of the first
  /// legitimate.
  ///
  /// - Precondition: The indices are less than ``count``.
  /// - Complexity: O(1). See the type for progress.
  @inlinable
  @discardableResult
  public func doubleCompareExchange(
    expected: (Int, Int), desired: Int, at indices: (Int, Int) = (0, 1)
  ) -> DoubleExchange {
    defer { withExtendedLifetime(self) {} }
    let test = percpu_pair_test(
      first_offset: offset(of: indices.0), second_offset: offset(of: indices.1),
      first_expected: expected.0, second_expected: expected.1)
    let found = unsafe percpu_sequence_gated_store_if_both(slots, test, desired)
    let cpu = CPU(rawValue: found.row)
    return found.first == expected.0 && found.second == expected.1
      ? .exchanged(cpu: cpu) : .mismatch(first: found.first, second: found.second, cpu: cpu)
  }

  // MARK: From anywhere

  /// What a word of a given CPU holds.
  ///
  /// Makes nobody wait, and may see what a closure with exclusive access stores before it is done.
  ///
  /// - Precondition: The index is less than ``count``; `cpu` is one of ``CPU/possible`` or ``CPU/unbound``.
  /// - Complexity: O(1), wait-free.
  public func load(cpu: CPU, at index: Int = 0) -> Int {
    defer { withExtendedLifetime(self) {} }
    requireRow(cpu)
    // Acquire: pairs with the release of whoever stored it.
    return unsafe percpu_word_load_acquire(word(cpu, at: index))
  }

  /// Runs `body` with the words of a given CPU, wherever this thread is, while nobody else changes them.
  ///
  /// Other CPUs are not affected. Operations that would take place on this one go to ``CPU/unbound``
  /// meanwhile; those on ``CPU/unbound`` itself wait, but for those of `body`. `body` may take as long
  /// as it likes, call any operation, and have exclusive access to other rows inside, if all who do so
  /// keep to one order, in which ``CPU/unbound`` comes last.
  ///
  /// While `body` has the words of ``CPU/unbound``, signals of this thread wait, but for those of faults.
  ///
  /// - Precondition: `cpu` is one of ``CPU/possible`` or ``CPU/unbound``. Traps if this thread has
  ///   exclusive access to it already.
  /// - Complexity: O(1) and a fence of 0.5 to 10 microseconds while nobody else has access; else as long
  ///   as others have it.
  public func withExclusiveAccess<Result: ~Copyable, Failure: Error>(
    to cpu: CPU, _ body: (borrowing Row) throws(Failure) -> Result
  ) throws(Failure) -> Result {
    defer { withExtendedLifetime(self) {} }
    requireRow(cpu)
    guard unsafe percpu_gate_close(slots, cpu.rawValue) else {
      fatalError(
        """
        PerCPU: this thread has exclusive access to the words of \(cpu) already and would wait for \
        itself for ever. Use what the closure was given, and no exclusive access in a signal handler \
        that can interrupt it.
        """)
    }
    defer { unsafe percpu_gate_open(slots, cpu.rawValue) }
    return try unsafe body(Row(first: word(cpu, at: 0), count: count))
  }

  /// Runs `body` with the words of each row in turn, with exclusive access to it: those of
  /// ``CPU/unbound``, then those of the possible CPUs.
  ///
  /// - Complexity: O(possible CPUs), each as ``withExclusiveAccess(to:_:)``.
  public func forEach<Failure: Error>(
    _ body: (CPU, borrowing Row) throws(Failure) -> Void
  ) throws(Failure) {
    for cpu in CPU.rows {
      try withExclusiveAccess(to: cpu) { (words: borrowing Row) throws(Failure) in
        try body(cpu, words)
      }
    }
  }

  // MARK: Memory

  private static func byteCount(_ count: Int) -> Int { (count + 1) * MemoryLayout<Int>.size }

  /// The distance of a word from the beginning of its row.
  @inlinable
  @inline(__always)
  func offset(of index: Int) -> Int {
    if _slowPath(UInt(bitPattern: index) >= UInt(bitPattern: count)) { refuse(index) }
    return (index &+ 1) &* MemoryLayout<Int>.stride
  }

  @usableFromInline
  @inline(never)
  func refuse(_ index: Int) -> Never {
    fatalError("PerCPU: there is no word \(index) among \(count); words are counted from 0")
  }

  private func word(_ cpu: CPU, at index: Int) -> UnsafeMutablePointer<Int> {
    unsafe percpu_row_word(slots + offset(of: index), cpu.rawValue)
  }
}

extension PerCPUWords {
  /// The words of one CPU, while nobody else changes them: what ``withExclusiveAccess(to:_:)`` lends.
  @safe
  public struct Row: ~Copyable {
    private let first: UnsafeMutablePointer<Int>

    /// How many there are.
    public let count: Int

    init(first: UnsafeMutablePointer<Int>, count: Int) {
      unsafe self.first = first
      self.count = count
    }

    /// A word. Each store is seen by ``PerCPUWords/load(cpu:at:)`` at once.
    ///
    /// - Precondition: `index` is less than ``count``.
    public subscript(index: Int) -> Int {
      get {
        // Relaxed: nobody else stores it.
        unsafe percpu_word_load_relaxed(word(at: index))
      }
      nonmutating set {
        // Release: pairs with the acquire of a load, which heeds no gate.
        unsafe percpu_word_store_release(word(at: index), newValue)
      }
    }

    private func word(at index: Int) -> UnsafeMutablePointer<Int> {
      enforce(
        index >= 0 && index < count,
        "there is no word \(index) among \(count); words are counted from 0")
      return unsafe first + index
    }
  }
}

// Sendable: the pointer is constant, and the memory behind it is only accessed as described above.
extension PerCPUWords: @unchecked Sendable {}
