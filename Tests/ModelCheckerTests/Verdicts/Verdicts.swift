// SPDX-License-Identifier: Apache-2.0

import ModelChecker
import Testing

// Protocols whose verdicts are known, right ones and broken ones. They check the checker: each
// broken twin must fail, each right one must pass in all its executions, whose number is asserted,
// since a number that falls without a reason means that something is not looked at any more.

/// Expects that all executions pass, that there are this many, and that they took no longer.
func expectPass(
  _ result: CheckResult, executions: Int, seconds: Double = 30, _ name: String = #function,
  sourceLocation: SourceLocation = #_sourceLocation
) {
  result.report(name)
  #expect(result.passed, "\(result)", sourceLocation: sourceLocation)
  #expect(result.isComplete, sourceLocation: sourceLocation)
  #expect(result.executions == executions, sourceLocation: sourceLocation)
  #expect(result.seconds <= seconds, sourceLocation: sourceLocation)
}

func expectFailure(
  _ result: CheckResult, _ message: String, _ name: String = #function,
  sourceLocation: SourceLocation = #_sourceLocation
) {
  result.report(name)
  let failure = result.failure?.message
  #expect(failure?.contains(message) == true, "\(result)", sourceLocation: sourceLocation)
}

/// Expects a failure, and that its replay string repeats it step by step.
func expectFailure(
  _ message: String, seconds: Double = 30, _ name: String = #function,
  sourceLocation: SourceLocation = #_sourceLocation, _ run: (SearchMode) -> CheckResult
) {
  let result = run(.exhaustive())
  expectFailure(result, message, name, sourceLocation: sourceLocation)
  #expect(result.seconds <= seconds, sourceLocation: sourceLocation)
  guard let failure = result.failure else { return }
  let again = run(.replay(failure.replay)).failure
  #expect(again?.message == failure.message, sourceLocation: sourceLocation)
  #expect(again?.trace == failure.trace, sourceLocation: sourceLocation)
}

/// What stands at one side of a pair of fences.
enum FenceKind: CaseIterable {
  case none, full, asymmetric

  /// The side that must be fast.
  func light() {
    switch self {
    case .none: break
    case .full: fullFence()
    case .asymmetric: lightFence()
    }
  }

  /// The side that may be slow.
  func heavy() {
    switch self {
    case .none: break
    case .full: fullFence()
    case .asymmetric: membarrier()
    }
  }

  /// Whether a light and a heavy side make a pair.
  static func isPair(light: FenceKind, heavy: FenceKind) -> Bool {
    heavy == .asymmetric || light == .full && heavy == .full
  }
}
