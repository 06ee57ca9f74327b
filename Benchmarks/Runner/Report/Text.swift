// SPDX-License-Identifier: Apache-2.0

/// Numbers and columns, for people.
enum Text {
  /// With so many digits after the point.
  static func fixed(_ value: Double, _ digits: Int) -> String {
    var scale = 1.0
    for _ in 0..<digits { scale *= 10 }
    let scaled = (value.magnitude * scale).rounded()
    guard scaled < 1e15 else { return "\(value)" }
    let whole = Int(scaled / scale)
    let sign = value < 0 ? "-" : ""
    if digits == 0 { return "\(sign)\(whole)" }
    let fraction = String(Int(scaled) - whole * Int(scale))
    return sign + "\(whole)." + String(repeating: "0", count: digits - fraction.count) + fraction
  }

  /// Nanoseconds, to about three digits; from a million on as milliseconds.
  static func nanoseconds(_ value: Double) -> String {
    if value >= 1e6 { return "\(nanoseconds(value / 1e6))ms" }
    return fixed(value, value < 10 ? 2 : value < 100 ? 1 : 0)
  }

  /// With its unit, to about three digits.
  static func duration(_ nanoseconds: Double) -> String {
    let (value, unit) =
      nanoseconds < 1e3
      ? (nanoseconds, "ns")
      : nanoseconds < 1e6 ? (nanoseconds / 1e3, "µs") : (nanoseconds / 1e6, "ms")
    return "\(fixed(value, value < 10 ? 2 : value < 100 ? 1 : 0)) \(unit)"
  }

  /// How many times faster.
  static func ratio(_ value: Double) -> String {
    fixed(value, value < 0.01 ? 4 : value < 0.1 ? 3 : value < 10 ? 2 : value < 100 ? 1 : 0) + "x"
  }

  static func threads(_ count: Int) -> String {
    count == 1 ? "1 thread" : "\(count) threads"
  }

  static func left(_ text: String, _ width: Int) -> String {
    text + String(repeating: " ", count: max(0, width - text.count))
  }

  static func right(_ text: String, _ width: Int) -> String {
    String(repeating: " ", count: max(0, width - text.count)) + text
  }
}

extension Sequence {
  /// The distinct values of a property, in the order of their first occurrence.
  func distinct<Value: Hashable>(_ property: (Element) -> Value) -> [Value] {
    var seen: Set<Value> = []
    return map(property).filter { seen.insert($0).inserted }
  }
}
