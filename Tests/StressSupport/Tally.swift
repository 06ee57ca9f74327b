// SPDX-License-Identifier: Apache-2.0

import Synchronization

/// A number several threads write, in a place of its own.
package final class Tally: Sendable {
  private let value = Atomic<Int>(0)

  package init() {}

  package func add(_ amount: Int = 1) {
    value.wrappingAdd(amount, ordering: .relaxed)
  }

  package func store(_ newValue: Int) {
    value.store(newValue, ordering: .relaxed)
  }

  /// Sets it to zero and returns what it was.
  package func take() -> Int {
    value.exchange(0, ordering: .sequentiallyConsistent)
  }

  package func addPublished(_ amount: Int) {
    value.wrappingAdd(amount, ordering: .sequentiallyConsistent)
  }

  /// Pairs with `loadPublished`.
  package func publish(_ newValue: Int) {
    value.store(newValue, ordering: .sequentiallyConsistent)
  }

  package func loadPublished() -> Int {
    value.load(ordering: .sequentiallyConsistent)
  }

  package var count: Int {
    value.load(ordering: .relaxed)
  }
}
