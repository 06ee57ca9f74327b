// SPDX-License-Identifier: Apache-2.0

/// Contexts that are active or parked, as somebody sees them who has to wait until each was parked once.
///
/// ``ContextWord`` and ``FlushGeneration`` are such; a ``GracePeriodDomain`` waits for them. It looks at them, and
/// leaves them alone: none is woken or interrupted.
public protocol ParkableContexts: AnyObject, Sendable {
  /// Notes which contexts are active.
  ///
  /// The caller has stored something and run a heavy fence. A context that becomes active later, and is not in the
  /// note, sees that.
  func noteActive() -> UInt64

  /// Whether each context that was active when the note was taken has been parked since, or has said that it
  /// uses nothing any more that it had then. What these contexts did before is seen by the caller.
  func haveParked(since note: UInt64) -> Bool
}
