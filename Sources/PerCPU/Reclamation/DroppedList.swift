// SPDX-License-Identifier: Apache-2.0

internal import CAtomicsShim

/// A stack that anybody adds to, and that is taken as a whole.
@safe
struct DroppedList: @unchecked Sendable {
  // Sendable: one word, by atomic accesses.

  private let line = OwnLine()

  /// The newest record; null; or its own address when the list is closed.
  private var head: UnsafeMutablePointer<UnsafeMutableRawPointer?> {
    unsafe line.address.assumingMemoryBound(to: UnsafeMutableRawPointer?.self)
  }

  func deallocate() {
    line.deallocate()
  }

  /// Whether `close` was called.
  var isClosed: Bool {
    // Relaxed: whoever has to know is told by a lock.
    unsafe percpu_pointer_load_relaxed(head) == line.address
  }

  /// Returns the record if the list is closed. Callable from a signal handler: the reference is the
  /// list's from then on, and whoever takes the record is the one that destroys it.
  func add(_ record: consuming HandedOver) -> HandedOver? {
    let content = unsafe Unmanaged.passRetained(consume record)
    // Relaxed: only its value is used.
    var newest = unsafe percpu_pointer_load_relaxed(head)
    while unsafe newest != line.address {
      unsafe content._withUnsafeGuaranteedRef { unsafe $0.next = newest }
      // Release: pairs with the acquire of `empty`.
      let result = unsafe percpu_pointer_compare_exchange_release(
        head, newest, content.toOpaque())
      if unsafe result.exchanged { return nil }
      unsafe newest = result.original
    }
    return unsafe content.takeRetainedValue()
  }

  /// Takes all there is: nothing, if the list is closed.
  func takeAll() -> [HandedOver] { unsafe empty(leaving: nil) }

  /// Takes all there is, and lets nothing be added any more.
  func close() -> [HandedOver] { unsafe empty(leaving: line.address) }

  private func empty(leaving end: UnsafeMutableRawPointer?) -> [HandedOver] {
    // Relaxed: only its value is used.
    var newest = unsafe percpu_pointer_load_relaxed(head)
    while unsafe newest != end && newest != line.address {
      // Acquire: pairs with the release of `add`.
      let result = unsafe percpu_pointer_compare_exchange_acquire(head, newest, end)
      if unsafe result.exchanged { return unsafe Self.all(from: newest) }
      unsafe newest = result.original
    }
    return []
  }

  private static func all(from newest: UnsafeMutableRawPointer?) -> [HandedOver] {
    var next = unsafe newest
    var all: [HandedOver] = []
    while let record = unsafe HandedOver.owned(next) {
      unsafe next = record.next
      all.append(record)
    }
    return all
  }
}
