// SPDX-License-Identifier: Apache-2.0

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// Whether expected failures are shown as well.
private let isVerbose = getenv("PERCPU_MODEL_VERBOSE") != nil

extension CheckResult {
  /// Prints a line of numbers. A failure that a test expects is shown with its trace and replay
  /// string only if the environment variable `PERCPU_MODEL_VERBOSE` is set; of an unexpected one
  /// the test itself prints the ``description``.
  public func report(_ name: String) {
    let milliseconds = Int(seconds * 1000 + 0.5)
    var line = "model \(name): \(executions) executions, \(redundant) redundant, \(pruned) pruned"
    if states > 0 { line += ", \(states) states" }
    line += ", \(milliseconds / 1000).\(String(milliseconds % 1000 + 1000).dropFirst()) s"
    if let failure { line += ", found: \(failure.message)" }
    print(line)
    if let failure, isVerbose { print("replay: \(failure.replay)\n\(failure.trace)") }
  }
}
