// SPDX-License-Identifier: Apache-2.0

import CStressSupport
import PerCPU

let counterScenarios: [Scenario] = [
  Scenario(
    "counter-sum",
    "adds on every thread and in signal handlers; each load lies between what was finished before it "
      + "and what was started after it; the last one is exact"
  ) { run in
    demandDisturbances(run)
    BoundedCounter(run).stress { _ in }
  },

  Scenario(
    "counter-mixed",
    "the same with every other thread unable to run sequences"
  ) { run in
    demandDisturbances(run)
    run.nameExtra("unregistered threads")
    if Engine.current == .restartable, run.threads > 1 {
      run.demand("unregistered threads", run.extra, perSecond: 0)
    }
    BoundedCounter(run).stress { worker in
      if worker.index % 2 == 1, stress_thread_unregister() { run.extra.add() }
    }
  },

  Scenario(
    "counter-exchange",
    "several threads take what others add: every addition is taken once"
  ) { run in
    let counter = PerCPUCounter()
    let begun = Tally()
    let taken = Tally()
    run.nameExtra("exchanges")
    run.demand("exchanges", run.extra, perSecond: 50)
    run.work(disturbed: .allButSignals) { worker in
      if worker.index % 4 == 0 {
        for _ in 0..<32 {
          let value = counter.exchange(0)
          run.expect(value >= 0, "an exchange took \(value)")
          taken.addPublished(value)
          run.extra.add()
        }
        let total = taken.loadPublished()
        run.expect(total <= begun.loadPublished(), "more was taken than added: \(total)")
      } else {
        let amount = 1 + worker.random.below(5)
        begun.addPublished(500 * amount)
        for _ in 0..<500 { counter.add(amount) }
        run.operations.add(500)
      }
    }
    let rest = counter.load()
    run.expect(
      taken.count + rest == begun.count,
      "\(taken.count) taken and \(rest) left of \(begun.count) added")
  },

  Scenario(
    "counter-emptied",
    "one thread adds 1 and takes it, again and again: who looks sees 0 or 1"
  ) { run in
    let counter = PerCPUCounter()
    run.nameExtra("loads")
    run.demand("loads", run.extra, perSecond: 50)
    run.work(disturbed: .allButSignals) { worker in
      if worker.index == 0 {
        for _ in 0..<100 {
          counter.increment()
          let taken = counter.exchange(0)
          run.expect(taken == 1, "\(taken) taken instead of 1")
        }
        run.operations.add(200)
      } else {
        for _ in 0..<50 {
          let value = counter.load()
          run.expect(value == 0 || value == 1, "loaded \(value)")
        }
        run.extra.add(50)
      }
    }
  },

  Scenario(
    "counter-churn",
    "counters and threads come and go: a new counter is zero, and what exiting threads added counts"
  ) { run in
    run.demand("exits", run.exits, perSecond: 20)
    run.work(disturbed: .allButSignals) { worker in
      let counters = (0..<1 + worker.random.below(40)).map { _ in PerCPUCounter() }
      for counter in counters {
        run.expect(counter.load() == 0, "a new counter holds \(counter.load())")
      }
      let amount = 1 + worker.random.below(100)
      onThreads(2) { index in
        for counter in counters { counter.add(amount + index) }
        run.exits.add()
      }
      for counter in counters {
        let value = counter.load()
        run.expect(value == 2 * amount + 1, "\(value) instead of \(2 * amount + 1)")
      }
      run.operations.add(2 * counters.count)
    }
  },

  Scenario(
    "counter-fork", weight: 7,
    "the child of a fork has the counters of its parent, can add, and can make new ones"
  ) { run in
    // The thread sanitizer does not survive a fork of several threads.
    let forks = !stress_has_thread_sanitizer()
    if forks { run.demand("forks", run.forks, perSecond: 2) }
    let counter = PerCPUCounter()
    let total = Tally()
    run.work(disturbed: .allButSignals) { worker in
      for _ in 0..<200 { counter.increment() }
      total.add(200)
      run.operations.add(200)
      guard forks, worker.index == 0 else { return }
      let before = counter.load()
      let status = withExtendedLifetime(ForkedCounter(counter, atLeast: before)) { forked in
        stress_fork(checkInChild, Unmanaged.passUnretained(forked).toOpaque())
      }
      run.expect(status == 0, "the child of a fork ended with status \(status)")
      run.forks.add()
    }
    run.expect(counter.load() == total.count, "\(counter.load()) instead of \(total.count)")
  },
]

private func demandDisturbances(_ run: StressRun) {
  run.demand("signals", run.signals, perSecond: 5)
  run.demand("fences", run.fences, perSecond: 5)
  if allowedCPUs.count > 1 {
    run.demand("migrations", run.migrations, perSecond: 2)
  }
}

/// A counter with a record, kept in sequentially consistent atomics, of what was begun and finished.
private final class BoundedCounter: Sendable {
  let run: StressRun
  let counter = PerCPUCounter()
  let begun: [Tally]
  let finished: [Tally]
  let begunInHandlers = Tally()
  let finishedInHandlers = Tally()

  init(_ run: StressRun) {
    self.run = run
    begun = (0..<run.threads).map { _ in Tally() }
    finished = (0..<run.threads).map { _ in Tally() }
  }

  func stress(_ start: @escaping @Sendable (inout Worker) -> Void) {
    // Never released: a late signal may still find it.
    stress_handle_signals(addInHandler, Unmanaged.passRetained(self).toOpaque())
    run.work(disturbed: .all, start: start) { [self] worker in
      if worker.random.below(8) == 0 { checkBounds() }
      addSome(&worker)
    }
    let expected = begun.reduce(begunInHandlers.loadPublished()) { $0 + $1.loadPublished() }
    let value = counter.load()
    run.expect(value == expected, "the sum is \(value) instead of \(expected)")
  }

  private func addSome(_ worker: inout Worker) {
    let amounts = (0..<100).map { _ in worker.random.below(4) }
    let sum = amounts.reduce(0, +)
    let mine = begun[worker.index]
    mine.publish(mine.loadPublished() + sum)
    for amount in amounts {
      counter.add(amount)
    }
    finished[worker.index].publish(mine.loadPublished())
    run.operations.add(amounts.count)
  }

  private func checkBounds() {
    let low = finished.reduce(finishedInHandlers.loadPublished()) { $0 + $1.loadPublished() }
    let value = counter.load()
    let high = begun.reduce(begunInHandlers.loadPublished()) { $0 + $1.loadPublished() }
    run.expect(low <= value && value <= high, "loaded \(value), which is not in \(low)...\(high)")
  }

  func addFromHandler() {
    begunInHandlers.addPublished(1)
    counter.add(1)
    finishedInHandlers.addPublished(1)
  }
}

private func addInHandler(_ context: UnsafeMutableRawPointer?) {
  Unmanaged<BoundedCounter>.fromOpaque(context!)._withUnsafeGuaranteedRef { $0.addFromHandler() }
}

private final class ForkedCounter {
  let counter: PerCPUCounter
  let atLeast: Int

  init(_ counter: PerCPUCounter, atLeast: Int) {
    self.counter = counter
    self.atLeast = atLeast
  }

  /// The exit status of the child: 0 if all is well.
  func check() -> Int32 {
    let before = counter.load()
    if before < atLeast { return 1 }
    for _ in 0..<1000 { counter.increment() }
    if counter.load() != before + 1000 { return 2 }
    let new = PerCPUCounter()
    new.add(3)
    if new.load() != 3 { return 3 }
    if counter.exchange(0) != before + 1000 || counter.load() != 0 { return 4 }
    asymmetricMemoryFenceHeavy()
    return 0
  }
}

private func checkInChild(_ context: UnsafeMutableRawPointer?) -> Int32 {
  Unmanaged<ForkedCounter>.fromOpaque(context!).takeUnretainedValue().check()
}
