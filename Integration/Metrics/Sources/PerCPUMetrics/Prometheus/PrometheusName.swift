// SPDX-License-Identifier: Apache-2.0

/// Names as Prometheus allows them: letters, digits, underscores and, for metrics, colons, but no digit first.
enum PrometheusName {
  static func metric(_ label: String) -> String {
    sanitized(label, colons: true)
  }

  /// Names that begin with two underscores, and that of a histogram's bound, have a meaning of their own.
  static func label(_ dimension: String) -> String {
    let name = sanitized(dimension, colons: false)
    return name.hasPrefix("__") || name == "le" ? "exported_" + name : name
  }

  private static func sanitized(_ text: String, colons: Bool) -> String {
    var name = ""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "a"..."z", "A"..."Z", "_": name.unicodeScalars.append(scalar)
      case ":" where colons: name.unicodeScalars.append(scalar)
      case "0"..."9":
        if name.isEmpty { name = "_" }
        name.unicodeScalars.append(scalar)
      default: name += "_"
      }
    }
    return name.isEmpty ? "_" : name
  }
}
