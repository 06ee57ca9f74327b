// SPDX-License-Identifier: Apache-2.0

import PerCPU

/// Treiber's stack (1986): a list whose first node everybody exchanges.
///
/// A node that is popped is protected by whoever compares with it, so its memory cannot be another node's
/// in between; and its next never changes.
package final class TreiberStack<Element: Sendable>: Sendable {
  private final class Node: Sendable {
    let element: Element
    let next: HazardPointerSource<Node>

    init(_ element: Element, _ domain: HazardDomain) {
      self.element = element
      next = HazardPointerSource(nil, domain: domain)
    }
  }

  private let domain: HazardDomain
  private let top: HazardPointerSource<Node>

  package init(domain: HazardDomain) {
    self.domain = domain
    top = HazardPointerSource(nil, domain: domain)
  }

  package func push(_ element: Element) {
    let node = Node(element, domain)
    while true {
      let (old, _) = top.load()
      node.next.exchange(old)
      if top.compareExchange(expected: old, desired: node) { return }
    }
  }

  package func pop() -> Element? {
    while true {
      guard let first = domain.tryProtect(top) else { return nil }
      let element: Element? = first.withValue { node in
        let (next, _) = node.next.load()
        return top.compareExchange(expected: copy node, desired: next) ? node.element : nil
      }
      if let element { return element }
    }
  }
}
