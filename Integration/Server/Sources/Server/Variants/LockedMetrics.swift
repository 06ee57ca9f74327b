// SPDX-License-Identifier: Apache-2.0

import CoreMetrics
import PerCPUMetrics

/// A backend for swift-metrics as one writes it with a lock: a dictionary behind one, and each metric behind one of its own.
final class LockedMetrics: MetricsFactory {
  private struct Key: Hashable {
    let kind: MetricFamily.Kind
    let label: String
    let dimensions: [String]

    init(_ kind: MetricFamily.Kind, _ label: String, _ dimensions: [(String, String)]) {
      self.kind = kind
      self.label = label
      self.dimensions = dimensions.flatMap { [$0.0, $0.1] }
    }

    var pairs: [(String, String)] {
      stride(from: 0, to: dimensions.count, by: 2).map { (dimensions[$0], dimensions[$0 + 1]) }
    }
  }

  private let lock: Lock
  private let handlers: Locked<[Key: LockedHandler]>
  private let bounds = PerCPUMetricsFactory.Configuration().timerBounds.map {
    Int64($0 / .nanoseconds(1))
  }

  init(_ lock: Lock) {
    self.lock = lock
    handlers = Locked(lock, [:])
  }

  private func handler(
    _ kind: MetricFamily.Kind, _ label: String, _ dimensions: [(String, String)]
  ) -> LockedHandler {
    let key = Key(kind, label, dimensions)
    return handlers.withLock { handlers in
      if let known = handlers[key] { return known }
      let new = LockedHandler(lock, bounds: bounds)
      handlers[key] = new
      return new
    }
  }

  func makeCounter(label: String, dimensions: [(String, String)]) -> any CounterHandler {
    handler(.counter, label, dimensions)
  }

  func makeMeter(label: String, dimensions: [(String, String)]) -> any MeterHandler {
    handler(.gauge, label, dimensions)
  }

  func makeRecorder(
    label: String, dimensions: [(String, String)], aggregate: Bool
  ) -> any RecorderHandler {
    handler(aggregate ? .histogram : .gauge, label, dimensions)
  }

  func makeTimer(label: String, dimensions: [(String, String)]) -> any TimerHandler {
    handler(.histogram, label, dimensions)
  }

  // The server destroys none.
  func destroyCounter(_ handler: any CounterHandler) {}
  func destroyMeter(_ handler: any MeterHandler) {}
  func destroyRecorder(_ handler: any RecorderHandler) {}
  func destroyTimer(_ handler: any TimerHandler) {}

  func families() -> [MetricFamily] {
    var families: [String: MetricFamily] = [:]
    for (key, handler) in handlers.withLock({ $0 }) {
      families[
        key.label, default: MetricFamily(label: key.label, kind: key.kind, series: [])
      ].series.append(.init(dimensions: key.pairs, value: handler.value(key.kind)))
    }
    return families.values.sorted { $0.label < $1.label }
  }
}

/// A metric of any kind.
final class LockedHandler: CounterHandler, MeterHandler, RecorderHandler, TimerHandler, Sendable {
  private struct State: Sendable {
    var integer: Int64 = 0
    var number = 0.0
    var counts: [Int]
  }

  private let state: Locked<State>
  private let bounds: [Int64]

  init(_ lock: Lock, bounds: [Int64]) {
    state = Locked(lock, State(counts: [Int](repeating: 0, count: bounds.count + 1)))
    self.bounds = bounds
  }

  func increment(by amount: Int64) { state.withLock { $0.integer &+= amount } }
  func reset() { state.withLock { $0.integer = 0 } }

  func increment(by amount: Double) { state.withLock { $0.number += amount } }
  func decrement(by amount: Double) { state.withLock { $0.number -= amount } }
  func set(_ value: Int64) { set(Double(value)) }
  func set(_ value: Double) { state.withLock { $0.number = value } }

  func record(_ value: Int64) { set(value) }
  func record(_ value: Double) { set(value) }

  func recordNanoseconds(_ duration: Int64) {
    let bucket = bounds.firstIndex { duration <= $0 } ?? bounds.count
    state.withLock {
      $0.counts[bucket] += 1
      $0.integer &+= duration
    }
  }

  func value(_ kind: MetricFamily.Kind) -> MetricValue {
    let state = state.withLock { $0 }
    return switch kind {
    case .counter: .integer(Int(state.integer))
    case .gauge: .number(state.number)
    case .histogram:
      .histogram(
        HistogramValue(
          bounds: bounds.map { Double($0) / 1e9 }, counts: state.counts,
          sum: Double(state.integer) / 1e9))
    }
  }
}
