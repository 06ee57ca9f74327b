// SPDX-License-Identifier: Apache-2.0

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// The medians and spreads of one operation as an inline SVG picture.
///
///     PerCPUCounter      |-o---|        0.52 ns, 44x
///                        |--o--|        0.55 ns, 42x
///     = Mutex                                   |----o-----|  23.1 ns
///                       0.1         1         10         100
struct Chart {
  private let results: [Measurement]
  private let labels: [String]
  private let threads: [Int]
  /// The decades shown, as powers of ten.
  private let decades: ClosedRange<Int>

  /// Where the axis begins, behind the longest label.
  private let left: Double

  private static let width = 860.0
  /// Room for the figures of what is at the end of the axis.
  private static let right = 130.0
  private static let characterWidth = 6.9
  private static let lineHeight = 15.0
  private static let colors = ["#2471a3", "#ca6f1e", "#7d3c98", "#1e8449", "#b03a2e", "#717d7e"]

  static var styles: String {
    colors.enumerated().map { index, color in
      ".s\(index) { fill: \(color); stroke: \(color); }"
    }.joined(separator: "\n")
  }

  init(_ results: [Measurement]) {
    self.results = results
    labels = results.distinct(\.row.label)
    threads = results.distinct(\.threads).sorted()
    let longest = results.map { $0.row.title.count }.max() ?? 0
    left = max(170, (Double(longest) * Self.characterWidth).rounded() + 16)
    var lowest = Int.max
    var highest = Int.min
    for spread in results.map(\.spread) {
      lowest = min(lowest, Self.decade(below: spread.min))
      highest = max(highest, Self.decade(below: spread.p99) + 1)
    }
    decades = lowest...highest
  }

  var svg: String {
    let top = 24.0
    let rowHeight = Self.lineHeight * Double(threads.count) + 6
    let bottom = top + rowHeight * Double(labels.count)
    let height = Int(bottom + 22)
    var parts = [
      "<svg viewBox=\"0 0 \(Int(Self.width)) \(height)\" role=\"img\" "
        + "aria-label=\"\(escape(results[0].operation))\">"
    ]
    parts += legend()
    for power in decades {
      let at = x(Self.tenToThe(power))
      parts.append(
        "<line class=\"grid\" x1=\"\(at)\" y1=\"\(top)\" x2=\"\(at)\" y2=\"\(bottom)\"/>")
      let label = Self.axisLabel(power)
      parts.append("<text x=\"\(at)\" y=\"\(bottom + 14)\" text-anchor=\"middle\">\(label)</text>")
    }
    for (index, label) in labels.enumerated() {
      let row = results.first { $0.row.label == label }!.row
      let rowTop = top + rowHeight * Double(index)
      let middle = rowTop + rowHeight / 2 + 4
      parts.append(
        "<text\(row.htmlClass) x=\"\(left - 10)\" y=\"\(middle)\" text-anchor=\"end\">"
          + "\(escape(row.title))</text>")
      for (series, count) in threads.enumerated() {
        let y = rowTop + 3 + Self.lineHeight * (Double(series) + 0.5)
        if let result = results.first(where: { $0.row.label == label && $0.threads == count }) {
          parts += mark(result, y, series)
        }
      }
    }
    parts.append("</svg>")
    return parts.joined(separator: "\n")
  }

  private func mark(_ result: Measurement, _ y: Double, _ series: Int) -> [String] {
    let spread = result.spread
    let figures =
      Text.duration(spread.p50) + (result.row.isBaseline ? "" : ", \(Text.ratio(result.ratio))")
    let style = "s\(series % Self.colors.count)"
    let (from, dot, to) = (x(spread.min), x(spread.p50), x(spread.p99))
    return [
      "<line class=\"\(style)\" x1=\"\(from)\" y1=\"\(y)\" x2=\"\(to)\" y2=\"\(y)\"/>",
      "<circle class=\"\(style)\" cx=\"\(dot)\" cy=\"\(y)\" r=\"4\"/>",
      "<text x=\"\(to + 8)\" y=\"\(y + 4)\">\(figures)</text>",
    ]
  }

  private func legend() -> [String] {
    threads.enumerated().flatMap { series, count in
      let at = left + 170 * Double(series)
      let mark = results.contains { $0.threads == count && $0.oversubscribed }
      return [
        "<circle class=\"s\(series % Self.colors.count)\" cx=\"\(at)\" cy=\"10\" r=\"4\"/>",
        "<text x=\"\(at + 10)\" y=\"14\">\(Text.threads(count))"
          + (mark ? ", oversubscribed</text>" : "</text>"),
      ]
    }
  }

  /// Where a duration stands on the axis, rounded to what a screen can show.
  private func x(_ nanoseconds: Double) -> Double {
    let space = Self.width - left - Self.right
    let decade = log10(max(nanoseconds, 0.01)) - Double(decades.lowerBound)
    let position = min(1, max(0, decade / Double(decades.count - 1)))
    return ((left + space * position) * 10).rounded() / 10
  }

  private static func axisLabel(_ power: Int) -> String {
    let (unit, rest) = power < 3 ? ("ns", power) : power < 6 ? ("µs", power - 3) : ("ms", power - 6)
    return "\(Text.fixed(tenToThe(rest), max(0, -rest))) \(unit)"
  }

  private static func tenToThe(_ power: Int) -> Double {
    pow(10, Double(power))
  }

  /// The highest power of ten that is not above.
  private static func decade(below value: Double) -> Int {
    Int(log10(max(value, 0.01)).rounded(.down))
  }
}
