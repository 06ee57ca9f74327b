// SPDX-License-Identifier: Apache-2.0

/// The figures of a family on a terminal of 100 columns.
enum Table {
  private static let labelWidth = 31
  private static let figureWidths = (p50: 7, p99: 8, ratio: 8)
  /// So many numbers of threads fit side by side.
  private static let columnsPerTable = 3

  static func text(_ family: Family, _ results: [Measurement]) -> String {
    let throughput = results.filter { $0.row.operation.kind == .throughput }
    let latency = results.filter { $0.row.operation.kind == .latency }
    var lines = ["", "\(family.name): \(family.summary)\(Header.mark)"]
    var columns = throughput.distinct(\.threads).sorted()[...]
    while !columns.isEmpty {
      lines += throughputLines(throughput, Array(columns.prefix(columnsPerTable)))
      columns = columns.dropFirst(columnsPerTable)
    }
    if !latency.isEmpty { lines += latencyLines(latency) }
    return lines.joined(separator: "\n") + "\n"
  }

  // MARK: Loops

  private static func throughputLines(_ all: [Measurement], _ columns: [Int]) -> [String] {
    let results = all.filter { columns.contains($0.threads) }
    let width = figureWidths.p50 + figureWidths.p99 + figureWidths.ratio
    var lines = [
      Text.left("ns/op; = is the baseline", labelWidth)
        + columns.map { Text.right(heading($0, results), width) }.joined(),
      Text.left("", labelWidth)
        + columns.map { _ in
          Text.right("p50", figureWidths.p50) + Text.right("p99", figureWidths.p99)
            + Text.right("ratio", figureWidths.ratio)
        }.joined(),
    ]
    for operation in results.distinct(\.operation) {
      let rows = results.filter { $0.operation == operation }
      lines.append(operation)
      for label in rows.distinct(\.row.label) {
        let cells = columns.map { threads in
          rows.first { $0.row.label == label && $0.threads == threads }
        }
        let isBaseline = cells.contains { $0?.row.isBaseline == true }
        let name = (isBaseline ? "= " : "  ") + label
        if name.count >= labelWidth { lines.append(name) }
        let line =
          Text.left(name.count < labelWidth ? name : "", labelWidth) + cells.map(figures).joined()
        lines.append(trimmed(line))
      }
    }
    if results.contains(where: \.oversubscribed) {
      lines.append("* oversubscribed: more threads than CPUs, placed by the scheduler")
    }
    return lines
  }

  private static func heading(_ threads: Int, _ results: [Measurement]) -> String {
    let results = results.filter { $0.threads == threads }
    let text = Text.threads(threads)
    if results.contains(where: \.oversubscribed) { return "\(text)*" }
    if results.contains(where: { !$0.isPinned }) { return "\(text), unpinned" }
    return text
  }

  private static func figures(_ result: Measurement?) -> String {
    guard let result else {
      return Text.right("", figureWidths.p50 + figureWidths.p99 + figureWidths.ratio)
    }
    return Text.right(Text.nanoseconds(result.spread.p50), figureWidths.p50)
      + Text.right(Text.nanoseconds(result.spread.p99), figureWidths.p99)
      + Text.right(Text.ratio(result.ratio), figureWidths.ratio)
  }

  private static func trimmed(_ line: String) -> String {
    String(line.reversed().drop { $0 == " " }.reversed())
  }

  // MARK: Single operations

  private static func latencyLines(_ results: [Measurement]) -> [String] {
    let titles = ["p50", "p90", "p99", "p99.9", "max", "ratio"]
    var lines = [
      Text.left("ns, each one timed", labelWidth + 15)
        + titles.map { Text.right($0, 9) }.joined()
    ]
    for operation in results.distinct(\.operation) {
      lines.append(operation)
      for result in results where result.operation == operation {
        let spread = result.spread
        let label = (result.row.isBaseline ? "= " : "  ") + result.row.label
        let figures =
          [spread.p50, spread.p90, spread.p99, spread.p999, spread.max].map(Text.nanoseconds)
          + [Text.ratio(result.ratio)]
        lines.append(
          Text.left(label, labelWidth + 3) + Text.left(Text.threads(result.threads), 12)
            + figures.map { Text.right($0, 9) }.joined())
      }
      for case (let result, let note?) in results.map({ ($0, $0.note) })
      where result.operation == operation {
        lines.append("  \(result.row.label): \(note)")
      }
    }
    return lines
  }
}

/// The end of the output, which is what stands on the screen: this package against the baselines.
enum Summary {
  static func text(_ results: [Measurement]) -> String {
    let ours = results.filter {
      $0.row.implementation.isOurs && !$0.row.isBaseline && $0.row.isLocal
        && $0.row.operation.kind == .throughput
    }
    if ours.isEmpty { return "" }
    var lines = [
      "", "In short: ns/op, and how many times faster than the baseline\(Header.mark)",
    ]
    for (operation, implementation, baseline) in ours.distinctRows {
      let cells = ours.filter {
        $0.family + "/" + $0.operation == operation && $0.implementation == implementation
      }
      lines.append("\(operation): \(implementation) against \(baseline)")
      let texts = cells.map {
        "\(Text.threads($0.threads)) \(Text.nanoseconds($0.spread.p50)) (\(Text.ratio($0.ratio)))"
      }
      lines.append("  " + texts.joined(separator: ", "))
    }
    return lines.joined(separator: "\n") + "\n"
  }
}

extension [Measurement] {
  fileprivate var distinctRows: [(operation: String, implementation: String, baseline: String)] {
    var seen: Set<String> = []
    return filter { seen.insert("\($0.family)/\($0.operation)/\($0.implementation)").inserted }
      .map { ("\($0.family)/\($0.operation)", $0.implementation, $0.baseline) }
  }
}
