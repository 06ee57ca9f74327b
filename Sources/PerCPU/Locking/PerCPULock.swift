// SPDX-License-Identifier: Apache-2.0

/// A state for each CPU, each behind a lock of its own, which is nearly always free.
///
/// ```swift
/// let buffers = PerCPULock { _ in [Event]() }
/// buffers.withLocal { buffer, _ in buffer.append(event) }       // everywhere, all the time
/// buffers.forEach { _, buffer in flush(&buffer) }               // now and then
/// ```
///
/// Use it for what is changed often by everybody, can be kept in parts, and needs more than a number
/// or a transaction on plain bits: collections, caches of objects, pools. ``PerCPUCounter`` and
/// ``ShardedLock`` are faster where they do.
///
/// The state a closure gets is that of the CPU the thread was on when it acquired the lock. The
/// thread may be moved or preempted meanwhile; the lock stays its own. The closure may take as long
/// as it likes, sleep, and use other locks; whoever comes to the same CPU meanwhile waits, or takes
/// another CPU's state, as ``BusyPolicy`` says.
///
/// ## Cost
/// On the restartable engine ``withLocal(_:)`` has no locked instruction: a claim by a restartable
/// sequence, and a plain store to release (benchmark `lock`). ``withLock(on:_:)`` by others than the
/// owner costs a fence of 0.5 to 10 microseconds. Each row takes the size of the state and 16 bytes.
///
/// ## Progress, memory ordering, signals, tasks, forks
/// Blocking: a thread that is preempted while it holds a lock makes those wait that need the same
/// one; they spin for a moment and then sleep in the kernel. Not fair. Acquiring is an acquire,
/// releasing a release. A signal handler may use ``tryWithLocal(_:)``; the others trap if the thread
/// it interrupted holds the lock. Closures are synchronous, so no lock is held across an `await`. In
/// the child of a fork the locks that other threads of the parent held stay held, as with any lock.
/// Locking again what this thread holds, where that would wait for ever, traps.
///
/// Kernels call it a local lock; the acquisition is that of librseq's per-CPU spin lock.
@safe
public final class PerCPULock<State: ~Copyable> {
  // Representation: in each row a lock (see RowLocks) and, behind it, the state, which only the
  // holder touches.

  /// What ``withLocal(_:)`` does when the lock of the own CPU is held: its holder was preempted, or
  /// has been moved to another CPU, or locks it from afar.
  public enum BusyPolicy: Sendable {
    /// Waits for it: each CPU's state is changed on its own CPU, apart from ``withLock(on:_:)``.
    case wait
    /// Takes the state of another CPU whose lock is free, and waits only if none is.
    case neighbor
  }

  @usableFromInline
  let locks: RowLocks
  @usableFromInline
  let policy: RowLocks.BusyPolicy

  /// Creates a state for each possible CPU, and one for the threads that are bound to none.
  ///
  /// - Parameters:
  ///   - policy: What to do when the own CPU's lock is held.
  ///   - make: Makes the state of a CPU, or of ``CPU/unbound``.
  /// - Precondition: A state is at most 64 KiB in size, less 128 bytes.
  /// - Complexity: O(possible CPUs).
  public init(whenBusy policy: BusyPolicy = .wait, _ make: (CPU) -> sending State) {
    enforce(
      Self.byteCount <= PerCPUArena.rowSize,
      "PerCPULock holds states of less than 64 KiB; put what is larger behind a reference")
    enforce(
      MemoryLayout<State>.alignment <= PerCPUArena.lineSize,
      "PerCPULock holds states aligned to at most \(PerCPUArena.lineSize) bytes")
    self.policy = policy == .wait ? .wait : .anyRow
    locks = unsafe RowLocks(slots: PerCPUArena.shared.allocate(byteCount: Self.byteCount))
    for cpu in CPU.rows { unsafe state(at: locks.word(cpu.rawValue)).initialize(to: make(cpu)) }
  }

  deinit {
    for cpu in CPU.rows { unsafe state(at: locks.word(cpu.rawValue)).deinitialize(count: 1) }
    unsafe PerCPUArena.shared.deallocate(locks.slots, byteCount: Self.byteCount)
  }

  /// Runs `body` with the state of the CPU this thread is on, and tells it which.
  ///
  /// - Complexity: O(1) while the lock is free; else as long as its holder takes. Traps if it is this
  ///   thread that holds it.
  @inlinable
  public func withLocal<Result: ~Copyable, Failure: Error>(
    _ body: (inout sending State, CPU) throws(Failure) -> sending Result
  ) throws(Failure) -> sending Result {
    let word = unsafe locks.acquireLocal(policy)
    defer { unsafe finish(word) }
    return try unsafe body(&state(at: word).pointee, CPU(rawValue: locks.row(of: word)))
  }

  /// Runs `body` with the state of the CPU this thread is on unless that is locked; returns nil then.
  ///
  /// - Complexity: O(1). Never waits. Callable from a signal handler if `body` is.
  @inlinable
  public func tryWithLocal<Result: ~Copyable, Failure: Error>(
    _ body: (inout sending State, CPU) throws(Failure) -> sending Result
  ) throws(Failure) -> sending Result? {
    guard let word = unsafe locks.tryAcquireLocal() else { return nil }
    defer { unsafe finish(word) }
    return try unsafe body(&state(at: word).pointee, CPU(rawValue: locks.row(of: word)))
  }

  /// Runs `body` with the state of a given CPU, wherever this thread is.
  ///
  /// - Precondition: `cpu` is one of ``CPU/possible`` or ``CPU/unbound``.
  /// - Complexity: O(1) and a fence of 0.5 to 10 microseconds while the lock is free; else as long as
  ///   its holder takes. Traps if it is this thread that holds it.
  @inlinable
  public func withLock<Result: ~Copyable, Failure: Error>(
    on cpu: CPU, _ body: (inout sending State) throws(Failure) -> sending Result
  ) throws(Failure) -> sending Result {
    requireRow(cpu)
    let word = unsafe locks.acquire(cpu.rawValue)
    defer { unsafe finish(word) }
    return try unsafe body(&state(at: word).pointee)
  }

  /// Runs `body` with each state in turn, each under its lock: that of ``CPU/unbound``, then those of
  /// the possible CPUs. No two are locked at the same time.
  ///
  /// - Complexity: O(possible CPUs), each as ``withLock(on:_:)``.
  public func forEach<Failure: Error>(
    _ body: (CPU, inout sending State) throws(Failure) -> Void
  ) throws(Failure) {
    for cpu in CPU.rows {
      try withLock(on: cpu) { (state: inout sending State) throws(Failure) in
        try body(cpu, &state)
      }
    }
  }

  /// Releases, and keeps the object until then: the optimizer does not know the memory to be its.
  @inlinable
  @inline(__always)
  func finish(_ word: RowLocks.Word) {
    unsafe locks.release(word)
    withExtendedLifetime(self) {}
  }

  @inlinable
  @inline(__always)
  func state(at word: RowLocks.Word) -> UnsafeMutablePointer<State> {
    let offset = Self.stateOffset
    return unsafe (UnsafeMutableRawPointer(word) + offset)
      .assumingMemoryBound(to: State.self)
  }

  @inlinable
  static var stateOffset: Int { max(16, MemoryLayout<State>.alignment) }

  private static var byteCount: Int {
    let size = stateOffset + MemoryLayout<State>.size
    // Smaller blocks are aligned to a word only.
    return MemoryLayout<State>.alignment > MemoryLayout<Int>.alignment
      ? max(size, PerCPUArena.lineSize) : size
  }
}

// Sendable: a state is only ever accessed by the thread that holds its lock.
extension PerCPULock: @unchecked Sendable where State: ~Copyable {}
