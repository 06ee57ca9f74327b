// SPDX-License-Identifier: Apache-2.0

public import CAtomicsShim

/// A hazard word, and its drop box a line behind it.
///
///     word   0, or what a claim protects: an address, with a tag in its low bits
///     box    null, or a `HandedOver` that whoever clears the word takes out
@safe
@frozen
@usableFromInline
struct HazardSlot {
  @usableFromInline
  let word: UnsafeMutablePointer<Int>

  @inlinable
  init(_ word: UnsafeMutablePointer<Int>) {
    unsafe self.word = word
  }

  @inlinable
  var box: UnsafeMutablePointer<UnsafeMutableRawPointer?> {
    unsafe (UnsafeMutableRawPointer(word) + HazardTable.lineSize)
      .assumingMemoryBound(to: UnsafeMutableRawPointer?.self)
  }

  /// Ends what it protects. For whoever holds its claim.
  @inlinable
  @inline(__always)
  func clear(in table: Unmanaged<HazardTable>) {
    // Release: pairs with the acquire of whoever looks at the slots, and of whoever claims this one.
    unsafe percpu_word_store_release(word, 0)
    unsafe lookIntoBox(for: table)
  }

  /// Looks whether something was handed over meanwhile. For whoever has cleared the slot.
  @inlinable
  @inline(__always)
  func lookIntoBox(for table: Unmanaged<HazardTable>) {
    // Pairs with the heavy fence between placing and looking at the slot.
    percpu_fence_light()
    // Relaxed: taking it acquires.
    if _slowPath(unsafe percpu_pointer_load_relaxed(box) != nil) { unsafe pickUp(table) }
  }

  @usableFromInline
  @inline(never)
  func pickUp(_ table: Unmanaged<HazardTable>) {
    // Not kept here while it is settled: the last reference must not end in a signal handler.
    unsafe table._withUnsafeGuaranteedRef { $0.settleContent(of: self) }
  }

  /// Whether the slot protects this address. What its former claims did happened before, if not.
  func holds(_ address: Int) -> Bool {
    // Acquire: pairs with the release that cleared the word.
    unsafe percpu_word_load_acquire(word) & ~HazardTable.tagMask == address
  }

  /// Puts a record into the box; returns the one that was there.
  func place(_ record: consuming HandedOver) -> HandedOver? {
    // The box's reference; ours ends before others can find the record there.
    let content = unsafe Unmanaged.passRetained(consume record)
    // Release: pairs with the acquire of whoever takes it. Acquire: of what others have placed.
    let old = unsafe percpu_pointer_exchange_acq_rel(box, content.toOpaque())
    return unsafe HandedOver.owned(old)
  }

  /// Takes out what is in the box.
  func take() -> HandedOver? {
    // Acquire: pairs with the release of `place`.
    unsafe HandedOver.owned(percpu_pointer_exchange_acquire(box, nil))
  }

  /// Takes out the record of this address, if it is still there; or another one, if that was destroyed
  /// and its memory used again.
  func takeBack(_ content: UnsafeMutableRawPointer) -> HandedOver? {
    // Acquire: pairs with the release of `place`.
    guard unsafe percpu_pointer_compare_exchange_acquire(box, content, nil).exchanged else {
      return nil
    }
    return unsafe HandedOver.owned(content)
  }
}
