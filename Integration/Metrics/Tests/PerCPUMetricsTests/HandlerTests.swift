// SPDX-License-Identifier: Apache-2.0

import CoreMetrics
import Metrics
import PerCPUMetrics
import Testing

/// What swift-metrics expects of a backend, kind by kind.
@Suite struct HandlerTests {
  let metrics = PerCPUMetricsFactory()

  @Test func aCounterCountsAndIsReset() {
    let counter = Counter(label: "c", factory: metrics)
    counter.increment()
    counter.increment(by: 41)
    #expect(metrics.integer("c") == 42)
    counter.reset()
    #expect(metrics.integer("c") == 0)
    counter.increment(by: Int64.min)
    #expect(metrics.integer("c") == Int.min)
  }

  @Test func aFloatingPointCounterAccumulatesFractions() {
    let counter = FloatingPointCounter(label: "f", factory: metrics)
    counter.increment(by: 0.75)
    #expect(metrics.number("f") == 0.75)
    counter.increment(by: 1.5)
    #expect(metrics.number("f") == 2.25)
    counter.increment(by: Float(0.25))
    counter.increment()
    #expect(metrics.number("f") == 3.5)
    counter.reset()
    #expect(metrics.number("f") == 0)
    counter.increment(by: 0.5)
    #expect(metrics.number("f") == 0.5)
  }

  @Test(arguments: [Double.nan, .signalingNaN, .infinity, -.infinity, -100, 0, -0.0])
  func stepsThatAreNoneAreIgnored(amount: Double) {
    FloatingPointCounter(label: "f", factory: metrics).increment(by: amount)
    let meter = Meter(label: "m", factory: metrics)
    meter.increment(by: amount)
    meter.decrement(by: amount)
    #expect(metrics.number("f") == 0)
    #expect(metrics.number("m") == 0)
  }

  @Test func extremeStepsAreNotCut() {
    let counter = FloatingPointCounter(label: "f", factory: metrics)
    counter.increment(by: Double(sign: .plus, exponent: 63, significand: 1))
    #expect(metrics.number("f") == 0x1p63)
    counter.increment(by: Double.greatestFiniteMagnitude)
    #expect(metrics.number("f") == .greatestFiniteMagnitude)
  }

  @Test func aMeterIsSetAndMoves() {
    let meter = Meter(label: "m", factory: metrics)
    meter.increment()
    meter.increment(by: 2.5)
    meter.decrement(by: 1.0)
    #expect(metrics.number("m") == 2.5)
    meter.set(10)
    #expect(metrics.number("m") == 10)
    meter.decrement()
    #expect(metrics.number("m") == 9)
    meter.set(-0.5)
    #expect(metrics.number("m") == -0.5)
    meter.set(Double.infinity)
    #expect(metrics.number("m") == .infinity)
  }

  @Test func aGaugeIsWhatWasRecordedLast() {
    let gauge = Gauge(label: "g", factory: metrics)
    gauge.record(12)
    gauge.record(-1.5)
    #expect(metrics.number("g") == -1.5)
    gauge.record(Double.nan)
    #expect(metrics.number("g")?.isNaN == true)
  }

  @Test func aRecorderIsAHistogram() {
    var configuration = PerCPUMetricsFactory.Configuration()
    configuration.recorderBounds = [10, 1, 10, .infinity, .nan, -2.5]
    configuration.recorderBoundsByLabel = ["other": []]
    let metrics = PerCPUMetricsFactory(configuration: configuration)
    let recorder = Recorder(label: "r", factory: metrics)
    for value in [-3, -2.5, -2.4, 1, 1.5, 10, 10.5] { recorder.record(value) }
    recorder.record(Int64(2))
    #expect(
      metrics.histogram("r")
        == HistogramValue(bounds: [-2.5, 1, 10], counts: [2, 2, 3, 1], sum: 17.1))
    #expect(metrics.histogram("r")?.count == 8)

    Recorder(label: "other", factory: metrics).record(5)
    #expect(metrics.histogram("other") == HistogramValue(bounds: [], counts: [1], sum: 5))
  }

  @Test func whatIsNoNumberIsCountedAndShows() throws {
    let recorder = Recorder(label: "r", factory: metrics)
    recorder.record(-Double.infinity)
    #expect(metrics.histogram("r")?.counts.first == 1)
    #expect(metrics.histogram("r")?.sum == -.infinity)
    recorder.record(Double.nan)
    recorder.record(Double.infinity)
    let value = try #require(metrics.histogram("r"))
    #expect(value.counts.last == 2)
    #expect(value.count == 3)
    #expect(value.sum.isNaN)
  }

  @Test func aTimerTakesAllUnits() {
    let timer = Timer(label: "t", factory: metrics)
    timer.recordNanoseconds(500_000)
    timer.recordMicroseconds(600)
    timer.recordMilliseconds(2.5)
    timer.recordSeconds(10)
    timer.record(duration: .seconds(11))
    // In seconds, unless something else is preferred.
    #expect(metrics.histogram("t")?.bounds.first == 0.0005)
    #expect(metrics.histogram("t")?.bounds.last == 10)
    #expect(metrics.histogram("t")?.counts == [1, 1, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 1])
    #expect(metrics.histogram("t")?.sum == 21.0036)
  }

  @Test func aTimerIsShownInThePreferredUnit() {
    var configuration = PerCPUMetricsFactory.Configuration()
    configuration.timerBoundsByLabel = ["t": [.milliseconds(1), .seconds(1)]]
    let metrics = PerCPUMetricsFactory(configuration: configuration)
    Timer(label: "t", preferredDisplayUnit: .milliseconds, factory: metrics).recordSeconds(1)
    #expect(
      metrics.histogram("t") == HistogramValue(bounds: [1, 1000], counts: [0, 1, 0], sum: 1000))
    // All of a label are shown in one unit.
    Timer(
      label: "t", dimensions: [("a", "b")], preferredDisplayUnit: .seconds, factory: metrics
    ).recordSeconds(2)
    #expect(
      metrics.histogram("t", [("a", "b")])
        == HistogramValue(bounds: [1, 1000], counts: [0, 0, 1], sum: 2000))
  }

  @Test func overflowingDurationsAreTheLongest() {
    let timer = Timer(label: "t", factory: metrics)
    timer.recordSeconds(Int64.max)
    #expect(metrics.histogram("t")?.counts.last == 1)
    #expect(metrics.histogram("t")?.sum == Double(Int64.max) / 1e9)
  }
}
