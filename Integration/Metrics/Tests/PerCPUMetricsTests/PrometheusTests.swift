// SPDX-License-Identifier: Apache-2.0

import CoreMetrics
import PerCPUMetrics
import Testing

/// The text that is scraped.
@Suite struct PrometheusTests {
  @Test func allKinds() {
    var configuration = PerCPUMetricsFactory.Configuration()
    configuration.help = ["http.requests": "Requests served.\nWithout \\errors\\ and \"quotes\"."]
    configuration.timerBounds = [.milliseconds(1), .seconds(2)]
    configuration.recorderBounds = [0.5]
    let metrics = PerCPUMetricsFactory(configuration: configuration)
    let requests = [("route", "/"), ("method", "GET")]
    Counter(label: "http.requests", dimensions: requests, factory: metrics).increment(by: 3)
    Counter(
      label: "http.requests", dimensions: [("route", "/"), ("method", "PUT")], factory: metrics
    )
    .increment()
    Counter(label: "http.requests", factory: metrics).increment(by: 2)
    FloatingPointCounter(label: "cost", factory: metrics).increment(by: 0.1)
    Meter(label: "active", factory: metrics).set(-1)
    Recorder(label: "ratio", factory: metrics).record(0.25)
    Recorder(label: "ratio", factory: metrics).record(7)
    let timer = Timer(label: "http.duration", dimensions: [("zone", "b")], factory: metrics)
    timer.recordMilliseconds(1)
    timer.recordMilliseconds(500)
    timer.recordSeconds(3)
    #expect(
      metrics.prometheusText() == """
        # TYPE active gauge
        active -1.0
        # TYPE cost counter
        cost 0.1
        # HELP http_duration http.duration
        # TYPE http_duration histogram
        http_duration_bucket{zone="b",le="0.001"} 1
        http_duration_bucket{zone="b",le="2.0"} 2
        http_duration_bucket{zone="b",le="+Inf"} 3
        http_duration_sum{zone="b"} 3.501
        http_duration_count{zone="b"} 3
        # HELP http_requests Requests served.\\nWithout \\\\errors\\\\ and "quotes".
        # TYPE http_requests counter
        http_requests 2
        http_requests{method="GET",route="/"} 3
        http_requests{method="PUT",route="/"} 1
        # TYPE ratio histogram
        ratio_bucket{le="0.5"} 1
        ratio_bucket{le="+Inf"} 2
        ratio_sum 7.25
        ratio_count 2

        """)
  }

  @Test func nothingIsEmpty() {
    #expect(PerCPUMetricsFactory().prometheusText() == "")
  }

  @Test func whatIsNotFinite() {
    func line(_ value: Double) -> String {
      let metrics = PerCPUMetricsFactory()
      Gauge(label: "g", factory: metrics).record(value)
      return metrics.prometheusText()
    }
    #expect(line(.nan) == "# TYPE g gauge\ng NaN\n")
    #expect(line(-.nan) == "# TYPE g gauge\ng NaN\n")
    #expect(line(.infinity) == "# TYPE g gauge\ng +Inf\n")
    #expect(line(-.infinity) == "# TYPE g gauge\ng -Inf\n")
    #expect(line(1e300) == "# TYPE g gauge\ng 1e+300\n")
    #expect(line(.leastNonzeroMagnitude) == "# TYPE g gauge\ng 5e-324\n")
    #expect(line(-0.0) == "# TYPE g gauge\ng -0.0\n")
  }

  @Test(arguments: [
    ("ok_1:x", "ok_1:x"), ("http.requests-total", "http_requests_total"), ("1st", "_1st"),
    ("größe", "gr__e"), ("", "_"), ("a b\n", "a_b_"), ("👍", "_"),
  ])
  func namesOfMetrics(label: String, name: String) {
    let metrics = PerCPUMetricsFactory()
    Counter(label: label, factory: metrics).increment()
    #expect(metrics.prometheusText().hasSuffix("# TYPE \(name) counter\n\(name) 1\n"))
  }

  @Test(arguments: [
    ("ok_1", "ok_1"), ("a:b", "a_b"), ("http.route", "http_route"), ("9", "_9"), ("", "_"),
    ("__name__", "exported___name__"), ("le", "exported_le"),
  ])
  func namesOfLabels(dimension: String, name: String) {
    let metrics = PerCPUMetricsFactory()
    Counter(label: "c", dimensions: [(dimension, "v")], factory: metrics).increment()
    #expect(metrics.prometheusText() == "# TYPE c counter\nc{\(name)=\"v\"} 1\n")
  }

  @Test func valuesOfLabels() {
    let metrics = PerCPUMetricsFactory()
    Counter(label: "c", dimensions: [("d", "a\"b\\c\nd\r é")], factory: metrics).increment()
    #expect(
      metrics.prometheusText() == "# TYPE c counter\nc{d=\"a\\\"b\\\\c\\nd\r é\"} 1\n")
  }

  @Test func namesThatBecomeTheSame() {
    let metrics = PerCPUMetricsFactory()
    Counter(label: "a.b", factory: metrics).increment(by: 1)
    Counter(label: "a_b", factory: metrics).increment(by: 2)
    Gauge(label: "a-b", factory: metrics).record(3)
    Counter(label: "t_count", factory: metrics).increment(by: 4)
    Recorder(label: "t", factory: metrics).record(5)
    let names = metrics.prometheusText().split(separator: "\n").filter { $0.hasPrefix("# TYPE") }
    #expect(
      names == [
        "# TYPE a_b gauge", "# TYPE a_b_counter counter", "# TYPE a_b_counter_2 counter",
        "# TYPE t histogram", "# TYPE t_count_counter counter",
      ])
  }

  @Test func dimensionsThatBecomeTheSame() {
    let metrics = PerCPUMetricsFactory()
    Counter(label: "c", dimensions: [("a.b", "x")], factory: metrics).increment(by: 1)
    Counter(label: "c", dimensions: [("a-b", "x")], factory: metrics).increment(by: 2)
    FloatingPointCounter(label: "c", dimensions: [("a-b", "x")], factory: metrics)
      .increment(by: 0.5)
    Counter(label: "c", dimensions: [("a", "1"), ("a", "2")], factory: metrics).increment(by: 4)
    #expect(
      metrics.prometheusText() == """
        # TYPE c counter
        c{a="1",a_2="2"} 4
        c{a_b="x"} 3.5

        """)
  }

  @Test func histogramsOfOthersWithOtherBounds() {
    let family = MetricFamily(
      label: "h", kind: .histogram,
      series: [
        .init(
          dimensions: [],
          value: .histogram(HistogramValue(bounds: [1, 2, 3], counts: [1, 2, 3, 4], sum: 10))),
        .init(
          dimensions: [],
          value: .histogram(HistogramValue(bounds: [2, 4], counts: [10, 20, 30], sum: 20))),
      ])
    #expect(
      String(decoding: PrometheusText.render([family]), as: UTF8.self) == """
        # TYPE h histogram
        h_bucket{le="2.0"} 13
        h_bucket{le="+Inf"} 70
        h_sum 30.0
        h_count 70

        """)
  }

  /// Whatever a program says, no line is malformed and none appears twice.
  @Test(arguments: 1...20 as ClosedRange<UInt64>)
  func anything(seed: UInt64) throws {
    var random = SeededGenerator(state: seed)
    let pieces = [
      "a", "b", ".", "_", "-", "\n", "\"", "\\", "é", "1", ":", "le", "__", "{", "}", " ",
    ]
    func text() -> String {
      (0..<Int.random(in: 0...3, using: &random)).map { _ in pieces.randomElement(using: &random)! }
        .joined()
    }
    let metrics = PerCPUMetricsFactory()
    for _ in 0..<300 {
      let label = text()
      let dimensions = (0..<Int.random(in: 0...3, using: &random)).map { _ in (text(), text()) }
      switch Int.random(in: 0..<4, using: &random) {
      case 0: Counter(label: label, dimensions: dimensions, factory: metrics).increment()
      case 1: Gauge(label: label, dimensions: dimensions, factory: metrics).record(1)
      case 2: Recorder(label: label, dimensions: dimensions, factory: metrics).record(1)
      default: Timer(label: label, dimensions: dimensions, factory: metrics).recordSeconds(1)
      }
    }
    let help = /# HELP [a-zA-Z_:][a-zA-Z0-9_:]* .*/
    let type = /# TYPE ([a-zA-Z_:][a-zA-Z0-9_:]*) (counter|gauge|histogram)/
    let sample =
      /([a-zA-Z_:][a-zA-Z0-9_:]*(?:\{(?:,?[a-zA-Z_][a-zA-Z0-9_]*="(?:[^"\\\n]|\\["\\n])*")+\})?) (\S+)/
    var seen: Set<Substring> = []
    var families = 0
    for line in metrics.prometheusText().split(separator: "\n", omittingEmptySubsequences: true) {
      if line.hasPrefix("#") {
        if line.wholeMatch(of: help) != nil { continue }
        let name = try #require(line.wholeMatch(of: type), "seed \(seed): \(line)").output.1
        #expect(seen.insert(name + " family").inserted, "seed \(seed): \(line)")
        families += 1
      } else {
        let name = try #require(line.wholeMatch(of: sample), "seed \(seed): \(line)").output.1
        #expect(seen.insert(name).inserted, "seed \(seed): \(line)")
      }
    }
    #expect(families == metrics.families().count)
  }
}
