// SPDX-License-Identifier: Apache-2.0

public import CoreMetrics

/// A backend for swift-metrics in which threads do not get into each other's way.
///
/// ```swift
/// let metrics = PerCPUMetricsFactory()
/// MetricsSystem.bootstrap(metrics)
///
/// Counter(label: "requests", dimensions: [("route", "/")]).increment()   // everywhere, all the time
/// let text = metrics.prometheusText()                                    // when it is scraped
/// ```
///
/// Counting adds to a word of the CPU it happens on, and looking up the handler of a label takes no
/// lock, whoever else does the same. Metrics with the same label and the same dimensions, in any
/// order, are one metric.
///
/// - `Counter`: an integer that wraps around. `reset` sets it to zero; nothing that is counted
///   meanwhile is lost without being part of what was reset.
/// - `FloatingPointCounter`: adds fractions; ignores what is not positive and finite.
/// - `Meter`: is set, or moves by steps; ignores steps that are not positive and finite.
/// - `Gauge`: the value recorded last.
/// - `Recorder`, `Timer`: histograms with fixed bounds. What is not a number is counted in the last
///   bucket, and makes the sum one. Sums of durations wrap around after 292 years.
///
/// Values are read while others change them: each is what it was at some moment of the call, or, with steps
/// up and down at the same time, the sum of parts read one after the other. A histogram's sum may be
/// ahead of its counts by what is being recorded.
///
/// A metric lives until it is destroyed (`Counter.destroy` and so on). Who still has it may use it; it
/// is no longer exported.
public final class PerCPUMetricsFactory: Sendable {
  /// What the factory is told once.
  public struct Configuration: Sendable {
    /// Upper bounds of the buckets of timers. Default: 0.5 milliseconds to 10 seconds.
    public var timerBounds: [Duration]
    /// Upper bounds for timers with certain labels.
    public var timerBoundsByLabel: [String: [Duration]] = [:]
    /// Upper bounds of the buckets of recorders. Default: powers of ten from a thousandth to a billion.
    public var recorderBounds: [Double]
    /// Upper bounds for recorders with certain labels.
    public var recorderBoundsByLabel: [String: [Double]] = [:]
    /// A sentence for each label, for those who read what is exported.
    public var help: [String: String] = [:]

    /// The defaults.
    public init() {
      let milliseconds = [0.5, 1, 2.5, 5, 10, 25, 50, 100, 250, 500, 1000, 2500, 5000, 10_000]
      timerBounds = milliseconds.map { .milliseconds($0) }
      recorderBounds = [1e-3, 1e-2, 1e-1, 1, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9]
    }
  }

  let configuration: Configuration
  let counters = Registry<IntegerCounter>()
  let fractionalCounters = Registry<FractionalCounter>()
  let meters = Registry<SettableMeter>()
  let gauges = Registry<LastValueGauge>()
  let recorders = Registry<RecorderHistogram>()
  let timers = Registry<TimerHistogram>()

  /// Creates a factory without metrics.
  public init(configuration: Configuration = Configuration()) {
    self.configuration = configuration
  }

  /// All metrics and what they stand at, sorted by label and kind.
  ///
  /// - Complexity: O(metrics × possible CPUs).
  public func families() -> [MetricFamily] {
    var series: [Name: [MetricFamily.Series]] = [:]
    func add(
      _ key: RegisteredKey, _ kind: MetricFamily.Kind, _ value: MetricValue, isTimer: Bool = false
    ) {
      series[Name(label: key.label, kind: kind, isTimer: isTimer), default: []].append(
        MetricFamily.Series(dimensions: key.dimensions, value: value))
    }
    for counter in counters.handlers { add(counter.key, .counter, .integer(counter.value)) }
    for counter in fractionalCounters.handlers {
      add(counter.key, .counter, .number(counter.value))
    }
    for meter in meters.handlers { add(meter.key, .gauge, .number(meter.value)) }
    for gauge in gauges.handlers { add(gauge.key, .gauge, .number(gauge.value)) }
    for recorder in recorders.handlers { add(recorder.key, .histogram, .histogram(recorder.value)) }

    let timers = timers.handlers
    // One unit for all of a label: the smallest that one of them prefers.
    var scales: [String: UInt64] = [:]
    for timer in timers {
      guard let scale = timer.preferredScale else { continue }
      scales[timer.key.label] = min(scale, scales[timer.key.label] ?? scale)
    }
    for timer in timers {
      let scale = scales[timer.key.label] ?? TimeUnit.seconds.scaleFromNanoseconds
      add(timer.key, .histogram, .histogram(timer.value(scale: scale)), isTimer: true)
    }

    return series.sorted { $0.key < $1.key }.map { name, series in
      MetricFamily(
        label: name.label, kind: name.kind, help: configuration.help[name.label], series: series)
    }
  }

  private struct Name: Hashable, Comparable {
    let label: String
    let kind: MetricFamily.Kind
    /// Durations and other numbers are not of one distribution.
    let isTimer: Bool

    static func < (left: Name, right: Name) -> Bool {
      (left.label, left.kind, left.isTimer ? 1 : 0) < (
        right.label, right.kind, right.isTimer ? 1 : 0
      )
    }
  }
}

extension PerCPUMetricsFactory: MetricsFactory {
  /// The handler of a `Counter`.
  public func makeCounter(label: String, dimensions: [(String, String)]) -> any CounterHandler {
    let key = MetricKey(label, dimensions)
    return counters.handler(for: key) { IntegerCounter(key: $0) }
  }

  /// The handler of a `FloatingPointCounter`.
  public func makeFloatingPointCounter(
    label: String, dimensions: [(String, String)]
  ) -> any FloatingPointCounterHandler {
    let key = MetricKey(label, dimensions)
    return fractionalCounters.handler(for: key) { FractionalCounter(key: $0) }
  }

  /// The handler of a `Meter`.
  public func makeMeter(label: String, dimensions: [(String, String)]) -> any MeterHandler {
    let key = MetricKey(label, dimensions)
    return meters.handler(for: key) { SettableMeter(key: $0) }
  }

  /// The handler of a `Recorder`, or of a `Gauge` if it does not aggregate.
  public func makeRecorder(
    label: String, dimensions: [(String, String)], aggregate: Bool
  ) -> any RecorderHandler {
    let key = MetricKey(label, dimensions)
    guard aggregate else { return gauges.handler(for: key) { LastValueGauge(key: $0) } }
    return recorders.handler(for: key) {
      RecorderHistogram(
        key: $0,
        bounds: configuration.recorderBoundsByLabel[label] ?? configuration.recorderBounds)
    }
  }

  /// The handler of a `Timer`.
  public func makeTimer(label: String, dimensions: [(String, String)]) -> any TimerHandler {
    let key = MetricKey(label, dimensions)
    return timers.handler(for: key) {
      TimerHistogram(
        key: $0, bounds: configuration.timerBoundsByLabel[label] ?? configuration.timerBounds)
    }
  }

  /// Exports what the handler has counted no more, and lets it go.
  public func destroyCounter(_ handler: any CounterHandler) {
    if let counter = handler as? IntegerCounter { counters.remove(counter) }
  }

  /// As ``destroyCounter(_:)``.
  public func destroyFloatingPointCounter(_ handler: any FloatingPointCounterHandler) {
    if let counter = handler as? FractionalCounter { fractionalCounters.remove(counter) }
  }

  /// As ``destroyCounter(_:)``.
  public func destroyMeter(_ handler: any MeterHandler) {
    if let meter = handler as? SettableMeter { meters.remove(meter) }
  }

  /// As ``destroyCounter(_:)``.
  public func destroyRecorder(_ handler: any RecorderHandler) {
    if let recorder = handler as? RecorderHistogram { recorders.remove(recorder) }
    if let gauge = handler as? LastValueGauge { gauges.remove(gauge) }
  }

  /// As ``destroyCounter(_:)``.
  public func destroyTimer(_ handler: any TimerHandler) {
    if let timer = handler as? TimerHistogram { timers.remove(timer) }
  }
}
