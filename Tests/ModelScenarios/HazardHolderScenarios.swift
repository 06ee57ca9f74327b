// SPDX-License-Identifier: Apache-2.0
#if PERCPU_MODEL

  import ModelChecker
  @testable import PerCPU
  import Testing

  extension ModelScenarios {
    /// Objects that several slots hold, or that are retired from several cells.
    @Suite struct HazardHolderScenarios {}
  }

  extension ModelScenarios.HazardHolderScenarios {
    /// Slots that hold a raw object, which goes from one to the next.
    private func passedOn(
      holders: Int, _ fences: AsymmetricFences, _ mode: SearchMode = .exhaustive()
    ) -> CheckResult {
      HazardParts(rows: Array(0..<holders), fences: fences) { play in
        let object = play.raw()
        for row in 0..<holders {
          let protection = play.protectAtFirst(object, row: row)
          play.scenario.thread("reader") { play.end(protection) }
        }
        play.scenario.thread("retirer") { play.retire(object) }
      }.check(mode)
    }

    @Test func aRawObjectIsPassedOn() {
      expectPass(passedOn(holders: 2, .symmetric), executions: 2154, "hazard, passed on, symmetric")
      expectPass(
        passedOn(holders: 2, .membarrier, preemptions(atMost: 3)), executions: 13_876,
        isBounded: true, "hazard, passed on")
      expectPass(
        passedOn(holders: 3, .symmetric, preemptions(atMost: 3)), executions: 1962,
        isBounded: true, "hazard, passed on twice, symmetric")
    }

    /// Slots that hold a counted object, which is retired from several cells.
    private func counted(
      holders: Int, cells: Int, _ fences: AsymmetricFences, _ mode: SearchMode = .exhaustive()
    ) -> CheckResult {
      let stage = HazardStage(domains: cells), rows = Array(0..<holders)
      return HazardParts(stage: stage, rows: rows, fences: fences) { play in
        let object = play.counted(references: cells)
        for row in 0..<holders {
          let protection = play.protectAtFirst(object, row: row)
          play.scenario.thread("reader") { play.end(protection) }
        }
        for domain in 0..<cells {
          play.scenario.thread("retirer") { play.retire(object, domain) }
        }
      }.check(mode)
    }

    @Test func aCountedObjectOfSeveralSlotsAndCells() {
      expectPass(
        counted(holders: 2, cells: 1, .membarrier), executions: 40_488, "hazard, counted, 2 slots")
      expectPass(
        counted(holders: 1, cells: 2, .symmetric), executions: 7198,
        "hazard, counted, 2 cells, symmetric")
      expectPass(
        counted(holders: 1, cells: 2, .membarrier, preemptions(atMost: 2)), executions: 26_451,
        isBounded: true, "hazard, counted, 2 cells")
      expectPass(
        counted(holders: 2, cells: 2, .symmetric, preemptions(atMost: 3)), executions: 6654,
        isBounded: true, "hazard, counted, 2 slots, 2 cells, symmetric")
    }
  }

#endif
