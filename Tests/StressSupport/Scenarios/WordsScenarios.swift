// SPDX-License-Identifier: Apache-2.0

import CAtomicsShim
import CStressSupport
import PerCPU

/// Words for each CPU: nothing is lost, nothing is done twice, and nothing comes in between.
let wordsScenarios: [Scenario] = [
  Scenario(
    "words-conserved",
    "every operation on every thread and in signal handlers, and exclusive access from afar: the words "
      + "add up to what the results say"
  ) { run in ConservedWords(run).stress() },

  Scenario(
    "words-guarded",
    "a double comparison never stores into the first word while the second one forbids it"
  ) { run in GuardedWords(run).stress() },

  Scenario(
    "words-replayed",
    "a program of operations that depends on the seed alone: each result is what one thread expects, "
      + "and their digest is the same on both engines"
  ) { run in
    run.nameExtra("digest")
    let cpu = allowedCPUs[0]
    repeat {
      onThreads(1) { _ in
        run.expect(percpu_thread_pin(Int32(cpu)) == 0, "the thread cannot be confined")
        var program = WordProgram(run.seed, CPU(rawValue: cpu))
        for _ in 0..<5000 { program.step() }
        run.operations.add(5000)
        if let failure = program.failure { run.fail(failure) }
        run.extra.store(program.digest)
      }
    } while !run.isOver
  },
]

/// The first word of each row is changed in every way; a record is kept of what the results promise. The
/// second word is only ever changed with exclusive access, which finds it as the first one was then.
private final class ConservedWords: Sendable {
  private let run: StressRun
  private let words = PerCPUWords(count: 2)
  private let sum = Tally()
  private let unbound = Tally()

  init(_ run: StressRun) { self.run = run }

  func stress() {
    run.demand("signals", run.signals, perSecond: 5)
    run.demand("fences", run.fences, perSecond: 5)
    run.demand("exits", run.exits, perSecond: 2)
    run.nameExtra("exclusive accesses")
    run.demand("exclusive accesses", run.extra, perSecond: 20)
    run.demand("operations in the unbound row", unbound, perSecond: 1)
    if allowedCPUs.count > 1 { run.demand("migrations", run.migrations, perSecond: 2) }
    // Never released: a late signal may still find it.
    stress_handle_signals(operateInHandler, Unmanaged.passRetained(self).toOpaque())
    run.work(
      disturbed: .all,
      start: { worker in
        if worker.index % 8 == 7 { _ = stress_thread_unregister() }
      },
      step: { [self] worker in step(&worker) })
    var total = 0
    words.forEach { cpu, row in
      total &+= row[0]
      run.expect(row[0] == words.load(cpu: cpu), "a load differs from what is there")
    }
    run.expect(total == sum.count, "the words add up to \(total) instead of \(sum.count)")
  }

  private func step(_ worker: inout Worker) {
    for _ in 0..<50 { operate(&worker.random) }
    run.operations.add(50)
    if worker.random.below(8) == 0 {
      haveAlone(someRow(&worker.random), .random(&worker.random), &worker.random)
    }
    // In quick succession, too, so that it begins in the middle of what others do.
    if worker.index % 4 == 0 {
      for _ in 0..<20 { haveAlone(someRow(&worker.random), .nothing, &worker.random) }
    }
    if worker.random.below(64) == 0 {
      let seed = worker.random.next()
      onThreads(1) { [self] _ in
        var random = SeededGenerator(seed: seed)
        for _ in 0..<10 { operate(&random) }
      }
      run.exits.add()
    }
  }

  private func someRow(_ random: inout SeededGenerator) -> CPU {
    CPU.rows[random.below(CPU.rows.count)]
  }

  private func operate(_ random: inout SeededGenerator) {
    let number = random.below(100)
    switch random.below(4) {
    case 0:
      note(number, words.add(number).cpu)
    case 1:
      let replaced = words.exchange(number)
      note(number &- replaced.original, replaced.cpu)
    case 2: compareExchange(adding: number)
    default: doubleCompareExchange(adding: number)
    }
  }

  private func compareExchange(adding number: Int) {
    var expected = number
    for _ in 0..<2 {
      switch words.compareExchange(expected: expected, desired: expected &+ number) {
      case .exchanged(let cpu): return note(number, cpu)
      case .mismatch(let actual, let cpu):
        if actual == expected { run.fail("a mismatch with \(cpu), which holds \(actual)") }
        expected = actual
      }
    }
  }

  private func doubleCompareExchange(adding number: Int) {
    var expected = (number, number)
    for _ in 0..<2 {
      switch words.doubleCompareExchange(expected: expected, desired: expected.0 &+ number) {
      case .exchanged(let cpu): return note(number, cpu)
      case .mismatch(let first, let second, let cpu):
        if (first, second) == expected { run.fail("a mismatch with \(cpu), which holds just that") }
        expected = (first, second)
      }
    }
  }

  private func note(_ change: Int, _ cpu: CPU) {
    sum.add(change)
    if cpu == .unbound { unbound.add() }
  }

  /// Whatever else there is to be done, the row stays as it is.
  private func haveAlone(_ cpu: CPU, _ pace: Pace, _ random: inout SeededGenerator) {
    words.withExclusiveAccess(to: cpu) { row in
      let found = row[0]
      let number = random.below(100)
      row[1] = found
      pace.spend()
      // On this thread, too: it goes to another row, or, in the unbound one, is done at once.
      let own = words.add(number)
      note(number, own.cpu)
      if own.cpu == cpu && cpu != .unbound { run.fail("an operation on \(cpu), which is not free") }
      let expected = own.cpu == cpu ? found &+ number : found
      pace.spend()
      if row[0] != expected || row[1] != found {
        run.fail("\(cpu) holds \(row[0]) instead of \(expected) while one thread has it alone")
      }
      row[0] = expected &+ 1
      sum.add(1)
    }
    run.extra.add()
  }

  func operateFromHandler() {
    note(3, words.add(3).cpu)
    compareExchange(adding: 5)
    doubleCompareExchange(adding: 7)
  }
}

private func operateInHandler(_ context: UnsafeMutableRawPointer?) {
  Unmanaged<ConservedWords>.fromOpaque(context!)._withUnsafeGuaranteedRef {
    $0.operateFromHandler()
  }
}

/// A number, and a word that says whether it may change. Who has closed it watches that it does not.
private final class GuardedWords: Sendable {
  private static let open = 0
  private static let closed = 1

  private let run: StressRun
  private let words = PerCPUWords(count: 2)
  private let changes = Tally()

  init(_ run: StressRun) { self.run = run }

  func stress() {
    run.demand("signals", run.signals, perSecond: 5)
    run.nameExtra("closings")
    run.demand("closings", run.extra, perSecond: 20)
    run.demand("changes", changes, perSecond: 100)
    // Never released: a late signal may still find it.
    stress_handle_signals(changeInHandler, Unmanaged.passRetained(self).toOpaque())
    run.work(
      disturbed: .all,
      start: { worker in
        if worker.index % 8 == 7 { _ = stress_thread_unregister() }
      },
      step: { [self] worker in
        for _ in 0..<50 { change() }
        watch(&worker.random)
        run.operations.add(51)
      })
    let total = CPU.rows.reduce(0) { $0 + words.load(cpu: $1) }
    run.expect(total == changes.count, "\(total) after \(changes.count) changes")
  }

  private func change() {
    var expected = 0
    for _ in 0..<4 {
      switch words.doubleCompareExchange(expected: (expected, Self.open), desired: expected + 1) {
      case .exchanged: return changes.add()
      case .mismatch(let number, let state, _):
        if state == Self.closed { return percpu_thread_yield() }
        expected = number
      }
    }
  }

  private func watch(_ random: inout SeededGenerator) {
    let before = words.exchange(Self.closed, at: 1)
    // Somebody else's.
    guard before.original == Self.open else { return }
    let number = words.load(cpu: before.cpu)
    Pace.random(&random).spend()
    for _ in 0..<8 {
      percpu_pause()
      let now = words.load(cpu: before.cpu)
      if now != number { run.fail("\(before.cpu) went from \(number) to \(now) while closed") }
    }
    run.extra.add()
    words.withExclusiveAccess(to: before.cpu) { $0[1] = Self.open }
  }

  func changeFromHandler() { change() }
}

private func changeInHandler(_ context: UnsafeMutableRawPointer?) {
  Unmanaged<GuardedWords>.fromOpaque(context!)._withUnsafeGuaranteedRef { $0.changeFromHandler() }
}
