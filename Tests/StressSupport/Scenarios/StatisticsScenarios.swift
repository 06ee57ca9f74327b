// SPDX-License-Identifier: Apache-2.0

import CAtomicsShim
import CStressSupport
import PerCPU

let statisticsScenarios: [Scenario] = [
  Scenario(
    "differential-bound",
    "adds of either sign on every thread and in signal handlers, folds from near and far: what is read "
      + "lies where the bound allows; after a fold of all the approximate value is exact"
  ) { run in
    demandDisturbances(run)
    BoundedDifferential(run).stress { _ in }
  },

  Scenario(
    "differential-mixed",
    "the same with every other thread unable to run sequences"
  ) { run in
    demandDisturbances(run)
    run.nameExtra("unregistered threads")
    if Engine.current == .restartable, run.threads > 1 {
      run.demand("unregistered threads", run.extra, perSecond: 0)
    }
    BoundedDifferential(run).stress { worker in
      if worker.index % 2 == 1, stress_thread_unregister() { run.extra.add() }
    }
  },

  Scenario(
    "differential-rows",
    "only positive amounts: no row is ever seen with its gate open and more than the threshold in it"
  ) { run in
    let counter = DifferentialCounter(threshold: 8)
    run.nameExtra("rows seen open")
    run.demand("rows seen open", run.extra, perSecond: 500)
    let begun = Tally()
    run.work(disturbed: .allButSignals) { worker in
      for _ in 0..<50 {
        let amount = 1 + worker.random.below(8)
        begun.add(amount)
        counter.add(amount)
        for cpu in CPU.rows {
          guard let difference = openDifference(counter, cpu) else { continue }
          run.extra.add()
          run.expect(
            difference >= 0 && difference <= 8, "\(cpu) has a difference of \(difference)")
        }
      }
      run.operations.add(50)
      if worker.random.below(16) == 0 { counter.fold(cpu: randomRow(&worker.random)) }
    }
    run.expect(counter.sum() == begun.count, "\(counter.sum()) instead of \(begun.count)")
  },

  Scenario(
    "differential-afar",
    "threads of one CPU add while others fold its row all the time"
  ) { run in
    let counter = DifferentialCounter(threshold: 1000)
    let begun = Tally()
    run.nameExtra("folds")
    run.demand("folds", run.extra, perSecond: 500)
    let others = allowedCPUs.count > 1 ? Array(allowedCPUs.dropFirst()) : allowedCPUs
    run.work(
      disturbed: [],
      start: { confine(0, to: $0.index % 2 == 0 ? [allowedCPUs[0]] : others) }
    ) { worker in
      if worker.index % 2 == 0 {
        for _ in 0..<200 { counter.add(1) }
        begun.add(200)
        run.operations.add(200)
      } else {
        for _ in 0..<20 { counter.fold(cpu: CPU(rawValue: allowedCPUs[0])) }
        run.extra.add(20)
      }
    }
    run.expect(counter.sum() == begun.count, "\(counter.sum()) instead of \(begun.count)")
    counter.foldAll()
    let folded = counter.approximate
    run.expect(folded == begun.count, "folded it is \(folded) instead of \(begun.count)")
  },

  Scenario(
    "differential-rest",
    "threads add, come to rest and end: then the approximate value is exact, without another fold"
  ) { run in
    run.demand("exits", run.exits, perSecond: 20)
    run.work(disturbed: .fences, threads: max(2, run.threads / 8)) { worker in
      let counter = DifferentialCounter(threshold: 1000)
      let amounts = (0..<4).map { _ in worker.random.below(100) - 50 }
      let folded = worker.random.below(2) == 0
      onThreads(4) { index in
        confine(0, to: [allowedCPUs[index % allowedCPUs.count]])
        for _ in 0..<25 { counter.add(amounts[index]) }
        if folded { counter.fold(cpu: CPU(rawValue: allowedCPUs[0])) }
        for _ in 0..<25 { counter.add(amounts[index]) }
        counter.quiesce()
        run.exits.add()
      }
      let expected = 50 * amounts.reduce(0, +)
      let value = counter.approximate
      run.expect(value == expected, "\(value) instead of \(expected) at rest")
      run.expect(counter.sum() == expected, "the sum is \(counter.sum()), not \(expected)")
      restWhileFolded(run)
      run.operations.add(240)
    }
  },

  Scenario(
    "differential-fork", weight: 3,
    "the child of a fork has the counters of its parent and can add"
  ) { run in
    // The thread sanitizer does not survive a fork of several threads.
    let forks = !stress_has_thread_sanitizer()
    if forks { run.demand("forks", run.forks, perSecond: 2) }
    let counter = DifferentialCounter(threshold: 4)
    let total = Tally()
    run.work(disturbed: .allButSignals) { worker in
      for _ in 0..<200 { counter.increment() }
      total.add(200)
      run.operations.add(200)
      guard forks, worker.index == 0 else { return }
      let status = withExtendedLifetime(
        ForkedDifferential(counter, atLeast: counter.sum(), threads: run.threads)
      ) { forked in
        stress_fork(checkInChild, Unmanaged.passUnretained(forked).toOpaque())
      }
      run.expect(status == 0, "the child of a fork ended with status \(status)")
      run.forks.add()
    }
    run.expect(counter.sum() == total.count, "\(counter.sum()) instead of \(total.count)")
  },

  Scenario(
    "histogram-bound",
    "records on every thread and in signal handlers, some unable to run sequences: a snapshot counts "
      + "what was finished before, and has all that it counts in its sum and between its extremes"
  ) { run in
    demandDisturbances(run)
    run.nameExtra("snapshots")
    run.demand("snapshots", run.extra, perSecond: 50)
    BoundedHistogram(run).stress()
  },
]

/// A thread that comes to rest over and over finds all that it added, whoever folds its row meanwhile.
private func restWhileFolded(_ run: StressRun) {
  let counter = DifferentialCounter(threshold: 1000)
  onThreads(2) { index in
    confine(0, to: [allowedCPUs[index % allowedCPUs.count]])
    for count in 1...40 {
      if index > 0 {
        counter.fold(cpu: CPU(rawValue: allowedCPUs[0]))
      } else {
        counter.add(1)
        counter.quiesce()
        let value = counter.approximate
        run.expect(value == count, "\(value) instead of \(count) while another thread folds")
      }
    }
  }
}

private func demandDisturbances(_ run: StressRun) {
  run.demand("signals", run.signals, perSecond: 5)
  run.demand("fences", run.fences, perSecond: 5)
  if allowedCPUs.count > 1 {
    run.demand("migrations", run.migrations, perSecond: 2)
  }
}

private func randomRow(_ random: inout SeededGenerator) -> CPU {
  CPU.rows[random.below(CPU.rows.count)]
}

/// The difference of a row if it is seen with its gate open. With positive amounts, what was folded
/// only grows: if it is the same before and after, it was so in between.
private func openDifference(_ counter: DifferentialCounter, _ cpu: CPU) -> Int? {
  let row = percpu_row_word(counter.slots, cpu.rawValue)
  let total = row + Int(PERCPU_GATED_TOTAL) / 8
  let folded = row + Int(PERCPU_GATED_FOLDED) / 8
  let before = percpu_word_load_acquire(folded)
  let value = percpu_word_load_acquire(total)
  guard percpu_word_load_acquire(row) == 0 else { return nil }
  percpu_fence_acquire()
  return percpu_word_load_acquire(folded) == before ? value - before : nil
}

// MARK: Differential counters

/// A counter with a record, kept in sequentially consistent atomics, of what was begun and finished: of
/// each sign by itself, since a sum of both says nothing about what is under way.
private final class BoundedDifferential: Sendable {
  static let threshold = 64
  let run: StressRun
  let counter = DifferentialCounter(threshold: threshold)
  let workers: [Record]
  let handlers = Record()

  struct Record: Sendable {
    let begun = [Tally(), Tally()]
    let finished = [Tally(), Tally()]
  }

  init(_ run: StressRun) {
    self.run = run
    workers = (0..<run.threads).map { _ in Record() }
  }

  func stress(_ start: @escaping @Sendable (inout Worker) -> Void) {
    // Never released: a late signal may still find it.
    stress_handle_signals(addInHandler, Unmanaged.passRetained(self).toOpaque())
    run.work(disturbed: .all, start: start) { [self] worker in
      for _ in 0..<20 { addOne(&worker) }
      run.operations.add(20)
      switch worker.random.below(32) {
      case 0: counter.fold(cpu: randomRow(&worker.random))
      case 1: counter.foldAll()
      case 2: counter.quiesce()
      case 3..<16: checkBounds()
      default: break
      }
    }
    let expected = total(\.begun, 0) - total(\.begun, 1)
    let sum = counter.sum()
    run.expect(sum == expected, "the sum is \(sum) instead of \(expected)")
    let error = counter.approximate - expected
    run.expect(abs(error) <= counter.errorBound, "at the end it is wrong by \(error)")
    counter.foldAll()
    let folded = counter.approximate
    run.expect(folded == expected, "folded it is \(folded) instead of \(expected)")
  }

  /// Mostly a small amount of the sign that is this thread's for now; rarely more than the threshold.
  private func addOne(_ worker: inout Worker) {
    let sign = (Int(run.elapsedNanoseconds >> 18) + worker.index) & 1
    let amount =
      worker.random.below(256) == 0 ? Self.threshold + 1 : 1 + worker.random.below(4)
    add(amount, sign, workers[worker.index])
  }

  private func add(_ amount: Int, _ sign: Int, _ record: Record) {
    record.begun[sign].addPublished(amount)
    counter.add(sign == 0 ? amount : -amount)
    record.finished[sign].addPublished(amount)
  }

  func addFromHandler() { add(1, 0, handlers) }

  private func total(_ tallies: KeyPath<Record, [Tally]>, _ sign: Int) -> Int {
    workers.reduce(handlers[keyPath: tallies][sign].loadPublished()) {
      $0 + $1[keyPath: tallies][sign].loadPublished()
    }
  }

  private func checkBounds() {
    let finished = [total(\.finished, 0), total(\.finished, 1)]
    let sum = counter.sum()
    let approximate = counter.approximate
    let begun = [total(\.begun, 0), total(\.begun, 1)]
    let possible = finished[0] - begun[1]...begun[0] - finished[1]
    run.expect(possible.contains(sum), "the sum is \(sum), which is not in \(possible)")
    let allowed =
      possible.lowerBound - counter.errorBound...possible.upperBound + counter.errorBound
    run.expect(
      allowed.contains(approximate), "about \(approximate), which is not in \(allowed)")
  }
}

private func addInHandler(_ context: UnsafeMutableRawPointer?) {
  Unmanaged<BoundedDifferential>.fromOpaque(context!)._withUnsafeGuaranteedRef {
    $0.addFromHandler()
  }
}

private final class ForkedDifferential {
  let counter: DifferentialCounter
  let atLeast: Int
  let threads: Int

  init(_ counter: DifferentialCounter, atLeast: Int, threads: Int) {
    self.counter = counter
    self.atLeast = atLeast
    self.threads = threads
  }

  /// The exit status of the child: 0 if all is well. Its row may be held by a thread that it does not
  /// have; nobody waits for that but who folds.
  func check() -> Int32 {
    let before = counter.sum()
    if before < atLeast { return 1 }
    for _ in 0..<1000 { counter.increment() }
    if counter.sum() != before + 1000 { return 2 }
    if abs(counter.approximate - counter.sum()) > counter.errorBound + threads { return 3 }
    let new = DifferentialCounter(threshold: 10)
    new.add(3)
    new.foldAll()
    return new.approximate == 3 ? 0 : 4
  }
}

private func checkInChild(_ context: UnsafeMutableRawPointer?) -> Int32 {
  Unmanaged<ForkedDifferential>.fromOpaque(context!).takeUnretainedValue().check()
}

// MARK: Histograms

/// A histogram that has a bucket for each value that is recorded, and a record of what was begun and
/// finished.
private final class BoundedHistogram: Sendable {
  static let values = 12
  let run: StressRun
  let histogram = PerCPUHistogram(bounds: Array(0..<values))
  let begun = (0..<values).map { _ in Tally() }
  let finished = (0..<values).map { _ in Tally() }

  init(_ run: StressRun) { self.run = run }

  func stress() {
    // Never released: a late signal may still find it.
    stress_handle_signals(recordInHandler, Unmanaged.passRetained(self).toOpaque())
    run.work(
      disturbed: .all,
      start: { if $0.index % 4 == 3 { _ = stress_thread_unregister() } }
    ) { [self] worker in
      if worker.random.below(16) == 0 { checkSnapshot() }
      if worker.random.below(64) == 0 { checkNewExtremes(&worker.random) }
      for _ in 0..<20 {
        // From the middle outward, as time goes by.
        let reach = min(Int(run.elapsedNanoseconds / 20_000_000), Self.values / 2 - 1)
        let distance = worker.random.below(reach + 1)
        record(
          worker.random.below(2) == 0
            ? Self.values / 2 - 1 - distance : Self.values / 2 + distance)
      }
      run.operations.add(20)
    }
    let seen = histogram.snapshot()
    run.expect(
      seen.buckets.map(\.count) == begun.map(\.count) + [0], "the last snapshot is \(seen)")
    run.expect(seen.sum == Self.sum(begun.map(\.count)), "the last sum is \(seen.sum)")
  }

  private func record(_ value: Int) {
    begun[value].addPublished(1)
    histogram.record(value)
    finished[value].addPublished(1)
  }

  func recordFromHandler() { record(Self.values / 2) }

  private static func sum(_ counts: [Int]) -> Int {
    counts.enumerated().reduce(0) { $0 + $1.offset * $1.element }
  }

  private func checkSnapshot() {
    let low = finished.map { $0.loadPublished() }
    let seen = histogram.snapshot()
    let high = begun.map { $0.loadPublished() }
    run.extra.add()
    let counts = seen.buckets.map(\.count)
    for (value, count) in counts.dropLast().enumerated() {
      run.expect(
        low[value] <= count && count <= high[value],
        "\(count) times \(value), which is not in \(low[value])...\(high[value])")
      guard count > 0 else { continue }
      run.expect(
        (seen.min ?? .max) <= value && value <= (seen.max ?? .min),
        "\(value) is not between \(String(describing: seen.min)) and \(String(describing: seen.max))"
      )
    }
    let counted = Self.sum(counts)
    run.expect(
      counted <= seen.sum && seen.sum <= Self.sum(high),
      "the sum is \(seen.sum), but what is counted makes \(counted)")
  }

  /// Threads that raise the extremes of a new histogram at the same time.
  private func checkNewExtremes(_ random: inout SeededGenerator) {
    let histogram = PerCPUHistogram()
    let values = (0..<4).map { _ in (0..<8).map { _ in random.below(1 << 40) } }
    onThreads(4) { index in
      for value in values[index] { histogram.record(value) }
    }
    let seen = histogram.snapshot()
    let all = values.joined()
    run.expect(
      seen.min == all.min() && seen.max == all.max() && seen.count == 32,
      "\(String(describing: seen.min)) to \(String(describing: seen.max)) of \(Array(all))")
  }
}

private func recordInHandler(_ context: UnsafeMutableRawPointer?) {
  Unmanaged<BoundedHistogram>.fromOpaque(context!)._withUnsafeGuaranteedRef {
    $0.recordFromHandler()
  }
}
