// SPDX-License-Identifier: Apache-2.0

import ModelChecker
import Testing

/// A flush generation: publishers change data and then count up a generation, which a parked owner
/// compares when it comes back. Announcing that it runs and reading the generation are two words of
/// the owner, counting up and looking whether it is parked are two of the publisher: a pair of
/// fences is needed.
private enum Mutant: CaseIterable {
  case readsGenerationAgain, relaxedGeneration, announcesLast, countsWithoutUpdate
}

private func generation(
  owner: FenceKind, publisher: FenceKind, publishers: Int = 1, _ mutant: Mutant? = nil
) -> CheckResult {
  check { scenario in
    let generation = scenario.word("generation"), parked = scenario.word("parked", initially: 1)
    let data = (0..<publishers).map { scenario.word("data", $0) }
    var cached = [0, 0], skipped = [false, false], seen = 0
    func catchUp() {
      let current = generation.load(mutant == .relaxedGeneration ? .relaxed : .acquiring)
      guard current != seen else { return }
      for i in 0..<publishers { cached[i] = data[i].load(.relaxed) }
      seen = mutant == .readsGenerationAgain ? generation.load(.acquiring) : current
    }
    scenario.thread("owner") {
      if mutant == .announcesLast { catchUp() }
      parked.store(0, .relaxed)
      owner.light()
      if mutant != .announcesLast { catchUp() }
    }
    for i in 0..<publishers {
      scenario.thread("publisher") {
        data[i].store(1, .relaxed)
        if mutant == .countsWithoutUpdate {
          generation.store(generation.load(.relaxed) + 1, .releasing)
        } else {
          generation.add(1, .acquiringAndReleasing)
        }
        publisher.heavy()
        if parked.load(.acquiring) == 1 { skipped[i] = true }
      }
    }
    scenario.finally {
      let isCurrent = seen == generation.load(.relaxed)
      for i in 0..<publishers {
        require(!skipped[i] || cached[i] == 1, "a running owner is stale")
        require(!isCurrent || cached[i] == 1, "the generation hides a miss")
      }
    }
  }
}

extension ModelCheckerTests {
  @Suite struct GenerationTests {
    @Test(arguments: FenceKind.allCases, FenceKind.allCases)
    func onlyPairsOfFencesPass(_ owner: FenceKind, _ publisher: FenceKind) {
      let result = generation(owner: owner, publisher: publisher)
      if FenceKind.isPair(light: owner, heavy: publisher) {
        #expect(result.passed && result.isComplete, "\(result)")
      } else {
        expectFailure(result, "a running owner is stale")
      }
    }

    @Test func twoPublishersPass() {
      expectPass(generation(owner: .full, publisher: .full, publishers: 2), executions: 114)
      expectPass(
        generation(owner: .asymmetric, publisher: .asymmetric, publishers: 2), executions: 47_686)
    }

    @Test(arguments: Mutant.allCases)
    private func brokenProtocolsFail(_ mutant: Mutant) {
      let result = generation(owner: .full, publisher: .full, publishers: 2, mutant)
      #expect(!result.passed)
    }
  }
}
