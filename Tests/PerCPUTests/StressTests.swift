// SPDX-License-Identifier: Apache-2.0

import CStressSupport
import PerCPU
import StressSupport
import Testing

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

extension PerCPUTests {
  /// Every stress scenario, for a second each; `PERCPU_STRESS_SECONDS` changes that and
  /// `PERCPU_STRESS_SEED` replays a run.
  @Suite struct StressTests {
    @Test(arguments: Scenario.all.map(\.name))
    func holdsUnderStress(scenario name: String) {
      let scenario = Scenario.all.first { $0.name == name }!
      let outcome = scenario.run(
        seconds: environment("PERCPU_STRESS_SECONDS").flatMap(Double.init) ?? 1,
        threads: 64,
        seed: environment("PERCPU_STRESS_SEED").flatMap(UInt64.init) ?? .random(in: 1...999_999))
      print(outcome.line)
      #expect(outcome.failures == [], "\(outcome.line)")
    }
  }
}

func environment(_ name: String) -> String? {
  getenv(name).map { String(cString: $0) }
}
