// SPDX-License-Identifier: Apache-2.0

public import CAtomicsShim

/// A generation of something that many contexts cache, which they check when they become active.
///
/// A *context* is a thread, mostly one with an event loop, that is *active* or *parked*, which means that
/// it is blocked and touches nothing of what it caches until it is active again. Each takes part as a
/// ``Participant``.
///
/// ```swift
/// let routes = FlushGeneration()
///
/// func context() {
///   var mine = routes.register()
///   while wait() {
///     if mine.activate() { flush() }
///     handleEvents()
///     mine.park()
///   }
/// }
///
/// func whoeverChangesTheRoutes() {
///   changeRoutes()
///   routes.invalidate { number in wakeUp(number) }
/// }
/// ```
///
/// There are two kinds of request. After ``invalidate(interrupt:)`` the cached *content* is out of date:
/// parked contexts flush when they come back, active ones are interrupted, and nobody is waited
/// for. Before the *storage* of what is cached is freed, ``invalidateAndWait(interrupt:)`` also waits
/// until each active context has flushed or parked. A flush then drops what is cached without
/// touching it.
///
/// One generation for any number of contexts. Being active and parked costs them neither a locked
/// instruction nor a fence; invalidating costs a fence and a look at each of them. If each context
/// has words of its own to be told about, see ``FlushWord``.
///
/// ## Cost
/// ``Participant/activate()`` and ``Participant/park()`` are a store, a load and a comparison each
/// (benchmark `context`). ``invalidate(interrupt:)`` is a heavy fence, 0.5 to 10 microseconds, and a line for each
/// participant that was ever registered at the same time as others.
///
/// ## Progress, memory ordering, signals, tasks, forks
/// The participant's calls are wait-free, apart from waking somebody who waits for it.
/// ``invalidate(interrupt:)`` is lock-free, ``invalidateAndWait(interrupt:)`` waits for active
/// contexts, spinning and then in the kernel. What was done before an invalidation is seen by the flush
/// that it causes; what a context did before it parked, or before it acknowledged, is seen after
/// ``invalidateAndWait(interrupt:)``. An interruption must order by itself, as all that the kernel
/// delivers does; it may arrive when the context has parked meanwhile.
///
/// Not for signal handlers that interrupt a participant's thread, which may be active and not have
/// flushed yet: see ``ContextWord``. A participant belongs to one thread at a time; a task must not be
/// suspended while it is active. In the child of a fork, participants of other threads stay as they
/// were: wait for none of them.
///
/// This is the generation of the Linux kernel's lazy TLB flushes.
@safe
public final class FlushGeneration {
  // In the line of the generation:
  //
  //     generation       the one that is current
  //     waiters          how many threads wait for acknowledgments
  //     acknowledgments  changes when a participant that is waited for has acknowledged or parked
  //     records          the newest record; each points to the one before it
  //     count            how many records there are
  //
  // and in the line of each record, which is never given back while the generation lives:
  //
  //     state            | generation that was acknowledged ... | active, bit 0 |
  //     isTaken          whether a participant has it
  //     number, next     constant once it is linked
  //
  //     participant                        invalidator
  //     state := active (release)          generation += step (release)
  //     light fence                        heavy fence
  //     generation (acquire)               each state (acquire): active, and not acknowledged?
  //     another than mine? flush           interrupt
  //     ...
  //     state := parked (release)
  //
  // Linearization: of an invalidation, the addition. Of an activation, the load of the generation.
  //
  // - Each side stores one location and then loads the other's. Without a fence on both sides each could
  //   miss the other: a participant that is active with an old generation, and an invalidator that has
  //   taken it for parked. This pair of fences costs the participant nothing.
  // - The generation is read before the flush, and this value is remembered. Read again after it, the
  //   value could belong to a change that the flush did not see.
  // - A participant compares for being different, as the generation may wrap around. How far it is behind
  //   what somebody waits for is less than half the range.
  // - A record that is linked while an invalidator runs is seen by it, or its participant sees the
  //   generation: linking precedes the first light fence.
  // - A participant that is gone is parked.
  // - No wake-up is lost: whoever waits adds to `waiters`, heavy fence, reads `acknowledgments` and then
  //   the state; a participant stores its state, light fence, looks for waiters, changes
  //   `acknowledgments`, which the waiter's futex compares.

  @usableFromInline static var activeBit: UInt64 { 1 }

  private let line: OwnLine
  /// What an invalidation adds: the generation is at the top of its word and wraps around.
  private let step: UInt64

  /// Creates a generation without participants.
  ///
  /// - Complexity: O(1).
  public convenience init() {
    self.init(generationBits: 62)
  }

  /// For tests, in which the generation wraps around.
  package init(generationBits: Int) {
    line = OwnLine()
    step = 1 << (64 - UInt64(generationBits))
  }

  deinit {
    var record = newestRecord(ordered: false)
    while let current = record {
      record = current.next
      current.line.deallocate()
    }
    line.deallocate()
  }

  // MARK: Participants

  /// Makes a participant, whose context is parked and has nothing cached.
  ///
  /// - Complexity: O(participants), lock-free. It may allocate.
  public func register() -> Participant {
    let record = takeRecord()
    // Acquire: pairs with the release of `advance`. Nothing is cached yet.
    let current = unsafe percpu_u64_load_acquire(generation)
    unsafe percpu_u64_store_release(record.state, current)
    return unsafe Participant(owner: self, record: record, generation: generation, seen: current)
  }

  private func takeRecord() -> Record {
    var record = newestRecord(ordered: true)
    while let current = record {
      // Acquire: pairs with the release of the participant that had it.
      if unsafe percpu_u32_compare_exchange_acquire(current.isTaken, 0, 1).exchanged {
        return current
      }
      record = current.next
    }
    let made = Record(line: OwnLine())
    unsafe percpu_u32_store_relaxed(made.isTaken, 1)
    unsafe made.number.pointee = Int(percpu_u32_fetch_add_relaxed(count, 1))
    var newest = unsafe percpu_pointer_load_relaxed(records)
    while true {
      unsafe made.nextAddress.pointee = newest
      // Release: pairs with the acquire of whoever goes through the records.
      let result = unsafe percpu_pointer_compare_exchange_release(
        records, newest, made.line.address)
      if unsafe result.exchanged { return made }
      unsafe newest = result.original
    }
  }

  // MARK: Invalidation

  /// Makes what the participants have cached out of date.
  ///
  /// - Parameter interrupt: Called for each participant that is active and may not know yet, with its
  ///   number. It has the context call ``Participant/needsFlush()`` soon. It runs on this thread and may
  ///   register participants.
  /// - Returns: How many were interrupted.
  /// - Complexity: A heavy fence, O(participants). Lock-free.
  @discardableResult
  public func invalidate(interrupt: (_ number: Int) -> Void) -> Int {
    defer { withExtendedLifetime(self) {} }
    return interruptAll(before: advance(), interrupt)
  }

  /// Makes what the participants have cached out of date, and waits until none of them uses it.
  ///
  /// Call it before storage is freed that contexts may have cached. Not while the calling thread has
  /// an active participant: it would wait for itself.
  ///
  /// - Parameter interrupt: See ``invalidate(interrupt:)``.
  /// - Returns: How many were interrupted.
  /// - Complexity: As ``invalidate(interrupt:)``; waits for each active context until it acknowledges
  ///   or parks.
  @discardableResult
  public func invalidateAndWait(interrupt: (_ number: Int) -> Void) -> Int {
    defer { withExtendedLifetime(self) {} }
    let target = advance()
    let interrupted = interruptAll(before: target, interrupt)
    var record = newestRecord(ordered: true)
    while let current = record {
      wait(for: current, target)
      record = current.next
    }
    return interrupted
  }

  /// Begins a generation and returns it.
  func advance() -> UInt64 {
    // Release: pairs with the acquire of participants.
    let next = unsafe percpu_u64_fetch_add_release(generation, step) &+ step
    // Pairs with the light fence of `activate`.
    percpu_fence_heavy()
    return next
  }

  private func interruptAll(before target: UInt64, _ interrupt: (Int) -> Void) -> Int {
    var interrupted = 0
    var record = newestRecord(ordered: true)
    while let current = record {
      if isBehind(current, target) {
        interrupt(unsafe current.number.pointee)
        interrupted += 1
      }
      record = current.next
    }
    return interrupted
  }

  /// Whether the context is active and has not acknowledged the generation.
  func isBehind(_ record: Record, _ target: UInt64) -> Bool {
    // Acquire: pairs with the release of `park` and `acknowledge`.
    let state = unsafe percpu_u64_load_acquire(record.state)
    if state & Self.activeBit == 0 { return false }
    return Int64(bitPattern: (state & ~Self.activeBit) &- target) < 0
  }

  private func wait(for record: Record, _ target: UInt64) {
    if !isBehind(record, target) { return }
    for _ in 0..<Waiting.spins {
      percpu_pause()
      if !isBehind(record, target) { return }
    }
    // Relaxed: ordered by the fence, which pairs with the light one of `noteAcknowledgment`.
    _ = unsafe percpu_u32_fetch_add_relaxed(waiters, 1)
    percpu_fence_heavy()
    while true {
      // Acquire: pairs with the release of `wakeWaiters`, so that the state is not older.
      let before = unsafe percpu_u32_load_acquire(acknowledgments)
      if !isBehind(record, target) { break }
      _ = unsafe percpu_futex_wait(acknowledgments, before, -1)
    }
    _ = unsafe percpu_u32_fetch_add_relaxed(waiters, UInt32.max)
  }

  @usableFromInline
  func wakeWaiters() {
    // Release: whoever reads it finds the state that was stored before.
    _ = unsafe percpu_u32_fetch_add_release(acknowledgments, 1)
    _ = unsafe percpu_futex_wake(acknowledgments, Int32.max)
  }

  // MARK: Memory

  private var generation: UnsafeMutablePointer<UInt64> { unsafe line.u64(at: 0) }
  private var waiters: UnsafeMutablePointer<UInt32> { unsafe Self.waiters(generation) }
  private var acknowledgments: UnsafeMutablePointer<UInt32> { unsafe line.u32(at: 12) }
  private var records: UnsafeMutablePointer<UnsafeMutableRawPointer?> {
    unsafe (line.address + 16).assumingMemoryBound(to: UnsafeMutableRawPointer?.self)
  }
  private var count: UnsafeMutablePointer<UInt32> { unsafe line.u32(at: 24) }

  @inlinable
  static func waiters(_ generation: UnsafeMutablePointer<UInt64>) -> UnsafeMutablePointer<UInt32> {
    unsafe UnsafeMutableRawPointer(generation + 1).assumingMemoryBound(to: UInt32.self)
  }

  func newestRecord(ordered: Bool) -> Record? {
    // Acquire: pairs with the release that links a record.
    let newest =
      unsafe ordered
      ? percpu_pointer_load_acquire(records) : percpu_pointer_load_relaxed(records)
    return unsafe newest.map { unsafe Record(line: OwnLine(at: $0)) }
  }

  @safe
  @usableFromInline
  struct Record {
    let line: OwnLine

    @usableFromInline var state: UnsafeMutablePointer<UInt64> { unsafe line.u64(at: 0) }
    @usableFromInline var isTaken: UnsafeMutablePointer<UInt32> { unsafe line.u32(at: 8) }
    @usableFromInline var number: UnsafeMutablePointer<Int> { unsafe line.word(at: 16) }
    var nextAddress: UnsafeMutablePointer<UnsafeMutableRawPointer?> {
      unsafe (line.address + 24).assumingMemoryBound(to: UnsafeMutableRawPointer?.self)
    }
    var next: Record? {
      unsafe nextAddress.pointee.map { unsafe Record(line: OwnLine(at: $0)) }
    }
  }
}

// Sendable: what is shared is only accessed with atomic instructions, or constant once it is linked.
extension FlushGeneration: @unchecked Sendable {}

extension FlushGeneration {
  /// One context's part in a generation; see ``FlushGeneration``.
  ///
  /// It ends with its value. Like any value it belongs to one thread at a time and can be handed
  /// from one to another.
  @safe
  @frozen
  public struct Participant: ~Copyable {
    @usableFromInline let owner: FlushGeneration
    @usableFromInline let record: Record
    @usableFromInline let state: UnsafeMutablePointer<UInt64>
    @usableFromInline let generation: UnsafeMutablePointer<UInt64>
    /// The generation that was current before the last flush began.
    @usableFromInline var seen: UInt64

    init(
      owner: FlushGeneration, record: Record, generation: UnsafeMutablePointer<UInt64>,
      seen: UInt64
    ) {
      self.owner = owner
      self.record = record
      unsafe state = record.state
      unsafe self.generation = generation
      self.seen = seen
    }

    deinit {
      unsafe percpu_u64_store_release(state, seen)
      noteAcknowledgment()
      // Release: pairs with the acquire of the next participant that takes the record.
      unsafe percpu_u32_store_release(record.isTaken, 0)
    }

    /// The number by which ``FlushGeneration/invalidate(interrupt:)`` names this participant. Small;
    /// used again when a participant has ended, so that an interruption may reach its successor.
    public var number: Int { unsafe record.number.pointee }

    /// Announces that the context is active.
    ///
    /// - Returns: Whether what it has cached is out of date: it now flushes all of it.
    /// - Complexity: O(1), wait-free.
    @inlinable
    public mutating func activate() -> Bool {
      // Ordered by the fence, which pairs with the heavy one of `advance`. Release: a waiter may find
      // this instead of what `park` or `acknowledge` stored just before.
      unsafe percpu_u64_store_release(state, seen | FlushGeneration.activeBit)
      percpu_fence_light()
      return needsFlush()
    }

    /// Whether what the context has cached is out of date: it then flushes all of it. For active
    /// contexts, when they were interrupted or whenever they like.
    ///
    /// - Complexity: O(1), wait-free.
    @inlinable
    public mutating func needsFlush() -> Bool {
      // Acquire: pairs with the release of `advance`.
      let current = unsafe percpu_u64_load_acquire(generation)
      if _fastPath(current == seen) { return false }
      seen = current
      return true
    }

    /// Says that the flush that ``activate()`` or ``needsFlush()`` asked for is done and the context goes
    /// on being active. Whoever waits for it goes on. Without it they wait until the context parks.
    ///
    /// - Complexity: O(1), wait-free unless somebody waits.
    @inlinable
    public func acknowledge() {
      // Release: pairs with the acquire of `isBehind`.
      unsafe percpu_u64_store_release(state, seen | FlushGeneration.activeBit)
      noteAcknowledgment()
    }

    /// Announces that the context is parked and touches nothing that it caches.
    ///
    /// - Complexity: O(1), wait-free unless somebody waits.
    @inlinable
    public func park() {
      // Release: pairs with the acquire of `isBehind`.
      unsafe percpu_u64_store_release(state, seen)
      noteAcknowledgment()
    }

    @inlinable
    @inline(__always)
    func noteAcknowledgment() {
      // Pairs with the heavy fence of a waiter between its count and its look at the state.
      percpu_fence_light()
      // Relaxed: ordered by the fences.
      if _slowPath(unsafe percpu_u32_load_relaxed(FlushGeneration.waiters(generation)) != 0) {
        owner.wakeWaiters()
      }
    }
  }
}

// Sendable: its words are only accessed with atomic instructions, and a value has one owner.
extension FlushGeneration.Participant: @unchecked Sendable {}
