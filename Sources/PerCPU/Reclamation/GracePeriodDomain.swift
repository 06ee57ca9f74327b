// SPDX-License-Identifier: Apache-2.0

/// Read sections, and work that is done when all of those are over that were open.
///
/// Readers say when they begin to read and when they are done, and nothing about what they read: a whole list, a
/// tree, a hundred objects. Whoever has taken something out, so that nobody can find it any more, defers giving it
/// back until a *grace period* has passed: until every section that was open then has been left.
///
/// ```swift
/// let domain = GracePeriodDomain()
/// let table = UnsafeMutablePointer<Int>.allocate(capacity: 100)
///
/// // Everywhere, all the time.
/// let total = domain.withReadSection { sum(of: 100, in: table) }
///
/// // Now and then, when nobody can find it any more.
/// nonisolated(unsafe) let old = table
/// domain.afterGracePeriod(bytes: 800) { old.deallocate() }
/// ```
///
/// Use ``HazardDomain`` or ``SnapshotCell`` for single objects: there a reader that sleeps holds back what it reads, and
/// here all that was deferred since it came. Use this if there are too many objects to protect one by one; for memory
/// that is not ours to count (mapped files, buffers of a library); or to wait once until a change is known to everybody
/// (`synchronize()`).
///
/// ## Deferring
/// Calls wait in a list for each CPU. They are taken together when a grace period begins, done together when it is over, by
/// one thread at a time, and in the order of grace periods. What is deferred meanwhile waits for the next one.
///
/// A ``Housekeeper`` sees to it. Work that is ``Urgency/lazy`` waits up to a tenth of a second for a grace period;
/// ``Urgency/urgent`` work has one begin at once, and takes along what is lazy. So does anything else that has one
/// begin, and a backlog that has grown to half its limit.
///
/// The backlog has a limit, in bytes. Each call counts for the bytes it is said to be about, and 64 more. When there is
/// no room, whoever defers first helps (makes steps towards the end of the grace period, does calls that are
/// ready), and then waits. What may not wait says so, and may exceed the limit. So may a call that defers others:
/// it would wait for itself.
///
/// ## Contexts
/// A thread that mostly waits for events need not enter for each reading. Registered as a context
/// (``register(_:)``), with a ``ContextWord`` or a ``FlushGeneration``, it may read whenever it is active, and
/// grace periods wait until it has parked once. A parked context is waited for by nobody, and woken by nobody.
///
/// ## Cost
/// Entering and leaving are an addition each to words of the CPU, without a locked instruction on the restartable engine
/// and without a call (benchmark `grace`). A grace period is a heavy fence, 0.5 to 10 microseconds, another one for each
/// CPU on which something was deferred, two sums over the possible CPUs, and however long the readers take. A domain takes
/// some 200 bytes for each CPU.
///
/// ## Progress, memory ordering, signals, tasks, forks
/// Entering is lock-free, leaving wait-free; neither makes a system call, but for those with which a thread gets known to the
/// kernel when it first enters, where the C library does not see to that. Sections nest, at no special cost. They may
/// be left by another thread and on another CPU, may be held across `await`, and both may be done in signal handlers. What was
/// done before a call of ``afterGracePeriod(bytes:urgency:mayWait:_:)`` or `synchronize()` is seen in sections that
/// the grace period does not wait for; what was done in sections is seen after it.
///
/// Deferring takes a lock of the CPU and may allocate: not for signal handlers. Waiting for a grace period inside of a
/// section, or on an active context's own thread, waits for itself, for ever; so may deferring without `mayWait: false`.
/// In the child of a fork, sections that other threads of the parent had open stay open, and no grace period ends if
/// there were any; what was deferred is done in both. If another thread, the housekeeper included, was just deferring
/// something, driving a grace period on or doing deferred calls, what the child does with the domain may wait for that
/// thread, for ever: a child that goes on as a program of its own makes domains of its own.
///
/// This is RCU (McKenney and Slingwine, 1998) with the counters of sleepable RCU (2006), flipped behind a restart
/// fence. See <doc:Reclaiming>.
@safe
public final class GracePeriodDomain: Sendable {
  /// How soon a grace period begins.
  public enum Urgency: Sendable, Hashable {
    /// Within a tenth of a second, or with the next one that something else has begun.
    case lazy
    /// At once, or when the one that is on is over.
    case urgent
  }

  /// A grace period that has not begun yet; see ``startGracePeriod()``.
  public struct Ticket: Sendable, Hashable {
    let number: Int
    // Kept, so that no other domain has its address.
    let periods: GracePeriods

    /// Whether both are of the same grace period.
    public static func == (left: Self, right: Self) -> Bool {
      left.number == right.number && left.periods === right.periods
    }

    /// Hashes the grace period.
    public func hash(into hasher: inout Hasher) {
      hasher.combine(number)
      hasher.combine(ObjectIdentifier(periods))
    }
  }

  /// What has happened in a domain.
  public struct Statistics: Sendable, Equatable {
    /// Grace periods that are over.
    public let gracePeriods: Int
    /// Calls that were deferred.
    public let deferred: Int
    /// Those of them that were done.
    public let finished: Int
    /// How often somebody who deferred a call had to wait for others to be done.
    public let waits: Int
    /// What the backlog counts against the limit: what is not done, and what CPUs hold in reserve.
    public let backlog: Int
  }

  @usableFromInline
  let sections: ReadSections
  let periods: GracePeriods

  /// Creates a domain.
  ///
  /// - Parameters:
  ///   - limit: How many bytes may wait for grace periods. At least 4096.
  ///   - housekeeper: Who sees to it that what is deferred is done: one of your own if that takes long.
  /// - Complexity: O(possible CPUs).
  public convenience init(limit: Int = 64 << 20, housekeeper: Housekeeper = .shared) {
    enforce(limit >= 4096, "the limit of a GracePeriodDomain is 4096 bytes or more")
    self.init(periods: GracePeriods(limit: limit, housekeeper: housekeeper))
  }

  /// For tests, in which the counters of readers wrap around.
  package convenience init(counterBits: Int) {
    self.init(
      periods: GracePeriods(limit: 64 << 20, housekeeper: .shared, counterBits: counterBits))
  }

  init(periods: GracePeriods) {
    self.periods = periods
    sections = periods.sections
  }

  /// Does all that is still deferred, since nobody reads any more. Traps if a section is open.
  deinit { periods.close() }

  // MARK: Reading

  /// Runs `body` in a read section: grace periods that begin meanwhile are not over before it returns.
  ///
  /// - Complexity: O(1), lock-free. No locked instruction on the restartable engine.
  @inlinable
  @inline(__always)
  public func withReadSection<Result: ~Copyable, Failure: Error>(
    _ body: () throws(Failure) -> Result
  ) throws(Failure) -> Result {
    let left = unsafe sections.enter()
    defer {
      unsafe ReadSections.leave(left)
      withExtendedLifetime(self) {}
    }
    return try body()
  }

  /// Begins a read section that may end on another thread, or across an `await`.
  ///
  /// It ends with the life of what is returned, or by ``leave(_:)``. The domain must live at least as long.
  ///
  /// - Complexity: O(1), lock-free. No locked instruction on the restartable engine.
  @inlinable
  @inline(__always)
  public func enter() -> ReadSection {
    defer { withExtendedLifetime(self) {} }
    return unsafe ReadSection(left: sections.enter())
  }

  /// Ends a read section.
  ///
  /// - Complexity: O(1), wait-free.
  @inlinable
  @inline(__always)
  public func leave(_ section: consuming ReadSection) {
    _ = consume section
    withExtendedLifetime(self) {}
  }

  // MARK: Deferring

  /// Calls `body` when every read section that is open now has been left.
  ///
  /// - Parameters:
  ///   - bytes: How much `body` gives back, or what else is to be limited. 0 or more.
  ///   - urgency: How soon the grace period begins.
  ///   - mayWait: Whether to help and to wait when the backlog is at its limit. Must be false inside of a read section and
  ///     on the thread of an active context: the wait would be for itself. So must it inside of a section of another domain, if
  ///     a call of this one waits for grace periods of that one. There is no order among those who wait, and a call
  ///     that is about nearly as much as the limit waits until nearly nothing else is deferred.
  ///   - body: Is called once, on any thread: the housekeeper's, or one that waits here and helps. It may defer
  ///     other calls, itself for example. It should not take long, and must not wait for what somebody holds back who defers
  ///     or waits here: a lock, or a section of another domain.
  /// - Complexity: O(1) amortized while there is room.
  public func afterGracePeriod(
    bytes: Int = 0, urgency: Urgency = .lazy, mayWait: Bool = true,
    _ body: @escaping @Sendable () -> Void
  ) {
    enforce(bytes >= 0, "what is deferred is about no less than 0 bytes")
    let (cost, overflow) = bytes.addingReportingOverflow(DeferredCalls.ownCost)
    let limit = periods.calls.limit
    periods.add(
      DeferredCall(cost: overflow ? limit : min(cost, limit), body), isUrgent: urgency == .urgent,
      mayWait: mayWait)
  }

  /// Waits until every read section that is open now has been left. Blocking: in a task use the asynchronous form.
  ///
  /// Those who call it at the same time share grace periods. The calling thread does what there is to be done: but
  /// for the readers it depends on others only for a moment, as ``poll(_:)`` does.
  ///
  /// - Complexity: One or two grace periods.
  public func synchronize() {
    periods.wait(for: periods.ticket())
  }

  /// Waits until all calls that were deferred before have been done. Traps inside of such a call.
  ///
  /// - Complexity: One or two grace periods, and that of the calls.
  public func barrier() {
    enforce(
      !periods.isRunner, "barrier() waits for the call it is in. Defer what is to follow instead.")
    periods.barrier()
  }

  // MARK: Asking

  /// Has a grace period begin after the call, and returns what ``poll(_:)`` tells its end by.
  ///
  /// - Complexity: O(1), lock-free, but for the first call after a while, which takes a lock.
  public func startGracePeriod() -> Ticket {
    let number = periods.ticket()
    periods.announce(.urgent)
    return Ticket(number: number, periods: periods)
  }

  /// Whether every read section that was open when the ticket was drawn has been left. If not, makes a step towards it.
  ///
  /// - Precondition: The ticket is this domain's.
  /// - Complexity: O(possible CPUs). Never waits for readers; for a moment for a thread that is just deferring something.
  public func poll(_ ticket: Ticket) -> Bool {
    enforce(
      ticket.periods === periods,
      "this ticket is another GracePeriodDomain's. Poll the one that it was drawn from.")
    if periods.isOver(ticket.number) { return true }
    _ = periods.step()
    return periods.isOver(ticket.number)
  }

  /// What has happened so far.
  ///
  /// - Complexity: O(possible CPUs).
  public var statistics: Statistics {
    // In this order: what is deferred meanwhile is not done yet.
    let finished = periods.finished.load()
    return Statistics(
      gracePeriods: periods.endedCount, deferred: periods.deferred.load(), finished: finished,
      waits: periods.waits.load(), backlog: periods.calls.spent)
  }

  // MARK: Contexts

  /// Has grace periods wait for contexts that are active, so that they may read without entering.
  ///
  /// Register it while it is parked, or active and reading nothing that it found before. It should not be active for
  /// long at a time. It is never woken.
  ///
  /// - Parameter contexts: A ``ContextWord``, or a ``FlushGeneration`` for all its participants. These find their caches out
  ///   of date after each grace period that began while they were parked.
  /// - Returns: Ends the registration at the end of its life, and keeps the domain that long. End it while the contexts are
  ///   parked or read nothing. An object that is the contexts and keeps this as well lives until it is taken from it.
  /// - Complexity: O(1); each grace period then looks at it.
  public func register(_ contexts: some ParkableContexts) -> ContextRegistration {
    ContextRegistration(domain: self, id: periods.register(contexts))
  }
}

extension GracePeriodDomain {
  /// A read section that was begun by ``enter()``. It ends with its value.
  ///
  /// - Note: One that is never destroyed keeps all grace periods from ending.
  @safe
  @frozen
  public struct ReadSection: ~Copyable, @unchecked Sendable {
    // Sendable: an address, at which anybody may count.

    @usableFromInline
    let left: UnsafeMutableRawPointer

    @inlinable
    @inline(__always)
    init(left: UnsafeMutableRawPointer) {
      unsafe self.left = left
    }

    @inlinable
    @inline(__always)
    deinit {
      unsafe ReadSections.leave(left)
    }
  }

  /// Contexts that a domain waits for; see ``register(_:)``. It ends with its value.
  public struct ContextRegistration: ~Copyable, Sendable {
    // A domain that ends does what is deferred, whoever is active.
    let domain: GracePeriodDomain
    let id: Int

    deinit {
      domain.periods.unregister(id)
    }

    /// Ends the registration.
    ///
    /// - Complexity: O(contexts). Takes a lock.
    public consuming func unregister() {}
  }
}
