// SPDX-License-Identifier: Apache-2.0

internal import CAtomicsShim

/// Where CPUs exchange words: full magazines and empty ones, any number of threads at a time.
///
///     full   | tag | index | --> magazine --> magazine --> none
///     empty  | tag | index | --> magazine --> none
///     fresh  how many magazines were ever used
///
///     magazine   | next | count | word | word | ...
///
/// Both are stacks (Treiber's) whose nodes are known by their numbers. A thread that is about to
/// take the top one has loaded the number of the next; meanwhile others may take both and put the
/// first one back, so that the number on top is the same and the next one in use (ABA). That is
/// what the tag is for: it changes with each success. It has 44 bits: an observer would have to
/// stand still for hours of nothing but exchanges and then meet the same one again. Looking into a
/// magazine that others have taken meanwhile is harmless, since their memory stays until the depot
/// ends.
///
/// Linearization: each operation at its successful compare-exchange. Who takes a magazine has all
/// of it for itself until it puts it back.
@safe
struct Depot {
  static var indexBits: Int { 20 }
  static var largestCount: Int { 1 << indexBits - 1 }

  /// One that is nobody else's.
  @safe
  struct Magazine {
    fileprivate let address: UnsafeMutablePointer<Int>
    fileprivate let number: Int

    // Relaxed, all accesses: the exchanges of the depot order them.
    var count: Int {
      get { unsafe percpu_word_load_relaxed(address + 1) }
      nonmutating set { unsafe percpu_word_store_relaxed(address + 1, newValue) }
    }
    var words: UnsafeMutablePointer<Int> { unsafe address + 2 }

    subscript(index: Int) -> Int {
      get { unsafe percpu_word_load_relaxed(words + index) }
      nonmutating set { unsafe percpu_word_store_relaxed(words + index, newValue) }
    }

    fileprivate var next: Int {
      get { unsafe percpu_word_load_relaxed(address) }
      nonmutating set { unsafe percpu_word_store_relaxed(address, newValue) }
    }
  }

  private let magazines: UnsafeMutableRawPointer?
  let magazineCount: Int
  private let stride: Int
  private let fullLine = OwnLine()
  private let emptyLine = OwnLine()

  /// Room for so many magazines of so many words.
  init(magazines count: Int, words: Int) {
    magazineCount = count
    stride = (words + 2) * MemoryLayout<Int>.stride
    unsafe magazines = count == 0 ? nil : percpu_memory_reserve(count * stride)
    enforce(
      unsafe count == 0 || magazines != nil,
      "no address space is left for \(count) magazines of \(words) words")
  }

  func deallocate() {
    if let magazines = unsafe magazines {
      unsafe percpu_memory_release(magazines, magazineCount * stride)
    }
    fullLine.deallocate()
    emptyLine.deallocate()
  }

  private var full: UnsafeMutablePointer<Int> { unsafe fullLine.word(at: 0) }
  private var empty: UnsafeMutablePointer<Int> { unsafe emptyLine.word(at: 0) }
  private var fresh: UnsafeMutablePointer<Int> { unsafe emptyLine.word(at: 8) }

  /// Takes a magazine with words in it.
  func takeFull() -> Magazine? { unsafe pop(full) }

  /// Puts a magazine with words in it.
  func putFull(_ magazine: Magazine) { unsafe push(magazine, on: full) }

  /// Takes a magazine to put words into; nil if all are in use.
  func takeEmpty() -> Magazine? {
    if let magazine = unsafe pop(empty) { return magazine }
    // Relaxed: a number that nobody else gets; the memory of a fresh magazine is zero.
    var used = unsafe percpu_word_load_relaxed(fresh)
    while used < magazineCount {
      let result = unsafe percpu_word_compare_exchange_relaxed(fresh, used, used + 1)
      if result.exchanged { return magazine(used + 1) }
      used = result.original
    }
    return nil
  }

  func putEmpty(_ magazine: Magazine) { unsafe push(magazine, on: empty) }

  // MARK: Stacks

  private static var indexMask: Int { largestCount }

  private func magazine(_ number: Int) -> Magazine {
    unsafe Magazine(
      address: (magazines! + (number - 1) * stride).assumingMemoryBound(to: Int.self),
      number: number)
  }

  /// The word that takes another one's place.
  private func head(_ number: Int, after old: Int) -> Int {
    (old & ~Self.indexMask) &+ (1 << Self.indexBits) | number
  }

  private func pop(_ stack: UnsafeMutablePointer<Int>) -> Magazine? {
    while true {
      // Acquire: pairs with the release of `push`.
      let top = unsafe percpu_word_load_acquire(stack)
      let number = top & Self.indexMask
      if number == 0 { return nil }
      let magazine = magazine(number)
      // What was loaded is the next one if the tag has not changed. Relaxed: the load of the same value
      // has acquired.
      let desired = head(magazine.next, after: top)
      if unsafe percpu_word_compare_exchange_relaxed(stack, top, desired).exchanged {
        return magazine
      }
    }
  }

  private func push(_ magazine: Magazine, on stack: UnsafeMutablePointer<Int>) {
    // Relaxed: only its value is used.
    var top = unsafe percpu_word_load_relaxed(stack)
    while true {
      magazine.next = top & Self.indexMask
      // Release: pairs with the acquire of `pop`; also for those below, whose releases it passes
      // on.
      let result = unsafe percpu_word_compare_exchange_release(
        stack, top, head(magazine.number, after: top))
      if result.exchanged { return }
      top = result.original
    }
  }
}
