// SPDX-License-Identifier: Apache-2.0

import CAtomicsShim
import CStressSupport
import PerCPU

let batchScenarios: [Scenario] = [
  Scenario(
    "batch-mixed", weight: 3,
    "everybody appends, in signal handlers as well, drains, suspends and exits: each element is "
      + "delivered once, in its CPU's order, and when a drain or a suspension says so"
  ) { run in
    Collection(run, capacity: 64, .automatic).stress()
  },

  Scenario(
    "batch-small", weight: 2,
    "the same with buffers that are always full"
  ) { run in
    Collection(run, capacity: 2, .automatic).stress()
  },

  Scenario(
    "batch-spin", weight: 2,
    "the same with spinlocks"
  ) { run in
    Collection(run, capacity: 8, .spin).stress()
  },

  Scenario(
    "batch-reentrant",
    "a sink appends to its own batch, and signal handlers interrupt it: nothing waits for itself"
  ) { run in
    ReentrantCollection(run).stress()
  },

  Scenario(
    "batch-objects",
    "objects and strings: whole when they are delivered, and released once"
  ) { run in
    collectObjects(run)
  },
]

// MARK: Samples

/// Who has appended it, and its number among those of the same producer.
private struct Sample: BitwiseCopyable {
  let producer: Int
  let number: Int
}

/// What was appended, and what was delivered.
private final class Ledger: Sendable {
  private let run: StressRun
  let appended: [Tally]
  private let delivered: [Tally]
  private let sums: [Tally]
  /// For each row, the last number that came from each producer.
  private let latest: [[Tally]]
  private let isInside: [Tally]
  let shared = Tally()

  init(_ run: StressRun, producers: Int) {
    self.run = run
    appended = (0..<producers).map { _ in Tally() }
    delivered = appended.map { _ in Tally() }
    sums = appended.map { _ in Tally() }
    let rows = CPU.possible.last!.rawValue + 2
    latest = (0..<rows).map { _ in (0..<producers).map { _ in Tally() } }
    isInside = (0..<rows).map { _ in Tally() }
  }

  var handlers: Int { appended.count - 1 }

  /// Those of handlers have no numbers: one may interrupt another.
  var sampleOfHandler: Sample { Sample(producer: handlers, number: 1) }

  /// The next number of a producer; not counted as appended yet.
  func next(of producer: Int) -> Sample {
    Sample(producer: producer, number: appended[producer].count + 1)
  }

  // Handlers deliver as well, so this allocates nothing.
  func deliver(_ cpu: CPU, _ samples: Span<Sample>) {
    let row = cpu.rawValue + 1
    if isInside[row].take() != 0 { run.fail("two buffers of \(cpu) are delivered at a time") }
    isInside[row].publish(1)
    if cpu == .unbound { shared.add(samples.count) }
    for index in samples.indices {
      let sample = samples[index]
      if sample.producer != handlers {
        let latest = latest[row][sample.producer]
        if sample.number <= latest.count {
          run.fail("\(cpu) delivers \(sample) behind number \(latest.count)")
        }
        latest.store(sample.number)
      }
      sums[sample.producer].add(sample.number)
      if sample.number % 499 == 0 { percpu_thread_yield() }
      if sample.number % 19_997 == 0 { stress_sleep(20_000) }
    }
    // Not before all of it is done. Runs of one producer are common.
    var index = 0
    while index < samples.count {
      let producer = samples[index].producer, start = index
      while index < samples.count, samples[index].producer == producer { index += 1 }
      delivered[producer].addPublished(index - start)
    }
    if isInside[row].take() != 1 { run.fail("two buffers of \(cpu) are delivered at a time") }
  }

  /// Whether of each producer at least so many were delivered.
  func hasDelivered(_ counts: [Int]) -> Bool {
    counts.indices.allSatisfy { delivered[$0].loadPublished() >= counts[$0] }
  }

  func hasDeliveredAll(of producer: Int) -> Bool {
    delivered[producer].loadPublished() == appended[producer].count
  }

  var counts: [Int] { appended.map { $0.loadPublished() } }

  func check() {
    for producer in appended.indices {
      let count = appended[producer].count
      run.expect(
        delivered[producer].count == count,
        "\(delivered[producer].count) of \(count) elements of producer \(producer) were delivered")
      run.expect(
        sums[producer].count == (producer == handlers ? count : count * (count + 1) / 2),
        "other elements of producer \(producer) were delivered than appended")
    }
  }
}

private final class Collection: Sendable {
  private let run: StressRun
  private let ledger: Ledger
  private let batch: PerCPUBatch<Sample>
  private let drains = Tally()
  private let suspensions = Tally()

  init(_ run: StressRun, capacity: Int, _ locking: PerCPUBatch<Sample>.Locking) {
    self.run = run
    let ledger = Ledger(run, producers: run.workers.count + 1)
    self.ledger = ledger
    batch = PerCPUBatch(capacityPerCPU: capacity, locking: locking) { cpu, samples in
      ledger.deliver(cpu, samples)
    }
  }

  func stress() {
    run.nameExtra("elements")
    run.demand("drains", drains, perSecond: 5)
    run.demand("suspensions", suspensions, perSecond: 1)
    run.demand("shared", ledger.shared, perSecond: 5)
    run.demand("signals", run.signals, perSecond: 5)
    run.demand("exits", run.exits, perSecond: 1)
    // Never released: a late signal may still find it.
    stress_handle_signals(appendInHandler, Unmanaged.passRetained(self).toOpaque())
    run.work(
      disturbed: .all,
      start: { worker in
        if worker.index % 4 == 3 { _ = stress_thread_unregister() }
      },
      step: { [self] worker in step(&worker) })
    batch.drainAll()
    ledger.check()
  }

  private func step(_ worker: inout Worker) {
    switch worker.random.below(64) {
    case 0: drain { batch.drainAll() }
    case 1:
      drain { for cpu in CPU.rows { batch.drain(cpu: cpu) } }
    case 2 where worker.index % 8 == 0: suspend(worker.index, &worker.random)
    case 3: exit(worker.index)
    default: append(400, worker.index)
    }
  }

  private func append(_ count: Int, _ producer: Int) {
    for _ in 0..<count {
      batch.append(ledger.next(of: producer))
      ledger.appended[producer].addPublished(1)
    }
    run.operations.add(count)
    run.extra.add(count)
  }

  private func drain(_ body: () -> Void) {
    let before = ledger.counts
    body()
    run.expect(ledger.hasDelivered(before), "a drain left what was appended before it")
    drains.add()
  }

  private func suspend(_ producer: Int, _ random: inout SeededGenerator) {
    let before = ledger.counts
    let suspension = batch.suspend()
    run.expect(ledger.hasDelivered(before), "a suspension left what was appended before it")
    for _ in 0..<20 {
      append(1, producer)
      run.expect(ledger.hasDeliveredAll(of: producer), "an element was kept in a suspension")
      if random.below(4) == 0 { percpu_thread_yield() }
    }
    suspension.resume()
    suspensions.add()
  }

  /// A thread appends in the name of a worker, and ends.
  private func exit(_ producer: Int) {
    onThreads(1) { [self] _ in append(50, producer) }
    run.exits.add()
  }

  func appendFromHandler() {
    batch.append(ledger.sampleOfHandler)
    ledger.appended[ledger.handlers].addPublished(1)
  }
}

private func appendInHandler(_ context: UnsafeMutableRawPointer?) {
  Unmanaged<Collection>.fromOpaque(context!)._withUnsafeGuaranteedRef { $0.appendFromHandler() }
}

// MARK: A sink that appends

/// Some elements have a sequel, which the sink appends when it gets them. Their numbers are those
/// of the first ones, with the sign changed.
private final class ReentrantCollection: Sendable {
  private let run: StressRun
  private let batch: PerCPUBatch<Int>
  private let counts = Counts()

  private final class Counts: @unchecked Sendable {
    // Sendable: `batch` is set before there are other threads.
    unowned(unsafe) var batch: PerCPUBatch<Int>! = nil
    let appended = Tally()
    let delivered = Tally()
    let sum = Tally()
    let sequels = Tally()

    func deliver(_ numbers: Span<Int>) {
      for index in numbers.indices {
        let number = numbers[index]
        sum.add(number)
        if number > 0 && number % 4 == 0 {
          batch.append(-number)
          sequels.add()
        }
        if number % 199 == 0 { percpu_thread_yield() }
      }
      delivered.add(numbers.count)
    }
  }

  init(_ run: StressRun) {
    self.run = run
    batch = PerCPUBatch(capacityPerCPU: 4) { [counts] _, numbers in counts.deliver(numbers) }
    counts.batch = batch
  }

  func stress() {
    run.nameExtra("sequels")
    run.demand("sequels", counts.sequels, perSecond: 50)
    run.demand("signals", run.signals, perSecond: 5)
    // Never released: a late signal may still find it.
    stress_handle_signals(appendSequelInHandler, Unmanaged.passRetained(self).toOpaque())
    run.work(
      disturbed: .all,
      start: { worker in
        if worker.index % 4 == 3 { _ = stress_thread_unregister() }
      },
      step: { [self] worker in
        switch worker.random.below(32) {
        case 0: batch.drainAll()
        case 1 where worker.index % 8 == 0:
          let suspension = batch.suspend()
          for number in 1...8 { append(number) }
          suspension.resume()
        default: for number in 1...100 { append(number) }
        }
      })
    // What the sink appends during the last drain but one is delivered by the last one.
    batch.drainAll()
    batch.drainAll()
    let expected = counts.appended.count + counts.sequels.count
    run.expect(
      counts.delivered.count == expected, "\(counts.delivered.count) of \(expected) were delivered")
    run.extra.add(counts.sequels.count)
  }

  private func append(_ number: Int) {
    batch.append(number)
    counts.appended.add()
    run.operations.add()
  }

  func appendFromHandler() {
    batch.append(1)
    counts.appended.add()
  }
}

private func appendSequelInHandler(_ context: UnsafeMutableRawPointer?) {
  Unmanaged<ReentrantCollection>.fromOpaque(context!)._withUnsafeGuaranteedRef {
    $0.appendFromHandler()
  }
}

// MARK: Objects

private final class Tracked: Sendable {
  let number: Int
  private let negative: Int
  private let alive: Tally

  init(_ number: Int, _ alive: Tally) {
    self.number = number
    negative = ~number
    self.alive = alive
    alive.add()
  }

  deinit { alive.add(-1) }

  var isWhole: Bool { negative == ~number }
}

private func collectObjects(_ run: StressRun) {
  let alive = Tally(), delivered = Tally(), appended = Tally()
  do {
    let kept = Guarded<[Tracked]>([])
    let batch = PerCPUBatch<(text: String, object: Tracked)>(capacityPerCPU: 16) { _, elements in
      for index in elements.indices {
        let element = elements[index]
        run.expect(element.object.isWhole, "an object was not whole")
        run.expect(
          element.text == "an element of number \(element.object.number)", "\(element.text)")
        if element.object.number % 8 == 0 { kept.withLock { $0.append(element.object) } }
      }
      delivered.add(elements.count)
    }
    run.work(disturbed: .allButSignals) { worker in
      for _ in 0..<20 {
        let number = worker.random.below(1000)
        batch.append(("an element of number \(number)", Tracked(number, alive)))
      }
      appended.add(20)
      run.operations.add(20)
      if worker.random.below(8) == 0 { batch.drainAll() }
      if worker.random.below(8) == 0 {
        let old = kept.withLock { kept in
          defer { kept = [] }
          return kept
        }
        run.expect(old.allSatisfy { $0.isWhole }, "a kept object was not whole")
      }
    }
  }
  // The batch has delivered the rest when it was destroyed.
  run.expect(delivered.count == appended.count, "\(delivered.count) of \(appended.count) delivered")
  run.expect(alive.count == 0, "\(alive.count) objects are still alive")
}
