// SPDX-License-Identifier: Apache-2.0
#if PERCPU_MODEL

  import ModelChecker
  @testable import PerCPU
  import Testing

  extension ModelScenarios {
    /// Readers who find no slot of their CPU.
    @Suite struct HazardOverflowScenarios {}
  }

  extension ModelScenarios.HazardOverflowScenarios {
    /// The slot of the CPU is taken.
    private func busy(
      overflowIsThere: Bool = true, _ fences: AsymmetricFences,
      _ mode: SearchMode = .exhaustive()
    ) -> CheckResult {
      HazardParts(stage: HazardStage(overflowIsThere: overflowIsThere), fences: fences) { play in
        let inTheWay = play.protectAtFirst(play.raw())
        play.put(play.raw())
        play.scenario.thread("reader", cpu: 0) { play.read() }
        play.scenario.thread("retirer") { play.replace() }
        play.scenario.thread("in the way") { play.end(inTheWay) }
      }.check(mode)
    }

    @Test func theOverflow() {
      expectPass(
        busy(.membarrier, preemptions(atMost: 3)), executions: 4546, isBounded: true,
        "hazard, busy")
      expectPass(busy(.symmetric), executions: 74_527, "hazard, busy, symmetric")
      expectPass(
        busy(overflowIsThere: false, .membarrier, preemptions(atMost: 3)), executions: 5934,
        isBounded: true, "hazard, busy, a first block")
      expectPass(
        HazardUse(readers: [0], forLong: true).check(), executions: 1034, "hazard, for long")
      expectPass(
        HazardUse(readers: [0], endsEmpty: false, forLong: true).check(), executions: 3656,
        "hazard, for long, 2 objects")
      expectPass(
        HazardUse(readers: [0, 1], forLong: true).check(preemptions(atMost: 2)), executions: 5740,
        isBounded: true, "hazard, 2 for long")
    }
  }

#endif
