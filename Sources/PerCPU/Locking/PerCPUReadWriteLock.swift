// SPDX-License-Identifier: Apache-2.0

/// A read-write lock whose readers write no cache line that another CPU writes.
///
/// ```swift
/// let routes = PerCPUReadWriteLock(RouteTable())
/// let target = routes.withRead { $0.target(for: path) }      // everywhere, all the time
/// routes.withWrite { $0.add(path, 7) }                         // rarely
/// ```
///
/// Use it for what is read all the time, changed rarely and changed in place. If readers can do with
/// a value that was current when they began, a ``SnapshotCell`` lets them go on while it is replaced.
///
/// ## Cost
/// A reader adds one to a counter of its CPU when it comes and one to another when it goes: no locked
/// instruction on the restartable engine (benchmark `lock`, operation `read`). A writer runs a fence of
/// 0.5 to 10 microseconds and adds up the counters of all possible CPUs. A lock takes a line for each CPU.
///
/// ## Progress, memory ordering, signals, tasks, forks
/// Readers never wait for readers, however many there are and whatever they do inside. A writer waits
/// for the readers that are there, and meanwhile those that come wait for it; both sleep in the kernel.
/// Not fair between writers. What a writer changed is seen by all readers that come after it. Not for
/// signal handlers. Closures are synchronous, so no lock is held across an `await`. Do not nest: a
/// read inside of a read waits for a writer that waits for the outer one, and a write inside of a read
/// for itself; both for ever. Anything inside of a write traps. In the child of a fork, what other
/// threads of the parent held stays held.
///
/// After Linux's percpu-rwsem, with the two counters of its sleepable RCU.
@safe
public final class PerCPUReadWriteLock<State: ~Copyable> {
  @usableFromInline
  let readers: ReaderCounts
  @usableFromInline
  let state: UnsafeMutablePointer<State>

  /// Creates a lock that protects a state.
  ///
  /// - Complexity: O(1).
  public init(_ initial: consuming sending State) {
    readers = ReaderCounts()
    unsafe state = .allocate(capacity: 1)
    unsafe state.initialize(to: initial)
  }

  deinit {
    unsafe state.deinitialize(count: 1)
    unsafe state.deallocate()
    readers.deallocate()
  }

  /// Runs `body` with the state, which nobody changes meanwhile.
  ///
  /// - Complexity: O(1) while nobody writes.
  @inlinable
  public func withRead<Result: ~Copyable, Failure: Error>(
    _ body: (borrowing State) throws(Failure) -> Result
  ) throws(Failure) -> Result {
    readers.enter()
    defer {
      readers.leave()
      withExtendedLifetime(self) {}
    }
    return try unsafe body(state.pointee)
  }

  /// Runs `body` with the state, which nobody else uses meanwhile.
  ///
  /// - Complexity: O(possible CPUs), and as long as the readers take that are there.
  public func withWrite<Result: ~Copyable, Failure: Error>(
    _ body: (inout State) throws(Failure) -> Result
  ) throws(Failure) -> Result {
    readers.exclude()
    defer {
      readers.admit()
      withExtendedLifetime(self) {}
    }
    return try unsafe body(&state.pointee)
  }
}

// Sendable: the state is only shared between readers, or used by one writer alone.
extension PerCPUReadWriteLock: @unchecked Sendable where State: Sendable & ~Copyable {}
