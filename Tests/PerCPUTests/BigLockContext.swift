// SPDX-License-Identifier: Apache-2.0

import CAtomicsShim
import PerCPU
import StressSupport

/// A context on a thread of its own: it enters, runs what is deferred whenever it is kicked, and
/// leaves when it is told to.
final class BigLockContext: Sendable {
  let lock: BigPerCPULock<[Int]>
  let kicks = Tally()
  let isActive = Gate()
  let mayLeave = Gate()
  let thread = Tally()
  private let runsDeferred: Bool

  /// - Parameter runsDeferred: Whether it does so before it leaves.
  init(runsDeferred: Bool = true) {
    self.runsDeferred = runsDeferred
    lock = BigPerCPULock([]) { [kicks] in kicks.addPublished(1) }
  }

  func run() {
    thread.publish(Int(percpu_thread_id()))
    lock.enter()
    isActive.open()
    var seen = 0
    while !mayLeave.isOpenNow {
      if runsDeferred && kicks.loadPublished() != seen {
        seen = kicks.loadPublished()
        lock.runDeferred()
      }
      percpu_thread_yield()
    }
    lock.exit()
  }
}
