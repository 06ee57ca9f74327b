// SPDX-License-Identifier: Apache-2.0

/// All metrics of one kind and label, as they were when they were asked for. What exporters start from.
public struct MetricFamily: Sendable {
  /// What the values of a family are.
  public enum Kind: String, Sendable, Comparable {
    /// Only grows, but for a reset.
    case counter
    /// Goes up and down.
    case gauge
    /// A distribution.
    case histogram

    /// By name.
    public static func < (left: Kind, right: Kind) -> Bool { left.rawValue < right.rawValue }
  }

  /// One metric of a family.
  public struct Series: Sendable {
    /// Name and value of each dimension, in the order in which they were given first.
    public var dimensions: [(String, String)]
    /// What it stands at.
    public var value: MetricValue

    /// Creates one.
    public init(dimensions: [(String, String)], value: MetricValue) {
      self.dimensions = dimensions
      self.value = value
    }
  }

  /// As the program says it.
  public var label: String
  /// What its values are.
  public var kind: Kind
  /// A sentence that says what it is.
  public var help: String?
  /// In no order.
  public var series: [Series]

  /// Creates one.
  public init(label: String, kind: Kind, help: String? = nil, series: [Series]) {
    self.label = label
    self.kind = kind
    self.help = help
    self.series = series
  }
}

/// What a metric stands at.
public enum MetricValue: Sendable, Equatable {
  /// Of a `Counter`.
  case integer(Int)
  /// Of a `FloatingPointCounter`, `Meter` or `Gauge`.
  case number(Double)
  /// Of a `Recorder` or `Timer`.
  case histogram(HistogramValue)
}

/// How observations are distributed.
public struct HistogramValue: Sendable, Equatable {
  /// Upper bounds, which belong to their buckets, in ascending order. Timers: in the unit that was preferred when
  /// the timer was made, or else in seconds.
  public var bounds: [Double]
  /// The observations in each bucket: one more than bounds, the last one for what is above them.
  public var counts: [Int]
  /// Of all observations.
  public var sum: Double

  /// All observations.
  public var count: Int { counts.reduce(0, &+) }

  /// Creates one.
  public init(bounds: [Double], counts: [Int], sum: Double) {
    self.bounds = bounds
    self.counts = counts
    self.sum = sum
  }
}
