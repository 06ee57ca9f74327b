// SPDX-License-Identifier: Apache-2.0

/// Handlers by their keys; never changed, only replaced. Looking one up counts no reference but that of the one found.
final class HandlerTable<Handler: Registered>: @unchecked Sendable {
  // Sendable: nothing is written once it is made.

  private struct Slot {
    var digest: UInt64 = 0
    var handler: Unmanaged<Handler>?
    var bytes: KeyBytes?
  }

  /// A power of two, and more than twice as many as handlers: there is always a free one behind.
  private let slots: UnsafeMutableBufferPointer<Slot>
  private let mask: Int

  init(_ handlers: [Handler] = []) {
    var capacity = 4
    while capacity <= 2 * handlers.count { capacity *= 2 }
    slots = .allocate(capacity: capacity)
    slots.initialize(repeating: Slot())
    mask = capacity - 1
    for handler in handlers {
      var index = first(handler.key.key.digest)
      while slots[index].handler != nil { index = (index + 1) & mask }
      slots[index] = Slot(
        digest: handler.key.key.digest, handler: Unmanaged.passRetained(handler),
        bytes: handler.key.bytes)
    }
  }

  deinit {
    for slot in slots { slot.handler?.release() }
    slots.deinitialize()
    slots.deallocate()
  }

  @inline(__always)
  func handler(for key: borrowing MetricKey) -> Handler? {
    var index = first(key.digest)
    while let handler = slots[index].handler, let bytes = slots[index].bytes {
      if slots[index].digest == key.digest,
        bytes.match(key) || isReordered(key, handler)
      {
        return handler.takeUnretainedValue()
      }
      index = (index + 1) & mask
    }
    return nil
  }

  /// The rare case: another line of the program names the dimensions in another order.
  @inline(never)
  private func isReordered(_ key: borrowing MetricKey, _ handler: Unmanaged<Handler>) -> Bool {
    let other = handler.takeUnretainedValue().key.key
    return other.label == key.label && other.hasDimensions(of: copy key)
  }

  var handlers: [Handler] { slots.compactMap { $0.handler?.takeUnretainedValue() } }

  /// Those bits that did not choose the table.
  private func first(_ digest: UInt64) -> Int { Int(truncatingIfNeeded: digest >> 8) & mask }
}
