// SPDX-License-Identifier: Apache-2.0

import ModelChecker
import Testing

extension ModelCheckerTests {
  @Suite struct KernelTests {
    /// All values that `run` reports in all executions of a scenario.
    private func values(
      _ declare: @escaping (Scenario, @escaping (Int) -> Void) -> Void
    ) -> Set<Int> {
      var values: Set<Int> = []
      let result = check { scenario in declare(scenario) { values.insert($0) } }
      #expect(result.passed && result.isComplete, "\(result)")
      return values
    }

    // MARK: Sections

    @Test func sectionSeesItsProcessor() {
      let cpus = values { scenario, report in
        let word = scenario.word("word")
        scenario.thread("migrated", cpu: 0) {
          let cpu = restartable { section throws(Aborted) in
            _ = try section.load(word, .relaxed)
            let cpu = currentCPU()
            try section.commit(word, 1, .relaxed)
            return cpu
          }
          report(cpu * 10 + currentCPU())
        }
        scenario.thread("migrates") { migrate(0, to: 1) }
      }
      // Never on 0 after having been on 1.
      #expect(cpus == [00, 11])
    }

    @Test func addsOfOneProcessorAreNotLost() {
      let sums = values { scenario, report in
        let word = scenario.word("word")
        for _ in 0..<2 {
          scenario.thread("adds", cpu: 0) {
            restartable { section throws(Aborted) in
              try section.commit(word, try section.load(word, .relaxed) + 1, .relaxed)
            }
          }
        }
        scenario.finally { report(word.load(.relaxed)) }
      }
      #expect(sums == [2])
    }

    @Test func addsOfTwoProcessorsToOneWordAreLost() {
      let sums = values { scenario, report in
        let word = scenario.word("word")
        for cpu in 0..<2 {
          scenario.thread("adds", cpu: cpu) {
            restartable { section throws(Aborted) in
              try section.commit(word, try section.load(word, .relaxed) + 1, .relaxed)
            }
          }
        }
        scenario.finally { report(word.load(.relaxed)) }
      }
      #expect(sums == [1, 2])
    }

    @Test func aBarrierForOneProcessorLeavesOthersAlone() {
      let outcomes = values { scenario, report in
        let words = [scenario.word("word", 0), scenario.word("word", 1)]
        var aborts = 0
        for cpu in 0..<2 {
          scenario.thread("section", cpu: cpu) {
            var attempt = 0
            restartable { section throws(Aborted) in
              attempt += 1
              _ = try section.load(words[cpu], .relaxed)
              try section.commit(words[cpu], 1, .relaxed)
            }
            aborts |= (attempt - 1) << cpu
          }
        }
        scenario.thread("barrier", cpu: 2) { membarrier(.restart, cpu: 1) }
        scenario.finally { report(aborts) }
      }
      #expect(outcomes == [0b00, 0b10])
    }

    @Test func threadsOfOneProcessorAreOrdered() {
      let result = check { scenario in
        let data = scenario.plain("data")
        scenario.thread("first", cpu: 0) { data.write(1) }
        scenario.thread("second", cpu: 0) { data.write(2) }
      }
      #expect(result.passed && result.executions == 2)
    }

    // MARK: Signals

    @Test func aSignalArrivesBeforeAMembarrierEnds() {
      let handled = values { scenario, report in
        let word = scenario.word("word"), flag = scenario.word("flag")
        scenario.onSignal(1) { _ in flag.store(1, .relaxed) }
        scenario.thread("receives") { word.awaitChange(from: 0, .relaxed) }
        scenario.thread("sends") {
          signal(0, 1)
          membarrier()
          word.store(1, .relaxed)
        }
        scenario.finally { report(flag.load(.relaxed)) }
      }
      #expect(handled == [1])
    }

    @Test func aSignalInterruptsASleeper() {
      let outcomes = values { scenario, report in
        let word = scenario.word("word")
        scenario.onSignal(0) { thread in
          require(thread == 0, "a signal for somebody else")
          word.store(1, .relaxed)
        }
        scenario.thread("sleeps") {
          var wasInterrupted = 0
          while word.load(.relaxed) == 0 {
            if word.futexWait(0) == .interrupted { wasInterrupted = 1 }
          }
          report(wasInterrupted)
        }
        scenario.thread("sends") { signal(0, 0) }
      }
      #expect(outcomes == [0, 1])
    }

    @Test func blockedSignalsWait() {
      let outcomes = values { scenario, report in
        let word = scenario.word("word")
        scenario.onSignal(0) { _ in word.store(7, .relaxed) }
        scenario.thread("blocks") {
          blockingSignals(0) {
            report(word.load(.relaxed))
            report(word.load(.relaxed))
          }
        }
        scenario.thread("sends") { signal(0, 0) }
      }
      #expect(outcomes == [0])
    }

    @Test func anEndedThreadTakesNoSignal() {
      let sent = values { scenario, report in
        let word = scenario.word("word")
        scenario.onSignal(0) { _ in }
        scenario.thread("ends") { word.store(1, .relaxed) }
        scenario.thread("sends") {
          join(0)
          report(signal(0, 0) ? 1 : 0)
        }
      }
      #expect(sent == [0])
    }

    // MARK: Waiting

    @Test func joiningSynchronizes() {
      let result = check { scenario in
        let data = scenario.plain("data")
        scenario.thread("writes") { data.write(1) }
        scenario.thread("reads") {
          join(0)
          require(data.read() == 1, "stale data")
        }
      }
      expectPass(result, executions: 1)
    }

    @Test func spinningEndsWithAPause() {
      let result = check { scenario in
        let lock = scenario.word("lock"), data = scenario.plain("data")
        for _ in 0..<2 {
          scenario.thread("spins") {
            while lock.exchange(1, .acquiring) == 1 { pause() }
            data.write(data.read() + 1)
            lock.store(0, .releasing)
          }
        }
        scenario.finally { require(data.read() == 2, "lost update") }
      }
      #expect(result.passed && result.isComplete, "\(result)")
    }

    @Test func aMissedWakeIsADeadlock() {
      func sleeping(comparing: Bool) -> CheckResult {
        check { scenario in
          let word = scenario.word("word"), sleepers = scenario.word("sleepers", initially: 0)
          scenario.thread("sleeps") {
            if comparing {
              word.futexWait(0)
            } else if word.load(.acquiring) == 0 {
              sleepers.futexWait(0)
            }
          }
          scenario.thread("wakes") {
            word.store(1, .releasing)
            (comparing ? word : sleepers).futexWake(1)
          }
        }
      }
      #expect(sleeping(comparing: true).passed)
      expectFailure(sleeping(comparing: false), "deadlock of sleeps")
    }
  }
}
