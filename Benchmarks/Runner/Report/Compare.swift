// SPDX-License-Identifier: Apache-2.0

/// The figures of an earlier run.
struct Baseline {
  struct Figures {
    let min: Double
    let p50: Double
    let p99: Double
    let ratio: Double
  }

  let path: String
  let cpu: String
  let engine: String
  let isDebugBuild: Bool
  private let figures: [String: Figures]

  init(path: String) throws(Options.Invalid) {
    self.path = path
    let document: JSON
    do {
      document = try JSON(parsing: try Files.read(path))
    } catch let error as Files.Failure {
      throw .init(message: "'\(path)' cannot be read: \(error.reason)")
    } catch let error as JSON.Malformed {
      throw .init(message: "'\(path)' is no JSON: \(error.reason)")
    } catch {
      throw .init(message: "'\(path)' cannot be read: \(error)")
    }
    guard document["schema"]?.number == Double(Report.schema),
      let results = document["results"]?.array
    else {
      throw .init(message: "'\(path)' is not what --json writes (schema \(Report.schema))")
    }
    cpu = document["machine"]?["cpu"]?.string ?? "unknown"
    engine = document["machine"]?["engine"]?.string ?? "unknown"
    isDebugBuild = document["machine"]?["build"]?.string == "debug"
    var figures: [String: Figures] = [:]
    for result in results {
      guard let key = Self.key(result), let times = result["nsPerOp"],
        let min = times["min"]?.number, let p50 = times["p50"]?.number,
        let p99 = times["p99"]?.number, let ratio = result["ratio"]?.number
      else { throw .init(message: "'\(path)' has a result that lacks something: \(result.text())") }
      figures[key] = Figures(min: min, p50: p50, p99: p99, ratio: ratio)
    }
    self.figures = figures
  }

  func figures(for result: Measurement) -> Figures? {
    figures[
      Self.key(
        result.family, result.operation, result.implementation, result.engine, result.threads)]
  }

  private static func key(_ result: JSON) -> String? {
    guard let family = result["family"]?.string, let operation = result["operation"]?.string,
      let implementation = result["implementation"]?.string,
      let engine = result["engine"]?.string, let threads = result["threads"]?.number
    else { return nil }
    return key(family, operation, implementation, engine, Int(threads))
  }

  private static func key(
    _ family: String, _ operation: String, _ implementation: String, _ engine: String,
    _ threads: Int
  ) -> String {
    "\(family)/\(operation)/\(implementation)/\(engine)/\(threads)"
  }
}

/// Now against then.
struct Comparison {
  let old: Baseline
  let new: [Measurement]
  let machine: Machine

  enum Verdict: String, CaseIterable {
    case faster, slower, same

    /// A row has changed if each run's median lies outside of what the other run saw, by 5 percent
    /// at least, and if the baseline of the same run did not change along: a machine that is busy
    /// with something else slows down both.
    init(old: Baseline.Figures, new: Measurement) {
      let spread = new.spread
      let isBaseline = new.row.isBaseline
      func isChange(_ factor: Double) -> Bool { factor > 1.05 }
      if spread.p50 > old.p99, spread.min > old.p50, isChange(spread.p50 / old.p50),
        isBaseline || isChange(old.ratio / max(new.ratio, 1e-6))
      {
        self = .slower
      } else if spread.p50 < old.min, spread.p99 < old.p50, isChange(old.p50 / spread.p50),
        isBaseline || isChange(new.ratio / max(old.ratio, 1e-6))
      {
        self = .faster
      } else {
        self = .same
      }
    }
  }

  var text: String {
    var lines = ["", "Compared with \(old.path): p50 then and now; above 1x it is faster now"]
    if old.cpu != machine.cpu || old.isDebugBuild != isDebugBuild {
      lines.append("Those figures are of another machine or build: verdicts say nothing.")
    }
    var counts: [Verdict: Int] = [:]
    for operation in new.distinct({ "\($0.family)/\($0.operation)" }) {
      lines.append(operation)
      for result in new where "\(result.family)/\(result.operation)" == operation {
        let label = Text.left("  \(result.row.label)", 34)
        let start = label + Text.left(Text.threads(result.threads), 14)
        guard let then = old.figures(for: result) else {
          lines.append(start + "not measured then")
          continue
        }
        let verdict = Verdict(old: then, new: result)
        counts[verdict, default: 0] += 1
        lines.append(
          start + Text.right(Text.nanoseconds(then.p50), 9) + " -> "
            + Text.left(Text.nanoseconds(result.spread.p50), 9)
            + Text.right(Text.ratio(then.p50 / max(result.spread.p50, 0.001)), 8)
            + "  \(verdict.rawValue)")
      }
    }
    lines.append(
      "In all: "
        + Verdict.allCases.map { "\(counts[$0] ?? 0) \($0.rawValue)" }
        .joined(separator: ", "))
    return lines.joined(separator: "\n") + "\n"
  }
}
