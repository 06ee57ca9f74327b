// SPDX-License-Identifier: Apache-2.0

import ModelChecker
import Testing

extension ModelCheckerTests {
  /// The modes of searching, what a failure says, and what happens at the limits.
  @Suite struct SearchTests {
    private func messagePassing(_ mode: SearchMode, _ publishing: Ordering = .relaxed)
      -> CheckResult
    {
      check(mode) { scenario in
        let data = scenario.plain("data"), flag = scenario.word("flag")
        scenario.thread("writer") {
          data.write(42)
          flag.store(1, publishing)
        }
        scenario.thread("reader", cpu: 3) {
          if flag.load(.acquiring) == 1 { require(data.read() == 42, "stale data") }
        }
      }
    }

    @Test func aFailureIsReplayedExactly() throws {
      let failure = try #require(messagePassing(.exhaustive()).failure)
      let again = messagePassing(.replay(failure.replay))
      #expect(again.executions == 1)
      #expect(again.failure?.message == failure.message)
      #expect(again.failure?.trace == failure.trace)
      #expect(again.failure?.replay == failure.replay)
    }

    @Test func aTraceTellsWhatHappened() throws {
      let failure = try #require(messagePassing(.exhaustive()).failure)
      #expect(
        failure.message
          == "data race on data: a read by reader and a write by writer are not ordered")
      #expect(failure.replay == "aab.0b")
      let lines = failure.trace.split(separator: "\n").map { line in
        line.split(separator: " ", omittingEmptySubsequences: true).joined(separator: " ")
      }
      #expect(
        lines == [
          "step thread cpu operation location value",
          "1 writer - write data <- 42",
          "2 writer - store relaxed flag <- 1",
          "3 reader 3 load acquire flag -> 1",
          "4 reader 3 read data -> 42",
        ])
    }

    @Test func theSameCheckGivesTheSameNumbers() {
      let first = messagePassing(.exhaustive(), .releasing)
      let second = messagePassing(.exhaustive(), .releasing)
      #expect(first.executions == 3 && first.isComplete)
      #expect(second.executions == first.executions && second.steps == first.steps)
    }

    @Test(arguments: [
      SearchMode.random(seed: 7, executions: 100), .priorities(seed: 7, executions: 100),
    ])
    func randomModesFindTheFailureAndReplayIt(_ mode: SearchMode) throws {
      let failure = try #require(messagePassing(mode).failure)
      #expect(messagePassing(.replay(failure.replay)).failure?.message == failure.message)
      #expect(messagePassing(mode).failure?.replay == failure.replay)
      let right = messagePassing(mode, .releasing)
      #expect(right.passed && right.executions == 100 && !right.isComplete)
    }

    @Test func aSeedMeansTheSameWhateverWasCheckedBefore() {
      let mode = SearchMode.priorities(seed: 7, executions: 300)
      func steps() -> Int { messagePassing(mode, .releasing).steps }
      let first = steps()
      #expect(steps() == first)
      let longer = check(mode) { scenario in
        let word = scenario.word("word")
        scenario.thread("stores") { for i in 0..<60 { word.store(i, .relaxed) } }
      }
      #expect(longer.passed)
      #expect(steps() == first)
    }

    @Test func aPreemptionBoundIsNoProof() {
      let result = messagePassing(.exhaustive(preemptionBound: 0), .releasing)
      #expect(result.passed && !result.isComplete)
    }

    @Test func aReplayThatDoesNotFitIsRefused() {
      expectFailure(messagePassing(.replay("aaaaaaaa")), "the replay string does not fit")
      expectFailure(messagePassing(.replay("?")), "cannot be read")
    }

    // MARK: Limits

    @Test func limitsFailLoudly() {
      expectFailure(
        check { scenario in for _ in 0..<9 { scenario.thread("one more") {} } },
        "more than 8 threads")
      expectFailure(
        check { scenario in for _ in 0..<65 { _ = scenario.word("one more") } },
        "more than 64 locations")
      expectFailure(
        check { scenario in
          let word = scenario.word("word")
          scenario.thread("stores") { for i in 0..<65 { word.store(i, .relaxed) } }
        }, "too many stores to word")
      expectFailure(
        check { scenario in
          let word = scenario.word("word")
          scenario.thread("spins") { while word.load(.relaxed) == 0 {} }
        }, "a loop without")
    }

    @Test func misuseFailsLoudly() {
      expectFailure(
        check { scenario in
          let word = scenario.word("word")
          scenario.thread("mixes") {
            restartable { section throws(Aborted) in _ = word.load(.relaxed) }
          }
        }, "must be one of the section's own")
      expectFailure(
        check { scenario in
          scenario.thread("nests") {
            restartable { section throws(Aborted) in restartable { _ throws(Aborted) in } }
          }
        }, "inside of another")
    }

    @Test func chanceOutsideOfTheCheckerIsNoticed() {
      var runs = 0
      let result = check { scenario in
        runs += 1
        let run = runs
        let word = scenario.word("word")
        scenario.thread("depends on chance") {
          word.store(1, .relaxed)
          require(run > 1, "the first time")
        }
      }
      expectFailure(result, "not deterministic")
    }

    // MARK: Addresses

    @Test func memoryAddressesAreLocations() {
      let memory = UnsafeMutablePointer<UInt64>.allocate(capacity: 2)
      defer { memory.deallocate() }
      memory.initialize(repeating: 5, count: 2)
      let address = UnsafeRawPointer(memory)
      let result = check { scenario in
        scenario.thread("adds") {
          Word(at: address).add(1, .relaxed)
          Word(at: address + 8).store(1, .releasing)
        }
        scenario.thread("adds too") {
          let isSecond = Word(at: address + 8).load(.acquiring) == 1
          let old = Word(at: address).add(1, .relaxed)
          require(!isSecond || old == 6, "stale")
        }
        scenario.finally { require(Word(at: address).load(.relaxed) == 7, "lost update") }
      }
      #expect(result.passed && result.isComplete, "\(result)")
      #expect(memory[0] == 5, "memory itself stays as it is")
    }
  }
}
