// SPDX-License-Identifier: Apache-2.0

/// A JSON value, as far as reports need one.
indirect enum JSON {
  case null
  case bool(Bool)
  case number(Double)
  case string(String)
  case array([JSON])
  /// In the order in which it was written.
  case object([(name: String, value: JSON)])

  subscript(name: String) -> JSON? {
    guard case .object(let members) = self else { return nil }
    return members.first { $0.name == name }?.value
  }

  var string: String? {
    if case .string(let text) = self { text } else { nil }
  }

  var number: Double? {
    if case .number(let number) = self { number } else { nil }
  }

  var array: [JSON]? {
    if case .array(let elements) = self { elements } else { nil }
  }
}

extension JSON {
  /// Outer levels on lines of their own; what is deeper than `levels` in one line.
  func text(levels: Int = 0, indentation: String = "") -> String {
    switch self {
    case .null: return "null"
    case .bool(let value): return "\(value)"
    case .number(let value): return Self.text(of: value)
    case .string(let text): return Self.quoted(text)
    case .array(let elements):
      let parts = elements.map { $0.text(levels: levels - 1, indentation: indentation + "  ") }
      return Self.enclose(parts, "[", "]", levels, indentation)
    case .object(let members):
      let parts = members.map { member in
        let value = member.value.text(levels: levels - 1, indentation: indentation + "  ")
        return "\(Self.quoted(member.name)): \(value)"
      }
      return Self.enclose(parts, "{", "}", levels, indentation)
    }
  }

  private static func enclose(
    _ parts: [String], _ opening: String, _ closing: String, _ levels: Int, _ indentation: String
  ) -> String {
    if levels <= 0 || parts.isEmpty { return opening + parts.joined(separator: ", ") + closing }
    let lines = parts.map { "\(indentation)  \($0)" }.joined(separator: ",\n")
    return "\(opening)\n\(lines)\n\(indentation)\(closing)"
  }

  private static func text(of number: Double) -> String {
    guard number.isFinite else { return "null" }
    if number == number.rounded(), number.magnitude < 1e15 { return "\(Int(number))" }
    return "\((number * 10_000).rounded() / 10_000)"
  }

  private static func quoted(_ text: String) -> String {
    var result = "\""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "\"": result += "\\\""
      case "\\": result += "\\\\"
      case "\n": result += "\\n"
      case "\u{0}"..<" ":
        let digits = String(scalar.value, radix: 16)
        result += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
      default: result.unicodeScalars.append(scalar)
      }
    }
    return result + "\""
  }
}

/// What --json writes. Scripts depend on it: names and meanings do not change within a schema.
enum Report {
  static let schema = 1

  static func json(_ results: [Measurement], _ machine: Machine) -> String {
    var facts: [(name: String, value: JSON)] = [
      ("cpu", .string(machine.cpu)),
      ("cpus", .number(Double(machine.cpus.count))),
      ("kernel", .string(machine.kernel)),
      ("libc", .string(machine.libc)),
      ("swift", .string(machine.swift)),
      ("engine", .string(machine.engine)),
      ("revision", .string(machine.revision)),
    ]
    // Only where it is not as it should be.
    if isDebugBuild { facts.append(("build", .string("debug"))) }
    let document = JSON.object([
      ("schema", .number(Double(schema))),
      ("machine", .object(facts)),
      ("results", .array(results.map(json))),
    ])
    return document.text(levels: 2) + "\n"
  }

  private static func json(_ result: Measurement) -> JSON {
    var members: [(name: String, value: JSON)] = [
      ("family", .string(result.family)),
      ("operation", .string(result.operation)),
      ("implementation", .string(result.implementation)),
      ("engine", .string(result.engine)),
      ("threads", .number(Double(result.threads))),
      ("oversubscribed", .bool(result.oversubscribed)),
      (
        "nsPerOp",
        .object([
          ("min", .number(result.spread.min)),
          ("p50", .number(result.spread.p50)),
          ("p99", .number(result.spread.p99)),
        ])
      ),
      ("repetitions", .number(Double(result.spread.repetitions))),
      ("baseline", .string(result.baseline)),
      ("ratio", .number(result.ratio)),
    ]
    // Only where it is not as it should be.
    if !result.isPinned && !result.oversubscribed { members.append(("pinned", .bool(false))) }
    return .object(members)
  }
}
