// SPDX-License-Identifier: Apache-2.0

import ModelChecker
import Testing

/// A lock whose waiters sleep. They sleep on a word of its own that counts wake-ups, since a release
/// is a plain store to the lock word. A release that sees no waiter wakes nobody, so whoever is
/// about to sleep looks twice: at the lock after counting itself as a waiter, and, by the comparison
/// of the futex, whether a wake-up came after that look began.
private struct FutexLock {
  enum Mutant: CaseIterable {
    case noSecondLook, noComparison, looksBeforeCounting, waiterFencesTooLate
  }

  let word: Word, waiters: Word, wakeups: Word
  let data: Plain
  let releaser: FenceKind, waiter: FenceKind
  let mutant: Mutant?

  func acquire() {
    while !word.compareExchange(0, 1, .acquiring).exchanged {
      var isHeld = mutant == .looksBeforeCounting ? word.load(.relaxed) == 1 : false
      waiters.add(1, .relaxed)
      if mutant != .waiterFencesTooLate { waiter.heavy() }
      var seen = wakeups.load(.acquiring)
      if mutant != .looksBeforeCounting {
        isHeld = mutant == .noSecondLook || word.load(.relaxed) == 1
      }
      if mutant == .waiterFencesTooLate { waiter.heavy() }
      // The futex then compares with what is there anyway.
      if mutant == .noComparison { seen = wakeups.load(.acquiring) }
      if isHeld { wakeups.futexWait(seen) }
      waiters.add(-1, .relaxed)
    }
  }

  func release() {
    word.store(0, .releasing)
    releaser.light()
    guard waiters.load(.relaxed) > 0 else { return }
    wakeups.add(1, .releasing)
    wakeups.futexWake(1)
  }
}

/// `rounds` says how often each locker uses the lock.
private func futexLock(
  _ mode: SearchMode = .exhaustive(), rounds: [Int] = [1, 1],
  releaser: FenceKind = .asymmetric, waiter: FenceKind = .asymmetric,
  _ mutant: FutexLock.Mutant? = nil
) -> CheckResult {
  check(mode) { scenario in
    let lock = FutexLock(
      word: scenario.word("lock"), waiters: scenario.word("waiters"),
      wakeups: scenario.word("wakeups"), data: scenario.plain("data"), releaser: releaser,
      waiter: waiter, mutant: mutant)
    for rounds in rounds {
      scenario.thread("locker") {
        for _ in 0..<rounds {
          lock.acquire()
          lock.data.write(lock.data.read() + 1)
          lock.release()
        }
      }
    }
    scenario.finally {
      require(lock.data.read() == rounds.reduce(0, +), "two threads held the lock")
    }
  }
}

extension ModelCheckerTests {
  @Suite struct FutexLockTests {
    @Test func rightProtocolPasses() {
      expectPass(futexLock(), executions: 240, "futex lock, 2 lockers")
      expectPass(
        futexLock(releaser: .full, waiter: .full), executions: 148,
        "futex lock, 2 lockers, full fences")
      expectPass(
        futexLock(rounds: [1, 2], releaser: .full, waiter: .full), executions: 15_970,
        "futex lock, 1 and 2 rounds, full fences")
    }

    /// Two that sleep at the same time are too many for every execution.
    @Test func threeLockersPassAtRandom() {
      let result = futexLock(.priorities(seed: 1, executions: 20_000), rounds: [1, 1, 1])
      result.report("futex lock, 3 lockers, random priorities")
      #expect(result.passed && result.total == 20_000, "\(result)")
    }

    @Test(arguments: FutexLock.Mutant.allCases)
    private func aLostWakeUpIsADeadlock(_ mutant: FutexLock.Mutant) {
      expectFailure("deadlock of locker", "futex lock, \(mutant)") { futexLock($0, mutant) }
      expectFailure("deadlock of locker", "futex lock, \(mutant), full fences") {
        futexLock($0, releaser: .full, waiter: .full, mutant)
      }
    }

    @Test(arguments: FenceKind.allCases, FenceKind.allCases)
    func onlyPairsOfFencesPass(_ releaser: FenceKind, _ waiter: FenceKind) {
      guard !FenceKind.isPair(light: releaser, heavy: waiter) else { return }
      expectFailure("deadlock of locker", "futex lock, \(releaser) and \(waiter)") {
        futexLock($0, releaser: releaser, waiter: waiter)
      }
    }
  }
}
