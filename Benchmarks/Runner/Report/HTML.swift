// SPDX-License-Identifier: Apache-2.0

/// The page that --html writes: one file without scripts or anything to load.
struct Page {
  let results: [Measurement]
  let header: Header

  var html: String {
    var parts = [Self.top, "<h1>PerCPU benchmarks</h1>", "<dl>"]
    for fact in header.facts {
      parts.append("<dt>\(escape(fact.name))</dt><dd>\(escape(fact.value))</dd>")
    }
    parts.append("</dl>")
    if let warning = header.warning {
      parts.append("<p class=\"warning\">\(escape(warning))</p>")
    }
    parts.append(
      """
      <p>The time for an operation on a logarithmic scale: the dot is the median, the line reaches
      from the minimum to the 99th percentile. Left is better. What this package offers is in bold
      letters; the baseline is marked with =, and a ratio above 1 means: so many times faster than
      that, in the same run. Where the engine is not the one named above, it stands behind the name.</p>
      """)
    parts.append(Overview(results).html)
    for family in results.distinct(\.family) {
      let part = results.filter { $0.family == family }
      let summary = part[0].row.family.summary
      parts.append(
        "<h2 id=\"\(escape(family))\">\(escape(family + Header.mark))</h2>\n<p>\(escape(summary))</p>"
      )
      for operation in part.distinct(\.operation) {
        parts.append(section(operation, part.filter { $0.operation == operation }))
      }
    }
    parts.append("</body>\n</html>\n")
    return parts.joined(separator: "\n")
  }

  private func section(_ operation: String, _ results: [Measurement]) -> String {
    let isLatency = results[0].row.operation.kind == .latency
    let notes = results.compactMap { result in
      result.note.map {
        escape("\(result.row.label), \(Text.threads(result.threads)): \($0)")
      }
    }
    return """
      <section>
      <h3>\(escape(operation))\(isLatency ? "<small>, each one timed</small>" : "")</h3>
      \(Chart(results).svg)
      <details><summary>figures</summary>
      <table>
      <tr><th>implementation</th><th>threads</th><th>min</th><th>p50</th><th>p99</th>
      <th>ratio</th></tr>
      \(results.map(row).joined(separator: "\n"))
      </table>
      \(notes.isEmpty ? "" : "<p>\(notes.joined(separator: "<br/>\n"))</p>")
      </details>
      </section>
      """
  }

  private func row(_ result: Measurement) -> String {
    let spread = result.spread
    let threads =
      "\(result.threads)"
      + (result.oversubscribed ? ", oversubscribed" : result.isPinned ? "" : ", unpinned")
    let figures =
      [spread.min, spread.p50, spread.p99].map(Text.duration) + [Text.ratio(result.ratio)]
    return "<tr><td\(result.row.htmlClass)>\(escape(result.row.title))</td><td>\(threads)</td>"
      + figures.map { "<td>\($0)</td>" }.joined() + "</tr>"
  }

  private static let top = """
    <!DOCTYPE html>
    <html lang="en">
    <head>
    <meta charset="utf-8"/>
    <meta name="viewport" content="width=device-width, initial-scale=1"/>
    <title>PerCPU benchmarks</title>
    <style>
    :root { --ink: #1c1c1e; --faint: #d8d8dc; --paper: #ffffff; }
    @media (prefers-color-scheme: dark) {
      :root { --ink: #e8e8ea; --faint: #46464c; --paper: #1c1c1e; }
    }
    body { font: 15px/1.5 system-ui, sans-serif; color: var(--ink); background: var(--paper);
      max-width: 72rem; margin: 2rem auto; padding: 0 1rem; }
    dl { display: grid; grid-template-columns: max-content 1fr; gap: 0 1rem; }
    dd { margin: 0; }
    svg { width: 100%; max-width: 62rem; height: auto; font: 12px system-ui, sans-serif; fill: var(--ink); }
    .grid { stroke: var(--faint); }
    \(Chart.styles)
    table { border-collapse: collapse; font-variant-numeric: tabular-nums; }
    td, th { padding: 0.1rem 0.7rem; text-align: right; border-bottom: 1px solid var(--faint); }
    td:first-child, th:first-child, .text { text-align: left; }
    a { color: inherit; }
    table { font-size: 14px; display: block; overflow-x: auto; }
    td { white-space: nowrap; }
    small { font-weight: normal; }
    .ours { font-weight: bold; }
    .warning { color: #c0392b; font-weight: bold; }
    </style>
    </head>
    <body>
    """
}

extension Row {
  /// The label, and whether others are compared with it.
  var title: String { (isBaseline ? "= " : "") + label }

  var htmlClass: String { implementation.isOurs ? " class=\"ours\"" : "" }
}

/// Text as it stands in HTML.
func escape(_ text: String) -> String {
  var result = ""
  for character in text {
    switch character {
    case "&": result += "&amp;"
    case "<": result += "&lt;"
    case ">": result += "&gt;"
    case "\"": result += "&quot;"
    default: result.append(character)
    }
  }
  return result
}
