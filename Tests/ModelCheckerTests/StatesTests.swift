// SPDX-License-Identifier: Apache-2.0

import ModelChecker
import Testing

extension ModelCheckerTests {
  /// The search by states, and what makes states fewer. That it loses nothing is ReductionTests' to show.
  @Suite struct StatesTests {
    @Test func aStateIsExploredOnce() {
      let count = 5
      let result = check(.states) { scenario in
        for index in 0..<3 {
          let word = scenario.word("word", index)
          scenario.thread("stores") { for i in 0..<count { word.store(i, .relaxed) } }
        }
      }
      // Of each thread its place, between two steps or at its end.
      #expect(result.passed && result.isComplete, "\(result)")
      #expect(result.states == (count + 1) * (count + 1) * (count + 1) - 1, "\(result)")
      #expect(result.executions == 1)
    }

    @Test func whatTheScenarioTellsIsPartOfAState() {
      func ends(_ tells: Bool) -> Set<[Int]> {
        var ends: Set<[Int]> = []
        var order: [Int] = []
        let result = check(.states) { scenario in
          order = []
          if tells { scenario.state { order.hashValue } }
          let word = scenario.word("word")
          for index in 0..<2 {
            scenario.thread("comes") {
              word.add(1, .relaxed)
              order.append(index)
            }
          }
          scenario.thread("has seen all") {
            join(0)
            join(1)
            word.add(1, .relaxed)
          }
          scenario.finally { ends.insert(order) }
        }
        #expect(result.passed && result.isComplete, "\(result)")
        return ends
      }
      // Whoever came first, in the end both are gone, and the last one has seen all they did.
      #expect(ends(false).count == 1)
      #expect(ends(true) == [[0, 1], [1, 0]])
    }

    /// Something that threads share and nobody tells of, and by which a thread decides what to do.
    @Test func whatIsNotToldIsNoticed() {
      func search(_ tells: Bool) -> CheckResult {
        var last = 0
        return check(.states) { scenario in
          last = 0
          if tells { scenario.state { last } }
          let word = scenario.word("word"), early = scenario.word("early")
          for index in 1...2 {
            scenario.thread("comes") {
              word.add(1, .relaxed)
              last = index
            }
          }
          scenario.thread("looks") {
            join(0)
            join(1)
            word.add(1, .relaxed)
            if tells { note(last) }
            if last == 1 { early.store(1, .relaxed) }
            word.add(1, .relaxed)
          }
        }
      }
      expectFailure(search(false), "the scenario does not tell all that is shared")
      let told = search(true)
      #expect(told.passed && told.isComplete, "\(told)")
    }

    // MARK: Guarded locations

    /// What a switch on a processor orders is not guarded.
    @Test(arguments: [SearchMode.exhaustive(), .states])
    func dataThatNothingGuardsIsARace(_ mode: SearchMode) {
      func use(_ declare: @escaping (Scenario) -> Plain) -> CheckResult {
        check(mode) { scenario in
          let data = declare(scenario), word = scenario.word("word")
          for _ in 0..<2 {
            scenario.thread("writes", cpu: 0) {
              word.store(1, .relaxed)
              data.write(1)
            }
          }
        }
      }
      #expect(use { $0.plain("data") }.passed)
      expectFailure(use { $0.guardedPlain("data") }, "data race on data")
    }

    private func lock(_ mode: SearchMode, isDeclared: Bool, _ release: Ordering = .releasing)
      -> CheckResult
    {
      let memory = UnsafeMutablePointer<Int>.allocate(capacity: 2)
      defer { memory.deallocate() }
      memory.initialize(repeating: 0, count: 2)
      return check(mode) { scenario in
        if isDeclared { scenario.lock(memory, "lock") }
        scenario.guarded(memory + 1, "sum")
        let lock = Word(at: memory), sum = Word(at: memory + 1)
        for index in 0..<3 {
          scenario.thread("adds", cpu: index % 2) {
            for _ in 0..<2 {
              while !lock.compareExchange(0, index + 1, .acquiring).exchanged { pause() }
              sum.store(sum.load(.relaxed) + 1, .relaxed)
              lock.store(0, release)
            }
          }
        }
        scenario.finally { require(sum.load(.relaxed) == 6, "lost") }
      }
    }

    @Test func whatALockGuardsIsNoStep() {
      let result = lock(.states, isDeclared: false)
      #expect(result.passed && result.isComplete, "\(result)")
      let declared = lock(.states, isDeclared: true)
      #expect(declared.passed && declared.isComplete, "\(declared)")
      #expect(declared.states < result.states)
      expectFailure(lock(.states, isDeclared: true, .relaxed), "data race on sum")
    }

    // MARK: What else is part of a state

    private func expectFoundByAll(
      _ message: String, sourceLocation: SourceLocation = #_sourceLocation,
      _ scenario: @escaping (Scenario) -> Void
    ) {
      for mode in [SearchMode.unreduced, .exhaustive(), .states] {
        let result = check(mode, limit: 1_000_000, scenario)
        #expect(
          result.failure?.message.contains(message) == true, "\(mode): \(result)",
          sourceLocation: sourceLocation)
      }
    }

    /// What the last thread that left a processor had seen.
    @Test func theViewOfAnIdleProcessor() {
      expectFoundByAll("data race on data") { scenario in
        let data = scenario.plain("data"), first = scenario.word("first")
        let second = scenario.word("second")
        scenario.thread("migrated", cpu: 0) {
          data.write(1)
          fullFence()
          first.store(1, .relaxed)
          second.store(1, .relaxed)
        }
        scenario.thread("reads", cpu: 0) {
          if first.load(.relaxed) == 1 && second.load(.relaxed) == 0 { data.read() }
        }
        scenario.thread("migrates") { migrate(0, to: 1) }
      }
    }

    /// Whom a fence still has to interrupt.
    @Test(arguments: [false, true]) func theInterruptsToCome(_ isAborted: Bool) {
      expectFoundByAll("seen") { scenario in
        let flag = scenario.word("flag"), one = scenario.word("one"), other = scenario.word("other")
        func isSectionAborted(_ word: Word) -> Bool {
          var attempts = 0
          return restartable { section throws(Aborted) in
            attempts += 1
            if attempts > 1 { return true }
            _ = try section.load(word, .relaxed)
            return false
          }
        }
        scenario.thread("interrupts", cpu: 0) { membarrier(.restart) }
        scenario.thread("migrated", cpu: 0) {
          assume(flag.load(.relaxed) == 1)
          require(isSectionAborted(one) != isAborted, "seen")
        }
        scenario.thread("migrates") {
          migrate(1, to: 1)
          if isSectionAborted(other) { flag.store(1, .relaxed) }
        }
      }
    }

    /// A thread that has released a lock and acquires it again has not forgotten that it did.
    @Test(arguments: [false, true]) func aReleaseIsNoTry(_ isHolder: Bool) {
      let memory = UnsafeMutablePointer<Int>.allocate(capacity: 1)
      defer { memory.deallocate() }
      memory.initialize(to: 5)
      expectFoundByAll("seen") { scenario in
        scenario.lock(memory, "lock")
        let lock = Word(at: memory), stale = scenario.word("stale"), last = scenario.word("last")
        scenario.thread("holder") {
          let holds = lock.load(.relaxed) == 5
          if holds { lock.store(0, .releasing) }
          lock.awaitChange(from: 5, .relaxed)
          assume(lock.compareExchange(0, 1, .acquiring).exchanged)
          if last.load(.relaxed) == 1 && stale.load(.relaxed) == 1 {
            require(holds != isHolder, "seen")
          }
        }
        scenario.thread("releases as well") { lock.store(0, .relaxed) }
        scenario.thread("stores") {
          stale.store(1, .relaxed)
          stale.store(2, .relaxed)
          last.store(1, .relaxed)
        }
      }
    }

    /// What it has read between two tries it has not forgotten either.
    @Test(arguments: [1, 2]) func whatIsReadBetweenTries(_ value: Int) {
      let memory = UnsafeMutablePointer<Int>.allocate(capacity: 1)
      defer { memory.deallocate() }
      memory.initialize(to: 1)
      let scenario: (Scenario) -> Void = { scenario in
        scenario.lock(memory, "lock")
        let lock = Word(at: memory), data = scenario.guardedPlain("data")
        let done = scenario.word("done"), early = scenario.word("early")
        let stale = scenario.word("stale")
        scenario.thread("reads") {
          lock.awaitChange(from: 1, .acquiring)
          let read = data.read()
          _ = lock.compareExchange(0, 3, .acquiringAndReleasing)
          done.awaitChange(from: 0, .acquiring)
          if stale.load(.relaxed) == 1 { require(read != value, "seen") }
        }
        scenario.thread("writes") {
          let isEarly = early.load(.relaxed) == 1
          join(2)
          data.write(isEarly ? 1 : 2)
          lock.store(0, .releasing)
          lock.awaitChange(from: 0, .acquiring)
          data.write(7)
          done.store(1, .releasing)
        }
        scenario.thread("comes early") { early.store(1, .relaxed) }
        scenario.thread("stores") {
          stale.store(1, .relaxed)
          stale.store(2, .relaxed)
        }
      }
      for mode in [SearchMode.exhaustive(), .states] {
        let result = check(mode, scenario)
        #expect(result.failure?.message == "seen", "\(mode): \(result)")
      }
    }

    @Test func guardedLocationsAreNotForHandlers() {
      expectFailure(
        check { scenario in
          _ = scenario.guardedPlain("data")
          scenario.onSignal(0) { _ in }
          scenario.thread("is interrupted") {}
          scenario.thread("interrupts") { signal(0, 0) }
        }, "signals are not for scenarios with guarded locations")
    }
  }
}
