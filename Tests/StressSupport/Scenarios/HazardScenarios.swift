// SPDX-License-Identifier: Apache-2.0

import CStressSupport
import PerCPU

let hazardScenarios: [Scenario] = [
  Scenario(
    "hazard-cell",
    "readers of a cell, also in handlers: each value whole, none older than the last known one"
  ) { run in
    CellReaders(run).stress()
  },

  Scenario(
    "hazard-guards",
    "guards that nest, stay, and end elsewhere, on objects that move: alive as long as they are protected"
  ) { run in
    GuardedObjects(run, .inline).stress()
  },

  Scenario(
    "hazard-raw",
    "raw nodes whose memory is handed out again at once, readers also in handlers: each reclaimed once"
  ) { run in
    let nodes = AgedNodes(run, sources: 4, HazardDomain(batchSize: 8, reclaimer: .retirer))
    nodes.demandOutcomes()
    run.demand("signals", run.signals, perSecond: 5)
    nodes.handleSignals()
    run.work(
      disturbed: .all,
      start: { worker in
        if worker.index % 4 == 3 { _ = stress_thread_unregister() }
      },
      step: { worker in
        if worker.index % 4 == 0 {
          for _ in 0..<10 { nodes.replace(&worker) }
        } else {
          for _ in 0..<10 { nodes.read(&worker) }
        }
      })
    nodes.check()
  },

  Scenario(
    "hazard-ages", weight: 2,
    "few threads, batches of one node: readers see none that is older than retired"
  ) { run in
    let nodes = AgedNodes(run, sources: 1, HazardDomain(batchSize: 1, reclaimer: .inline))
    nodes.demandOutcomes(areTakenBack: false)
    run.work(disturbed: .allButSignals, threads: min(run.threads, 4)) { worker in
      switch worker.index {
      case 0: nodes.replace(&worker)
      case 1: nodes.read(&worker)
      default: nodes.readKeenly()
      }
    }
    nodes.check()
  },

  Scenario(
    "hazard-rounds",
    "one reader and one retirer, then nobody: nothing that was handed over is left in a box"
  ) { run in
    let outcomes = HazardOutcomes()
    run.demand("dropped by readers", outcomes.dropped, perSecond: 1)
    run.work(disturbed: [], threads: 1) { worker in
      let rounds = HazardRounds(run, seed: worker.random.next())
      outcomes.dropped.add(rounds.run(rounds: 500))
      run.operations.add(500)
    }
  },

  Scenario(
    "hazard-stalled",
    "readers that sleep from the start to the end: they hold back what they read, and nothing else"
  ) { run in
    StalledReaders(run).stress()
  },
]
