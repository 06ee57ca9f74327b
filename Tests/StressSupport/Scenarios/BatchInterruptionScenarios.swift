// SPDX-License-Identifier: Apache-2.0

import CAtomicsShim
import CStressSupport
import PerCPU

let batchInterruptionScenarios: [Scenario] = [
  Scenario(
    "batch-interrupted", weight: 2,
    "behind whichever instruction of an append, a drain, a suspension a signal handler appends, "
      + "while another thread drains or delivers: nobody waits for itself, and nothing is left"
  ) { run in
    run.nameExtra("interruptions")
    if stress_can_step() { run.demand("interruptions", run.extra, perSecond: 2) }
    let stages = (0..<min(4, run.workers.count)).map { Stage(run, $0) }
    traps.withLock { _ in
      var partners = Threads()
      for stage in stages { partners.start { stage.accompany() } }
      run.work(
        disturbed: [], threads: stages.count,
        start: { worker in stages[worker.index].enter() },
        step: { worker in stages[worker.index].act(&worker.random) })
      for stage in stages { stage.end() }
      partners.join()
    }
  },

  Scenario(
    "batch-crossed",
    "two batches whose sinks append to each other, and have no room: nobody waits inside of a sink"
  ) { run in
    run.work(disturbed: [], threads: 2) { worker in
      Crossing(run).cross(fillsOverflow: worker.random.below(2) == 0)
      run.operations.add()
    }
  },
]

/// An element, of which others may come: the sink that gets it appends the next.
private struct Link: BitwiseCopyable {
  /// Among those that the thread appends outside of sinks and handlers; of the others 0.
  var number = 0
  /// How many follow, one out of the other.
  var sequels = 0
  /// When it was appended: 0 before the operation, 1 by its sinks, 2 since it was interrupted; 3 by
  /// the operation itself, which counts it when it is done.
  var phase = 0
}

/// What is interrupted.
private enum Operation: Int, CaseIterable {
  case append, appendSuspended, drainUnbound, drainAll, suspend
}

/// What a second thread does meanwhile.
private enum Visit: Int, CaseIterable {
  case none
  /// It drains while the handler stands still.
  case drain
  /// It is in the middle of a delivery of the thread's row, and its sink appends.
  case deliver
}

/// A thread that is interrupted, its partner, and a batch they have for themselves.
private final class Stage: @unchecked Sendable {
  // Sendable: what is no tally is written before there are other threads, or only used by the first
  // one and its handlers.
  private static let capacity = 2
  private let run: StressRun
  private let cpu: Int
  private let isRegistered: Bool
  private let canStepSections: Bool
  @exclusivity(unchecked) private var batch: PerCPUBatch<Link>! = nil
  /// Where the thread appends.
  private var row = CPU.unbound
  private var number = 0
  /// Instructions of each operation.
  private var lengths = Operation.allCases.map { _ in 1000 }

  private let operation = Tally(), visit = Tally(), phase = Tally()
  private let appended = (0..<4).map { _ in Tally() }, delivered = (0..<4).map { _ in Tally() }
  private let latest = CPU.rows.map { _ in Tally() }
  /// Of either thread, whether it is in the sink.
  private let isInside = [Tally(), Tally()]
  private let partner = Tally()
  /// Of the partner: what it was asked for, what it is done with, and what it has a delivery of.
  private let asked = Tally(), done = Tally(), held = Tally()
  private let isInterrupted = Tally()

  init(_ run: StressRun, _ index: Int) {
    self.run = run
    cpu = allowedCPUs[index % allowedCPUs.count]
    isRegistered = index < 2
    let isSpinning = index % 3 == 1
    canStepSections = Engine.current == .atomic || isSpinning || !isRegistered
    batch = PerCPUBatch(
      capacityPerCPU: Self.capacity, locking: isSpinning ? .spin : .automatic
    ) { [unowned(unsafe) self] cpu, links in deliver(cpu, links) }
  }

  // MARK: Elements

  private func append(_ link: Link) {
    batch.append(link)
    appended[link.phase].addPublished(1)
  }

  private func appendNext(sequels: Int, phase: Int) {
    number += 1
    append(Link(number: number, sequels: sequels, phase: phase))
  }

  /// In sinks and handlers.
  private func appendLater(sequels: Int) {
    append(Link(sequels: sequels, phase: phase.loadPublished()))
  }

  private func deliver(_ cpu: CPU, _ links: Span<Link>) {
    let who = percpu_thread_id() == Int32(partner.count) ? 1 : 0
    run.expect(isInside[who].take() == 0, "a sink was called in the middle of itself")
    isInside[who].publish(1)
    for index in links.indices {
      let link = links[index]
      if link.number > 0 {
        let latest = latest[cpu.rawValue + 1]
        run.expect(link.number > latest.count, "\(cpu) delivers \(link) behind \(latest.count)")
        latest.store(link.number)
      }
      if link.sequels > 0 { appendLater(sequels: link.sequels - 1) }
    }
    if who == 1 { standInTheWay(cpu) }
    for index in links.indices { delivered[links[index].phase].addPublished(1) }
    run.expect(isInside[who].take() == 1, "a sink was called in the middle of itself")
  }

  private var counts: [Int] { appended.map { $0.loadPublished() } }

  /// Whether of each phase, up to one, at least so many were delivered.
  private func hasDelivered(_ counts: [Int], upTo phase: Int = 3) -> Bool {
    (0...phase).allSatisfy { delivered[$0].loadPublished() >= counts[$0] }
  }

  // MARK: The thread

  func enter() {
    percpu_thread_pin(Int32(cpu))
    if isRegistered || !stress_thread_unregister() { row = CPU(rawValue: cpu) }
  }

  /// One operation, interrupted once.
  func act(_ random: inout SeededGenerator) {
    let all = Operation.allCases.filter {
      canStepSections || [.drainUnbound, .drainAll, .suspend].contains($0)
    }
    let operation = all[random.below(all.count)]
    let visit = Visit.allCases[random.below(Visit.allCases.count)]
    begin(operation, visit, sequels: canStepSections ? random.below(3) : 0, &random)
    let length = lengths[operation.rawValue]
    let wanted = 1 + random.below(length + length / 4)
    let suspension = operation == .appendSuspended ? batch.suspend() : nil
    let executed = stress_interrupt(
      Int64(wanted), { stage($0) { $0.operate() } }, { stage($0) { $0.handle() } },
      Unmanaged.passUnretained(self).toOpaque())
    if executed < wanted {
      lengths[operation.rawValue] = Int(executed) + 1
    } else {
      lengths[operation.rawValue] = max(length, wanted)
      run.extra.add()
    }
    run.operations.add()
    check(operation)
    suspension?.resume()
  }

  private func begin(
    _ operation: Operation, _ visit: Visit, sequels: Int, _ random: inout SeededGenerator
  ) {
    self.operation.store(operation.rawValue)
    self.visit.store(visit.rawValue)
    for tally in appended + delivered + [phase, isInterrupted] { tally.store(0) }
    for _ in 0..<random.below(2 * Self.capacity) { appendNext(sequels: sequels, phase: 0) }
    if visit != .none {
      asked.addPublished(1)
      if visit == .deliver {
        wait { held.loadPublished() == asked.count || done.loadPublished() == asked.count }
      }
    }
    phase.publish(1)
  }

  private func operate() {
    switch Operation(rawValue: operation.count)! {
    case .append, .appendSuspended: appendNext(sequels: canStepSections ? 2 : 0, phase: 3)
    case .drainUnbound: batch.drain(cpu: .unbound)
    case .drainAll: batch.drainAll()
    case .suspend: batch.suspend().resume()
    }
  }

  /// In the handler.
  private func handle() {
    phase.publish(2)
    isInterrupted.publish(1)
    if visit.count == Visit.drain.rawValue {
      wait(atMost: 3_000_000) { done.loadPublished() == asked.count }
    }
    for _ in 0..<5 { appendLater(sequels: 1) }
  }

  private func check(_ operation: Operation) {
    if operation == .drainAll || operation == .suspend {
      run.expect(hasDelivered(counts, upTo: 0), "\(operation) left what was appended before")
    }
    isInterrupted.publish(1)
    wait { done.loadPublished() == asked.count }
    if operation == .appendSuspended {
      run.expect(hasDelivered(counts), "elements were kept in a suspension")
    }
    // Each drain has what sinks appended during the one before.
    for _ in 0..<5 { batch.drainAll() }
    let counts = counts
    run.expect(
      delivered.map { $0.count } == counts,
      "of \(counts) elements \(delivered.map { $0.count }) were delivered")
  }

  // MARK: The partner

  func accompany() {
    _ = stress_thread_unregister()
    partner.publish(Int(percpu_thread_id()))
    while true {
      wait { done.count != asked.loadPublished() }
      if asked.count < 0 { return }
      if visit.count == Visit.drain.rawValue {
        wait { isInterrupted.loadPublished() == 1 }
        let before = counts
        batch.drainAll()
        run.expect(hasDelivered(before, upTo: 1), "a drain left what was appended before it")
      } else {
        batch.drain(cpu: row)
      }
      done.publish(asked.count)
    }
  }

  private func standInTheWay(_ cpu: CPU) {
    let visitsNow = visit.count == Visit.deliver.rawValue && held.count != asked.count
    guard visitsNow && cpu == row else { return }
    held.publish(asked.count)
    wait(atMost: 10_000_000) { isInterrupted.loadPublished() == 1 }
    appendLater(sequels: 0)
  }

  func end() {
    asked.publish(-1)
  }

  private func wait(atMost nanoseconds: Int64 = .max, _ isOver: () -> Bool) {
    let start = stress_nanoseconds()
    while !isOver() && stress_nanoseconds() - start < nanoseconds { percpu_thread_yield() }
  }
}

private func stage(_ context: UnsafeMutableRawPointer?, _ body: (Stage) -> Void) {
  Unmanaged<Stage>.fromOpaque(context!)._withUnsafeGuaranteedRef(body)
}

// MARK: Two batches

/// Two threads of one CPU, and a batch of each. When both are in the sinks of theirs, both append to
/// that of the other.
private final class Crossing: @unchecked Sendable {
  // Sendable: written before there are threads.
  private let run: StressRun
  private var batches: [PerCPUBatch<Int>] = []
  private let isInside = [Tally(), Tally()]
  private let delivered = Tally()

  init(_ run: StressRun) {
    self.run = run
    batches = (0..<2).map { index in
      PerCPUBatch(capacityPerCPU: 2) { [unowned(unsafe) self] cpu, numbers in
        deliver(index, cpu, numbers)
      }
    }
  }

  func cross(fillsOverflow: Bool) {
    onThreads(2) { [self] index in
      percpu_thread_pin(Int32(allowedCPUs[0]))
      for _ in 0..<2 { batches[index].append(fillsOverflow ? 2 : 1) }
    }
    // What the sinks append to their own batch during one of them is delivered by the next.
    for _ in 0..<3 { for batch in batches { batch.drainAll() } }
    let expected = fillsOverflow ? 2 * (2 + 3 + 1 + 1) : 2 * (2 + 5)
    run.expect(delivered.count == expected, "\(delivered.count) of \(expected) were delivered")
  }

  private func deliver(_ index: Int, _ cpu: CPU, _ numbers: Span<Int>) {
    delivered.add(numbers.count)
    guard isInside[index].count == 0 else { return }
    if numbers[0] == 2 {
      // Two fill the other half, and one lies in the overflow: it is delivered next.
      for _ in 0..<3 { batches[index].append(3) }
    } else if numbers[0] == 1 {
      meet(index)
      // More than there is room for, while the other one is delivered.
      for _ in 0..<5 { batches[1 - index].append(0) }
    } else if cpu == .unbound {
      // That half is still full: overflow.
      batches[index].append(0)
      meet(index)
      // Takes that half of the other one, and finds an overflow that is being delivered.
      batches[1 - index].append(0)
    }
  }

  private func meet(_ index: Int) {
    isInside[index].publish(1)
    while isInside[1 - index].loadPublished() == 0 { percpu_thread_yield() }
  }
}
