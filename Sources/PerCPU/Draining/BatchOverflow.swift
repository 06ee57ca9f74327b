// SPDX-License-Identifier: Apache-2.0

internal import CAtomicsShim

/// Where elements go that can neither be put into a batch nor wait: what is appended inside of a sink,
/// of this batch or another, or by a signal handler that has interrupted one or a holder of the unbound
/// row, when there is no room.
///
/// A stack that anybody adds to, and that is taken as a whole. Each element has a page of its own,
/// which the kernel gives: a handler may have interrupted the allocator.
@safe
struct BatchOverflow<Element> {
  /// The newest one.
  private let head: UnsafeMutablePointer<UnsafeMutableRawPointer?>

  init(at head: UnsafeMutablePointer<UnsafeMutableRawPointer?>) {
    unsafe self.head = head
  }

  var isEmpty: Bool {
    // Relaxed: whoever has to know has added it itself, or is told by a lock.
    unsafe percpu_pointer_load_relaxed(head) == nil
  }

  /// Whether it is empty, for a drain. What is added later is ordered behind the drain, as by a
  /// lock.
  func isFoundEmpty() -> Bool {
    // Acquire and release: pairs with those of `add`.
    unsafe percpu_pointer_compare_exchange_acq_rel(head, nil, nil).exchanged
  }

  private static var offset: Int {
    max(MemoryLayout<Int>.size, MemoryLayout<Element>.alignment)
  }

  private static var byteCount: Int { offset + MemoryLayout<Element>.size }

  func add(_ element: consuming Element) {
    guard let node = unsafe percpu_memory_reserve(Self.byteCount) else {
      fatalError("PerCPU: no memory is left for what is appended inside of a sink")
    }
    unsafe Self.element(of: node).initialize(to: element)
    // Relaxed: only its value is used.
    var newest = unsafe percpu_pointer_load_relaxed(head)
    while true {
      unsafe node.storeBytes(of: newest, as: UnsafeMutableRawPointer?.self)
      // Release: pairs with the acquire of `takeAll`. Acquire: pairs with the release of
      // `isFoundEmpty` and `takeAll`.
      let result = unsafe percpu_pointer_compare_exchange_acq_rel(head, newest, node)
      if unsafe result.exchanged { return }
      unsafe newest = result.original
    }
  }

  /// Takes all there is; the oldest comes first.
  func takeAll() -> UnsafeMutableRawPointer? {
    if isEmpty { return nil }
    // Acquire and release: pairs with those of `add`.
    var newest = unsafe percpu_pointer_exchange_acq_rel(head, nil)
    var oldest: UnsafeMutableRawPointer? = nil
    while let node = unsafe newest {
      unsafe newest = node.load(as: UnsafeMutableRawPointer?.self)
      unsafe node.storeBytes(of: oldest, as: UnsafeMutableRawPointer?.self)
      unsafe oldest = node
    }
    return unsafe oldest
  }

  /// Moves up to so many of what was taken into memory and returns how many. What is left is known
  /// by an address and no type of its own: the runtime would have to make one, and not in a
  /// handler.
  static func move(
    _ first: inout UnsafeMutableRawPointer?, to memory: UnsafeMutablePointer<Element>,
    atMost count: Int
  ) -> Int {
    var moved = 0
    while moved < count, let node = unsafe first {
      unsafe first = node.load(as: UnsafeMutableRawPointer?.self)
      unsafe (memory + moved).moveInitialize(from: element(of: node), count: 1)
      unsafe percpu_memory_release(node, byteCount)
      moved += 1
    }
    return moved
  }

  private static func element(of node: UnsafeMutableRawPointer) -> UnsafeMutablePointer<Element> {
    unsafe (node + offset).assumingMemoryBound(to: Element.self)
  }
}
