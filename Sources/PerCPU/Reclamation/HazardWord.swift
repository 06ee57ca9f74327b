// SPDX-License-Identifier: Apache-2.0

public import CAtomicsShim

/// A word that refers to an object of a domain, with a tag in its low bits: what all sources have in common.
@safe
@frozen
@usableFromInline
struct HazardWord {
  @usableFromInline
  let address: UnsafeMutablePointer<Int>
  /// The table's, so that reading need not ask it.
  @usableFromInline
  let slots: UnsafeMutableRawPointer
  /// Not counted: the source, or its user, keeps what has it alive.
  @usableFromInline
  let table: Unmanaged<HazardTable>

  init(existingAt address: UnsafeMutablePointer<Int>, _ domain: HazardDomain) {
    unsafe self.address = address
    unsafe slots = domain.retirement.table.slots
    unsafe table = Unmanaged.passUnretained(domain.retirement.table)
  }

  init(_ address: UnsafeMutablePointer<Int>, _ value: Int, _ domain: HazardDomain) {
    unsafe self.init(existingAt: address, domain)
    // Relaxed: whoever gets to know the source is told so in some way that orders.
    unsafe percpu_word_store_relaxed(address, value)
  }

  // MARK: Readers

  @inlinable
  @inline(__always)
  func protect() -> Protection {
    let publication = unsafe percpu_sequence_publish_once(slots, address)
    guard unsafe _fastPath(publication.committed) else { return protectSlowly() }
    return unsafe Protection(HazardSlot(publication.word.unsafelyUnwrapped), publication.value)
  }

  @usableFromInline
  @inline(never)
  func protectSlowly() -> Protection {
    unsafe table._withUnsafeGuaranteedRef { unsafe $0.protect(address) }
  }

  @usableFromInline
  func protectForLong() -> Protection {
    unsafe table._withUnsafeGuaranteedRef { unsafe $0.protectInOverflow(address) }
  }

  /// Ends a protection, which protects something.
  @inlinable
  @inline(__always)
  func end(_ protection: Protection) {
    unsafe protection.slot.clear(in: table)
  }

  @inlinable
  func endIfClaimed(_ protection: Protection) {
    if protection.value != 0 { end(protection) }
  }

  // MARK: Writers

  func load() -> Int {
    // Acquire: pairs with the release of what put it there.
    unsafe percpu_word_load_acquire(address)
  }

  func exchange(_ value: Int) -> Int {
    // Release: of what was done to the new object. Acquire: of the old one.
    unsafe percpu_word_exchange_acq_rel(address, value)
  }

  func compareExchange(_ expected: Int, _ desired: Int) -> Bool {
    // The same.
    unsafe percpu_word_compare_exchange_acq_rel(address, expected, desired).exchanged
  }
}

extension HazardWord {
  /// A value of the word.
  static func value(_ object: UnsafeMutableRawPointer?, tag: Int) -> Int {
    let address = Int(bitPattern: object)
    enforce(
      address & HazardTable.tagMask == 0 && tag & ~HazardTable.tagMask == 0,
      "a source refers to memory that is aligned to at least 4 bytes, with a tag of 0 to 3")
    return address | tag
  }

  static func object(_ value: Int) -> UnsafeMutableRawPointer? {
    unsafe UnsafeMutableRawPointer(bitPattern: value & ~HazardTable.tagMask)
  }
}
