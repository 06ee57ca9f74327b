// SPDX-License-Identifier: Apache-2.0

import CStressSupport

/// A workload with an oracle: it runs for a while, with disturbances, and knows whether what came
/// out is right.
package struct Scenario: Sendable {
  package let name: String
  package let summary: String
  /// Its share of the time of a run of all scenarios.
  package let weight: Double
  package let body: @Sendable (StressRun) -> Void

  package init(
    _ name: String, weight: Double = 1, _ summary: String,
    body: @escaping @Sendable (StressRun) -> Void
  ) {
    self.name = name
    self.weight = weight
    self.summary = summary
    self.body = body
  }

  /// All there are.
  package static let all: [Scenario] =
    litmusScenarios + counterScenarios + statisticsScenarios + storageScenarios + wordsScenarios
    + sequenceScenarios
    + lockScenarios + shardedLockScenarios + insistenceScenarios + flushScenarios
    + generationScenarios + contextScenarios + bigLockScenarios + hazardScenarios
    + graceScenarios + batchScenarios + batchInterruptionScenarios + housekeeperScenarios
    + structureScenarios + poolScenarios + stormScenarios

  /// Runs the scenario and tells what happened. On a busy machine a short run may not get to what it
  /// is to do; one that fails by nothing else is therefore done again, with four times the time.
  package func run(seconds: Double, threads: Int, seed: UInt64) -> StressOutcome {
    let outcome = runOnce(seconds: seconds, threads: threads, seed: seed)
    guard outcome.lacksTimeOnly else { return outcome }
    print(outcome.line, "- once more, with more time")
    return runOnce(seconds: 4 * seconds, threads: threads, seed: seed)
  }

  private func runOnce(seconds: Double, threads: Int, seed: UInt64) -> StressOutcome {
    let run = StressRun(scenario: name, seconds: seconds, threads: threads, seed: seed)
    let signalsBefore = stress_signals_handled()
    let abortsBefore = stress_section_aborts()
    let start = stress_nanoseconds()
    body(run)
    run.signals.add(Int(stress_signals_handled() - signalsBefore))
    run.aborts.add(Int(stress_section_aborts() - abortsBefore))
    return StressOutcome(
      scenario: name, run: run, elapsed: Double(stress_nanoseconds() - start) / 1e9)
  }
}

/// What a run of a scenario left behind.
package struct StressOutcome: Sendable {
  package let scenario: String
  package let failures: [String]
  /// What happened, by name.
  package let counts: [String: Int]
  /// The line of statistics that is printed whether the run failed or not.
  package let line: String
  /// Whether all that is wrong is that too little happened.
  let lacksTimeOnly: Bool

  init(scenario: String, run: StressRun, elapsed: Double) {
    self.scenario = scenario
    var failures = run.failures
    let isWrong = !failures.isEmpty
    for (name, tally, floor) in run.floors where Double(tally.count) < floor {
      failures.append("only \(tally.count) \(name), at least \(Int(floor)) were expected")
    }
    self.failures = failures
    lacksTimeOnly = !isWrong && !failures.isEmpty
    self.counts = Dictionary(uniqueKeysWithValues: run.statistics.map { ($0.0, $0.1.count) })
    let counts = run.statistics.filter { $0.1.count > 0 }.map { "\($0.0) \($0.1.count)" }
    line =
      "\(scenario): \(failures.isEmpty ? "ok" : "FAILED")  "
      + (["\(Int(elapsed * 1000)) ms", "threads \(run.threads)"] + counts).joined(separator: ", ")
      + ", seed \(run.seed)"
  }
}
