// SPDX-License-Identifier: Apache-2.0

/// Writes families as lines.
struct PrometheusWriter {
  private(set) var bytes: [UInt8] = []

  mutating func write(_ family: MetricFamily, name: String) {
    // Who reads it should find what the program says.
    if let help = family.help ?? (name == family.label ? nil : family.label) {
      write("# HELP ", name, " ")
      write(escaped: help, quotes: false)
      write("\n")
    }
    write("# TYPE ", name, " ", family.kind.rawValue, "\n")
    for (labels, value) in series(of: family) {
      switch value {
      case .integer(let value): write(name: name, labels: labels, value: "\(value)")
      case .number(let value): write(name: name, labels: labels, value: text(of: value))
      case .histogram(let value): write(histogram: value, name: name, labels: labels)
      }
    }
  }

  private mutating func write(histogram: HistogramValue, name: String, labels: Labels) {
    var count = 0
    for (index, bound) in histogram.bounds.enumerated() {
      count &+= histogram.counts[index]
      write(
        name: name + "_bucket", labels: labels.with("le", text(of: bound)), value: "\(count)")
    }
    count = histogram.count
    write(name: name + "_bucket", labels: labels.with("le", "+Inf"), value: "\(count)")
    write(name: name + "_sum", labels: labels, value: text(of: histogram.sum))
    write(name: name + "_count", labels: labels, value: "\(count)")
  }

  private mutating func write(name: String, labels: Labels, value: String) {
    write(name)
    for (index, label) in labels.pairs.enumerated() {
      write(index == 0 ? "{" : ",", label.name, "=\"")
      write(escaped: label.value, quotes: true)
      write("\"")
    }
    write(labels.pairs.isEmpty ? " " : "} ", value, "\n")
  }

  private mutating func write(_ parts: String...) {
    for part in parts { bytes.append(contentsOf: part.utf8) }
  }

  /// A line must stay one line, and a quoted value end where it ends.
  private mutating func write(escaped text: String, quotes: Bool) {
    for byte in text.utf8 {
      switch byte {
      case UInt8(ascii: "\\"): write("\\\\")
      case UInt8(ascii: "\n"): write("\\n")
      case UInt8(ascii: "\"") where quotes: write("\\\"")
      default: bytes.append(byte)
      }
    }
  }

  private func text(of value: Double) -> String {
    if value.isNaN { return "NaN" }
    if value.isInfinite { return value > 0 ? "+Inf" : "-Inf" }
    return value.description
  }

  /// Sorted, and no two with the same labels.
  private func series(of family: MetricFamily) -> [(Labels, MetricValue)] {
    var values: [Labels: MetricValue] = [:]
    for series in family.series {
      let labels = Labels(series.dimensions)
      values[labels] = values[labels].map { $0 + series.value } ?? series.value
    }
    return values.sorted { $0.key < $1.key }.map { ($0.key, $0.value) }
  }
}

/// The dimensions of a metric as Prometheus' labels, sorted, and no two with the same name.
private struct Labels: Hashable, Comparable {
  struct Pair: Hashable {
    var name, value: String
  }

  private(set) var pairs: [Pair] = []

  init(_ dimensions: [(String, String)]) {
    var taken: Set<String> = []
    for (dimension, value) in dimensions.sorted(by: <) {
      let plain = PrometheusName.label(dimension)
      var name = plain
      var count = 1
      while !taken.insert(name).inserted {
        count += 1
        name = "\(plain)_\(count)"
      }
      pairs.append(Pair(name: name, value: value))
    }
    pairs.sort { $0.name < $1.name }
  }

  func with(_ name: String, _ value: String) -> Labels {
    var labels = self
    labels.pairs.append(Pair(name: name, value: value))
    return labels
  }

  static func < (left: Labels, right: Labels) -> Bool {
    left.pairs.lexicographicallyPrecedes(right.pairs) { ($0.name, $0.value) < ($1.name, $1.value) }
  }
}

extension MetricValue {
  fileprivate static func + (left: MetricValue, right: MetricValue) -> MetricValue {
    switch (left, right) {
    case (.histogram(let left), .histogram(let right)): .histogram(left + right)
    case (.integer(let left), .integer(let right)): .integer(left &+ right)
    default: .number(left.number + right.number)
    }
  }

  private var number: Double {
    switch self {
    case .integer(let value): Double(value)
    case .number(let value): value
    case .histogram(let value): value.sum
    }
  }
}

extension HistogramValue {
  /// With the bounds that both have.
  fileprivate static func + (left: HistogramValue, right: HistogramValue) -> HistogramValue {
    let bounds = left.bounds.filter(right.bounds.contains)
    let counts = zip(left.counts(within: bounds), right.counts(within: bounds)).map { $0 &+ $1 }
    return HistogramValue(bounds: bounds, counts: counts, sum: left.sum + right.sum)
  }

  private func counts(within coarser: [Double]) -> [Int] {
    var merged = [Int](repeating: 0, count: coarser.count + 1)
    for (index, count) in counts.enumerated() {
      let bound = index < bounds.count ? bounds[index] : .infinity
      merged[coarser.firstIndex { bound <= $0 } ?? coarser.count] &+= count
    }
    return merged
  }
}
