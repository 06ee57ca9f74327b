// SPDX-License-Identifier: Apache-2.0

import CEventLoop

/// What the thread of a context parks in: it sleeps in the kernel until it is kicked, or has waited
/// long enough.
final class EventLoop: Sendable {
  private let source = event_source_open()

  deinit { event_source_close(source) }

  /// Returns how many kicks there were, and leaves none.
  @discardableResult
  func wait(milliseconds: Int) -> Int {
    Int(event_source_wait(source, Int32(milliseconds)))
  }

  /// Wakes whoever waits, or will wait. For signal handlers, too.
  func kick() {
    event_source_kick(source)
  }

  /// Mostly not at all, so that contexts come and go often; now and then until the others had a turn.
  func waitAWhile(_ random: inout SeededGenerator) {
    wait(milliseconds: random.below(4) == 0 ? 1 : 0)
  }
}
