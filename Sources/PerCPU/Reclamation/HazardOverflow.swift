// SPDX-License-Identifier: Apache-2.0

internal import CAtomicsShim

/// Hazard slots for when those of a row are all taken: blocks of them, which are never given back as long as
/// their table lives.
///
/// A block is a page. Its lines are, in turn, hazard words and their boxes; the first word of all is the
/// address of the next block.
@safe
struct HazardOverflow {
  // Computed: making a constant at its first use is not for signal handlers.
  #if PERCPU_MODEL
    // Two slots: the simulated machine has few words.
    private static var blockSize: Int { 2 * HazardTable.lineSize }
    private static var wordsPerLine: Int { 3 }
  #else
    private static var blockSize: Int { 4096 }
    private static var wordsPerLine: Int { HazardTable.lineSize / MemoryLayout<Int>.size }
  #endif

  private let line = OwnLine()

  /// The newest block.
  private var head: UnsafeMutablePointer<UnsafeMutableRawPointer?> {
    unsafe line.address.assumingMemoryBound(to: UnsafeMutableRawPointer?.self)
  }

  func deallocate() {
    // Relaxed: nobody else knows of it any more.
    var block = unsafe percpu_pointer_load_relaxed(head)
    while let address = unsafe block {
      unsafe block = address.load(as: UnsafeMutableRawPointer?.self)
      unsafe percpu_memory_release(address, Self.blockSize)
    }
    line.deallocate()
  }

  /// Claims a slot for a value, which is then protected if the source says so once more behind a light
  /// fence.
  func claim(_ value: Int) -> HazardSlot {
    while true {
      var claimed: HazardSlot?
      forEachSlot { slot in
        // Relaxed: the compare-exchange orders. Acquire: pairs with the release that cleared it. Release: so that
        // whoever sees this value has also seen what was cleared before.
        guard unsafe percpu_word_load_relaxed(slot.word) == 0,
          unsafe percpu_word_compare_exchange_acq_rel(slot.word, 0, value).exchanged
        else { return false }
        claimed = slot
        return true
      }
      if let claimed { return claimed }
      addBlock()
    }
  }

  /// Until `body` returns true. Blocks that are added meanwhile are not among them: whoever claims a slot
  /// there loads its source after the restart fence of whoever looks. Not `for`, which allocates in a debug
  /// build: this may be a signal handler.
  func forEachSlot(_ body: (HazardSlot) -> Bool) {
    // Acquire: pairs with the release of `addBlock`.
    var block = unsafe percpu_pointer_load_acquire(head)
    while let address = unsafe block {
      var line = 0, index = 1
      while line < Self.blockSize {
        let words = unsafe (address + line).assumingMemoryBound(to: Int.self)
        while index < Self.wordsPerLine {
          if body(unsafe HazardSlot(words + index)) { return }
          index += 1
        }
        line += 2 * HazardTable.lineSize
        index = 0
      }
      unsafe block = address.load(as: UnsafeMutableRawPointer?.self)
    }
  }

  private func addBlock() {
    // Not from the allocator: this may be a signal handler.
    guard let block = unsafe percpu_memory_reserve(Self.blockSize) else {
      fatalError("PerCPU: there is no memory for more hazard slots")
    }
    // Relaxed: only its value is used.
    var newest = unsafe percpu_pointer_load_relaxed(head)
    while true {
      unsafe block.storeBytes(of: newest, as: UnsafeMutableRawPointer?.self)
      // Release: pairs with the acquire of `forEachSlot`.
      let result = unsafe percpu_pointer_compare_exchange_release(head, newest, block)
      if unsafe result.exchanged { return }
      unsafe newest = result.original
    }
  }
}
