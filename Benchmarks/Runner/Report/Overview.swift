// SPDX-License-Identifier: Apache-2.0

/// The beginning of the page: what this package takes on the engine of the run, and how many times faster
/// than the baselines that is. Without what is oversubscribed, which says more about the scheduler.
struct Overview {
  private let results: [Measurement]
  private let threads: [Int]

  init(_ results: [Measurement]) {
    self.results = results.filter {
      $0.row.implementation.isOurs && !$0.row.isBaseline && $0.row.isLocal && !$0.oversubscribed
    }
    threads = self.results.distinct(\.threads).sorted()
  }

  var html: String {
    if results.isEmpty { return "" }
    let columns = threads.map { "<th>\(Text.threads($0))</th>" }.joined()
    var lines = [
      "<table>",
      "<tr><th>operation</th><th class=\"text\">type</th><th class=\"text\">= baseline</th>\(columns)</tr>",
    ]
    for family in results.distinct(\.family) {
      let part = results.filter { $0.family == family }
      for operation in part.distinct(\.operation) {
        lines += rows(part.filter { $0.operation == operation })
      }
    }
    return (lines + ["</table>"]).joined(separator: "\n")
  }

  private func rows(_ results: [Measurement]) -> [String] {
    results.distinct(\.implementation).map { implementation in
      let own = results.filter { $0.implementation == implementation }
      let cells = threads.map { threads in
        guard let result = own.first(where: { $0.threads == threads }) else { return "<td></td>" }
        return "<td>\(Text.duration(result.spread.p50)), \(Text.ratio(result.ratio))</td>"
      }
      let family = escape(own[0].family)
      return "<tr><td><a href=\"#\(family)\">\(family)</a>: \(escape(own[0].operation))</td>"
        + "<td class=\"text\">\(escape(implementation))</td>"
        + "<td class=\"text\">\(escape(own[0].baseline))</td>\(cells.joined())</tr>"
    }
  }
}
