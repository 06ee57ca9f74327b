// SPDX-License-Identifier: Apache-2.0

internal import CAtomicsShim

/// What a pool counts where it is slow anyway. Relaxed, all of it: numbers that order nothing. (On
/// the simulated machine nothing is counted: what all threads write would have to be searched in
/// every order.)
@safe
struct PoolTallies {
  enum Tally: Int {
    case handedBack, spilled, refilled, stolen, made, drained
    /// What lies in the depot.
    case magazines, words
    /// Maxima, of full magazines and of all words.
    case mostMagazines, highWater
  }

  private let line = OwnLine()

  init() {}

  func deallocate() { line.deallocate() }

  private func word(_ tally: Tally) -> UnsafeMutablePointer<Int> {
    unsafe line.word(at: tally.rawValue * MemoryLayout<Int>.size)
  }

  subscript(tally: Tally) -> Int { unsafe percpu_word_load_relaxed(word(tally)) }

  /// Returns what it was.
  @discardableResult
  func add(_ amount: Int, to tally: Tally) -> Int {
    #if PERCPU_MODEL
      0
    #else
      unsafe percpu_word_fetch_add_relaxed(word(tally), amount)
    #endif
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
