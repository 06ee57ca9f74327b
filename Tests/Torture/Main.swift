// SPDX-License-Identifier: Apache-2.0

import PerCPU
import StressSupport

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// `swift run -c release Torture`: every stress scenario, for as long as one likes.
@main
enum Torture {
  static func main() {
    do {
      let options = try Options(CommandLine.arguments.dropFirst())
      if options.help { return print(Options.usage) }
      let scenarios = try options.scenarios()
      if options.list {
        for scenario in scenarios { print("\(scenario.name): \(scenario.summary)") }
        return
      }
      exit(run(scenarios, options) ? 0 : 1)
    } catch {
      writeError("Torture: \(error.message)\n\n\(Options.usage)\n")
      exit(64)
    }
  }

  private static func run(_ scenarios: [Scenario], _ options: Options) -> Bool {
    print(EngineReport.current)
    var failed: [String] = []
    var totals: [String: Int] = [:]
    runOnce(scenarios, options, &failed, &totals)
    // On a busy machine it takes more time than that.
    for _ in 0..<2 where failed.isEmpty && !Floors.missed(by: totals, options).isEmpty {
      print("once more: \(Floors.missed(by: totals, options).joined(separator: ", "))")
      runOnce(scenarios, options, &failed, &totals)
    }
    for missed in Floors.missed(by: totals, options) {
      print("  \(missed)")
      failed.append("floors")
    }
    print(
      failed.isEmpty
        ? "\(scenarios.count) scenarios, all ok" : "FAILED: \(failed.joined(separator: ", "))")
    return failed.isEmpty
  }

  private static func runOnce(
    _ scenarios: [Scenario], _ options: Options, _ failed: inout [String],
    _ totals: inout [String: Int]
  ) {
    let weights = scenarios.reduce(0) { $0 + $1.weight }
    for (index, scenario) in scenarios.enumerated() {
      progress("\(scenario.name) (\(index + 1) of \(scenarios.count))")
      let outcome = scenario.run(
        seconds: options.seconds * scenario.weight / weights, threads: options.threads,
        seed: options.seed)
      totals.merge(outcome.counts, uniquingKeysWith: +)
      progress("")
      print(outcome.line)
      for failure in outcome.failures { print("  \(failure)") }
      if !outcome.failures.isEmpty {
        failed.append(scenario.name)
        print(
          "  again: Torture --filter \(scenario.name) --seed \(options.seed)"
            + " --threads \(options.threads) --seconds \(options.seconds)")
      }
    }
  }

  /// What is going on, for people only.
  private static func progress(_ text: String) {
    guard isatty(2) == 1 else { return }
    writeError("\r\u{1B}[K\(text)")
  }

  private static func writeError(_ text: String) {
    _ = text.utf8.withContiguousStorageIfAvailable { write(2, $0.baseAddress, $0.count) }
  }
}
