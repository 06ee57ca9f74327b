// SPDX-License-Identifier: Apache-2.0

/// What all who wait have in common, before they sleep.
enum Waiting {
  /// How often to look again first.
  static var spins: Int {
    #if PERCPU_MODEL
      // A pause of the simulated machine lasts until something has changed: nobody would ever sleep.
      0
    #else
      128
    #endif
  }
}
