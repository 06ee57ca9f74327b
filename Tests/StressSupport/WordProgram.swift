// SPDX-License-Identifier: Apache-2.0

import PerCPU

/// Operations on words, drawn from a seed, and what a thread that is alone on its CPU expects of each.
struct WordProgram {
  private static let count = 3

  private let words = PerCPUWords(count: count)
  private let cpu: CPU
  /// What the rows hold.
  private var rows: [CPU: [Int]]
  /// Where operations take place.
  private var place: CPU
  private var random: SeededGenerator

  /// The first result that was not what was expected.
  private(set) var failure: String?
  /// Of what the operations told, whatever was expected; where they took place is left out.
  private(set) var digest = 0

  init(_ seed: UInt64, _ cpu: CPU) {
    self.cpu = cpu
    place = cpu
    random = SeededGenerator(seed: seed)
    rows = Dictionary(uniqueKeysWithValues: CPU.rows.map { ($0, Array(repeating: 0, count: 3)) })
  }

  /// An operation, or some of them while the row of the own CPU, or another, is this thread's alone.
  mutating func step() {
    if random.below(16) > 0 { return operate() }
    let alone = [cpu, .unbound][random.below(2)]
    words.withExclusiveAccess(to: alone) { row in
      let before = place
      if alone == cpu { place = .unbound }
      for index in 0..<Self.count { expect(row[index], rows[alone]![index], "word \(index) alone") }
      operate()
      let index = random.below(Self.count)
      row[index] = random.below(3)
      rows[alone]![index] = row[index]
      operate()
      place = before
    }
  }

  private mutating func operate() {
    let (index, other) = (random.below(Self.count), random.below(Self.count))
    // So few values that what is expected is often there.
    let (expected, too, desired) = (random.below(3), random.below(3), random.below(3))
    let (first, second) = (rows[place]![index], rows[place]![other])
    switch random.below(5) {
    case 0:
      expect(words.add(desired - 1, at: index), first, "add")
      rows[place]![index] = first + desired - 1
    case 1:
      expect(words.exchange(desired, at: index), first, "exchange")
      rows[place]![index] = desired
    case 2:
      let matches = first == expected
      expect(
        words.compareExchange(expected: expected, desired: desired, at: index),
        matches ? .exchanged(cpu: place) : .mismatch(actual: first, cpu: place),
        "compare-exchange")
      if matches { rows[place]![index] = desired }
    case 3:
      let matches = first == expected && second == too
      expect(
        words.doubleCompareExchange(
          expected: (expected, too), desired: desired, at: (index, other)),
        matches
          ? .exchanged(cpu: place) : .mismatch(first: first, second: second, cpu: place),
        "double compare-exchange")
      if matches { rows[place]![index] = desired }
    default:
      let row = CPU.rows[random.below(CPU.rows.count)]
      expect(words.load(cpu: row, at: index), rows[row]![index], "load of \(row)")
    }
  }

  private mutating func expect(_ result: PerCPUWords.Replaced, _ original: Int, _ what: String) {
    expect(result.original, original, what)
    if result.cpu != place { fail("\(what): in \(result.cpu) instead of \(place)") }
  }

  private mutating func expect(
    _ result: PerCPUWords.Exchange, _ expected: PerCPUWords.Exchange, _ what: String
  ) {
    switch result {
    case .exchanged: note(-1)
    case .mismatch(let actual, _): note(actual)
    }
    if result != expected { fail("\(what): \(result) instead of \(expected)") }
  }

  private mutating func expect(
    _ result: PerCPUWords.DoubleExchange, _ expected: PerCPUWords.DoubleExchange, _ what: String
  ) {
    switch result {
    case .exchanged: note(-1)
    case .mismatch(let first, let second, _):
      note(first)
      note(second)
    }
    if result != expected { fail("\(what): \(result) instead of \(expected)") }
  }

  private mutating func expect(_ result: Int, _ expected: Int, _ what: String) {
    note(result)
    if result != expected { fail("\(what): \(result) instead of \(expected)") }
  }

  private mutating func note(_ result: Int) {
    digest = (digest &* 31 &+ result &+ 2) & 0xFFFF_FFFF
  }

  private mutating func fail(_ message: String) {
    if failure == nil { failure = message }
  }
}
