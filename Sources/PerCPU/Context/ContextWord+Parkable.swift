// SPDX-License-Identifier: Apache-2.0

internal import CAtomicsShim

extension ContextWord: ParkableContexts {
  /// The word: whether the context is active, and how many times it was entered.
  ///
  /// - Complexity: O(1), wait-free.
  public func noteActive() -> UInt64 {
    defer { withExtendedLifetime(self) {} }
    // Acquire: pairs with the release of `exit`. The caller's fence pairs with the light one of `enter`.
    return unsafe percpu_u64_load_acquire(word)
  }

  /// Whether the context was not active then, is not now, or has been entered again.
  ///
  /// - Complexity: O(1), wait-free.
  public func haveParked(since note: UInt64) -> Bool {
    defer { withExtendedLifetime(self) {} }
    if note & Self.activeBit == 0 { return true }
    // Acquire: pairs with the release of `exit`, whose release sequence later entries continue.
    let now = unsafe percpu_u64_load_acquire(word)
    let counter = ~((step & ~Self.activeBit) &- 1)
    return now & Self.activeBit == 0 || (now ^ note) & counter != 0
  }
}
