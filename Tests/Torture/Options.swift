// SPDX-License-Identifier: Apache-2.0

import StressSupport

/// The command line of Torture.
struct Options {
  struct Invalid: Error {
    let message: String
  }

  static let usage = """
    usage: Torture [--seconds N] [--threads N] [--seed N] [--filter TEXT] [--list]

      --seconds N     time for all scenarios together (default 60)
      --threads N     threads of each scenario (default 64)
      --seed N        the seed of everything random (default: from the clock)
      --filter TEXT   only the scenarios whose name contains the text
      --list          names and summaries, without running anything
    """

  var seconds = 60.0
  var threads = 64
  var seed = UInt64.random(in: 1...999_999)
  var filter = ""
  var list = false
  var help = false

  init(_ arguments: ArraySlice<String>) throws(Invalid) {
    var rest = arguments
    while let argument = rest.popFirst() {
      switch argument {
      case "--seconds": seconds = try Self.value(of: argument, &rest, as: Double.self)
      case "--threads": threads = try Self.value(of: argument, &rest, as: Int.self)
      case "--seed": seed = try Self.value(of: argument, &rest, as: UInt64.self)
      case "--filter": filter = try Self.value(of: argument, &rest, as: String.self)
      case "--list": list = true
      case "--help", "-h": help = true
      default: throw Invalid(message: "there is no option '\(argument)'")
      }
    }
    guard seconds > 0, seconds <= 1e6 else {
      throw Invalid(message: "--seconds wants a number above 0")
    }
    guard (1...4096).contains(threads) else {
      throw Invalid(message: "--threads wants a number from 1 to 4096")
    }
  }

  func scenarios() throws(Invalid) -> [Scenario] {
    let chosen = Scenario.all.filter { filter.isEmpty || $0.name.contains(filter) }
    guard !chosen.isEmpty else { throw Invalid(message: "no scenario's name contains '\(filter)'") }
    return chosen
  }

  private static func value<Value: LosslessStringConvertible>(
    of option: String, _ rest: inout ArraySlice<String>, as type: Value.Type
  ) throws(Invalid) -> Value {
    guard let text = rest.popFirst() else { throw Invalid(message: "\(option) wants a value") }
    guard let value = Value(text) else {
      throw Invalid(message: "\(option) does not understand '\(text)'")
    }
    return value
  }
}
