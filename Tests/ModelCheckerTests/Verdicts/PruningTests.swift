// SPDX-License-Identifier: Apache-2.0

import ModelChecker
import Testing

// Two broken protocols that are found only if a failed assumption blocks its own thread and lets
// the others go on: their steps are what races with the steps before the assumption.

/// A grace period that waits until as many readers have left as had entered. Its readers count in
/// a restartable section of their processor or, after a second look at the index, in a shared slot.
/// Whoever sums up the enters first may miss one and still count its leaving.
private func gracePeriod(sumsEntersFirst: Bool) -> CheckResult {
  check { scenario in
    let index = scenario.word("index"), pointer = scenario.word("pointer", initially: 1)
    let enters = (0..<4).map { scenario.word("enters", $0) }
    let leaves = (0..<4).map { scenario.word("leaves", $0) }
    let objects = [1, 2].map { scenario.plain("object", $0) }

    func read() {
      let object = objects[pointer.load(.acquiring) - 1]
      require(object.read() != 99, "use after free")
    }
    scenario.thread("reader") {
      func count(_ word: Word, in section: RestartableSection) throws(Aborted) {
        try section.commit(word, try section.load(word, .relaxed) + 1, .releasing)
      }
      let period = restartable { section throws(Aborted) in
        let period = try section.load(index, .acquiring)
        try count(enters[2 * period], in: section)
        return period
      }
      read()
      restartable { section throws(Aborted) in try count(leaves[2 * period], in: section) }
    }
    scenario.thread("shared reader") {
      for _ in 0..<2 {
        let period = index.load(.acquiring)
        enters[2 * period + 1].add(1, .acquiringAndReleasing)
        lightFence()
        let isStillIt = index.load(.acquiring) == period
        if isStillIt { read() }
        leaves[2 * period + 1].add(1, .releasing)
        if isStillIt { return }
      }
    }
    scenario.thread("writer") {
      func sum(_ words: [Word], _ period: Int) -> Int {
        words[2 * period].load(.acquiring) + words[2 * period + 1].load(.acquiring)
      }
      pointer.store(2, .releasing)
      let period = index.load(.relaxed)
      index.store(1 - period, .releasing)
      membarrier(.restart)
      let entered: Int, left: Int
      if sumsEntersFirst {
        entered = sum(enters, period)
        left = sum(leaves, period)
      } else {
        left = sum(leaves, period)
        entered = sum(enters, period)
      }
      assume(entered == left)
      objects[0].write(99)
    }
  }
}

/// Two waiters sleep on a lock, one is woken and takes another lock instead: the wake is lost,
/// unless all are woken or it passes the wake on.
private func goingElsewhere(wakesAll: Bool, passesOn: Bool) -> CheckResult {
  check { scenario in
    let lock = scenario.word("lock", initially: 11), waiters = scenario.word("waiters")

    func release() {
      lock.store(0, .releasing)
      fullFence()
      if waiters.load(.acquiring) > 0 { lock.futexWake(wakesAll ? .max : 1) }
    }
    func wait() -> Bool {
      waiters.add(1, .acquiringAndReleasing)
      fullFence()
      let holder = lock.load(.acquiring)
      let slept = holder != 0 && lock.futexWait(holder) == .woken
      waiters.add(-1, .acquiringAndReleasing)
      return slept
    }

    scenario.thread("holder", release)
    scenario.thread("goes elsewhere") {
      if wait(), passesOn, waiters.load(.acquiring) > 0 { lock.futexWake(1) }
    }
    scenario.thread("stays") {
      _ = wait()
      if lock.compareExchange(0, 13, .acquiringAndReleasing, failure: .acquiring).exchanged {
        release()
      }
    }
  }
}

extension ModelCheckerTests {
  @Suite struct PruningTests {
    @Test func summingEntersBeforeLeavesIsFound() {
      let right = gracePeriod(sumsEntersFirst: false)
      expectPass(right, executions: 4_104)
      #expect(right.pruned > 0)
      expectFailure(gracePeriod(sumsEntersFirst: true), "data race on object[1]")
    }

    @Test func aWakeThatGoesElsewhereIsFound() {
      expectFailure(goingElsewhere(wakesAll: false, passesOn: false), "deadlock of stays")
      expectPass(goingElsewhere(wakesAll: true, passesOn: false), executions: 120_511)
      expectPass(goingElsewhere(wakesAll: false, passesOn: true), executions: 119_715)
    }

    @Test func aFailedAssumptionBlocksOnlyItsThread() {
      var reachedEnd = 0
      let result = check { scenario in
        let word = scenario.word("word")
        scenario.thread("gives up") { assume(word.load(.relaxed) == 1) }
        scenario.thread("goes on") {
          word.store(1, .relaxed)
          reachedEnd += 1
        }
      }
      #expect(result.passed && result.isComplete)
      #expect(result.executions == 1 && result.pruned == 2)
      #expect(reachedEnd == 3)
    }
  }
}
