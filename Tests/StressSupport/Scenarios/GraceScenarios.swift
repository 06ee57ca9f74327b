// SPDX-License-Identifier: Apache-2.0

import CStressSupport
import PerCPU

let graceScenarios: [Scenario] = [
  Scenario(
    "grace-ages",
    "sections that nest, stay, and end elsewhere, readers also in handlers: no element older than replaced"
  ) { run in
    let element = AgedElement(run)
    element.demandAges()
    run.demand("signals", run.signals, perSecond: 5)
    element.handleSignals()
    run.work(
      disturbed: .all,
      start: { worker in
        if worker.index % 4 == 3 { _ = stress_thread_unregister() }
      },
      step: { worker in
        if worker.index % 8 == 0 {
          // Nobody else may take it, so that each grace period can end.
          element.settle()
          for _ in 0..<10 { element.replaceAndDefer(&worker.random) }
        } else {
          for _ in 0..<10 { element.read(&worker) }
        }
      })
    element.finish()
  },

  Scenario(
    "grace-keen", weight: 4,
    "few threads that wait for grace periods, and keen readers: the histogram of ages, by the billion"
  ) { run in
    let element = AgedElement(run)
    element.demandAges(keen: true)
    run.work(disturbed: .allButSignals, threads: min(run.threads, 4)) { worker in
      switch worker.index {
      case 0: for _ in 0..<10 { element.replaceAndWait() }
      default: element.readKeenly(20_000)
      }
    }
    element.finish()
  },

  Scenario(
    "grace-keen-unbound", weight: 2,
    "the same with readers that cannot run sections"
  ) { run in
    let element = AgedElement(run)
    element.demandAges(keen: true)
    run.work(
      disturbed: .allButSignals, threads: min(run.threads, 4),
      start: { worker in
        if worker.index % 2 == 1 { _ = stress_thread_unregister() }
      },
      step: { worker in
        switch worker.index {
        case 0: for _ in 0..<10 { element.replaceAndPoll() }
        default: element.readKeenly(5_000)
        }
      })
    element.finish()
  },

  Scenario(
    "grace-narrow",
    "counters of 2 bits, which wrap around all the time, and never more than 3 readers"
  ) { run in
    let element = AgedElement(run, GracePeriodDomain(counterBits: 2))
    element.demandAges(keen: true)
    run.work(
      disturbed: .allButSignals, threads: 4,
      start: { worker in
        if worker.index == 1 { _ = stress_thread_unregister() }
      },
      step: { worker in
        switch worker.index {
        case 0: for _ in 0..<10 { element.replaceAndWait() }
        default: element.readKeenly(1_000)
        }
      })
    element.finish()
  },

  Scenario(
    "grace-flood",
    "more is deferred than can be done: all of it is, once, and never more than the limit waits"
  ) { run in
    Flood(run).stress()
  },

  Scenario(
    "grace-contexts",
    "contexts that read while they are active, and parked ones that are left alone"
  ) { run in
    ReadingContexts(run).stress()
  },
]
