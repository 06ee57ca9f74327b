// SPDX-License-Identifier: Apache-2.0

internal import CAtomicsShim

/// A pool of words: a stack in each row, and a depot between them.
///
///     row        | index, or token of a holder | slot 0 | slot 1 | ... | slot capacity-1 |
///     depot      magazines of `batch` words each
///
/// Invariant: a word that was given is in one slot below the index of one row, in one full
/// magazine, or in the hands of one thread: which holds a row, has taken a magazine, or is about to
/// return it.
///
/// Own-CPU pushes and pops are one section each: the slot is stored where nobody looks before the
/// index says so, or loaded before the index says that it is free; the index is the commit, and it
/// is what a holder's token stands in for. No section meets the words of another one half done,
/// since none of the same CPU can come in between. So nothing here is ever changed by comparing,
/// and there is no ABA problem.
///
/// A full row gives a magazine to the depot, an empty one takes one: a CPU that only gives and one
/// that only takes meet there once in `batch` words.
///
/// Races and what answers them:
/// - a section against a holder from afar: see RowWord.
/// - a thread that is moved between its look at a row and its moving of many words: each section
///   finds its row itself, and says whether the words were there, or fit.
/// - rows that others hold: nobody waits here. A word that finds neither its own row nor the
///   unbound one goes into a magazine of its own.
/// - magazines: see Depot.
@safe
@usableFromInline
package final class WordPool: @unchecked Sendable {
  // Sendable: the pointers are constant, and the memory behind them is only accessed as described
  // above.

  /// Words of a row in front of its slots.
  private static var headerSize: Int { MemoryLayout<Int>.size }
  static var largestCapacity: Int { 8000 }

  @usableFromInline
  package let slots: UnsafeMutableRawPointer
  @usableFromInline
  package let capacity: Int
  /// Words of a magazine.
  package let batch: Int
  let depot: Depot
  let tallies = PoolTallies()

  package init(capacity: Int, sharedCapacity: Int?) {
    enforce(
      capacity >= 1 && capacity <= Self.largestCapacity,
      "the capacity of a pool for each CPU is 1 to \(Self.largestCapacity) elements")
    let shared = sharedCapacity ?? capacity * CPU.possible.count
    enforce(shared >= 0, "what CPUs share of a pool has no negative capacity")
    let batch = max(1, min(32, capacity / 2))
    enforce(
      shared <= Depot.largestCount * batch,
      "CPUs share at most \(Depot.largestCount * batch) elements of a pool of this capacity")
    self.capacity = capacity
    self.batch = batch
    depot = Depot(magazines: (shared + batch - 1) / batch, words: batch)
    unsafe slots = PerCPUArena.shared.allocate(byteCount: Self.byteCount(capacity))
    // Made here, because making it allocates, and a pool may be used in a signal handler.
    _ = CPU.rows
  }

  deinit {
    unsafe PerCPUArena.shared.deallocate(slots, byteCount: Self.byteCount(capacity))
    depot.deallocate()
    tallies.deallocate()
  }

  private static func byteCount(_ capacity: Int) -> Int {
    // A whole line: a busy row should share it with nothing else.
    max(headerSize + capacity * MemoryLayout<Int>.size, PerCPUArena.lineSize)
  }

  /// Of how many words there is ever one.
  var largestCount: Int { CPU.rows.count * capacity + depot.magazineCount * batch }

  @usableFromInline
  func noteMade() { tallies.add(1, to: .made) }

  @usableFromInline
  func noteHandedBack() { tallies.add(1, to: .handedBack) }

  // MARK: Giving

  /// Puts a word where there is room for it. False: there is none within reach.
  @usableFromInline
  package func give(_ word: Int) -> Bool {
    if unsafe percpu_sequence_push(slots, capacity, word) { return true }
    guard let magazine = depot.takeEmpty() else { return giveAlone(word, in: nil) }
    // The row is full: make room. Should that fail, because others did meanwhile or hold the row,
    // or should the room be gone again, the word has a magazine for itself.
    guard unsafe percpu_sequence_move_out(slots, magazine.words, batch) else {
      return giveAlone(word, in: magazine)
    }
    let isOnTop = unsafe percpu_sequence_push(slots, capacity, word)
    spill(magazine, count: batch)
    return isOnTop || giveAlone(word, in: depot.takeEmpty())
  }

  private func giveAlone(_ word: Int, in magazine: Depot.Magazine?) -> Bool {
    guard let magazine else {
      tallies.add(1, to: .handedBack)
      return false
    }
    magazine[0] = word
    spill(magazine, count: 1)
    return true
  }

  private func spill(_ magazine: Depot.Magazine, count: Int) {
    let magazines = putFull(magazine, count: count)
    tallies.add(1, to: .spilled)
    // Never so many before: look how many there are in all. Happens once for each magazine at most.
    if tallies.raise(.mostMagazines, to: magazines) { tallies.raise(.highWater, to: self.count) }
  }

  /// Returns how many full ones there are now, about.
  @discardableResult
  private func putFull(_ magazine: Depot.Magazine, count: Int) -> Int {
    magazine.count = count
    // In front, so that no count falls below zero for long.
    tallies.add(count, to: .words)
    let magazines = tallies.add(1, to: .magazines) + 1
    depot.putFull(magazine)
    return magazines
  }

  func takeFull() -> Depot.Magazine? {
    guard let magazine = depot.takeFull() else { return nil }
    tallies.add(-magazine.count, to: .words)
    tallies.add(-1, to: .magazines)
    return magazine
  }

  // MARK: Taking

  /// Takes a word: from the own row, the depot, what lies in the unbound row, and then, if asked
  /// to, from other CPUs. Nil: there is none within reach.
  @usableFromInline
  package func take(stealing: Bool) -> Int? {
    let popped = unsafe percpu_sequence_pop(slots)
    if popped.committed { return popped.value }
    if let magazine = takeFull() {
      tallies.add(1, to: .refilled)
      return takeLast(of: magazine)
    }
    if let word = takeAway(from: .unbound) { return word }
    return stealing ? steal() : nil
  }

  /// Keeps the rest of a magazine in the own row, or in the magazine if it does not fit there.
  private func takeLast(of magazine: Depot.Magazine) -> Int {
    let rest = magazine.count - 1
    let word = magazine[rest]
    if unsafe rest == 0 || percpu_sequence_move_in(slots, capacity, magazine.words, rest) {
      depot.putEmpty(magazine)
    } else {
      putFull(magazine, count: rest)
      tallies.add(1, to: .spilled)
    }
    return word
  }

  private func steal() -> Int? {
    let own = percpu_row_hint()
    // Those behind the own one first, so that not everybody turns to the same. Not `for ... where`,
    // which allocates in a debug build: this may be a signal handler.
    var index = 0
    let count = Int(percpu_cpu_limit())
    while index < count {
      let row = (max(own, 0) + 1 + index) % count
      index += 1
      if row == own || !percpu_cpu_is_possible(Int32(truncatingIfNeeded: row)) { continue }
      if let word = takeAway(from: CPU(rawValue: row)) {
        tallies.add(1, to: .stolen)
        return word
      }
    }
    return nil
  }

  /// Takes up to half of what is in a row, at most a magazine, unless somebody holds it.
  private func takeAway(from cpu: CPU) -> Int? {
    let word = unsafe RowWord(slots, cpu)
    if word.hint <= 0 { return nil }
    // Before the row is held, since that should last no longer than it must.
    let magazine = depot.takeEmpty()
    guard let count = word.tryHold() else {
      if let magazine { depot.putEmpty(magazine) }
      return nil
    }
    if count == 0 {
      word.giveBack(0)
      if let magazine { depot.putEmpty(magazine) }
      return nil
    }
    let taken = magazine == nil ? 1 : min((count + 1) / 2, batch)
    let first = count - taken
    let last = self[word, count - 1]
    if let magazine {
      var index = 0
      while index < taken - 1 {
        magazine[index] = self[word, first + index]
        index += 1
      }
    }
    word.giveBack(first)
    guard let magazine else { return last }
    magazine[taken - 1] = last
    magazine.count = taken
    return takeLast(of: magazine)
  }

  /// A slot of a row that this thread holds. Relaxed: the first word orders it.
  subscript(word: RowWord, index: Int) -> Int {
    get { unsafe percpu_word_load_relaxed(word.address + 1 + index) }
    set { unsafe percpu_word_store_relaxed(word.address + 1 + index, newValue) }
  }
}
