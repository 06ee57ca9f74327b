// SPDX-License-Identifier: Apache-2.0

public import CAtomicsShim

/// A context's counter that also carries the work that was left for it.
///
/// A *context* is a thread, mostly one with an event loop, that is *active* or *parked*. Others leave
/// work for it while it is parked, as bits of an option set, and it finds them at the moment it becomes
/// active, in the instruction that says so.
///
/// ```swift
/// struct CatchUp: OptionSet {
///   let rawValue: UInt16
///   static let reloadRoutes = Self(rawValue: 1), dropCaches = Self(rawValue: 2)
/// }
/// let context = ContextWord<CatchUp>()
///
/// func aTurnOfTheContext() {
///   let work = context.enter()
///   if !work.isEmpty {
///     if work.contains(.dropCaches) { flush() }
///     context.didCatchUp()
///   }
///   handleEvents()
///   context.exit()
/// }
///
/// func anybody() {
///   if context.set(.dropCaches) == .mustInterrupt { wakeUp() }
/// }
/// ```
///
/// Bits and no queue: a queue towards a context that never comes back grows without bound. So each kind
/// of work must be one that can be done once for any number of requests. For a single kind there is
/// ``FlushWord``.
///
/// The counter goes up with each entry. Whoever has seen the context inactive, or its ``counter``
/// changed, knows that it has left what it was in; see ``isActive``.
///
/// ## Cost
/// One locked instruction for ``enter()``, none for ``exit()`` (benchmark `context`). A line of its own.
///
/// ## Progress, memory ordering, signals, tasks, forks
/// The owner's calls are wait-free, ``set(_:)`` is lock-free: it tries again only when the word has
/// changed meanwhile. What was done before a ``set(_:)`` that was deferred is seen by the
/// context when it catches up; what the context did before ``exit()`` is seen by whoever finds it
/// inactive. An interruption must order by itself, as all that the kernel delivers does.
///
/// ``set(_:)`` and the properties may be called from signal handlers, once the program has used the word
/// outside of one, so that the types it is made of are there. A handler that interrupts the
/// owner, active or parked, enters with ``withNestedEntry(_:)``. ``enter()`` and ``exit()`` belong to
/// whoever runs the context, one at a time; a task must not be suspended in between. A child of a fork
/// finds the word as it was.
///
/// After the context tracking of the Linux kernel, as it was proposed for deferring interrupts.
@safe
public final class ContextWord<Work: OptionSet & Sendable> where Work.RawValue: FixedWidthInteger {
  // One word:
  //
  //     | counter ...      | unused | work, 16 bits | active |
  //      63                                       1        0
  //
  // The counter is at the top, so that it wraps around without a trace, however narrow it is.
  //
  // Invariant: while `active` is set, only the owner writes. `set` bets that it is not, and its
  // compare-exchange proves the bet. So the owner's exit is a load and a plain store.
  //
  // Linearization: of an entry the addition, of an exit the store, of `set` its compare-exchange, or the
  // load that found the context active.
  //
  // - Active is announced first, and the work done after that: a request in between finds the context
  //   active and interrupts.
  // - `set` writes although the bits may be there already; see FlushWord.
  // - Bits stay until the exit, so that a handler that interrupts the owner between its entry and
  //   `didCatchUp` finds them and catches up itself, before it touches anything.
  // - A nested entry never writes the word: an addition would carry into the work. It decides by the
  //   word and not by a count beside it, which would be wrong between the two.
  // - Light fence after the addition: whoever runs the heavy fence, and then finds this context
  //   inactive, has everything seen that it stored before. An addition is no fence on processors that
  //   make it of a load and a conditional store.

  @usableFromInline static var activeBit: UInt64 { 1 }
  @usableFromInline static var workBits: UInt64 { 0x1_FFFE }

  private let line: OwnLine
  @usableFromInline
  let word: UnsafeMutablePointer<UInt64>
  /// Not 0 if the owner has done the work it found. Only used by its thread and handlers of that.
  @usableFromInline
  let caughtUp: UnsafeMutablePointer<UInt32>
  /// What an entry adds.
  @usableFromInline
  let step: UInt64

  /// Creates a word whose context is parked.
  ///
  /// - Complexity: O(1).
  public convenience init() {
    self.init(counterBits: 47)
  }

  /// For tests, in which the counter wraps around.
  package init(counterBits: Int) {
    line = OwnLine()
    unsafe word = line.u64(at: 0)
    unsafe caughtUp = line.u32(at: 8)
    step = 1 << (64 - UInt64(counterBits)) | Self.activeBit
  }

  deinit { line.deallocate() }

  // MARK: The owner

  /// Announces that the context is active. For its owner.
  ///
  /// - Returns: The work that was left for it. Do it before anything else; then call ``didCatchUp()``.
  /// - Precondition: The context is not active.
  /// - Complexity: O(1), wait-free.
  @inlinable
  public func enter() -> Work {
    defer { withExtendedLifetime(self) {} }
    // Acquire: pairs with the release of `set`.
    let before = unsafe percpu_u64_fetch_add_acquire(word, step)
    // Pairs with the heavy fence of whoever wants to know what is active.
    percpu_fence_light()
    if _slowPath(before & Self.activeBit != 0) { ContextWordMisuse.isActive() }
    return work(of: before)
  }

  /// Says that the work that ``enter()`` returned is done. For its owner.
  ///
  /// Signal handlers in ``withNestedEntry(_:)`` need not do it any more. If no handler enters, or no work
  /// was returned, it may be left out.
  ///
  /// - Complexity: O(1), wait-free.
  @inlinable
  public func didCatchUp() {
    defer { withExtendedLifetime(self) {} }
    // Relaxed: nobody else writes while the context is active. Without work, `exit` takes nothing back.
    if unsafe percpu_u64_load_relaxed(word) & Self.workBits == 0 { return }
    // Relaxed: only seen by this thread. The barriers keep handlers from seeing it too early.
    percpu_compiler_barrier()
    unsafe percpu_u32_store_relaxed(caughtUp, 1)
    percpu_compiler_barrier()
  }

  /// Announces that the context is parked. For its owner.
  ///
  /// - Precondition: The context is active.
  /// - Complexity: O(1), wait-free.
  @inlinable
  public func exit() {
    defer { withExtendedLifetime(self) {} }
    // Relaxed: nobody else writes while the context is active.
    let now = unsafe percpu_u64_load_relaxed(word)
    if _slowPath(now & Self.activeBit == 0) { ContextWordMisuse.isParked() }
    if now & Self.workBits != 0 { unsafe percpu_u32_store_relaxed(caughtUp, 0) }
    // Release: pairs with the acquire of `set`, `isActive` and `counter`.
    unsafe percpu_u64_store_release(word, now & ~(Self.activeBit | Self.workBits))
  }

  /// Runs `body` as active, in a signal handler that may have interrupted the owner anywhere: active,
  /// parked, or in the middle of a change from one to the other.
  ///
  /// `body` is given the work that the interrupted owner has not done yet. It does that first, as far as
  /// it touches what the work is about; the owner is given all of it, too, and does it again, which must
  /// do no harm.
  ///
  /// - Complexity: O(1), wait-free.
  @inlinable
  public func withNestedEntry<Result: ~Copyable, Failure: Error>(
    _ body: (Work) throws(Failure) -> Result
  ) throws(Failure) -> Result {
    defer { withExtendedLifetime(self) {} }
    // Relaxed: what only the interrupted thread writes while it matters.
    let now = unsafe percpu_u64_load_relaxed(word)
    if now & Self.activeBit != 0 {
      // As in `enter`, which may have been interrupted before its own.
      percpu_fence_light()
      let isDone = unsafe percpu_u32_load_relaxed(caughtUp) != 0
      return try body(isDone ? [] : work(of: now))
    }
    let work = enter()
    defer { exitKeepingWork() }
    return try body(work)
  }

  /// The end of a nested entry, whose work is still the owner's.
  @inlinable
  func exitKeepingWork() {
    // Relaxed, release: as in `exit`.
    let now = unsafe percpu_u64_load_relaxed(word)
    unsafe percpu_u64_store_release(word, now & ~Self.activeBit)
  }

  // MARK: Everybody

  /// Leaves work for the context. For anybody, after the change that makes it necessary.
  ///
  /// - Precondition: `work` has only bits 0 to 15.
  /// - Complexity: O(1), lock-free.
  @inlinable
  public func set(_ work: Work) -> FlushRequest {
    defer { withExtendedLifetime(self) {} }
    let bits = self.bits(of: work)
    // Relaxed: what is stale costs another turn, or a needless interruption.
    var now = unsafe percpu_u64_load_relaxed(word)
    while now & Self.activeBit == 0 {
      // Release: pairs with the acquire of `enter`. Acquire: pairs with the release of `exit`.
      let result = unsafe percpu_u64_compare_exchange_acq_rel(word, now, now | bits)
      if result.exchanged { return .deferred }
      now = result.original
    }
    return .mustInterrupt
  }

  /// Whether the context is active.
  ///
  /// To be sure that a context that is not active will see something when it is, store that, run
  /// ``asymmetricMemoryFenceHeavy()`` and look here.
  ///
  /// - Complexity: O(1), wait-free.
  @inlinable
  public var isActive: Bool {
    defer { withExtendedLifetime(self) {} }
    // Acquire: pairs with the release of `exit`.
    return unsafe percpu_u64_load_acquire(word) & Self.activeBit != 0
  }

  /// How many times the context has been entered; wraps around.
  ///
  /// - Complexity: O(1), wait-free.
  @inlinable
  public var counter: UInt64 {
    defer { withExtendedLifetime(self) {} }
    // Acquire: pairs with the release of `exit`, whose release sequence later entries continue.
    return unsafe percpu_u64_load_acquire(word)
      >> UInt64((step & ~Self.activeBit).trailingZeroBitCount)
  }

  // MARK: Bits

  @inlinable
  @inline(__always)
  func work(of word: UInt64) -> Work {
    Work(rawValue: Work.RawValue(truncatingIfNeeded: (word & Self.workBits) >> 1))
  }

  @inlinable
  @inline(__always)
  func bits(of work: Work) -> UInt64 {
    let bits = UInt16(truncatingIfNeeded: work.rawValue)
    if _slowPath(Work.RawValue(truncatingIfNeeded: bits) != work.rawValue) {
      ContextWordMisuse.hasTooManyBits()
    }
    return UInt64(bits) << 1
  }
}

/// What a `ContextWord` must not be used for; apart from it, so that it is no generic code.
@usableFromInline
enum ContextWordMisuse {
  @usableFromInline
  @inline(never)
  static func isActive() -> Never {
    fatalError(
      """
      PerCPU: this context is active already. Call exit() first; in a signal handler, enter with \
      withNestedEntry.
      """)
  }

  @usableFromInline
  @inline(never)
  static func isParked() -> Never {
    fatalError("PerCPU: this context is not active. Call exit() once for each enter().")
  }

  @usableFromInline
  @inline(never)
  static func hasTooManyBits() -> Never {
    fatalError("PerCPU: a ContextWord has room for the work bits 0 to 15 only.")
  }
}

// Sendable: the words are only accessed with atomic instructions.
extension ContextWord: @unchecked Sendable {}
