// SPDX-License-Identifier: Apache-2.0

import ModelChecker
import Testing

/// A litmus test: a program and all of its outcomes.
struct Litmus: CustomTestStringConvertible, Sendable {
  let name: String
  let program: String
  let outcomes: String

  init(_ name: String, _ program: String, _ outcomes: String) {
    self.name = name
    self.program = program
    self.outcomes = outcomes
  }

  var testDescription: String { name }
}

extension ModelCheckerTests {
  @Suite struct LitmusTests {
    @Test("outcome sets", arguments: Litmus.all)
    func outcomes(_ litmus: Litmus) {
      let program = Program(litmus.program)
      let behaviour = program.behaviour()
      #expect(behaviour.result.passed && behaviour.result.isComplete)
      #expect(program.text(of: behaviour.outcomes) == litmus.outcomes)
      #expect(program.description == litmus.program)
    }
  }
}
