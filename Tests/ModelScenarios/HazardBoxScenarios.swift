// SPDX-License-Identifier: Apache-2.0
#if PERCPU_MODEL

  import ModelChecker
  @testable import PerCPU
  import Testing

  extension ModelScenarios {
    /// The box of a slot that is claimed again, or that two records are placed in.
    @Suite struct HazardBoxScenarios {}
  }

  extension ModelScenarios.HazardBoxScenarios {
    /// Between clearing and picking up the slot is claimed again, and what it protects now is placed.
    private func claimedAgain(
      boxIsFull: Bool, _ fences: AsymmetricFences, _ mode: SearchMode = .exhaustive()
    ) -> CheckResult {
      HazardParts(fences: fences) { play in
        let former = play.raw()
        let protection = play.protectAtFirst(former)
        if boxIsFull { _ = protection.slot.place(play.record(former)) }
        play.put(play.raw())
        play.scenario.thread("former reader") { play.end(protection) }
        play.scenario.thread("reader", cpu: 0) { play.readIfFree() }
        play.scenario.thread("retirer") { play.replace() }
      }.check(mode)
    }

    @Test func aSlotIsClaimedAgainBeforeItsBoxIsEmptied() {
      expectPass(
        claimedAgain(boxIsFull: false, .symmetric), executions: 65_659,
        "hazard, claimed again, symmetric")
      expectPass(
        claimedAgain(boxIsFull: false, .membarrier, preemptions(atMost: 3)), executions: 1396,
        isBounded: true, "hazard, claimed again")
      expectPass(
        claimedAgain(boxIsFull: true, .symmetric, preemptions(atMost: 3)), executions: 4692,
        isBounded: true, "hazard, claimed again, box is full, symmetric")
      expectPass(
        claimedAgain(boxIsFull: true, .membarrier, preemptions(atMost: 3)), executions: 12_880,
        isBounded: true, "hazard, claimed again, box is full")
    }

    /// A record is placed again before its owner takes it back, for its object was claimed again, from another
    /// cell. The former reader has cleared its slot; the reader empties the other cell itself.
    private func placedAgain(
      _ fences: AsymmetricFences, _ mode: SearchMode = .exhaustive()
    ) -> CheckResult {
      HazardParts(stage: HazardStage(domains: 2), fences: fences) { play in
        let object = play.counted(references: 2), slot = play.stage.slot(0)
        play.put(object)
        let record = play.record(object)
        play.scenario.thread("former reader") {
          slot.lookIntoBox(for: .passUnretained(play.stage.table))
        }
        play.scenario.thread("reader", cpu: 0) {
          play.readIfFree { play.replace(domain: 1) }
        }
        play.scenario.thread("former retirer") { play.stage.table.handOver([(record, slot)]) }
      }.check(mode)
    }

    @Test func aRecordIsPlacedAgainBeforeItIsTakenBack() {
      expectPass(
        placedAgain(.symmetric, preemptions(atMost: 5)), executions: 190_616, isBounded: true,
        "hazard, placed again, symmetric")
      expectPass(
        placedAgain(.membarrier, preemptions(atMost: 2)), executions: 55_574, isBounded: true,
        "hazard, placed again")
    }

    /// Somebody places a record for a protection that has ended, where there is one of the next protection.
    private func displaced(
      _ fences: AsymmetricFences, _ mode: SearchMode = .exhaustive()
    ) -> CheckResult {
      HazardParts(stage: HazardStage(domains: 2), fences: fences) { play in
        let record = play.record(play.raw()), slot = play.stage.slot(0)
        play.put(play.raw())
        play.scenario.thread("reader", cpu: 0) { play.readIfFree() }
        play.scenario.thread("former retirer") { play.stage.table.handOver([(record, slot)]) }
        play.scenario.thread("retirer") { play.replace(domain: 1) }
      }.check(mode)
    }

    @Test func aDisplacedRecordIsAlive() {
      expectPass(displaced(.symmetric), executions: 154_605, "hazard, displaced, symmetric")
      expectPass(
        displaced(.membarrier, preemptions(atMost: 2)), executions: 14_571, isBounded: true,
        "hazard, displaced")
    }
  }

#endif
