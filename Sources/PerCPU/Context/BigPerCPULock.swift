// SPDX-License-Identifier: Apache-2.0

internal import CAtomicsShim

/// A lock that a context holds whenever it is active, so that others can work for it while it is parked.
///
/// A *context* is a thread, mostly one with an event loop, that owns a state. Between ``enter()`` and
/// ``exit()`` it uses the state as its own. Others `perform` work on the state: while the context is
/// parked they do it themselves, at once, and wake nobody; while it is active they leave the work to it.
///
/// ```swift
/// let connections = BigPerCPULock(Connections()) { wakeUp() }
///
/// func context() {
///   while wait() {
///     connections.enter()
///     connections.runDeferred()       // If it was kicked, or now and then.
///     connections.withOwner { $0.readAndWrite() }
///     connections.exit()
///     emptySourceOfWakeUps()
///   }
/// }
///
/// func anybody() -> Int {
///   connections.perform { $0.closeIdle() }
/// }
/// ```
///
/// Each body that is handed to `perform` runs exactly once, alone with the state, on whichever thread. It
/// should be short: the context waits for it when it comes back. It must not end the thread; if it
/// throws, its caller gets the error.
///
/// ## Kicks
/// The closure `kick` gets an active context to call ``runDeferred()`` soon: an eventfd, a wake-up of its
/// loop. It runs on the thread of whoever performs something, perhaps on several at a time, and must not
/// wait for anything. It is only called while the context is active, and ``exit()`` returns when no call is
/// under way any more. So whoever empties the source of its kicks between ``exit()`` and blocking is never
/// woken by one.
///
/// ## Cost
/// One locked instruction each for ``enter()`` and ``exit()``, two for work on a parked context
/// (benchmarks `context` and `perform`). Work that is deferred allocates a little memory.
///
/// ## Progress, memory ordering, signals, tasks, forks
/// Blocking. ``enter()`` waits while somebody works on the state; ``exit()`` while somebody kicks;
/// `perform` until its body has run, that is, for the context if it is active. All of them spin a
/// little and then sleep in the kernel, but for the asynchronous `perform`, which suspends its task.
/// Whoever works on the state also does what others defer meanwhile. The bodies run one after the other,
/// each seeing what those before it did; those that are deferred to the same context run in the order in
/// which they were.
///
/// Not for signal handlers. Performing inside of a body on the same lock, or as its active owner, traps. Two
/// contexts that are active and perform on each other wait for each other, for ever: use the asynchronous
/// form there, or park first. In the child of a fork, what other threads of the parent held stays held.
///
/// After a proposal made on the Linux kernel's list in 2015: a big lock for each CPU that it holds
/// whenever it runs the kernel.
@safe
public final class BigPerCPULock<State: ~Copyable> {
  @usableFromInline
  let lock: ContextLock
  @usableFromInline
  let state: UnsafeMutablePointer<State>

  /// Creates a lock whose context is parked.
  ///
  /// - Parameters:
  ///   - initial: The state.
  ///   - kick: Gets the active context to call ``runDeferred()`` soon.
  /// - Complexity: O(1).
  public init(_ initial: consuming sending State, kick: @escaping @Sendable () -> Void) {
    lock = ContextLock(kick: kick)
    unsafe state = .allocate(capacity: 1)
    unsafe state.initialize(to: initial)
  }

  deinit {
    unsafe state.deinitialize(count: 1)
    unsafe state.deallocate()
    lock.deallocate()
  }

  // MARK: The owner

  /// Makes the context active: takes the lock. For its owner.
  ///
  /// - Precondition: The context is not active.
  /// - Complexity: O(1), and as long as the work takes that somebody does on the state.
  public func enter() {
    lock.enter()
  }

  /// Runs what was deferred to the active context, in order. For its owner, outside of ``withOwner(_:)``.
  ///
  /// - Complexity: O(deferred bodies). A load if there are none.
  public func runDeferred() {
    lock.runDeferred()
  }

  /// Makes the context parked: runs what was deferred, and gives the lock away. For its owner, outside of
  /// ``withOwner(_:)``.
  ///
  /// - Precondition: The context is active.
  /// - Complexity: O(deferred bodies), and as long as a kick takes that is under way.
  public func exit() {
    lock.exit()
  }

  /// Runs `body` with the state of the active context. For its owner.
  ///
  /// - Precondition: The context is active, and this is not inside of another ``withOwner(_:)``.
  /// - Complexity: O(1), wait-free.
  @inlinable
  public func withOwner<Result: ~Copyable, Failure: Error>(
    _ body: (inout sending State) throws(Failure) -> sending Result
  ) throws(Failure) -> sending Result {
    lock.beginUse()
    defer {
      lock.endUse()
      withExtendedLifetime(self) {}
    }
    return try unsafe body(&state.pointee)
  }

  // MARK: Everybody else

  /// Runs `body` with the state, here if the context is parked, and otherwise in the context; returns
  /// when it has run.
  ///
  /// - Complexity: O(1) for a parked context, apart from what others defer meanwhile.
  @inlinable
  public func perform<Result: ~Copyable, Failure: Error>(
    _ body: (inout sending State) throws(Failure) -> sending Result
  ) throws(Failure) -> sending Result {
    guard lock.tryAcquire() else { return try performDeferred(body) }
    defer {
      lock.release()
      withExtendedLifetime(self) {}
    }
    return try unsafe body(&state.pointee)
  }

  @usableFromInline
  func performDeferred<Result: ~Copyable, Failure: Error>(
    _ body: (inout sending State) throws(Failure) -> sending Result
  ) throws(Failure) -> sending Result {
    defer { withExtendedLifetime(self) {} }
    lock.trapIfMine()
    // Unsafe: only whoever runs the body writes it, and this thread waits for that.
    nonisolated(unsafe) let outcome = UnsafeMutablePointer<Swift.Result<Result, Failure>>
      .allocate(capacity: 1)
    defer { unsafe outcome.deallocate() }
    withoutActuallyEscaping(body) { body in
      let work = DeferredWork(runsDetached: false) { [self] in
        do throws(Failure) {
          unsafe outcome.initialize(to: .success(try body(&self.state.pointee)))
        } catch {
          unsafe outcome.initialize(to: .failure(error))
        }
      }
      lock.deferWork(work)
      work.waitUntilDone()
      work.deallocate()
    }
    nonisolated(unsafe) let result = try unsafe outcome.move().get()
    return unsafe result
  }
}

// Sendable: only the holder of the lock uses the state.
extension BigPerCPULock: @unchecked Sendable where State: ~Copyable {}
