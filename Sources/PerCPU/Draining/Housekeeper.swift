// SPDX-License-Identifier: Apache-2.0

/// One background thread for all that a program has to do now and then.
///
/// Drains of batches, folds of counters, grace periods, reclamation: each of them wants to be done every so
/// often, or soon, by somebody else. A thread for each would be a thread too many; this one does them all.
///
/// ```swift
/// final class Log: Sendable {
///   let lines = PerCPUBatch<String>(capacityPerCPU: 256) { _, lines in write(lines) }
///   let drain: Housekeeper.Registration
///
///   init() {
///     drain = Housekeeper.shared.register(every: .milliseconds(100)) { [lines] in lines.drainAll() }
///   }
///   func flushSoon() { drain.runSoon() }
/// }
/// ```
///
/// - ``register(every:_:)``: work that is done every so often, and when its ``Registration`` asks for it.
///   Asking again before it has begun is the same as asking once.
/// - ``perform(_:)``: work that is done once, soon.
///
/// The thread is started by whoever uses the housekeeper first. It has half a megabyte of stack, and no signal of
/// the process is delivered to it, nor to threads that work starts and that do not unblock signals: they inherit
/// its mask. All work runs on it, one after the other: work that takes long delays
/// the rest, and what waits for the rest must not be done there. It may register, unregister and ask for
/// anything, itself included.
///
/// ## Time
/// A period is one of elapsed time, from the beginning of a run to that of the next, by a clock that nobody
/// sets. A run that could not take place in time takes place late, and once, however many were missed. So
/// work should do what there is to do by now, and not count on how often it is done. What is registered
/// is done for the first time when a period has passed.
///
/// ## Shutting down
/// `shutdown()` and the cancellation of ``run()`` have everything done a last time, in the order in which it was
/// registered, and end the thread. What was registered stays so: the next use starts the thread again. That is
/// also true of what is asked for while the last round runs, so that nothing is lost. A process may exit without
/// any of this; what was not done then is not done.
///
/// ## Cost
/// Asking is two locked instructions, and a system call if the thread sleeps. A round looks at each registration,
/// O(registrations).
///
/// ## Progress, memory ordering, signals, tasks, forks
/// Asking is lock-free while the thread is there. What was done before it is seen by the run that follows. Runs
/// of all work of one housekeeper follow one another and see what those before them did. Not for signal
/// handlers.
///
/// In the child of a fork there is no thread until the child uses the housekeeper. What was registered and asked
/// for is so there as well, and would be done twice, once in each process: end registrations that the child
/// should not have before it uses the housekeeper. Work must not return in the child of a fork of its own.
///
/// If the system has no thread left, what is to be done waits until the next use, which tries again, or for
/// `shutdown()`, which then does it itself.
///
/// After a note on the Linux kernel's list of 2016, to have one thread for all flavors of deferred work with a
/// worklist of its own, and its residual tick of 2018, which stops and starts by three states.
public final class Housekeeper: Sendable {
  /// For everybody who needs no thread of his own.
  public static let shared = Housekeeper()

  let loop: HousekeeperLoop

  /// Creates a housekeeper. Most programs need ``shared`` and no other: one for work that takes long, perhaps.
  ///
  /// - Parameter name: What the system calls the thread, up to 15 characters.
  /// - Complexity: O(1). The thread is started by the first use.
  public convenience init(name: StaticString = "housekeeper") {
    self.init(loop: HousekeeperLoop(name: name))
  }

  /// One whose rounds somebody else makes.
  init(loop: HousekeeperLoop) {
    self.loop = loop
  }

  /// Its thread does what is left, and ends. It has no registrations any more: each keeps its housekeeper.
  deinit { loop.endSoon() }

  /// Does `work` every so often, for as long as the registration lives.
  ///
  /// - Parameters:
  ///   - period: From the beginning of one run to that of the next. If it is nil, the work is done when its
  ///     registration asks for it, and in the last round.
  ///   - work: Runs on the housekeeper's thread.
  /// - Precondition: The period is positive.
  /// - Complexity: O(1).
  public func register(
    every period: Duration? = nil, _ work: @escaping @Sendable () -> Void
  ) -> Registration {
    let item = HousekeepingItem(every: period.map(Self.nanoseconds) ?? 0, work)
    loop.start(item)
    return Registration(item: item, housekeeper: self)
  }

  /// Does `work` soon, once.
  ///
  /// - Complexity: O(1), lock-free while the thread is there.
  public func perform(_ work: @escaping @Sendable () -> Void) {
    loop.perform(work)
  }

  /// Has everything done a last time, and ends the thread. Returns when that is done; what comes before the call is
  /// in it. If there is no thread, this one does it.
  ///
  /// Blocking, and not to be called inside of work: that traps. In a task use the asynchronous form.
  ///
  /// - Complexity: O(registrations), and that of their work.
  public func shutdown() {
    loop.shutDown()
  }

  private static func nanoseconds(_ period: Duration) -> Int64 {
    enforce(period > .zero, "the period of a housekeeper's work is positive; leave it out for none")
    let (seconds, attoseconds) = period.components
    // A century is never.
    return max(1, min(seconds, 3_000_000_000) * 1_000_000_000 + attoseconds / 1_000_000_000)
  }
}

extension Housekeeper {
  /// Work that a ``Housekeeper`` does for as long as this lives.
  ///
  /// When its life ends, so does the work: none is going on any more, and the closure is destroyed. It waits for
  /// a run that is going on. Inside of the work itself, where it cannot wait, the closure is destroyed when it
  /// returns.
  public struct Registration: ~Copyable, Sendable {
    let item: HousekeepingItem
    let housekeeper: Housekeeper

    deinit {
      housekeeper.loop.end(item)
    }

    /// Ends the registration, which otherwise lives for as long as the variable or property that it is in.
    ///
    /// - Complexity: O(1); waits for a run that is going on.
    public consuming func unregister() {}

    /// Has the work done soon: a run begins after the call. If none has begun since it was last asked for, nothing
    /// more happens.
    ///
    /// - Complexity: O(1), lock-free while the thread is there.
    public func runSoon() {
      housekeeper.loop.ask(for: item)
    }

    /// No run begins any more until ``start()``. One that is going on goes on.
    ///
    /// - Complexity: O(1), lock-free.
    public func stop() {
      item.stop()
    }

    /// The work is done again, after ``stop()``: soon if it was asked for meanwhile, otherwise when its period has passed.
    ///
    /// - Complexity: O(1).
    public func start() {
      housekeeper.loop.start(item)
    }
  }
}
