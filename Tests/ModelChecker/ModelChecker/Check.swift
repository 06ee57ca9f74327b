// SPDX-License-Identifier: Apache-2.0

import CModelChecker
import Synchronization

/// How a check searches.
public enum SearchMode: Sendable {
  /// Every behavior, each at least once, skipping schedules that differ only in the order of steps
  /// that commute. With a bound on the number of preemptions it is a fast look and not a proof:
  /// together with the reduction even a bug within the bound may be missed.
  case exhaustive(preemptionBound: Int? = nil)

  /// Every state once: the way for scenarios that have too many schedules. The scenario must say what the checker
  /// does not see of a state: ``Scenario/state(_:)``.
  case states

  /// Every schedule. For checking the checker.
  case unreduced

  /// A random thread at each step.
  case random(seed: UInt64, executions: Int)

  /// Random priorities, with a few points at which the running thread falls behind all others.
  case priorities(seed: UInt64, executions: Int, changePoints: Int = 3)

  /// The one execution that a replay string describes.
  case replay(String)
}

/// What a check found.
public struct CheckResult: Sendable, CustomStringConvertible {
  /// A failing execution.
  public struct Failure: Sendable {
    /// What is wrong.
    public let message: String
    /// One line for each step of the failing execution.
    public let trace: String
    /// Repeats the execution: ``SearchMode/replay(_:)``.
    public let replay: String
  }

  /// The first failure; nil if there was none.
  public let failure: Failure?
  /// The executions that came to their end, the failing one included.
  public let executions: Int
  /// Executions given up because others cover them.
  public let redundant: Int
  /// Executions in which a thread was blocked by ``assume(_:)``.
  public let pruned: Int
  /// The steps of all executions.
  public let steps: Int
  /// The states that were seen, for ``SearchMode/states``.
  public let states: Int
  /// Whether nothing was left to explore.
  public let isComplete: Bool
  /// The processor time it took.
  public let seconds: Double

  /// Whether no execution failed.
  public var passed: Bool { failure == nil }

  /// All executions that were run, whatever became of them.
  public var total: Int { executions + redundant + pruned }

  /// The numbers and, of a failure, everything.
  public var description: String {
    var text = "\(executions) executions, \(redundant) redundant, \(pruned) pruned"
    if states > 0 { text += ", \(states) states" }
    text += isComplete ? ", complete" : ", not complete"
    guard let failure else { return text }
    return text + "\n\(failure.message)\nreplay: \(failure.replay)\n\(failure.trace)"
  }
}

/// What sees the states that ``SearchMode/unreduced`` comes through, as ``SearchMode/states`` would tell them apart. For
/// checking the checker.
public protocol Visitor: AnyObject {
  /// An execution begins. What comes of the states of this depth, and of greater ones, has been seen in full.
  func begin(depth: Int)
  /// It has come to a state, by so many choices, that the last one has not come to in the same way.
  func visit(depth: Int, digest: UInt64)
  /// It has ended. A failure does not end the search.
  func end(failure: String?)
}

/// One check at a time: the checker has one machine.
private let turn = Mutex(())

/// Runs a scenario in all its executions, or those that `mode` asks for, up to the first failure.
///
/// `scenario` runs at the start of each execution. It declares words, threads and a final check,
/// and must do the same each time; what the threads share besides words and plain data are its
/// local variables, which the checker does not look at.
///
///     let result = check { scenario in
///       let data = scenario.plain("data"), flag = scenario.word("flag")
///       scenario.thread("writer") {
///         data.write(42)
///         flag.store(1, .releasing)
///       }
///       scenario.thread("reader") {
///         if flag.load(.acquiring) == 1 { require(data.read() == 42, "stale data") }
///       }
///     }
///     #expect(result.passed, "\(result)")
public func check(
  _ mode: SearchMode = .exhaustive(), limit: Int = 0, visitor: (any Visitor)? = nil,
  _ scenario: @escaping (Scenario) -> Void
) -> CheckResult {
  turn.withLock { _ in
    let running = Scenario(declaration: scenario, visitor: visitor)
    return withExtendedLifetime(running) { run(running, mode, limit: limit) }
  }
}

private func run(_ scenario: Scenario, _ mode: SearchMode, limit: Int) -> CheckResult {
  var options = cmc_options()
  options.preemption_bound = -1
  options.execution_limit = UInt64(limit)
  var replay = ""
  switch mode {
  case .exhaustive(let bound):
    options.mode = CMC_EXHAUSTIVE
    if let bound { options.preemption_bound = Int32(bound) }
  case .states:
    options.mode = CMC_STATES
  case .unreduced:
    options.mode = CMC_UNREDUCED
  case .random(let seed, let executions):
    options.mode = CMC_RANDOM
    options.seed = seed
    options.execution_limit = UInt64(executions)
  case .priorities(let seed, let executions, let changePoints):
    options.mode = CMC_PRIORITIES
    options.seed = seed
    options.execution_limit = UInt64(executions)
    options.change_points = Int32(changePoints)
  case .replay(let string):
    options.mode = CMC_REPLAY
    replay = string
  }

  var callbacks = cmc_callbacks()
  callbacks.context = Unmanaged.passUnretained(scenario).toOpaque()
  callbacks.setup = { Scenario.from($0).declare() }
  callbacks.thread = { Scenario.from($0).run(thread: Int($1)) }
  callbacks.finally = { Scenario.from($0).finish() }
  callbacks.state = { Scenario.from($0).digest() }
  if scenario.visitor != nil {
    callbacks.begin = { Scenario.from($0).visitor?.begin(depth: Int($1)) }
    callbacks.visit = { Scenario.from($0).visitor?.visit(depth: Int($1), digest: $2) }
    callbacks.end = { Scenario.from($0).visitor?.end(failure: $1.map { String(cString: $0) }) }
  }
  callbacks.signal = { Scenario.from($0).handle(signal: Int($2), thread: Int($1)) }

  return replay.withCString { replay in
    options.replay = replay
    return CheckResult(cmc_check(&options, &callbacks))
  }
}

extension CheckResult {
  fileprivate init(_ result: cmc_result) {
    executions = Int(result.executions)
    redundant = Int(result.redundant)
    pruned = Int(result.pruned)
    steps = Int(result.steps)
    states = Int(result.states)
    isComplete = result.is_complete
    seconds = result.seconds
    failure = result.failure.map { message in
      Failure(
        message: String(cString: message), trace: String(cString: result.trace),
        replay: String(cString: result.replay))
    }
  }
}
