// SPDX-License-Identifier: Apache-2.0

import ModelChecker
import Testing

extension ModelCheckerTests {
  @Suite struct ReductionTests {
    #if DEBUG
      static let programCount = 1_000
    #else
      static let programCount = 20_000
    #endif

    /// The reduction must lose nothing: random programs have the same outcomes with and without it. So must the search
    /// by states.
    @Test(arguments: [SearchMode.exhaustive(), .states])
    func reductionKeepsAllOutcomesOfRandomPrograms(_ mode: SearchMode) {
      var programs = RandomPrograms(seed: 1)
      var compared = 0, tooLarge = 0, deadlocked = 0, reduced = 0, unreduced = 0
      while compared < Self.programCount {
        let program = programs.next()
        let every = program.behaviour(.unreduced, limit: 3_000)
        if every.result.passed && !every.result.isComplete {
          tooLarge += 1
          continue
        }
        let some = program.behaviour(mode)
        compared += 1
        #expect(some.result.passed == every.result.passed, "\(program)")
        if every.result.passed {
          #expect(program.text(of: some.outcomes) == program.text(of: every.outcomes), "\(program)")
        } else {
          deadlocked += 1
        }
        reduced += some.result.total
        unreduced += every.result.total
      }
      print(
        """
        \(compared) random programs, \(mode): \(unreduced) executions without reduction, \(reduced) with; \
        \(deadlocked) deadlocked, \(tooLarge) were too large
        """)
      #expect(reduced < unreduced)
      // The programs are what they should be.
      #expect(deadlocked > 0 && deadlocked < compared / 10)
    }

    /// Programs in which two states differ in nothing but what is seen of messages of the same value.
    @Test(arguments: [
      "x=1 y=1.rel | y=1 | y.acq x",
      "x=1 y=1.rel | y=1 | y Facq x",
      "x=1 y=1.rel | y=1 | y.acq y x",
      "x=1 y=1.rel | y=1 | y y Facq x",
      "x=1 y=1.rel | y=1 | y.acq Frel y.acq z=1 | z.acq x",
      "x=1 y=1.rel z.acq | y=1 | y.acq y z=1.rel",
      // A switch of a processor is a fence.
      "@0 [y,z,x>3] z=1.rel Kx [x,x>3] | @1 R G0>0 z.acq",
      "@0 x=2.rel [y,z,y>3] | @1 x.acq y | @0 y=1.rel x=1",
      // It reaches a thread that has ended, which another joins; and so does the interrupt of a processor.
      "@0 y | @0 z | x=1 F z=2 | J0 x",
      "@0 z | @0 z y | x=1 F | J0 x",
      // An interrupt delivers the signal of a thread on its processor.
      "@0 [x,y>1] | @1 y+1 MR0 | y+1 U2 x=1 S0",
      "@0 z [x,y>1] | @1 y.acq z=1 MR0 x.acq | y+1 x=2 x=1 S0",
      "@0 x y | @1 M0 | S0",
      // Of fences what matters is what was seen, and not by whom.
      "@0 W z | @1 x | G0>2 G1>3 | J0",
      "@0 y x=2 | R G2>2 | @0 G0>1 x | @0 MR",
    ])
    func reductionKeepsWhatIsSeen(_ text: String) {
      let program = Program(text)
      let every = program.behaviour(.unreduced)
      #expect(every.result.passed && every.result.isComplete)
      for mode in [SearchMode.exhaustive(), .states] {
        let some = program.behaviour(mode)
        #expect(some.result.passed && some.result.isComplete)
        #expect(program.text(of: some.outcomes) == program.text(of: every.outcomes), "\(mode)")
      }
    }

    /// Nor may a data race be lost.
    @Test(arguments: [SearchMode.exhaustive(), .states])
    func reductionKeepsAllDataRacesOfRandomPrograms(_ mode: SearchMode) {
      var programs = RandomPrograms(seed: 3, hasData: true)
      var compared = 0, failed = 0
      while compared < Self.programCount {
        let program = programs.next()
        let every = program.behaviour(.unreduced, limit: 3_000)
        if every.result.passed && !every.result.isComplete { continue }
        let some = program.behaviour(mode)
        compared += 1
        if !every.result.passed { failed += 1 }
        #expect(some.result.passed == every.result.passed, "\(program)")
        if every.result.passed {
          #expect(program.text(of: some.outcomes) == program.text(of: every.outcomes), "\(program)")
        }
      }
      print("\(compared) random programs with data, \(mode): \(failed) failed")
      #expect(failed > compared / 10 && failed < compared * 9 / 10)
    }

    /// What can come of a state does not depend on how an execution came to it. And the search by states comes to as
    /// many as the search of all schedules: none is left out, and steps commute down to what is kept of a state.
    /// Returns their number; nil if there are too many schedules.
    private func compareStates(of program: Program, limit: Int = 0) -> Int? {
      let futures = Futures()
      guard program.behaviour(.unreduced, limit: limit, futures: futures).result.isComplete else {
        return nil
      }
      futures.leave()
      #expect(futures.differing == 0, "\(program)")
      let some = program.behaviour(.states).result
      if let failure = some.failure {
        #expect(futures.failures.contains(failure.message), "\(program)")
      } else {
        #expect(futures.failures.isEmpty && some.states == futures.count, "\(program)")
      }
      return futures.count
    }

    @Test(arguments: [false, true], [false, true])
    func statesAreWhatMatters(hasData: Bool, returns: Bool) {
      var programs = RandomPrograms(seed: 4, hasData: hasData, returns: returns)
      var compared = 0, all = 0
      while compared < Self.programCount / 8 {
        guard let count = compareStates(of: programs.next(), limit: 3_000) else { continue }
        compared += 1
        all += count
      }
      print("\(compared) random programs, \(all) states")
    }

    /// Programs in which two states differ in one thing.
    @Test(arguments: [
      ("what a message tells", "x=1 x=2 x=1 | x y=1.rel x | y.acq x"),
      ("what fences have seen", "x=1 x=2 x=1 | x F x | F x"),
      ("what an idle processor has seen", "@0 x W F | @0 R | G0>1"),
      ("what a signal tells", "x=1 x=2 x=1 | x S2 x | z x"),
      ("who sleeps", "Wx0 | Wx0 | Kx"),
      ("whether a sleeper was interrupted", "Wx0 | S0 | Kx"),
      ("which signals are pending", "S1 S1 | x z"),
      ("where a thread runs", "@0 x=1 | @1 [x,y>3] | G0>1 | G0>2"),
      ("what data holds", "@0 W | @0 W | @0 x R"),
    ])
    func statesTellApart(_ part: String, _ text: String) {
      #expect(compareStates(of: Program(text)) != nil)
    }

    /// What the objects of one execution do when they end is met by the setup of the next one: there locations
    /// have other numbers than in the very first execution, whose first steps the others repeat.
    @Test func locationsMayHaveOtherNumbersInLaterExecutions() {
      func search(_ mode: SearchMode, leavesSomething: Bool) -> (result: CheckResult, early: Int) {
        var early = 0
        var isFirst = true
        let result = check(mode) { scenario in
          if leavesSomething && !isFirst { _ = scenario.word("left") }
          isFirst = false
          let note = scenario.word("note"), item = scenario.word("item")
          let word = scenario.word("word")
          scenario.thread("asks") {
            note.store(1, .relaxed)
            item.add(1, .releasing)
            word.add(1, .releasing)
          }
          scenario.thread("ends") { word.add(16, .releasing) }
          scenario.thread("runner") {
            word.add(256, .acquiring)
            item.add(256, .acquiring)
            if note.load(.relaxed) == 0 { early += 1 }
          }
        }
        return (result, early)
      }
      let (expected, actual) = (
        search(.exhaustive(), leavesSomething: false), search(.exhaustive(), leavesSomething: true)
      )
      #expect(actual.result.executions == expected.result.executions)
      #expect(actual.early == expected.early && actual.early > 0)
    }

    /// Programs in text and back, so that a failing one can be pasted into a litmus test.
    @Test func programsReadBackFromText() {
      var programs = RandomPrograms(seed: 2)
      for _ in 0..<200 {
        let program = programs.next()
        #expect(Program("\(program)").threads == program.threads, "\(program)")
      }
    }
  }
}
