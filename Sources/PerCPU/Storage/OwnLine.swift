// SPDX-License-Identifier: Apache-2.0

/// Zeroed memory that shares no cache line with anything else, for the words of one object.
@safe
@frozen
@usableFromInline
struct OwnLine {
  @usableFromInline
  let address: UnsafeMutableRawPointer

  init() {
    unsafe address = .allocate(
      byteCount: PerCPUArena.lineSize, alignment: PerCPUArena.lineSize)
    unsafe address.initializeMemory(as: UInt8.self, repeating: 0, count: PerCPUArena.lineSize)
  }

  /// The line that begins at an address.
  init(at address: UnsafeMutableRawPointer) {
    unsafe self.address = address
  }

  func deallocate() {
    unsafe address.deallocate()
  }

  @inlinable
  @inline(__always)
  func u32(at offset: Int) -> UnsafeMutablePointer<UInt32> {
    unsafe (address + offset).assumingMemoryBound(to: UInt32.self)
  }

  @inlinable
  @inline(__always)
  func u64(at offset: Int) -> UnsafeMutablePointer<UInt64> {
    unsafe (address + offset).assumingMemoryBound(to: UInt64.self)
  }

  @inlinable
  @inline(__always)
  func word(at offset: Int) -> UnsafeMutablePointer<Int> {
    unsafe (address + offset).assumingMemoryBound(to: Int.self)
  }
}
