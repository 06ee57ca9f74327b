// SPDX-License-Identifier: Apache-2.0

internal import CAtomicsShim

/// Where the memory of per-CPU objects comes from.
///
/// A *region* is a stretch of address space that holds one row for each CPU that can exist, and two
/// in front of them (see the shim's rows.h):
///
///     | common 64 KiB | unbound 64 KiB | CPU 0 64 KiB | CPU 1 64 KiB | ...
///                                      ^ slots = base + offset
///
/// An object owns the same offset in every row. So it costs its own size for each CPU rather than a
/// cache line, objects of one CPU share lines with each other and never with another CPU's, and the
/// address of the own-CPU word is one shift and one add away. Memory comes into being row by row, as
/// rows are touched, on the NUMA node of the CPU that touches it; a CPU that never runs us costs
/// nothing.
///
/// Blocks are handed out in multiples of a line. Smaller objects are cut from a line-sized block, all
/// of one size. Freed blocks are cleared and used again, so what is handed out is always zero.
@safe
package final class PerCPUArena: @unchecked Sendable {
  // Sendable: every access to the stored properties happens under the bookkeeping lock, which the
  // child of a fork finds free.

  package static let shared = PerCPUArena()

  /// What to ask for if an object must not share a line with another: two lines of most machines,
  /// since they are fetched in pairs.
  package static let lineSize = 128

  /// The largest block.
  package static let rowSize = 1 << Int(PERCPU_ROW_SHIFT)

  private static let wordSize = MemoryLayout<Int>.size

  /// The slots pointer of offset 0 of the newest region.
  private var region: UnsafeMutableRawPointer?
  /// Bytes of the newest region's rows that were handed out.
  private var used = PerCPUArena.rowSize
  /// Freed blocks, by size in words.
  private var free: [[UnsafeMutableRawPointer]] = unsafe []

  private init() {}

  /// Zeroed memory in every row; returns the address of CPU 0's.
  ///
  /// Blocks of less than a line are aligned to a word and share lines with other blocks of their
  /// size; larger ones are aligned to a line.
  package func allocate(byteCount: Int) -> UnsafeMutableRawPointer {
    percpu_bookkeeping_lock()
    defer { percpu_bookkeeping_unlock() }
    let size = Self.blockSize(for: byteCount)
    if let block = unsafe takeFree(size: size) { return unsafe block }
    if size >= Self.lineSize { return unsafe takeFresh(size: size) }
    let line = unsafe takeFresh(size: Self.lineSize)
    // Backwards, so that blocks are handed out in ascending order.
    for offset in stride(from: Self.lineSize - size, to: 0, by: -size) {
      unsafe putFree(line + offset, size: size)
    }
    return unsafe line
  }

  /// Takes back what `allocate` returned for the same byte count. No thread may use it any more.
  package func deallocate(_ slots: UnsafeMutableRawPointer, byteCount: Int) {
    let size = Self.blockSize(for: byteCount)
    unsafe clear(slots, size: size)
    percpu_bookkeeping_lock()
    defer { percpu_bookkeeping_unlock() }
    unsafe putFree(slots, size: size)
  }

  private static func blockSize(for byteCount: Int) -> Int {
    enforce(byteCount > 0 && byteCount <= rowSize, "a block is 1 byte to one row in size")
    if byteCount > lineSize / 2 { return (byteCount + lineSize - 1) & -lineSize }
    // A power of two, so that a line is cut without a rest.
    var size = wordSize
    while size < byteCount { size *= 2 }
    return size
  }

  private func takeFresh(size: Int) -> UnsafeMutableRawPointer {
    if used + size > Self.rowSize { grow() }
    defer { used += size }
    return unsafe region! + used
  }

  /// Adds a region. What is left of the rows of the one before stays unused: less than the block
  /// that did not fit.
  private func grow() {
    let rows = Int(percpu_cpu_reservation()) + Int(PERCPU_EXTRA_ROWS)
    guard let base = unsafe percpu_memory_reserve(rows << PERCPU_ROW_SHIFT) else {
      fatalError("PerCPU: no address space is left for \(rows) rows of \(Self.rowSize) bytes")
    }
    unsafe region = base + (Int(PERCPU_EXTRA_ROWS) << PERCPU_ROW_SHIFT)
    used = 0
  }

  private func takeFree(size: Int) -> UnsafeMutableRawPointer? {
    let kind = size / Self.wordSize
    return unsafe kind < free.count ? free[kind].popLast() : nil
  }

  private func putFree(_ slots: UnsafeMutableRawPointer, size: Int) {
    let kind = size / Self.wordSize
    while unsafe free.count <= kind { unsafe free.append([]) }
    unsafe free[kind].append(slots)
  }

  /// Zeroes a block in every row, without bringing untouched memory into being.
  private func clear(_ slots: UnsafeMutableRawPointer, size: Int) {
    for row in -Int(PERCPU_EXTRA_ROWS)..<Int(percpu_cpu_limit()) {
      let words = unsafe percpu_row_word(slots, row)
      for index in 0..<size / Self.wordSize where unsafe words[index] != 0 {
        unsafe words[index] = 0
      }
    }
  }
}
