// SPDX-License-Identifier: Apache-2.0

internal import CAtomicsShim

/// A stack of items that anybody adds to, and that is taken as a whole. One word, somewhere in a line.
@safe
struct HousekeepingInbox: @unchecked Sendable {
  // Sendable: the word is only accessed atomically, and an item by who puts it there or takes it.

  let head: UnsafeMutablePointer<UnsafeMutableRawPointer?>

  func add(_ item: HousekeepingItem) {
    let content = unsafe Unmanaged.passRetained(item).toOpaque()
    // Relaxed: only its value is used.
    var newest = unsafe percpu_pointer_load_relaxed(head)
    while true {
      unsafe item.next = newest
      // Release: pairs with the acquire of `takeAll`.
      let result = unsafe percpu_pointer_compare_exchange_release(head, newest, content)
      if unsafe result.exchanged { return }
      unsafe newest = result.original
    }
  }

  /// Takes all there is, the oldest first.
  func takeAll() -> [HousekeepingItem] {
    // Acquire: pairs with the release of `add`.
    var next = unsafe percpu_pointer_exchange_acquire(head, nil)
    var all: [HousekeepingItem] = []
    while let content = unsafe next {
      let item = unsafe Unmanaged<HousekeepingItem>.fromOpaque(content).takeRetainedValue()
      unsafe next = item.next
      all.append(item)
    }
    all.reverse()
    return all
  }

  /// In the child of a fork: what is there is the parent's.
  func abandon() {
    // Relaxed: nobody else is here.
    unsafe percpu_pointer_store_relaxed(head, nil)
  }
}
