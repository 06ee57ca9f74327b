// SPDX-License-Identifier: Apache-2.0

import CoreMetrics
import PerCPUMetrics
import Testing

/// Which metrics are one, and how long they live.
@Suite struct RegistryTests {
  let metrics = PerCPUMetricsFactory()

  @Test func theSameLabelAndDimensionsAreOneMetric() {
    let dimensions = [("method", "GET"), ("route", "/")]
    let first = metrics.makeCounter(label: "x", dimensions: dimensions)
    #expect(metrics.makeCounter(label: "x", dimensions: dimensions) === first)
    #expect(metrics.makeCounter(label: "x", dimensions: dimensions.reversed()) === first)
    #expect(metrics.makeCounter(label: "x", dimensions: []) !== first)
    #expect(metrics.makeCounter(label: "x", dimensions: [dimensions[0]]) !== first)
    #expect(metrics.makeCounter(label: "y", dimensions: dimensions) !== first)
    // Names and values of dimensions are not the same thing, nor is a dimension twice one.
    let swapped = dimensions.map { ($0.1, $0.0) }
    #expect(metrics.makeCounter(label: "x", dimensions: swapped) !== first)
    let twice = metrics.makeCounter(label: "x", dimensions: [("a", "1"), ("a", "1")])
    #expect(metrics.makeCounter(label: "x", dimensions: [("a", "1")]) !== twice)
    #expect(metrics.makeCounter(label: "x", dimensions: [("a", "1"), ("a", "2")]) !== twice)
  }

  @Test func keysThatAreNearlyTheSame() {
    var handlers: [ObjectIdentifier: String] = [:]
    var texts = ["", "a", "ab", "b", "\0"]
    for length in [7, 8, 9, 15, 16, 17, 40] {
      texts += ["a", "b"].map { String(repeating: "x", count: length - 1) + $0 }
    }
    for label in texts {
      for name in texts {
        for value in texts {
          let handler = metrics.makeCounter(label: label, dimensions: [(name, value)])
          let before = handlers.updateValue(
            "\(label)|\(name)|\(value)", forKey: ObjectIdentifier(handler))
          #expect(before == nil)
          #expect(metrics.makeCounter(label: label, dimensions: [(name, value)]) === handler)
        }
      }
    }
    #expect(metrics.families().reduce(0) { $0 + $1.series.count } == handlers.count)
  }

  @Test func kindsWithTheSameLabelAreMetricsOfTheirOwn() {
    Counter(label: "x", factory: metrics).increment(by: 1)
    Meter(label: "x", factory: metrics).set(2)
    Recorder(label: "x", factory: metrics).record(3)
    Timer(label: "x", factory: metrics).recordSeconds(4)
    #expect(metrics.families().map(\.kind) == [.counter, .gauge, .histogram, .histogram])
    // These are of one kind to whoever reads them.
    FloatingPointCounter(label: "x", factory: metrics).increment(by: 0.5)
    Gauge(label: "x", dimensions: [("a", "b")], factory: metrics).record(1)
    #expect(metrics.families().map(\.series.count) == [2, 2, 1, 1])
  }

  @Test func aDestroyedMetricIsForgotten() {
    let counter = Counter(label: "c", factory: metrics)
    let fractional = FloatingPointCounter(label: "f", factory: metrics)
    let meter = Meter(label: "m", factory: metrics)
    let gauge = Gauge(label: "g", factory: metrics)
    let recorder = Recorder(label: "r", factory: metrics)
    let timer = Timer(label: "t", factory: metrics)
    counter.increment(by: 7)
    #expect(metrics.families().count == 6)
    counter.destroy()
    fractional.destroy()
    meter.destroy()
    gauge.destroy()
    recorder.destroy()
    timer.destroy()
    #expect(metrics.families().isEmpty)

    // Who still has one may use it, and who comes anew starts anew.
    counter.increment()
    let again = Counter(label: "c", factory: metrics)
    again.increment(by: 2)
    #expect(metrics.integer("c") == 2)
    // What was destroyed before does not take the new one along.
    counter.destroy()
    #expect(metrics.integer("c") == 2)
  }

  @Test func handlersOfOthersAreIgnored() {
    let others = NOOPMetricsHandler.instance
    Counter(label: "c", factory: metrics).increment()
    metrics.destroyCounter(others)
    metrics.destroyFloatingPointCounter(others)
    metrics.destroyMeter(others)
    metrics.destroyRecorder(others)
    metrics.destroyTimer(others)
    #expect(metrics.integer("c") == 1)
  }

  @Test func thousandsOfMetrics() {
    for index in 0..<5000 {
      Counter(label: "c", dimensions: [("index", "\(index)")], factory: metrics)
        .increment(by: index)
    }
    let series = metrics.families()[0].series
    #expect(series.count == 5000)
    #expect(series.allSatisfy { $0.value == .integer(Int($0.dimensions[0].1)!) })
  }
}
