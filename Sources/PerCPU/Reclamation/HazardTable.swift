// SPDX-License-Identifier: Apache-2.0

internal import CAtomicsShim

/// The hazard slots of all CPUs, and the hand-over of what they protect.
///
/// A reader publishes the address it is about to use in a *slot* and clears it afterwards. Who wants to
/// reclaim something takes it out of every source, runs a restart fence, and looks at all slots; what is
/// found there it hands over to the slot, and whoever clears that reclaims it. Nobody waits.
///
/// Slots belong to CPUs: each row has a few, claimed by the sequence "load the source, and if my CPU's slot
/// is 0, store there what was loaded". From its commit on a slot belongs to that claim, whichever threads
/// and CPUs it may get to, until it is cleared, by a plain store. If all of a row are taken, a slot of the
/// overflow is claimed by a compare-exchange; so is the unbound row's, and every one on the atomic engine.
///
/// Publication, and why nothing stale is published
/// - By a section: after the restart fence each publication of an old value is visible, or it starts again
///   and loads the new one. There is nothing to validate.
/// - Otherwise: store the slot, light fence, load the source again, until both agree. The fence pairs with the
///   restart fence.
///
/// Invariant: what was retired and is not reclaimed is in a batch, or in the hands of somebody who settles
/// it, or in the box of a slot that protects it or whose claimer has yet to look into it.
///
/// The box
///
///     clearing   slot := 0 (release); light fence; box not empty? take it and settle it
///     placing    box := record (exchange); heavy fence; slot still holds it? Done. Otherwise take it back,
///                if it is still there, and settle it.
///     settling   a record that I own, at a slot: if the slot holds its address, place it again;
///                otherwise drop it: it is reclaimed, or, if it is raw memory that has only one record,
///                passed on to the next slot that holds it
///
/// The fences pair: the one who clears sees the record, or the one who places sees the slot cleared. Both look
/// at the slot *after* they have taken a record, because it may not be what they think:
/// - Between clearing and taking, the slot is claimed again, and a record of what it protects now is
///   placed.
/// - Taking back finds its own record again, but somebody else had taken it in between, for the same object
///   was claimed again, and has placed it again.
/// - What an exchange displaces may be protected again.
/// A record that is displaced by one of the same object is spare, since that object can be counted twice only by
/// references.
///
/// Linearization: a protection begins at the commit of its claim, or at the load that agrees; it ends at the
/// store of 0.
@safe
@usableFromInline
final class HazardTable: @unchecked Sendable {
  // Sendable: all is constant, and the memory accessed as described above.

  static let shared = HazardTable(slotsPerRow: 7)

  /// The low bits of a source that are no address.
  @inlinable
  static var tagMask: Int { 3 }
  /// A slot's box is that far behind it.
  @inlinable
  static var lineSize: Int { 128 }

  /// The first hazard word of each row.
  let slots: UnsafeMutableRawPointer
  private let slotsPerRow: Int
  private let overflow: HazardOverflow

  init(slotsPerRow: Int) {
    self.slotsPerRow = slotsPerRow
    unsafe slots = PerCPUArena.shared.allocate(byteCount: 2 * Self.lineSize)
    overflow = HazardOverflow()
    // Made here, because making it allocates, and reading may happen in a signal handler.
    _ = CPU.rows
  }

  deinit {
    unsafe PerCPUArena.shared.deallocate(slots, byteCount: 2 * Self.lineSize)
    overflow.deallocate()
  }

  // MARK: Readers

  /// Protects what a source refers to, in the first slot of the own row that is free, or in the overflow.
  func protect(_ source: UnsafePointer<Int>) -> Protection {
    // Not `for`, which allocates in a debug build: this may be a signal handler.
    var index = -1
    while index + 1 < slotsPerRow {
      index += 1
      let publication = unsafe percpu_sequence_publish(wordOfRows(index), source)
      guard unsafe publication.committed, let word = unsafe publication.word else { continue }
      let protection = unsafe Protection(HazardSlot(word), publication.value)
      // Without sections something may have been protected for a moment.
      if protection.value == 0 { unsafe protection.slot.lookIntoBox(for: .passUnretained(self)) }
      return protection
    }
    return unsafe protectInOverflow(source)
  }

  /// Protects without taking a slot from the rows: for those who keep it for long.
  func protectInOverflow(_ source: UnsafePointer<Int>) -> Protection {
    // Acquire: pairs with the release that put the object into the source.
    var value = unsafe percpu_word_load_acquire(source)
    let slot = overflow.claim(value)
    while value != 0 {
      // Pairs with the fence between a change of the source and the look at the slots.
      percpu_fence_light()
      // Acquire: as above.
      let newer = unsafe percpu_word_load_acquire(source)
      if newer == value { break }
      value = newer
      // Release: of what was read under the former protection.
      unsafe percpu_word_store_release(slot.word, newer)
    }
    if value == 0 { unsafe slot.lookIntoBox(for: .passUnretained(self)) }
    return Protection(slot, value)
  }

  // MARK: Whoever reclaims

  /// All that is protected, in the order of the addresses. To be called behind a restart fence.
  func protectedAddresses() -> [(address: Int, slot: HazardSlot)] {
    var found: [(address: Int, slot: HazardSlot)] = []
    forEachSlot { slot in
      // Acquire: pairs with the release that cleared the slot.
      let address = unsafe percpu_word_load_acquire(slot.word) & ~Self.tagMask
      if address != 0 { found.append((address, slot)) }
      return false
    }
    found.sort { $0.address < $1.address }
    return found
  }

  /// A slot that holds an address.
  func holder(of address: Int) -> HazardSlot? {
    var holder: HazardSlot?
    forEachSlot { slot in
      guard slot.holds(address) else { return false }
      holder = slot
      return true
    }
    return holder
  }

  /// Hands records over to slots that were seen to hold their addresses.
  func handOver(_ records: [(HandedOver, HazardSlot)]) {
    var displaced: [(HandedOver, HazardSlot)] = []
    for (record, slot) in records {
      if let old = place(record, slot, by: .reclaimer) { displaced.append((old, slot)) }
    }
    // Pairs with the light fence of whoever clears a slot.
    percpu_fence_heavy()
    for (record, slot) in records where !slot.holds(record.address) {
      guard let record = unsafe slot.takeBack(record.content) else {
        record.home.noteFoundTaken()
        continue
      }
      record.home.noteTakenBack()
      settle(record, at: slot, by: .reclaimer)
    }
    for (record, slot) in displaced { settle(record, at: slot, by: .reclaimer) }
  }

  /// Puts a record into a box; returns the one that it displaces, if that has to be settled.
  private func place(
    _ record: consuming HandedOver, _ slot: HazardSlot, by dropper: Retirement.Dropper
  ) -> HandedOver? {
    let address = record.address
    guard let old = slot.place(consume record) else { return nil }
    let home = old.home
    home.noteDisplaced()
    if old.address != address { return old }
    home.drop(consume old, by: dropper)
    return nil
  }

  /// What a reader does that has cleared a slot and found its box full.
  func settleContent(of slot: HazardSlot) {
    if let record = slot.take() { settle(consume record, at: slot, by: .reader) }
  }

  /// See the rule of the box. Allocates nothing and destroys no record that others can find: this may be a
  /// signal handler. So the reference that it gets goes where the record does.
  func settle(
    _ first: consuming HandedOver, at place: HazardSlot, by dropper: Retirement.Dropper
  ) {
    var slot = place
    var record = consume first
    while true {
      let address = record.address
      if slot.holds(address) {
        let content = unsafe record.content
        let displaced = self.place(consume record, slot, by: dropper)
        // As in `handOver`.
        percpu_fence_heavy()
        var mine = slot.holds(address) ? nil : unsafe slot.takeBack(content)
        if let displaced {
          // Both only if somebody else has placed one meanwhile: no deeper than there are others.
          if mine != nil { settle(mine.take()!, at: slot, by: dropper) }
          record = consume displaced
        } else if let mine {
          record = consume mine
        } else {
          return
        }
      } else if !record.retiree.isCounted, let next = holder(of: address) {
        slot = next
      } else {
        let home = record.home
        return home.drop(consume record, by: dropper)
      }
    }
  }

  /// Waits until no slot holds an address that was taken out of every source.
  func wait(for address: Int) {
    // As before each look at the slots.
    percpu_fence_restart_all()
    while holder(of: address) != nil { percpu_thread_yield() }
  }

  /// Until `body` returns true. Not `for`, as above.
  private func forEachSlot(_ body: (HazardSlot) -> Bool) {
    let rows = CPU.rows
    var row = 0
    while row < rows.count {
      var index = 0
      while index < slotsPerRow {
        if body(unsafe HazardSlot(percpu_row_word(wordOfRows(index), rows[row].rawValue))) {
          return
        }
        index += 1
      }
      row += 1
    }
    overflow.forEachSlot(body)
  }

  private func wordOfRows(_ index: Int) -> UnsafeMutableRawPointer {
    unsafe slots + index * MemoryLayout<Int>.size
  }
}
