// SPDX-License-Identifier: Apache-2.0

extension HazardDomain.Reclaimer {
  /// The thread of ``Housekeeper/shared``: neither retiring nor reading runs a `deinit`.
  public static var housekeeper: Self { .housekeeper(.shared) }

  /// The thread of a housekeeper.
  public static func housekeeper(_ housekeeper: Housekeeper) -> Self {
    .executor { housekeeper.perform($0) }
  }
}
