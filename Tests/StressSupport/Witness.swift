// SPDX-License-Identifier: Apache-2.0

/// What requesters have changed: each counts its own changes.
final class Changes: Sendable {
  fileprivate let counts: [Tally]

  init(requesters: Int) {
    counts = (0..<requesters).map { _ in Tally() }
  }

  /// Makes a change and returns its number.
  func make(by requester: Int) -> Int {
    counts[requester].add()
    return counts[requester].count
  }
}

/// What one context has cached of the changes, and what it must not be without any more.
final class Witness: Sendable {
  private let changes: Changes
  private let seen: [Tally]
  private let promised: [Tally]

  init(of changes: Changes) {
    self.changes = changes
    seen = changes.counts.map { _ in Tally() }
    promised = changes.counts.map { _ in Tally() }
  }

  // Handlers flush and look as well, so these allocate nothing.

  /// Reads all changes anew. A handler may do so in the middle of it.
  func flush() {
    for requester in 0..<seen.count { seen[requester].store(changes.counts[requester].count) }
  }

  /// The requester was told that the context sees this change before it touches anything again.
  func promise(_ change: Int, to requester: Int) {
    promised[requester].publish(change)
  }

  /// Whether the context, which is active and has flushed, is without a change that was deferred.
  var hasMissed: Bool {
    for requester in 0..<seen.count
    where promised[requester].loadPublished() > seen[requester].count {
      return true
    }
    return false
  }

  /// Whether it has seen everything.
  var isComplete: Bool {
    seen.indices.allSatisfy { seen[$0].count == changes.counts[$0].count }
  }
}
