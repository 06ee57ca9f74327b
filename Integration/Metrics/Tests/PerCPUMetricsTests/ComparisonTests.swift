// SPDX-License-Identifier: Apache-2.0

import CoreMetrics
import MetricsTestKit
import PerCPUMetrics
import Testing

/// The same calls to this backend and to the one that swift-metrics tests with, which remembers all it was told.
@Suite struct ComparisonTests {
  let metrics = PerCPUMetricsFactory()
  let expected = TestMetrics()

  @Test(arguments: 1...8 as ClosedRange<UInt64>)
  func randomCalls(seed: UInt64) throws {
    var random = SeededGenerator(state: seed)
    let both = MultiplexMetricsHandler(factories: [metrics, expected])
    let labels = ["a", "b.c", "d"]
    let dimensions = [[], [("x", "1")], [("x", "1"), ("y", "2")], [("y", "2"), ("x", "1")]]
    for _ in 0..<2000 {
      let label = labels.randomElement(using: &random)!
      let dimensions = dimensions.randomElement(using: &random)!
      // Eighths add up without rounding.
      let amount = Double(Int.random(in: -100...800, using: &random)) / 8
      switch Int.random(in: 0..<12, using: &random) {
      case 0, 1:
        Counter(label: label, dimensions: dimensions, factory: both)
          .increment(by: Int64.random(in: 0...1000, using: &random))
      case 2:
        // Only a few, or there would be nothing to compare.
        if Int.random(in: 0..<20, using: &random) == 0 {
          Counter(label: label, dimensions: dimensions, factory: both).reset()
        }
      case 3: Meter(label: label, dimensions: dimensions, factory: both).set(amount)
      case 4: Meter(label: label, dimensions: dimensions, factory: both).increment(by: amount)
      case 5: Meter(label: label, dimensions: dimensions, factory: both).decrement(by: amount)
      case 6: Recorder(label: label, dimensions: dimensions, factory: both).record(amount)
      case 7: Recorder(label: label, dimensions: dimensions, factory: both).record(Int64(amount))
      case 8:
        Gauge(label: "gauge." + label, dimensions: dimensions, factory: both).record(amount)
      case 9:
        Timer(label: label, dimensions: dimensions, factory: both)
          .recordNanoseconds(Int64.random(in: 0...20_000_000_000, using: &random))
      case 10:
        Timer(label: label, dimensions: dimensions, factory: both).recordMilliseconds(amount)
      default:
        if Int.random(in: 0..<20, using: &random) == 0 {
          Counter(label: label, dimensions: dimensions, factory: both).destroy()
          Meter(label: label, dimensions: dimensions, factory: both).destroy()
          Recorder(label: label, dimensions: dimensions, factory: both).destroy()
          Timer(label: label, dimensions: dimensions, factory: both).destroy()
        }
      }
    }

    let families = metrics.families()
    func all(_ kind: MetricFamily.Kind, where isMeant: (MetricFamily) -> Bool = { _ in true })
      -> [(String, MetricFamily.Series)]
    {
      families.filter { $0.kind == kind && isMeant($0) }
        .flatMap { family in family.series.map { (family.label, $0) } }
    }

    let counters = all(.counter)
    #expect(counters.count == expected.counters.count)
    for (label, series) in counters {
      let counter = try expected.expectCounter(label, series.dimensions)
      #expect(series.value == .integer(Int(counter.totalValue)), "seed \(seed): \(counter)")
    }
    let meters = all(.gauge) { !$0.label.hasPrefix("gauge.") }
    #expect(meters.count == expected.meters.count)
    for (label, series) in meters {
      let meter = try expected.expectMeter(label, series.dimensions)
      #expect(series.value == .number(meter.lastValue ?? 0), "seed \(seed): \(meter)")
    }
    for (label, series) in all(.gauge, where: { $0.label.hasPrefix("gauge.") }) {
      let gauge = try expected.expectRecorder(label, series.dimensions)
      #expect(series.value == .number(try #require(gauge.lastValue)), "seed \(seed): \(gauge)")
    }
    var distributions = 0
    for (label, series) in all(.histogram) {
      guard case .histogram(let histogram) = series.value else { continue }
      // In nanoseconds, so that a sum of them is one.
      if histogram.bounds.last == 10 {
        let timer = try expected.expectTimer(label, series.dimensions)
        check(histogram, timer.values.map { Double($0) / 1e9 }, "seed \(seed): \(timer)")
      } else {
        let recorder = try expected.expectRecorder(label, series.dimensions)
        check(histogram, recorder.values, "seed \(seed): \(recorder)")
      }
      distributions += 1
    }
    let gauges = Set(expected.recorders.map(\.label)).filter { $0.hasPrefix("gauge.") }
    let recorders = expected.recorders.filter { !gauges.contains($0.label) }
    #expect(distributions == recorders.count + expected.timers.count)
  }

  private func check(_ histogram: HistogramValue, _ values: [Double], _ comment: Comment) {
    var counts = [Int](repeating: 0, count: histogram.bounds.count + 1)
    for value in values {
      counts[histogram.bounds.firstIndex { value <= $0 } ?? histogram.bounds.count] += 1
    }
    #expect(histogram.counts == counts, comment)
    #expect(abs(histogram.sum - values.reduce(0, +)) < 1e-6, comment)
  }
}
