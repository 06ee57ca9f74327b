// SPDX-License-Identifier: Apache-2.0

internal import CAtomicsShim

/// Emptying a pool from afar.
extension WordPool {
  /// Takes all that is in a row, the oldest first.
  func drain(_ cpu: CPU) -> [Int] {
    takeOldest(of: cpu) { $0 }
  }

  /// Takes the older half of what is in a row, the oldest first.
  func halve(_ cpu: CPU) -> [Int] {
    takeOldest(of: cpu) { ($0 + 1) / 2 }
  }

  /// Takes all that is in the depot.
  func drainDepot() -> [Int] {
    var words: [Int] = []
    while let magazine = takeFull() {
      for index in 0..<magazine.count { words.append(magazine[index]) }
      depot.putEmpty(magazine)
    }
    tallies.add(words.count, to: .drained)
    return words
  }

  private func takeOldest(of cpu: CPU, _ share: (Int) -> Int) -> [Int] {
    let word = unsafe RowWord(slots, cpu)
    // What happened before this call is seen.
    if word.hint == 0 { return [] }
    // Allocated before the row is held.
    let words = unsafe [Int](unsafeUninitializedCapacity: capacity) { buffer, initialized in
      guard let count = word.hold() else { return }
      let taken = share(count)
      for index in 0..<taken {
        unsafe buffer.initializeElement(at: index, to: self[word, index])
      }
      for index in taken..<count { self[word, index - taken] = self[word, index] }
      word.giveBack(count - taken)
      initialized = taken
    }
    tallies.add(words.count, to: .drained)
    return words
  }

  /// How many words there are, about: those that are in somebody's hands are not among them.
  var count: Int {
    var sum = tallies[.words]
    var row = Int(PERCPU_ROW_UNBOUND)
    while row < Int(percpu_cpu_limit()) {
      sum += max(0, unsafe RowWord(slots, CPU(rawValue: row)).hint)
      row += 1
    }
    return max(0, sum)
  }
}
