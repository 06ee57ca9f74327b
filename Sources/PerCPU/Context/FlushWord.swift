// SPDX-License-Identifier: Apache-2.0

public import CAtomicsShim

/// Lets a parked context be told to flush without being woken.
///
/// A *context* is a thread, mostly one with an event loop, that caches something others may change: a
/// configuration, a compiled rule, a batch. It is *active* or *parked*, which means that it is blocked
/// and touches nothing of what it caches until it is active again.
///
/// ```swift
/// let word = FlushWord()
///
/// func context() {
///   while wait() {
///     if word.activate() { flush() }
///     handleEvents()
///     word.park()
///   }
/// }
///
/// func whoeverChangesTheRoutes() {
///   changeRoutes()
///   if word.requestFlush() == .mustInterrupt { wakeUp() }
/// }
/// ```
///
/// However many requests find the context parked, it flushes once when it comes back: everything it
/// has cached, since nobody left a note of what has changed. A context that is active is interrupted
/// by whatever means the program has, and flushes then. What the requester has to wait for, or what must
/// happen in bounded time, is no business of this type: a parked context may never come back.
///
/// One word for each context. If there is one thing to invalidate and many contexts that enter
/// and leave all the time, ``FlushGeneration`` is cheaper for them; if there are several kinds of work,
/// or signal handlers that touch what is cached, use ``ContextWord``.
///
/// ## Cost
/// One locked instruction for ``activate()``, none for ``park()`` (benchmark `context`). A line of its
/// own.
///
/// ## Progress, memory ordering, signals, tasks, forks
/// The owner's calls are wait-free, ``requestFlush()`` is lock-free: it tries again only when the
/// context has changed state meanwhile. What a requester did before a request that was deferred is seen
/// by the flush of the context; what the context did before it parked is seen by the requester. An
/// interruption must order by itself, as all that the kernel delivers does. It may arrive when the context has parked
/// meanwhile.
///
/// ``requestFlush()`` and ``state`` may be called from signal handlers. A handler that interrupts the
/// owner must not touch what the owner caches: between ``activate()`` and the flush it would find it
/// stale. ``activate()`` and ``park()`` belong to whoever runs the context, one at a time; a task must not
/// be suspended in between. A child of a fork finds the word as it was.
///
/// This is the word with which Tilera's dataplane kernels avoided interrupts of isolated CPUs.
@safe
public final class FlushWord {
  // The states of `word`, one after the other for the same owner:
  //
  //     parked (0) --- requester ---> pending (2)
  //        ^  \                          |
  //     owner  ------- owner ------> active (1) <-- owner
  //
  // Only the owner stores `active` and `parked`; only requesters store `pending`, and only over a parked
  // state. Since one word decides, no fence is needed: either the owner's exchange finds a request or the
  // requester finds the owner active.
  //
  // Linearization: of a request, its compare-exchange or the load that found the owner active; of the
  // owner's changes, the exchange and the store.
  //
  // - A request over a pending one is a compare-exchange, too, that changes nothing. Its release is what
  //   makes this requester's changes visible to the flush: a failed one, or a load, orders nothing, and
  //   the owner would synchronize with the first requester alone.
  // - The owner's exchange needs no release: requesters that go on because of it only interrupt. Whoever
  //   is deferred has read the store of `park`, or a request that continues its release sequence.
  // - The flush follows the exchange. The other way round, a request between the two would be lost.

  /// The state of a context.
  @frozen
  public enum State: Sendable, Hashable {
    /// It uses what it caches, or is about to flush that.
    case active
    /// It is blocked, and nothing was asked of it.
    case parked
    /// Parked, and asked to flush.
    case parkedFlushPending
  }

  @usableFromInline static let parked: UInt32 = 0
  @usableFromInline static let active: UInt32 = 1
  @usableFromInline static let pending: UInt32 = 2

  private let line: OwnLine
  @usableFromInline
  let word: UnsafeMutablePointer<UInt32>

  /// Creates a word whose context is parked.
  ///
  /// - Complexity: O(1).
  public init() {
    line = OwnLine()
    unsafe word = line.u32(at: 0)
  }

  deinit { line.deallocate() }

  /// Announces that the context is active. For its owner.
  ///
  /// - Returns: Whether a flush was asked for meanwhile: the owner now flushes everything it has cached.
  /// - Complexity: O(1), wait-free.
  @inlinable
  public func activate() -> Bool {
    defer { withExtendedLifetime(self) {} }
    // Acquire: pairs with the release of requests.
    return unsafe percpu_u32_exchange_acquire(word, Self.active) == Self.pending
  }

  /// Announces that the context is parked and touches nothing that it caches. For its owner.
  ///
  /// - Precondition: The context is active.
  /// - Complexity: O(1), wait-free.
  @inlinable
  public func park() {
    defer { withExtendedLifetime(self) {} }
    // Relaxed: nobody else writes while the context is active. Parking twice would lose a request.
    if _slowPath(unsafe percpu_u32_load_relaxed(word) != Self.active) { Self.trapParked() }
    // Release: pairs with the acquire of requests.
    unsafe percpu_u32_store_release(word, Self.parked)
  }

  /// Asks the context to flush what it has cached. For anybody, after the change.
  ///
  /// - Complexity: O(1), lock-free.
  @inlinable
  public func requestFlush() -> FlushRequest {
    defer { withExtendedLifetime(self) {} }
    // Relaxed: a stale state costs another turn, or a needless interruption.
    var state = unsafe percpu_u32_load_relaxed(word)
    while state != Self.active {
      // Release: pairs with the acquire of `activate`. Acquire: pairs with the release of `park`.
      let result = unsafe percpu_u32_compare_exchange_acq_rel(word, state, Self.pending)
      if result.exchanged { return .deferred }
      state = result.original
    }
    return .mustInterrupt
  }

  /// The state at this moment.
  ///
  /// - Complexity: O(1), wait-free.
  @inlinable
  public var state: State {
    defer { withExtendedLifetime(self) {} }
    // Acquire: pairs with the release of `park`.
    return switch unsafe percpu_u32_load_acquire(word) {
    case Self.active: .active
    case Self.parked: .parked
    default: .parkedFlushPending
    }
  }

  @usableFromInline
  @inline(never)
  static func trapParked() -> Never {
    fatalError("PerCPU: this context is not active. Call park() once for each activate().")
  }
}

// Sendable: the word is only accessed with atomic instructions.
extension FlushWord: @unchecked Sendable {}
