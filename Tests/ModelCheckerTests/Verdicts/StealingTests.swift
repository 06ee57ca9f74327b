// SPDX-License-Identifier: Apache-2.0

import ModelChecker
import Testing

/// A lock that can be taken from a holder who does not run: the thief sends a signal whose handler
/// makes the holder give up, waits until the signal must have arrived, and then takes the word if
/// its count is still the same.
private enum Mutant: CaseIterable {
  case doesNotWait, stealsByExchange, holderBlocksSignals, handlerIgnoresCount
}

private func stealing(rounds: Int = 2, _ mutant: Mutant? = nil) -> CheckResult {
  check { scenario in
    func held(_ count: Int) -> Int { count << 1 | 1 }
    func free(_ count: Int) -> Int { count << 1 }

    let word = scenario.word("word"), cell = scenario.word("cell")
    let wanted = scenario.word("wanted")  // the count + 1 whose holder is to give up
    // The holder's own: whether it is in its region, with which count, and whether to leave it.
    var isInRegion = false, count = 0, mustLeave = false
    var committed = 0, stolen = 0

    scenario.thread("holder") {
      func work() {
        for _ in 0..<rounds {
          let found = word.load(.relaxed)
          guard found & 1 == 0,
            word.compareExchange(found, found | 1, .acquiringAndReleasing).exchanged
          else { continue }
          (count, isInRegion, mustLeave) = (found >> 1, true, false)
          // The commit is the last access of the region: a signal makes it fail like a section.
          let didCommit = restartable(attempts: 2) { section throws(Aborted) in
            if mustLeave { return false }
            _ = try section.load(cell, .relaxed)
            if mustLeave { return false }
            try section.commit(cell, count + 1, .releasing)
            return true
          }
          isInRegion = false
          guard didCommit else { continue }
          committed += 1
          _ = word.compareExchange(held(count), free(count + 1), .acquiringAndReleasing)
        }
      }
      if mutant == .holderBlocksSignals { blockingSignals(0, body: work) } else { work() }
    }
    scenario.onSignal(0) { _ in
      let target = wanted.load(.acquiring)
      if isInRegion, mutant == .handlerIgnoresCount || target == count + 1 { mustLeave = true }
    }
    scenario.thread("thief") {
      let found = word.load(.acquiring)
      guard found & 1 == 1 else { return }
      let count = found >> 1
      wanted.store(count + 1, .releasing)
      signal(0, 0)
      if mutant != .doesNotWait { membarrier() }
      if mutant == .stealsByExchange {
        _ = word.exchange(held(count + 1), .acquiringAndReleasing)
      } else {
        let taken = word.compareExchange(found, held(count + 1), .acquiringAndReleasing)
        guard taken.exchanged else { return }
      }
      require(cell.load(.relaxed) <= count + 1, "somebody committed ahead of the thief")
      cell.store(count + 2, .releasing)
      stolen = count + 2
      _ = word.compareExchange(held(count + 1), free(count + 2), .acquiringAndReleasing)
    }
    scenario.finally {
      require(cell.load(.relaxed) >= stolen, "an old commit came after a newer one")
      require(word.load(.relaxed) & 1 == 0, "the lock stays held")
    }
  }
}

extension ModelCheckerTests {
  @Suite struct StealingTests {
    @Test func rightProtocolPasses() {
      expectPass(stealing(rounds: 1), executions: 141)
      expectPass(stealing(rounds: 2), executions: 2_794)
    }

    @Test(arguments: Mutant.allCases)
    private func brokenProtocolsFail(_ mutant: Mutant) {
      let result = stealing(rounds: 2, mutant)
      #expect(!result.passed, "\(result)")
    }
  }
}
