// SPDX-License-Identifier: Apache-2.0

import CAtomicsShim
import CStressSupport
import PerCPU
import Synchronization

/// One run of a scenario: its parameters, its workers, and what they report.
package final class StressRun: Sendable {
  let scenario: String
  package let seconds: Double
  package let threads: Int
  package let seed: UInt64

  package let operations = Tally()
  package let signals = Tally()
  /// Sections that were aborted; only builds with the instrumented headers count them.
  package let aborts = Tally()
  package let migrations = Tally()
  package let preemptions = Tally()
  package let affinityChanges = Tally()
  package let fences = Tally()
  package let exits = Tally()
  package let forks = Tally()
  /// What a scenario counts besides; its name is in `extraName`.
  package let extra = Tally()

  private struct Notes {
    var failures: [String] = []
    var floors: [(String, Tally, Double)] = []
    var extraName = "extra"
  }
  private let notes = Mutex(Notes())
  /// The kernel's numbers of the workers, to disturb them by.
  let workers: [Tally]
  private let start = stress_nanoseconds()

  init(scenario: String, seconds: Double, threads: Int, seed: UInt64) {
    self.scenario = scenario
    self.seconds = seconds
    self.threads = threads
    self.seed = seed
    workers = (0..<max(threads, allowedCPUs.count, 2)).map { _ in Tally() }
  }

  package var isOver: Bool {
    Double(elapsedNanoseconds) >= seconds * 1e9 || !failures.isEmpty
  }

  var elapsedNanoseconds: Int64 {
    stress_nanoseconds() - start
  }

  /// Notes a failure; the run ends soon.
  package func fail(_ message: String) {
    notes.withLock { if $0.failures.count < 8 { $0.failures.append(message) } }
  }

  package func expect(_ condition: Bool, _ message: @autoclosure () -> String) {
    if !condition { fail(message()) }
  }

  /// Demands that something happened at least `perSecond` times a second: a disturbance that does
  /// nothing must not pass for a test. A run of less than half a second is not judged.
  package func demand(_ name: String, _ tally: Tally, perSecond: Double) {
    // The thread sanitizer slows some scenarios down a hundred times.
    guard seconds >= 0.5 && !stress_has_thread_sanitizer() else { return }
    notes.withLock { $0.floors.append((name, tally, max(1, perSecond * seconds))) }
  }

  package func nameExtra(_ name: String) {
    notes.withLock { $0.extraName = name }
  }

  var failures: [String] { notes.withLock { $0.failures } }
  var floors: [(String, Tally, Double)] { notes.withLock { $0.floors } }
  var statistics: [(String, Tally)] {
    let usual = [
      ("operations", operations), ("signals", signals), ("aborts", aborts),
      ("migrations", migrations),
      ("preemptions", preemptions), ("affinity changes", affinityChanges), ("fences", fences),
      ("exits", exits), ("forks", forks), (notes.withLock { $0.extraName }, extra),
    ]
    let demanded = floors.filter { floor in !usual.contains { $0.0 == floor.0 } }
    return usual + demanded.map { ($0.0, $0.1) }
  }

  /// Runs `step` over and over on every worker until time is over, with these disturbances.
  package func work(
    disturbed disturbances: Disturbances,
    threads: Int? = nil,
    start: @escaping @Sendable (inout Worker) -> Void = { _ in },
    step: @escaping @Sendable (inout Worker) -> Void
  ) {
    let turns = disturbances.turns
    let ended = Tally()
    var group = Threads()
    for index in 0..<(threads ?? self.threads) {
      group.start { [self] in
        var worker = Worker(run: self, index: index)
        start(&worker)
        while !isOver { worker.perform(step, disturbing: turns) }
        worker.finish()
        ended.add()
      }
    }
    endOrDie(ended, of: threads ?? self.threads)
    group.join()
  }

  /// Waits for the workers. Those that do not end in time wait for something that will never come,
  /// and so would we.
  private func endOrDie(_ ended: Tally, of count: Int) {
    while ended.count < count {
      stress_sleep(2_000_000)
      let patience = failures.isEmpty ? Self.patience : Self.patienceAfterFailure
      guard Double(elapsedNanoseconds) > (seconds + patience) * 1e9 else { continue }
      fatalError(
        "\(scenario): \(count - ended.count) of \(count) workers hang, seed \(seed) \(failures)")
    }
  }
  private static let patience = 60.0
  private static let patienceAfterFailure = 5.0
}

/// A thread of a run, as the step it repeats sees it.
package struct Worker: ~Copyable {
  package let run: StressRun
  package let index: Int
  package var random: SeededGenerator
  private var cpu: CPU
  private var isDeaf = false
  private let preemptionsBefore = stress_preemptions()

  init(run: StressRun, index: Int) {
    self.run = run
    self.index = index
    random = SeededGenerator(seed: run.seed &+ UInt64(index) &* 0x1234_5678_9ABC_DEF1)
    cpu = .current
    stress_block_signals(false)
    run.workers[index].publish(Int(percpu_thread_id()))
  }

  mutating func perform(_ step: (inout Worker) -> Void, disturbing turns: [Disturbances]) {
    step(&self)
    if random.below(8) == 0 { run.disturb(turns, &random) }
    // Now and then deaf to signals for a while, which then arrive together.
    if turns.contains(.signals), random.below(32) == 0 {
      isDeaf.toggle()
      stress_block_signals(isDeaf)
    }
    let now = CPU.current
    if now != cpu { run.migrations.add() }
    cpu = now
    // Other threads' turn, from time to time, rather than at the end of a time slice.
    if random.below(16) == 0 { percpu_thread_yield() }
  }

  func finish() {
    run.workers[index].publish(0)
    run.preemptions.add(Int(stress_preemptions() - preemptionsBefore))
  }
}
