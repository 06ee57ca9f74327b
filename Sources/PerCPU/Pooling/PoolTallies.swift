// SPDX-License-Identifier: Apache-2.0

internal import CAtomicsShim

/// What a pool counts where it is slow anyway. Relaxed, all of it: numbers that order nothing.
@safe
struct PoolTallies {
  enum Tally: Int {
    case handedBack, spilled, refilled, stolen, made, drained
    /// Maxima, of full magazines and of words.
    case mostMagazines, highWater
  }

  private let line = OwnLine()

  func deallocate() { line.deallocate() }

  private func word(_ tally: Tally) -> UnsafeMutablePointer<Int> {
    unsafe line.word(at: tally.rawValue * MemoryLayout<Int>.size)
  }

  subscript(tally: Tally) -> Int { unsafe percpu_word_load_relaxed(word(tally)) }

  func add(_ amount: Int, to tally: Tally) {
    _ = unsafe percpu_word_fetch_add_relaxed(word(tally), amount)
  }

  /// True if it was less.
  @discardableResult
  func raise(_ tally: Tally, to value: Int) -> Bool {
    var before = self[tally]
    while before < value {
      let result = unsafe percpu_word_compare_exchange_relaxed(word(tally), before, value)
      if result.exchanged { return true }
      before = result.original
    }
    return false
  }
}
