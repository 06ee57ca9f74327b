// SPDX-License-Identifier: Apache-2.0

import Synchronization

/// A value that cannot be copied, of which each instance is counted.
struct Counted: ~Copyable {
  static let alive = Atomic<Int>(0)
  var value: Int

  init(_ value: Int) {
    self.value = value
    Self.alive.wrappingAdd(1, ordering: .relaxed)
  }

  deinit {
    Self.alive.wrappingSubtract(1, ordering: .relaxed)
  }
}

/// What a body throws.
struct Refusal: Error, Equatable {
  let number: Int

  init(number: Int = 0) { self.number = number }
}
