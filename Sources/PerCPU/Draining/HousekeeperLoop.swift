// SPDX-License-Identifier: Apache-2.0

internal import CAtomicsShim

/// The rounds of a housekeeper, and who makes them.
///
/// One word:
///
///     | final rounds so far ... | asleep | wanted | presence |
///      31                      4  3        2        1       0
///
/// and beside it
///
///     runner  the token of the thread that makes the rounds, or 0
///     inbox   what is to come into the list
///     ends    what is to be done after the next final round
///
/// Only the *runner* has the list. It is the one that brought the word from offline to something else, or
/// the thread that it has started; and it is the runner until it brings the word back.
///
///     ask                               round                           rest
///       item: wanted                      word: not wanted, not asleep    wanted or going offline? return
///       word: wanted                      inbox -> list                   word: asleep
///       was offline? start a thread       each item: wanted or due? do    wait until the word changes
///       was asleep and not wanted? wake   going offline? end
///
/// - Nothing that is asked for is missed. Asking is a read-modify-write of the word in each case, and each
///   round begins with one: either the round comes later and finds the item, or `wanted` is set
///   behind its back, and it does not rest. The one that sets `wanted` on a runner that is asleep wakes it.
/// - A round is final if the word said going offline when it began. Whoever shuts down waits until one
///   more of them is over than when it wrote that.
/// - The end of a final round is one step. If `wanted` is set by then, the loop goes on running, with
///   the same runner; otherwise it is offline, and whoever asks finds that. So nobody asks one that has
///   gone, and there are never two.
///
/// The bookkeeping lock is only held for forks: the child finds the list whole, and no item between
/// list and inbox.
@safe
final class HousekeeperLoop: @unchecked Sendable {
  // Sendable: the words are accessed atomically, the list by the runner.

  /// Starts a thread that calls `run()`. False if there is none to be had.
  typealias Spawn = @Sendable (HousekeeperLoop) -> Bool

  private static let wanted: UInt32 = 4
  private static let asleep: UInt32 = 8
  private static let oneFinalRound: UInt32 = 16

  private let line = OwnLine()
  private let spawn: Spawn
  private let clock: @Sendable () -> Int64
  private(set) var list: [HousekeepingItem] = []

  init(clock: @escaping @Sendable () -> Int64, spawn: @escaping Spawn) {
    self.clock = clock
    self.spawn = spawn
    // Relaxed: nobody else is here.
    unsafe percpu_u32_store_relaxed(forks, percpu_fork_count())
  }

  deinit {
    // What is left there has never met a runner.
    _ = inbox.takeAll()
    _ = ends.takeAll()
    line.deallocate()
  }

  var word: UnsafeMutablePointer<UInt32> { unsafe line.u32(at: 0) }
  private var forks: UnsafeMutablePointer<UInt32> { unsafe line.u32(at: 4) }
  private var runner: UnsafeMutablePointer<Int> { unsafe line.word(at: 8) }
  var inbox: HousekeepingInbox { unsafe HousekeepingInbox(head: pointer(at: 16)) }
  private var ends: HousekeepingInbox { unsafe HousekeepingInbox(head: pointer(at: 24)) }

  private func pointer(at offset: Int) -> UnsafeMutablePointer<UnsafeMutableRawPointer?> {
    unsafe (line.address + offset).assumingMemoryBound(to: UnsafeMutableRawPointer?.self)
  }

  /// Whether somebody makes the rounds.
  var isRunning: Bool {
    // Relaxed: it may be another a moment later.
    unsafe percpu_u32_load_relaxed(word) & Presence.bits != Presence.offline
  }

  // MARK: Asking

  /// Has the item in the list, if it was not, and does all that is wanted.
  func start(_ item: HousekeepingItem) {
    noticeFork()
    keepingWhole { if item.start() { inbox.add(item) } }
    ask()
  }

  func perform(_ work: @escaping @Sendable () -> Void) {
    inbox.add(HousekeepingItem(once: work))
    ask()
  }

  func ask(for item: HousekeepingItem) {
    item.want()
    ask()
  }

  func end(_ item: HousekeepingItem) {
    noticeFork()
    item.end(byRunner: isRunner)
  }

  private func ask() {
    noticeFork()
    // Release: pairs with the acquire of `round`.
    let before = unsafe percpu_u32_fetch_or_release(word, Self.wanted)
    if before & Presence.bits == Presence.offline { return startRunner() }
    if before & (Self.asleep | Self.wanted) == Self.asleep { wakeAll() }
  }

  private func startRunner() {
    // Relaxed: the compare-exchange orders.
    var now = unsafe percpu_u32_load_relaxed(word)
    // If it is not wanted any more, somebody has come and gone meanwhile.
    while now & (Presence.bits | Self.wanted) == Self.wanted | Presence.offline {
      // Acquire: pairs with the release of the last runner.
      let result = unsafe percpu_u32_compare_exchange_acquire(word, now, now | Presence.running)
      if result.exchanged { return spawnRunner() }
      now = result.original
    }
  }

  private func spawnRunner() {
    if spawn(self) { return }
    // Whoever asks next tries again. Who shuts down meanwhile waits for a final round.
    // Relaxed: the compare-exchange orders.
    var now = unsafe percpu_u32_load_relaxed(word)
    while true {
      if now & Presence.bits == Presence.goingOffline {
        if !finishHere() { return }
        // Relaxed: as above. It may say going offline again.
        now = unsafe percpu_u32_load_relaxed(word)
        continue
      }
      // Release: pairs with the acquire of the next runner.
      let result = unsafe percpu_u32_compare_exchange_release(word, now, now & ~Presence.bits)
      if result.exchanged { return }
      now = result.original
    }
  }

  private func wakeAll() {
    // All, because who shuts down sleeps there as well.
    _ = unsafe percpu_futex_wake(word, .max)
  }

  // MARK: The runner

  /// Makes rounds until the loop is offline.
  func run() {
    setRunner(percpu_thread_token())
    while let next = round() { rest(until: next) }
  }

  /// One round. Returns when the next one is due; nil if the loop is offline.
  func round() -> Int64? {
    // Acquire: pairs with the release of `ask` and `beginShutdown`.
    let before = unsafe percpu_u32_fetch_and_acquire(word, ~(Self.wanted | Self.asleep))
    let isFinal = before & Presence.bits == Presence.goingOffline
    adopt()
    let next = visitAll(isFinal: isFinal)
    if isFinal && !endFinalRound() { return nil }
    return next
  }

  private func adopt() {
    let time = clock()
    keepingWhole {
      for item in inbox.takeAll() where !item.isListed {
        item.isListed = true
        item.beginPeriod(at: time)
        list.append(item)
      }
    }
  }

  private func visitAll(isFinal: Bool) -> Int64 {
    let time = clock()
    var next = Int64.max
    let forks = percpu_fork_count()
    var hasLost = false
    for item in list {
      if item.visit(isDue: item.isDue(at: time) || isFinal, clock: clock) {
        next = min(next, item.due)
      } else {
        item.isListed = false
        hasLost = true
      }
      enforce(
        percpu_fork_count() == forks,
        """
        work of a housekeeper has forked, and has returned in the child. There it has to execute \
        another program or to end with _exit.
        """)
    }
    if hasLost {
      var kept = list.filter { $0.isListed }
      // Those that are gone are destroyed afterwards: that runs anything.
      keepingWhole { swap(&list, &kept) }
    }
    return next
  }

  /// True if the loop goes on.
  private func endFinalRound() -> Bool {
    setRunner(0)
    // Relaxed: the compare-exchange orders.
    var now = unsafe percpu_u32_load_relaxed(word)
    while true {
      let goesOn = now & Self.wanted != 0
      let desired = now & ~Presence.bits | (goesOn ? Presence.running : Presence.offline)
      // Release: pairs with the acquire of `shutDown`, and of the next runner.
      let result = unsafe percpu_u32_compare_exchange_acq_rel(
        word, now, desired &+ Self.oneFinalRound)
      if result.exchanged {
        wakeAll()
        for end in ends.takeAll() { _ = end.visit(isDue: true, clock: clock) }
        if goesOn { setRunner(percpu_thread_token()) }
        return goesOn
      }
      now = result.original
    }
  }

  /// Waits until something is wanted, or until `next`.
  func rest(until next: Int64) {
    // Relaxed: nothing is published, and the round that follows acquires.
    let now = unsafe percpu_u32_load_relaxed(word)
    guard now & (Presence.bits | Self.wanted) == Presence.running else { return }
    let limit = next == .max ? -1 : max(0, next &- clock())
    // Relaxed: the same.
    let isAsleep = unsafe percpu_u32_compare_exchange_relaxed(word, now, now | Self.asleep)
      .exchanged
    if isAsleep { _ = unsafe percpu_futex_wait(word, now | Self.asleep, limit) }
  }

  // MARK: Shutting down

  /// Waits for a final round that begins after the call. If there is no runner, this thread makes it.
  func shutDown() {
    noticeFork()
    enforce(
      !isRunner,
      """
      this is inside of the work of the housekeeper that is shut down, which would wait for itself for \
      ever. Shut it down from another thread.
      """)
    while true {
      if let rounds = beginShutdown() { return waitForFinalRound(after: rounds) }
      // Relaxed: what follows orders.
      let now = unsafe percpu_u32_load_relaxed(word)
      if now & Presence.bits == Presence.goingOffline {
        // One that may have begun before the call.
        waitForFinalRound(after: now / Self.oneFinalRound)
      } else if finishOffline() {
        return
      }
    }
  }

  /// Has the runner make a final round. Returns how many there were before; nil if there is no runner, or
  /// if it makes one already.
  private func beginShutdown() -> UInt32? {
    // Release: pairs with the acquire of `round`.
    let before = unsafe percpu_u32_fetch_and_release(word, Presence.stop)
    guard before & Presence.bits == Presence.running else { return nil }
    if before & Self.asleep != 0 { wakeAll() }
    return before / Self.oneFinalRound
  }

  /// Has a final round made that begins after the call, without waiting for the runner. If there is none although
  /// something is wanted, there was no thread to be had, and this one makes it. Returns how many there were before;
  /// nil if one is under way, or was, and has left nothing.
  @discardableResult
  func endSoon() -> UInt32? {
    noticeFork()
    while true {
      if let rounds = beginShutdown() { return rounds }
      // Relaxed: what follows orders.
      let now = unsafe percpu_u32_load_relaxed(word)
      switch now & (Presence.bits | Self.wanted) {
      case Presence.offline | Self.wanted:
        if finishOffline() { return now / Self.oneFinalRound }
      case Presence.running, Presence.running | Self.wanted:
        // Started by somebody meanwhile.
        continue
      default:
        return nil
      }
    }
  }

  /// How many final rounds there were.
  var finalRounds: UInt32 {
    // Acquire: pairs with the release of `endFinalRound`.
    unsafe percpu_u32_load_acquire(word) / Self.oneFinalRound
  }

  /// How many there will have been when one is over that begins after the call.
  var finalRoundsAfterNext: UInt32 {
    // Relaxed: only the number counts.
    let now = unsafe percpu_u32_load_relaxed(word)
    // One that is asked for may have begun.
    let underWay: UInt32 = now & Presence.bits == Presence.goingOffline ? 1 : 0
    return now / Self.oneFinalRound &+ underWay &+ 1
  }

  /// Whether there were so many.
  func hasFinished(_ rounds: UInt32) -> Bool {
    // They wrap around, and differ by far less than half of what there are.
    Int32(bitPattern: (finalRounds &- rounds) &* Self.oneFinalRound) >= 0
  }

  private func waitForFinalRound(after rounds: UInt32) {
    while true {
      // Acquire: pairs with the release of `endFinalRound`.
      let now = unsafe percpu_u32_load_acquire(word)
      if now / Self.oneFinalRound != rounds { return }
      _ = unsafe percpu_futex_wait(word, now, -1)
    }
  }

  /// Makes the final round of a loop that is offline. False if it is not, any more.
  private func finishOffline() -> Bool {
    // Relaxed: the compare-exchange orders.
    let now = unsafe percpu_u32_load_relaxed(word)
    // Acquire: pairs with the release of the last runner.
    guard now & Presence.bits == Presence.offline,
      unsafe percpu_u32_compare_exchange_acquire(word, now, now | Presence.goingOffline).exchanged
    else { return false }
    if finishHere() { spawnRunner() }
    return true
  }

  /// Makes the final round on this thread. True if the loop goes on and needs another runner.
  private func finishHere() -> Bool {
    setRunner(percpu_thread_token())
    let goesOn = round() != nil
    if goesOn { setRunner(0) }
    return goesOn
  }

  /// Has `body` called after the next final round, and the loop running until then.
  func atEnd(_ body: @escaping @Sendable () -> Void) {
    ends.add(HousekeepingItem(once: body))
    ask()
  }

  // MARK: Whose thread this is

  private func setRunner(_ token: Int) {
    // Relaxed: a thread only looks for its own.
    unsafe percpu_word_store_relaxed(runner, token)
  }

  private var isRunner: Bool {
    // Relaxed: the same.
    unsafe percpu_word_load_relaxed(runner) == percpu_thread_token()
  }

  // MARK: Forks

  private func keepingWhole(_ body: () -> Void) {
    // A simulated thread that waits for this lock would never let go of the real one.
    #if !PERCPU_MODEL
      percpu_bookkeeping_lock()
      defer { percpu_bookkeeping_unlock() }
    #endif
    body()
  }

  /// In the child of a fork there is no runner, whatever the word says.
  private func noticeFork() {
    let count = percpu_fork_count()
    // Acquire: pairs with the release of the thread that was the first to notice.
    if unsafe _fastPath(percpu_u32_load_acquire(forks) == count) { return }
    percpu_bookkeeping_lock()
    defer { percpu_bookkeeping_unlock() }
    // Relaxed: stored under the lock.
    if unsafe percpu_u32_load_relaxed(forks) == count { return }
    list = list.filter { $0.isListed }
    for item in list { item.forgetRunner() }
    ends.abandon()
    setRunner(0)
    // Relaxed: nobody else gets by before the store that follows.
    let now = unsafe percpu_u32_load_relaxed(word)
    unsafe percpu_u32_store_relaxed(word, now & ~(Presence.bits | Self.asleep))
    unsafe percpu_u32_store_release(forks, count)
  }
}

extension HousekeeperLoop {
  /// One with a thread of its own.
  convenience init(name: StaticString) {
    self.init(clock: { percpu_monotonic_nanoseconds() }) { loop in
      let context = unsafe Unmanaged.passRetained(loop)
      let name = unsafe UnsafeRawPointer(name.utf8Start).assumingMemoryBound(to: CChar.self)
      let error = unsafe percpu_thread_start(
        {
          let loop = unsafe Unmanaged<HousekeeperLoop>.fromOpaque($0).takeRetainedValue()
          loop.run()
        }, context.toOpaque(), name)
      if error != 0 { unsafe context.release() }
      return error == 0
    }
  }
}
