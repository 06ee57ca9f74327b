// SPDX-License-Identifier: Apache-2.0

extension FlushGeneration: ParkableContexts {
  /// Makes what the participants have cached out of date, as ``invalidate(interrupt:)`` does, but interrupts nobody.
  ///
  /// - Complexity: A heavy fence.
  public func noteActive() -> UInt64 {
    defer { withExtendedLifetime(self) {} }
    return advance()
  }

  /// Whether each participant that was active then has parked, or has acknowledged that it has flushed.
  ///
  /// - Complexity: O(participants). Waits for nobody.
  public func haveParked(since note: UInt64) -> Bool {
    defer { withExtendedLifetime(self) {} }
    var record = newestRecord(ordered: true)
    while let current = record {
      if isBehind(current, note) { return false }
      record = current.next
    }
    return true
  }
}
