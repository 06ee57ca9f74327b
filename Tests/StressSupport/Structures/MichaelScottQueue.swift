// SPDX-License-Identifier: Apache-2.0

import PerCPU

/// The queue of Maged Michael and Michael Scott (1996), of raw nodes.
///
/// The first node is a dummy; the last one may lag behind. A node's next refers to it for as long as the
/// node lives, also when it has been taken out and retired; so whoever has protected the second node
/// looks whether the first one is still the first.
package final class MichaelScottQueue<Element: Sendable>: @unchecked Sendable {
  // Sendable: nodes are raw memory, whose elements belong to whoever has put them in or takes them out.

  private struct Node {
    /// The word of the source of the next one.
    var next = 0
    var element: Element?
  }
  private typealias Source = UnsafeHazardPointerSource<Node>

  private enum Step {
    case again
    case done(Element?)
  }

  private let domain: HazardDomain
  private let words: UnsafeMutablePointer<Int>
  private let first: Source
  private let last: Source

  package init(domain: HazardDomain) {
    self.domain = domain
    // Apart from each other.
    words = .allocate(capacity: 32)
    let dummy = UnsafeMutablePointer<Node>.allocate(capacity: 1)
    dummy.initialize(to: Node(element: nil))
    first = UnsafeHazardPointerSource(at: words, dummy, domain: domain)
    last = UnsafeHazardPointerSource(at: words + 16, dummy, domain: domain)
  }

  deinit {
    var next = first.load().node
    while let node = next {
      next = self.next(of: node).load().node
      node.deinitialize(count: 1)
      node.deallocate()
    }
    words.deallocate()
  }

  private func next(of node: UnsafeMutablePointer<Node>) -> Source {
    UnsafeHazardPointerSource(
      existingAt: node.pointer(to: \.next)!, domain: domain)
  }

  package func enqueue(_ element: Element) {
    let new = UnsafeMutablePointer<Node>.allocate(capacity: 1)
    new.initialize(to: Node(element: element))
    while true {
      let isIn = domain.withProtected(last) { node, _ in
        let next = next(of: node)
        if next.compareExchange(expected: nil, desired: new) {
          _ = last.compareExchange(expected: node, desired: new)
          return true
        }
        // It lags behind.
        _ = last.compareExchange(expected: node, desired: next.load().node)
        return false
      }
      if isIn == true { return }
    }
  }

  package func dequeue() -> Element? {
    while true {
      let step = domain.withProtected(first) { dummy, _ in
        domain.withProtected(next(of: dummy)) { node, _ in
          // Otherwise the second one may have been retired before it was protected.
          guard first.load().node == dummy else { return .again }
          if last.load().node == dummy { _ = last.compareExchange(expected: dummy, desired: node) }
          guard first.compareExchange(expected: dummy, desired: node) else { return .again }
          // Of the element alone: others use the rest of the node.
          let element = node.pointer(to: \.element)!.pointee.take()
          domain.retire(dummy) {
            $0.deinitialize(count: 1)
            $0.deallocate()
          }
          return .done(element)
        } ?? Step.done(nil)
      }
      if case .done(let element)? = step { return element }
    }
  }
}
