// SPDX-License-Identifier: Apache-2.0

internal import CAtomicsShim

/// Whether somebody takes care of something: of an item, the runner of its housekeeper; of a housekeeper, a
/// runner. Two bits: whether somebody is there, and whether somebody is wanted.
///
///     offline --start--> running --stop--> going offline --by who takes care--> offline
///                           ^------------start-----------/
///
/// Who stops does not take away what is there, and who starts only brings what is not there. So a start
/// after a stop brings nothing while the former is still there, and exactly one if it is gone. With two
/// states it would bring a second one, or leave it to one that is just about to go.
enum Presence {
  static let offline: UInt32 = 0
  static let goingOffline: UInt32 = 1
  static let running: UInt32 = 3
  static let bits: UInt32 = 3
  /// What makes going offline of running.
  static let stop: UInt32 = ~2
}

/// What a housekeeper does again and again, or once.
///
/// One word:
///
///     | awaited | busy | wanted | presence |
///      4         3      2        1        0
///
/// Invariants
/// - It is in the inbox or the list of its housekeeper, once, unless it is offline. Whoever brings it from
///   offline to running puts it into the inbox; only the runner brings it to offline, and takes it off.
/// - `busy` while the runner is in its work. It becomes busy in a step that finds it running, so whoever has
///   stopped it and finds it not busy knows that it never will be again.
/// - `work` belongs to the runner while it is busy, and otherwise to whoever has stopped it for good.
@safe
final class HousekeepingItem: @unchecked Sendable {
  // Sendable: whose each part is stands above and below.

  private static let wanted: UInt32 = 4
  private static let busy: UInt32 = 8
  private static let awaited: UInt32 = 16

  private let line = OwnLine()
  /// Nanoseconds; 0 if it is only done when it is asked for.
  private let period: Int64
  private let isOnce: Bool
  private var work: (@Sendable () -> Void)?

  /// Of whoever puts it into the inbox, and of whoever takes it from there.
  var next: UnsafeMutableRawPointer?

  // Of the runner.
  var isListed = false
  private(set) var due = Int64.max
  private var isAbandoned = false

  init(every period: Int64, _ work: @escaping @Sendable () -> Void) {
    self.period = period
    self.work = work
    isOnce = false
  }

  /// One that is done once, and is running from the start.
  init(once work: @escaping @Sendable () -> Void) {
    period = 0
    self.work = work
    isOnce = true
    // Relaxed: the inbox publishes it.
    unsafe percpu_u32_store_relaxed(word, Presence.running | Self.wanted)
  }

  deinit {
    #if PERCPU_MODEL
      unsafe percpu_model_forget(line.address, UInt64(PerCPUArena.lineSize))
    #endif
    line.deallocate()
  }

  var word: UnsafeMutablePointer<UInt32> { unsafe line.u32(at: 0) }

  // MARK: Everybody

  /// True if the caller has to put it into the inbox.
  func start() -> Bool {
    // Acquire: pairs with the release of the runner that took it off.
    let before = unsafe percpu_u32_fetch_or_acquire(word, Presence.running)
    return before & Presence.bits == Presence.offline
  }

  /// No run begins any more, until it is started again.
  func stop() {
    // Relaxed: nothing is published.
    _ = unsafe percpu_u32_fetch_and_relaxed(word, Presence.stop)
  }

  /// Whoever does it next does it after this.
  func want() {
    // Release: pairs with the acquire of `visit`. Also if it is set already: a load would order nothing.
    _ = unsafe percpu_u32_fetch_or_release(word, Self.wanted)
  }

  /// Stops it for good, and destroys the work; inside of that, as soon as it returns.
  func end(byRunner: Bool) {
    // Acquire: pairs with the release of `run`.
    var now = unsafe percpu_u32_fetch_and_acquire(word, Presence.stop)
    if byRunner && now & Self.busy != 0 {
      isAbandoned = true
      return
    }
    while now & Self.busy != 0 {
      // Acquire: as above.
      now = unsafe percpu_u32_fetch_or_acquire(word, Self.awaited)
      if now & Self.busy != 0 { _ = unsafe percpu_futex_wait(word, now | Self.awaited, -1) }
    }
    work = nil
  }

  // MARK: The runner

  /// It comes into the list at this time.
  func beginPeriod(at time: Int64) {
    due = period == 0 ? .max : time &+ period
  }

  func isDue(at time: Int64) -> Bool {
    if period == 0 { return false }
    // Before its last run the clock was somewhere else: from here it is one period at most.
    if time < due &- period { beginPeriod(at: time) }
    return time >= due
  }

  /// Does it if it is wanted or due. False if it is offline: it is to be taken off.
  func visit(isDue: Bool, clock: () -> Int64) -> Bool {
    // Relaxed: the compare-exchanges order.
    var now = unsafe percpu_u32_load_relaxed(word)
    while true {
      let desired: UInt32
      if now & Presence.bits == Presence.running {
        if !isDue && now & Self.wanted == 0 { return true }
        desired = now & ~Self.wanted | Self.busy
      } else {
        desired = now & ~Presence.bits
      }
      // Acquire: pairs with the release of `want`. Release: pairs with the acquire of `start`.
      let result = unsafe percpu_u32_compare_exchange_acq_rel(word, now, desired)
      if result.exchanged {
        guard desired & Self.busy != 0 else { return false }
        beginPeriod(at: clock())
        return run()
      }
      now = result.original
    }
  }

  private func run() -> Bool {
    work?()
    if isOnce || isAbandoned { work = nil }
    // What it mostly is.
    var now = Presence.running | Self.busy
    while true {
      let stays = now & Presence.bits == Presence.running && !isOnce
      // Release: pairs with the acquire of `end`, and of `start`.
      let result = unsafe percpu_u32_compare_exchange_release(
        word, now, now & Self.wanted | (stays ? Presence.running : Presence.offline))
      if result.exchanged {
        if now & Self.awaited != 0 { _ = unsafe percpu_futex_wake(word, .max) }
        return stays
      }
      now = result.original
    }
  }

  /// In the child of a fork, whose parent's runner is not there.
  func forgetRunner() {
    // Relaxed: nobody else is here.
    let now = unsafe percpu_u32_load_relaxed(word)
    // Work that was cut off half way and is done once is not done again.
    let isSpent = isOnce && now & Self.busy != 0
    // Relaxed: the same.
    unsafe percpu_u32_store_relaxed(
      word, now & Self.wanted | (isSpent ? Presence.goingOffline : now & Presence.bits))
    isAbandoned = false
  }
}
