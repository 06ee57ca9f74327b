// SPDX-License-Identifier: Apache-2.0

import ModelChecker
import Testing

/// A lock whose local side is a restartable section, without a locked instruction. The remote side
/// announces itself by a compare-exchange, aborts the sections in flight, and looks again.
private struct RemoteLock {
  enum Mutant: CaseIterable {
    case noBarrier, plainBarrier, noSecondLook, sharedToken, relaxedLoadInSection, relaxedRelease
  }

  let word: Word
  let canary: Plain
  let mutant: Mutant?

  func lockLocally(_ token: Int) -> Bool {
    restartable { section throws(Aborted) in
      let ordering: Ordering = mutant == .relaxedLoadInSection ? .relaxed : .acquiring
      guard try section.load(word, ordering) == 0 else { return false }
      try section.commit(word, token, .relaxed)
      return true
    }
  }

  func lockRemotely(_ token: Int) -> Bool {
    let token = mutant == .sharedToken ? 20 : token
    guard word.compareExchange(0, token, .acquiringAndReleasing, failure: .acquiring).exchanged
    else { return false }
    if mutant != .noBarrier { membarrier(mutant == .plainBarrier ? .plain : .restart) }
    return mutant == .noSecondLook || word.load(.acquiring) == token
  }

  func unlock() {
    word.store(0, mutant == .relaxedRelease ? .relaxed : .releasing)
  }

  func useAlone() {
    let value = canary.read()
    canary.write(value + 1)
    require(canary.read() == value + 1, "two threads hold the lock")
  }
}

/// All local threads run on one processor, as the local side asks for.
private func remoteLock(
  locals: Int, remotes: Int, rounds: Int = 1, _ mutant: RemoteLock.Mutant? = nil
) -> CheckResult {
  check { scenario in
    let lock = RemoteLock(
      word: scenario.word("lock"), canary: scenario.plain("canary"), mutant: mutant)
    for i in 0..<locals {
      scenario.thread("local", cpu: 0) {
        for _ in 0..<rounds where lock.lockLocally(10 + i) {
          lock.useAlone()
          lock.unlock()
        }
      }
    }
    for i in 0..<remotes {
      scenario.thread("remote") {
        if lock.lockRemotely(20 + i) {
          lock.useAlone()
          lock.unlock()
        }
      }
    }
  }
}

extension ModelCheckerTests {
  @Suite struct RemoteLockTests {
    @Test func rightProtocolPasses() {
      expectPass(remoteLock(locals: 1, remotes: 1), executions: 69)
      expectPass(remoteLock(locals: 1, remotes: 1, rounds: 2), executions: 385)
      expectPass(remoteLock(locals: 1, remotes: 2), executions: 28_592)
      #if !DEBUG
        expectPass(remoteLock(locals: 2, remotes: 1), executions: 359_688)
      #endif
    }

    @Test(arguments: RemoteLock.Mutant.allCases)
    private func brokenProtocolsFail(_ mutant: RemoteLock.Mutant) {
      let result = remoteLock(locals: 1, remotes: 2, rounds: 2, mutant)
      #expect(!result.passed, "\(result)")
    }
  }
}
