// SPDX-License-Identifier: Apache-2.0

/// What became of a request to a context.
@frozen
public enum FlushRequest: Sendable, Hashable {
  /// The context is parked and finds the request before it touches anything again. Do not wake it.
  case deferred
  /// The context is active and will not look by itself: interrupt it, or have it look soon.
  case mustInterrupt
}
