// SPDX-License-Identifier: Apache-2.0

/// Prometheus' text format, version 0.0.4.
///
/// Names that differ in the program may become the same here (`a.b` and `a_b`). Nothing is lost then and nothing
/// is said twice, which would make a scrape fail: a family whose name is taken gets its kind as a suffix, and a number
/// if need be; metrics of a family whose dimensions become the same are added up.
public enum PrometheusText {
  /// The value of an HTTP response's `Content-Type`.
  public static let contentType = "text/plain; version=0.0.4; charset=utf-8"

  /// The families in the order of their names, the metrics of each in that of their dimensions, and dimensions in
  /// that of their names.
  public static func render(_ families: [MetricFamily]) -> [UInt8] {
    var writer = PrometheusWriter()
    var taken: Set<String> = []
    var named: [(name: String, family: MetricFamily)] = []
    for family in families {
      named.append((reserve(family, in: &taken), family))
    }
    for (name, family) in named.sorted(by: { $0.name < $1.name }) {
      writer.write(family, name: name)
    }
    return writer.bytes
  }

  /// A name for a family such that none of its lines is named as those of another.
  private static func reserve(_ family: MetricFamily, in taken: inout Set<String>) -> String {
    let plain = PrometheusName.metric(family.label)
    var name = plain
    var attempt = 0
    while true {
      var lines = [name]
      if family.kind == .histogram { lines += ["_bucket", "_sum", "_count"].map { name + $0 } }
      if taken.isDisjoint(with: lines) {
        taken.formUnion(lines)
        return name
      }
      attempt += 1
      name = plain + "_" + family.kind.rawValue + (attempt == 1 ? "" : "_\(attempt)")
    }
  }
}

extension PerCPUMetricsFactory {
  /// All metrics in Prometheus' text format.
  ///
  /// - Complexity: O(metrics × possible CPUs).
  public func prometheusText() -> String {
    String(decoding: PrometheusText.render(families()), as: UTF8.self)
  }
}
