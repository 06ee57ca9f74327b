// SPDX-License-Identifier: Apache-2.0

import PerCPU

/// Maged Michael's set (2002), after Tim Harris: a sorted list. A node is removed by marking its next; then it
/// is unlinked, by whoever comes along.
///
/// A reader that finds its way marked starts over: what is behind may have been unlinked.
package final class MichaelListSet: Sendable {
  private final class Node: Sendable {
    let key: Int
    /// Its tag is the mark.
    let next: HazardPointerSource<Node>

    init(_ key: Int, _ domain: HazardDomain) {
      self.key = key
      next = HazardPointerSource(nil, domain: domain)
    }
  }

  /// Where a key is, or would be.
  private struct Position: ~Copyable {
    /// Keeps the owner of the link.
    let before: HazardGuard<Node>?
    let link: HazardPointerSource<Node>
    /// The first node whose key is not smaller.
    let node: HazardGuard<Node>?
    let next: Node?

    func has(_ key: Int) -> Bool {
      guard node != nil else { return false }
      return node!.withValue { $0.key } == key
    }
  }

  private let domain: HazardDomain
  private let first: HazardPointerSource<Node>

  package init(domain: HazardDomain) {
    self.domain = domain
    first = HazardPointerSource(nil, domain: domain)
  }

  package func contains(_ key: Int) -> Bool {
    find(key).has(key)
  }

  /// False if it was there.
  package func insert(_ key: Int) -> Bool {
    let new = Node(key, domain)
    while true {
      let position = find(key)
      if position.has(key) { return false }
      let node = position.node?.value
      new.next.exchange(node)
      if position.link.compareExchange(expected: node, desired: new) { return true }
    }
  }

  /// False if it was not there.
  package func remove(_ key: Int) -> Bool {
    while true {
      let position = find(key)
      guard position.has(key), let node = position.node?.value else { return false }
      let next = position.next
      guard node.next.compareExchange(expected: next, desired: next, desiredTag: 1) else {
        continue
      }
      if !position.link.compareExchange(expected: node, desired: next) { _ = find(key) }
      return true
    }
  }

  private func find(_ key: Int) -> Position {
    while true {
      if let position = tryFind(key) { return position }
    }
  }

  /// Nil if somebody has changed something on the way.
  private func tryFind(_ key: Int) -> Position? {
    var before: HazardGuard<Node>?
    var link = first
    while true {
      guard let node = domain.tryProtect(link) else {
        // The end; or not: its node is being removed, or there is another one now.
        let (node, tag) = link.load()
        guard node == nil && tag == 0 else { return nil }
        return Position(before: before, link: link, node: nil, next: nil)
      }
      // The link belongs to a node that is removed.
      guard node.tag == 0 else { return nil }
      let (isGreater, source) = node.withValue { ($0.key >= key, $0.next) }
      let (next, mark) = source.load()
      if mark != 0 {
        guard link.compareExchange(expected: node.value, desired: next) else { return nil }
      } else if isGreater {
        return Position(before: before, link: link, node: consume node, next: next)
      } else {
        before = consume node
        link = source
      }
    }
  }
}
