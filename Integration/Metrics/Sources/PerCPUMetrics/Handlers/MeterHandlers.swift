// SPDX-License-Identifier: Apache-2.0

import CoreMetrics
import PerCPU
import Synchronization

/// A `Meter`: goes up and down by steps, and can be set.
final class SettableMeter: MeterHandler, Registered {
  let key: RegisteredKey
  private let sum = SettableSum()

  init(key: RegisteredKey) {
    self.key = key
  }

  func set(_ value: Int64) {
    sum.set(Double(value))
  }

  func set(_ value: Double) {
    sum.set(value)
  }

  func increment(by amount: Double) {
    guard amount.isStep else { return }
    sum.add(amount)
  }

  func decrement(by amount: Double) {
    guard amount.isStep else { return }
    sum.add(-amount)
  }

  var value: Double { sum.value }
}

/// A `Gauge`, which to swift-metrics is a recorder that does not aggregate: the last value counts.
///
/// Who was last is decided in one place, so this is one word for all.
final class LastValueGauge: RecorderHandler, Registered {
  let key: RegisteredKey
  private let bits = Atomic(Double(0).bitPattern)

  init(key: RegisteredKey) {
    self.key = key
  }

  func record(_ value: Int64) {
    record(Double(value))
  }

  func record(_ value: Double) {
    // Relaxed: the value says all there is to say.
    bits.store(value.bitPattern, ordering: .relaxed)
  }

  var value: Double { Double(bitPattern: bits.load(ordering: .relaxed)) }
}
