// SPDX-License-Identifier: Apache-2.0

import CAtomicsShim
import CStressSupport
import PerCPU
import Synchronization

let housekeeperScenarios: [Scenario] = [
  Scenario(
    "housekeeper-storm",
    "registrations that come, go, stop, start and ask, shutdowns and forks: no work after its end, none lost"
  ) { run in
    KeptHouse(run).stress()
  }
]

private final class KeptHouse: Sendable {
  private static let patience: Int64 = 20_000_000_000

  private let run: StressRun
  private let housekeeper = Housekeeper()
  private let isBusy = Atomic<Bool>(false)
  private let isChild = Tally()
  private let performed = Tally(), given = Tally()
  private let shutdowns = Tally(), restarts = Tally()

  init(_ run: StressRun) {
    self.run = run
  }

  func stress() {
    run.demand("shutdowns", shutdowns, perSecond: 2)
    run.demand("restarts", restarts, perSecond: 50)
    run.demand("forks", run.forks, perSecond: 1)
    stress_handle_signals({ _ in }, nil)
    run.work(disturbed: .all, threads: min(run.threads, 16)) { [self] worker in
      keep(&worker)
      run.operations.add()
    }
    housekeeper.shutdown()
    run.expect(
      performed.count == given.count, "\(given.count) were to be done, \(performed.count) were")
  }

  /// All work of the housekeeper: one at a time.
  private func work(_ pace: Pace, _ body: () -> Void) {
    if isChild.count == 0 {
      let isAlone = !isBusy.exchange(true, ordering: .acquiringAndReleasing)
      run.expect(isAlone, "two are at work at a time")
      pace.spend()
    }
    body()
    if isChild.count == 0 { isBusy.store(false, ordering: .releasing) }
  }

  /// One registration from its beginning to its end.
  private func keep(_ worker: inout Worker) {
    let runs = Tally(), isOver = Tally()
    let pace = Pace.random(&worker.random)
    let period: Duration? = worker.random.below(4) == 0 ? .microseconds(200) : nil
    let registration = housekeeper.register(every: period) { [self] in
      work(pace) {
        if isOver.loadPublished() != 0 { run.fail("work after the end of its registration") }
        runs.addPublished(1)
      }
    }
    for _ in 0..<worker.random.below(4) {
      for _ in 0..<worker.random.below(4) {
        registration.stop()
        registration.start()
        restarts.add()
      }
      let before = runs.loadPublished()
      registration.runSoon()
      wait("asked for") { runs.loadPublished() > before }
    }
    if worker.random.below(4) == 0 {
      given.add()
      housekeeper.perform { [self] in work(.nothing) { performed.add() } }
    }
    if worker.random.below(16) == 0 {
      let before = runs.loadPublished()
      housekeeper.shutdown()
      run.expect(runs.loadPublished() > before, "a shutdown without a last round")
      shutdowns.add()
    }
    // (The thread sanitizer lets the child of a program with threads start none.)
    if worker.index == 0 && worker.random.below(16) == 0 && !stress_has_thread_sanitizer() {
      fork(registration)
    }
    registration.unregister()
    isOver.publish(1)
  }

  /// What was registered is done in the child as well, by a thread of its own.
  private func fork(_ registration: borrowing Housekeeper.Registration) {
    run.forks.add()
    let child = stress_fork_here()
    if child == 0 {
      isChild.store(1)
      let isDone = Tally()
      housekeeper.perform { isDone.publish(1) }
      registration.runSoon()
      wait("performed in a child") { isDone.loadPublished() == 1 }
      stress_end(0)
    }
    run.expect(stress_wait_for(child) == 0, "the child of a fork has no housekeeper")
  }

  private func wait(_ what: String, until condition: () -> Bool) {
    let end = stress_nanoseconds() + Self.patience
    while !condition() {
      percpu_thread_yield()
      if stress_nanoseconds() > end { fatalError("what was \(what) was not done") }
    }
  }
}
