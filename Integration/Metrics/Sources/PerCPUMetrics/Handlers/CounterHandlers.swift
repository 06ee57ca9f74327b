// SPDX-License-Identifier: Apache-2.0

import CoreMetrics
import PerCPU

/// A `Counter`.
final class IntegerCounter: CounterHandler, Registered {
  let key: RegisteredKey
  private let counter = PerCPUCounter()

  init(key: RegisteredKey) {
    self.key = key
  }

  func increment(by amount: Int64) {
    counter.add(Int(truncatingIfNeeded: amount))
  }

  func reset() {
    counter.exchange(0)
  }

  var value: Int { counter.load() }
}

/// A `FloatingPointCounter`: fractions add up, and what cannot be part of a sum that only grows is ignored, as
/// swift-metrics wants it.
final class FractionalCounter: FloatingPointCounterHandler, Registered {
  let key: RegisteredKey
  private let sum = SettableSum()

  init(key: RegisteredKey) {
    self.key = key
  }

  func increment(by amount: Double) {
    guard amount.isStep else { return }
    sum.add(amount)
  }

  func reset() {
    sum.set(0)
  }

  var value: Double { sum.value }
}

extension Double {
  /// Whether it is something to go up or down by: a positive, finite number.
  var isStep: Bool { self > 0 && isFinite }
}
