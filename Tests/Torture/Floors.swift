// SPDX-License-Identifier: Apache-2.0

import CStressSupport
import PerCPU

/// What must have happened in a run of all scenarios, so that a disturbance that silently does
/// nothing is noticed. For 60 seconds on two CPUs; longer runs must reach more.
enum Floors {
  private static let perMinute = [
    "aborts": 1_000_000, "signals": 500_000, "migrations": 20_000, "exits": 1_000, "forks": 100,
    "steals": 50_000,
  ]

  /// Complaints. Runs of less than a minute, of single scenarios, or on one CPU are not judged;
  /// aborts only where they are counted and sections run.
  static func missed(by totals: [String: Int], _ options: Options) -> [String] {
    guard options.filter.isEmpty, options.seconds >= 60, CPU.possible.count > 1 else { return [] }
    return perMinute.sorted { $0.key < $1.key }.compactMap { name, perMinute in
      if name == "aborts", !stress_is_instrumented() || Engine.current == .atomic { return nil }
      let floor = Int(Double(perMinute) * options.seconds / 60)
      let count = totals[name] ?? 0
      return count < floor ? "only \(count) \(name), at least \(floor) were expected" : nil
    }
  }
}
