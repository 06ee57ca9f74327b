// SPDX-License-Identifier: Apache-2.0

public import CAtomicsShim

/// Memory for the elements of a pool that do not fit into a word: nodes, and a list of the empty
/// ones in each row.
///
///     node   | next empty one, while it is empty | element |
///
/// A pool's slots then hold the addresses of nodes. Whoever gives an element takes an empty node
/// from its own row, whoever takes an element puts the emptied one there: a section each, which
/// loads the next node's address from the node itself. It cannot be that of a node that has been
/// taken meanwhile: who takes it runs on the same CPU, which ends the section, or holds the row.
///
/// If one CPU only gives and another one only takes, all nodes gather with the latter. So a row that
/// has none left takes all but a few from another one's list that is long, and only then fresh ones:
/// there are about as many nodes as there ever were elements at once, and a few for each row. How long
/// a list is does not matter for that. The few are walked over, the rest is one chain, and becomes the
/// list of the own row as it is, since that is empty; if it is not any more, all but one node stay
/// where they were.
///
/// There are never more nodes than the pool has places, and some for threads that are between two
/// steps. They stay until the slab ends; memory comes into being as they are first used.
@safe
@usableFromInline
package final class NodeSlab: @unchecked Sendable {
  // Sendable: the pointers are constant, and the memory behind them is only accessed as described
  // above.

  #if PERCPU_MODEL
    // The simulated machine has few words.
    private static var spare: Int { 0 }
    private static var chunk: Int { 1 }
  #else
    /// For threads that have taken a node and not put it anywhere yet.
    private static var spare: Int { 256 }
    /// So many fresh ones at a time; so many a row may keep while there are fresh ones.
    private static var chunk: Int { 8 }
  #endif

  /// The heads of the lists.
  @usableFromInline
  package let slots: UnsafeMutableRawPointer
  private let nodes: UnsafeMutableRawPointer
  private let stride: Int
  private let count: Int
  /// Words: how many nodes were ever used; nodes that found no list.
  private let line = OwnLine()

  @usableFromInline
  init(count places: Int, size: Int, alignment: Int) {
    enforce(
      alignment <= 4096, "a pool holds elements aligned to at most 4096 bytes")
    let unit = max(alignment, MemoryLayout<Int>.size)
    stride = (Self.offset(alignment: alignment) + size + unit - 1) & -unit
    count = places + Self.spare
    let (bytes, overflow) = count.multipliedReportingOverflow(by: stride)
    guard !overflow, let memory = unsafe percpu_memory_reserve(bytes) else {
      fatalError("PerCPU: no address space is left for \(count) nodes of \(stride) bytes")
    }
    unsafe nodes = memory
    unsafe slots = PerCPUArena.shared.allocate(byteCount: MemoryLayout<Int>.size)
    _ = CPU.rows
  }

  deinit {
    unsafe percpu_memory_release(nodes, count * stride)
    unsafe PerCPUArena.shared.deallocate(slots, byteCount: MemoryLayout<Int>.size)
    line.deallocate()
  }

  /// Where in a node its element is.
  @inlinable
  static func offset(alignment: Int) -> Int { max(alignment, MemoryLayout<Int>.size) }

  /// The address of an empty node; nil: there is none within reach.
  @inlinable
  @inline(__always)
  package func take() -> Int? {
    let popped = unsafe percpu_sequence_unlink_once(slots)
    return _fastPath(popped.committed) ? popped.value : takeSlowly()
  }

  /// Puts back one that `take` returned and whose element is gone.
  @inlinable
  @inline(__always)
  func put(_ node: Int) {
    let pointer = unsafe UnsafeMutablePointer<Int>(bitPattern: node)!
    if _slowPath(unsafe !percpu_sequence_link_once(slots, pointer, pointer)) {
      unsafe putSlowly(pointer, pointer)
    }
  }

  /// How many nodes have memory.
  package var usedCount: Int { unsafe percpu_word_load_relaxed(used) }

  private var used: UnsafeMutablePointer<Int> { unsafe line.word(at: 0) }
  private var returned: UnsafeMutablePointer<Int> { unsafe line.word(at: 8) }

  @usableFromInline
  func takeSlowly() -> Int? {
    let popped = unsafe percpu_sequence_unlink(slots)
    if popped.committed { return popped.value }
    return takeReturned() ?? steal(leaving: Self.chunk) ?? takeFresh() ?? steal(leaving: 0)
  }

  @usableFromInline
  func putSlowly(_ first: UnsafeMutablePointer<Int>, _ last: UnsafeMutablePointer<Int>) {
    if unsafe percpu_sequence_link(slots, first, last) { return }
    // All in reach is held. These are only ever taken all at once, so that it does not matter what
    // happened to those below in between. Relaxed: only its value is used.
    var top = unsafe percpu_word_load_relaxed(returned)
    while true {
      unsafe percpu_word_store_relaxed(last, top)
      // Release: pairs with the acquire of `takeReturned`.
      let result = unsafe percpu_word_compare_exchange_release(
        returned, top, Int(bitPattern: first))
      if result.exchanged { return }
      top = result.original
    }
  }

  private func takeReturned() -> Int? {
    // Relaxed: a hint.
    if unsafe percpu_word_load_relaxed(returned) == 0 { return nil }
    // Acquire: pairs with the release of `putSlowly`.
    return keepRest(of: unsafe percpu_word_exchange_acquire(returned, 0))
  }

  private func takeFresh() -> Int? {
    // Relaxed: numbers that nobody else gets; fresh memory is zero.
    var first = unsafe percpu_word_load_relaxed(used)
    var taken: Int
    repeat {
      taken = min(Self.chunk, count - first)
      if taken == 0 { return nil }
      let result = unsafe percpu_word_compare_exchange_relaxed(used, first, first + taken)
      if result.exchanged { break }
      first = result.original
    } while true
    // In the order of their addresses, the last one's next being zero.
    var index = first
    while index < first + taken - 1 {
      unsafe percpu_word_store_relaxed(node(index), Int(bitPattern: node(index + 1)))
      index += 1
    }
    return keepRest(of: unsafe Int(bitPattern: node(first)))
  }

  /// Takes what another row's list has behind its first few.
  private func steal(leaving few: Int) -> Int? {
    var row = Int(PERCPU_ROW_UNBOUND)
    while row < Int(percpu_cpu_limit()) {
      let head = unsafe RowWord(slots, CPU(rawValue: row))
      row += 1
      // Holding it costs a fence, which is to bring more than a node.
      guard unsafe skip(2 * few, from: head.hint).chain > 0 else { continue }
      guard let first = head.tryHold() else { continue }
      let (last, chain) = unsafe skip(few, from: first)
      var rest = 0
      if let taken = unsafe UnsafeMutablePointer<Int>(bitPattern: chain) {
        rest = unsafe next(taken)
        if begin(rest) { rest = 0 }
      }
      if let last = unsafe last {
        unsafe percpu_word_store_relaxed(last, rest)
        head.giveBack(first)
      } else {
        head.giveBack(rest)
      }
      if chain != 0 { return chain }
    }
    return nil
  }

  /// The last of the first few nodes of a list, and those behind. Of a list that others may change
  /// meanwhile it is a hint: in the first word of a node there is never anything but 0 or the address
  /// of a node.
  private func skip(_ few: Int, from first: Int) -> (last: UnsafeMutablePointer<Int>?, chain: Int) {
    var last: UnsafeMutablePointer<Int>?
    var chain = first
    var skipped = 0
    while skipped < few, chain > 0 {
      unsafe last = UnsafeMutablePointer(bitPattern: chain)
      chain = unsafe next(last!)
      skipped += 1
    }
    return unsafe (last, chain)
  }

  /// Makes a chain the list of the own row, if that is empty. True also if there is none.
  private func begin(_ chain: Int) -> Bool {
    guard let first = unsafe UnsafeMutablePointer<Int>(bitPattern: chain) else { return true }
    return unsafe percpu_sequence_begin(slots, first)
  }

  /// Returns the first node of a chain that is this thread's; the others come to the own row.
  private func keepRest(of chain: Int) -> Int? {
    guard let taken = unsafe UnsafeMutablePointer<Int>(bitPattern: chain) else { return nil }
    let rest = unsafe next(taken)
    if begin(rest) { return chain }
    // Release: as in `putSlowly`.
    if unsafe percpu_word_compare_exchange_release(returned, 0, rest).exchanged { return chain }
    // Both places were empty a moment ago, and both are not any more.
    let first = unsafe UnsafeMutablePointer<Int>(bitPattern: rest)!
    var last = unsafe first
    while let next = unsafe UnsafeMutablePointer<Int>(bitPattern: next(last)) {
      unsafe last = next
    }
    unsafe putSlowly(first, last)
    return chain
  }

  // Relaxed: a chain is one thread's, or only looked at.
  private func next(_ node: UnsafeMutablePointer<Int>) -> Int {
    unsafe percpu_word_load_relaxed(node)
  }

  package func node(_ index: Int) -> UnsafeMutablePointer<Int> {
    unsafe (nodes + index * stride).assumingMemoryBound(to: Int.self)
  }
}
