// SPDX-License-Identifier: Apache-2.0

internal import CAtomicsShim

/// What has the housekeeper look after grace periods: by a slow tick for what is lazy, by a fast one for what is under
/// way. Both stand still while there is nothing to do.
///
///     announced    0 nothing, 1 lazy work, 2 urgent work: which tick goes; and, above it, how many forks there were
///
///     whoever defers                       the housekeeper, at the end of a tick
///     the list := with the call            stop the ticks
///     light fence                          announced := 0
///     announced too low? start the tick    heavy fence
///                                          something in the lists, or under way? start a tick
///
/// The fences pair: a call that the housekeeper does not find in the lists finds that nothing is announced. The ticks
/// are stopped first, so that they are not taken from somebody who has just started them. They are started and
/// stopped by the conductor alone.
///
/// In the child of a fork there is no thread that would go on with a tick: what the parent announced does not count.
///
/// A tick does what was wanted when it began. What is wanted meanwhile, by calls that defer themselves for example, waits for
/// the next one, as the housekeeper has others to look after.
struct Assistance: ~Copyable {
  fileprivate static let slowPeriod = Duration.milliseconds(100)
  fileprivate static let fastPeriod = Duration.milliseconds(1)

  /// Nobody looks after them if it is nil.
  let housekeeper: Housekeeper?
  fileprivate var slow: Housekeeper.Registration?
  fileprivate var fast: Housekeeper.Registration?

  init(by housekeeper: Housekeeper?) {
    self.housekeeper = housekeeper
  }

  fileprivate func stop() {
    slow?.stop()
    fast?.stop()
  }

  fileprivate mutating func start(
    _ announcement: GracePeriods.Announcement, _ work: @escaping @Sendable () -> Void
  ) {
    guard let housekeeper else { return }
    switch announcement {
    case .none:
      break
    case .lazy:
      if slow == nil { slow = housekeeper.register(every: Self.slowPeriod, work) }
      slow?.start()
    case .urgent:
      if fast == nil { fast = housekeeper.register(every: Self.fastPeriod, work) }
      fast?.start()
    }
  }

  fileprivate borrowing func runSoon() {
    fast?.runSoon()
  }

  /// For the end: what is returned waits, when it is destroyed, for a tick that is on.
  mutating func take() -> Assistance {
    var taken = Assistance(by: nil)
    taken.slow = slow.take()
    taken.fast = fast.take()
    return taken
  }
}

extension GracePeriods {
  enum Announcement: UInt32 {
    case none, lazy, urgent
  }

  /// Says that there is something to do. For whoever has put it there.
  func announce(_ announcement: Announcement) {
    // Pairs with the heavy fence of `rest`.
    percpu_fence_light()
    // Relaxed: ordered by the fences.
    if isAnnounced(announcement) { return }
    conducting {
      start(announcement)
      if announcement == .urgent { assistance.runSoon() }
    }
  }

  private func start(_ announcement: Announcement) {
    if isClosed || isAnnounced(announcement) { return }
    assistance.start(announcement) { [self] in assist() }
    note(announcement)
  }

  private func isAnnounced(_ announcement: Announcement) -> Bool {
    // Relaxed: ordered by the fences, or stored under the lock.
    let present = unsafe percpu_u32_load_relaxed(announced)
    let level = present >> 2 == Self.forks ? present & 3 : Announcement.none.rawValue
    return level >= announcement.rawValue
  }

  private func note(_ announcement: Announcement) {
    // Relaxed: ordered by the fences.
    unsafe percpu_u32_store_relaxed(announced, Self.forks << 2 | announcement.rawValue)
  }

  private static var forks: UInt32 { percpu_fork_count() & UInt32.max >> 2 }

  /// Does what there is to do, as far as it can be done without waiting for long.
  func assist() {
    // If there is no thread to be had, a shutdown has its last round made by whoever has just asked the housekeeper: by
    // `announce`, perhaps. Then the next one does it.
    if isConductor { return }
    wantCalls()
    let last = wantedCount
    var turn = 0
    while turn < Self.patience {
      if isOver(last) {
        runReady()
        break
      }
      let hasStepped = step()
      if runReady() || hasStepped { continue }
      percpu_pause()
      turn += 1
    }
    conducting { rest() }
  }

  /// How often to look again: for as long as a short section takes.
  private static var patience: Int { 64 }

  private func rest() {
    if isClosed { return }
    assistance.stop()
    note(.none)
    // Pairs with the light one of `announce`.
    percpu_fence_heavy()
    start(isUnderWay ? .urgent : calls.areTouched ? .lazy : .none)
  }
}
