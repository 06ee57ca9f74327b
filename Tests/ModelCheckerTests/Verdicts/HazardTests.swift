// SPDX-License-Identifier: Apache-2.0

import ModelChecker
import Testing

/// Hazard pointers: readers announce what they use and look again whether it is still there; the
/// writer unlinks and then looks who uses it.
private enum Mutant: CaseIterable {
  case noValidation, relaxedClear, scansBeforeUnlinking, relaxedScan, relaxedPublication
}

private func hazards(
  reader: FenceKind, writer: FenceKind, readers: Int = 1, rounds: Int = 1, _ mutant: Mutant? = nil
) -> CheckResult {
  check { scenario in
    let pointer = scenario.word("pointer", initially: 1)
    let slots = (0..<readers).map { scenario.word("hazard", $0) }
    let objects = [1, 2].map { scenario.plain("object", $0) }
    let clearing: Ordering = mutant == .relaxedClear ? .relaxed : .releasing
    for i in 0..<readers {
      scenario.thread("reader") {
        for _ in 0..<rounds {
          let object = pointer.load(.relaxed)
          slots[i].store(object, mutant == .relaxedPublication ? .relaxed : .releasing)
          reader.light()
          if mutant != .noValidation, pointer.load(.acquiring) != object {
            slots[i].store(0, clearing)
            break
          }
          require(objects[object - 1].read() != 99, "use after free")
          slots[i].store(0, clearing)
        }
      }
    }
    scenario.thread("writer") {
      func isInUse() -> Bool {
        var inUse = false
        for slot in slots where slot.load(mutant == .relaxedScan ? .relaxed : .acquiring) == 1 {
          inUse = true
        }
        return inUse
      }
      var inUse = false
      if mutant == .scansBeforeUnlinking { inUse = isInUse() }
      pointer.store(2, .releasing)
      writer.heavy()
      if mutant != .scansBeforeUnlinking { inUse = isInUse() }
      if !inUse { objects[0].write(99) }
    }
  }
}

extension ModelCheckerTests {
  @Suite struct HazardTests {
    @Test(arguments: FenceKind.allCases, FenceKind.allCases)
    func onlyPairsOfFencesPass(_ reader: FenceKind, _ writer: FenceKind) {
      let result = hazards(reader: reader, writer: writer)
      if FenceKind.isPair(light: reader, heavy: writer) {
        #expect(result.passed && result.isComplete, "\(result)")
      } else {
        expectFailure(result, "data race")
      }
    }

    @Test func largerScenariosPass() {
      expectPass(hazards(reader: .full, writer: .full, rounds: 2), executions: 151)
      expectPass(hazards(reader: .asymmetric, writer: .asymmetric, readers: 2), executions: 9_522)
    }

    /// The relaxed publication needs two rounds to fail: the scan then reads a slot whose clearing
    /// was a release from a store that is none.
    @Test(arguments: Mutant.allCases)
    private func brokenProtocolsFail(_ mutant: Mutant) {
      expectFailure(
        hazards(reader: .full, writer: .full, rounds: 2, mutant), "data race on object[1]")
    }
  }
}
