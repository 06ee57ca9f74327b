// SPDX-License-Identifier: Apache-2.0

import CAtomicsShim
import CStressSupport
import PerCPU

/// One disturbance each, as dense as it gets: few threads, so that the one that disturbs and the one
/// that is disturbed really run at the same time.
let stormScenarios: [Scenario] = [
  Scenario(
    "storm-fences", weight: 80,
    "additions under restart fences without pause"
  ) { run in
    let counter = CheckedCounter(run)
    if allowedCPUs.count > 1 { run.demand("fences", run.fences, perSecond: 100) }
    storm(
      run,
      disturber: { _ in
        for _ in 0..<100 { percpu_fence_restart_all() }
        run.fences.add(100)
      }, worker: { _ in counter.add(1000) })
    counter.check()
  },

  Scenario(
    "storm-signals", weight: 62,
    "additions, and more of them in the handlers of signals without pause"
  ) { run in
    let counter = CheckedCounter(run)
    // Never released: a late signal may still find it.
    stress_handle_signals(addOneInHandler, Unmanaged.passRetained(counter).toOpaque())
    run.demand("signals", run.signals, perSecond: 20)
    storm(
      run,
      disturber: { _ in signalOthers(run) }, worker: { _ in counter.add(1000) })
    counter.check()
  },

  Scenario(
    "storm-shards", weight: 2,
    "updates of a sharded lock, and more of them in the handlers of signals without pause"
  ) { run in
    stormShards(run, .automatic)
  },

  Scenario(
    "storm-shards-announced", weight: 2,
    "the same with announced commits"
  ) { run in
    stormShards(run, .announcement)
  },

  Scenario(
    "storm-migrations", weight: 6,
    "additions of threads that move to another CPU again and again"
  ) { run in
    let counter = CheckedCounter(run)
    let cpus = allowedCPUs
    if cpus.count > 1 { run.demand("migrations", run.migrations, perSecond: 20) }
    run.work(disturbed: []) { worker in
      percpu_thread_pin(Int32(cpus[worker.random.below(cpus.count)]))
      counter.add(50)
    }
    counter.check()
  },
]

/// Worker 0 disturbs, and one for each other CPU works.
private func storm(
  _ run: StressRun, disturber: @escaping @Sendable (inout Worker) -> Void,
  worker: @escaping @Sendable (inout Worker) -> Void
) {
  run.work(disturbed: [], threads: max(2, allowedCPUs.count)) { thread in
    if thread.index == 0 { disturber(&thread) } else { worker(&thread) }
  }
}

private func stormShards(_ run: StressRun, _ stealing: ShardedLock<Derived>.Stealing) {
  run.demand("signals", run.signals, perSecond: 20)
  let shards = CheckedShards(run, stealing)
  shards.handleSignals()
  storm(
    run, disturber: { _ in signalOthers(run) },
    worker: { worker in
      // Few that give the processor away: it is handlers that come in between here.
      shards.update(&worker)
      for _ in 0..<200 { shards.update(pauses: worker.random.below(20), movingTo: -1) }
    })
  shards.check()
}

/// Twenty signals to each worker but the first.
private func signalOthers(_ run: StressRun) {
  for worker in run.workers.dropFirst() {
    let tid = worker.loadPublished()
    if tid != 0 { for _ in 0..<20 { _ = stress_signal_thread(Int32(tid)) } }
  }
}

/// A counter and what must be in it.
private final class CheckedCounter: Sendable {
  private let run: StressRun
  private let counter = PerCPUCounter()
  private let added = Tally()
  private let addedInHandlers = Tally()

  init(_ run: StressRun) {
    self.run = run
  }

  func add(_ count: Int) {
    for _ in 0..<count { counter.increment() }
    added.add(count)
    run.operations.add(count)
  }

  func addFromHandler() {
    counter.increment()
    addedInHandlers.add()
  }

  func check() {
    let expected = added.count + addedInHandlers.count
    let value = counter.load()
    run.expect(value == expected, "the sum is \(value) instead of \(expected)")
  }
}

private func addOneInHandler(_ context: UnsafeMutableRawPointer?) {
  Unmanaged<CheckedCounter>.fromOpaque(context!)._withUnsafeGuaranteedRef { $0.addFromHandler() }
}
