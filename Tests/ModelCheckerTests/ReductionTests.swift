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

    /// The reduction must lose nothing: random programs have the same outcomes with and without it.
    @Test func reductionKeepsAllOutcomesOfRandomPrograms() {
      var programs = RandomPrograms(seed: 1)
      var compared = 0, tooLarge = 0, deadlocked = 0, reduced = 0, unreduced = 0
      while compared < Self.programCount {
        let program = programs.next()
        let every = program.behaviour(.unreduced, limit: 3_000)
        if every.result.passed && !every.result.isComplete {
          tooLarge += 1
          continue
        }
        let some = program.behaviour()
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
        \(compared) random programs: \(unreduced) executions without reduction, \(reduced) with; \
        \(deadlocked) deadlocked, \(tooLarge) were too large
        """)
      #expect(reduced < unreduced)
      // The programs are what they should be.
      #expect(deadlocked > 0 && deadlocked < compared / 10)
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
