// SPDX-License-Identifier: Apache-2.0

import PerCPU

/// What became of what was handed over.
struct HazardOutcomes {
  let dropped = Tally()
  let takenBack = Tally()
  let foundTaken = Tally()

  func note(_ statistics: HazardDomain.Statistics) {
    dropped.store(statistics.droppedByReaders)
    takenBack.store(statistics.takenBack)
    foundTaken.store(statistics.foundTaken)
  }

  /// - Parameter areTakenBack: Whether threads are interrupted at the right place for that.
  func demand(of run: StressRun, areTakenBack: Bool = true) {
    run.demand("dropped by readers", dropped, perSecond: 5)
    guard areTakenBack && run.threads > 8 else { return }
    run.demand("taken back", takenBack, perSecond: 1)
    run.demand("found taken", foundTaken, perSecond: 1)
  }
}
