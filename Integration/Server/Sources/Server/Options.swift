// SPDX-License-Identifier: Apache-2.0

/// What the command line says.
struct Options {
  enum Variant: String, CaseIterable {
    case percpu
    case mutex
    case nio
  }

  var variant = Variant.percpu
  var port = 8080
  var threads = 2
  var settings = "settings.json"
  var accessLog = "access.log"
  /// Where the metrics are written at the end.
  var metrics: String?

  static let usage = """
    usage: Server [--variant percpu|mutex|nio] [--port PORT] [--threads COUNT] [--settings FILE]
                  [--access-log FILE] [--metrics FILE]
    """

  init?(_ arguments: [String]) {
    var rest = arguments[...]
    while let name = rest.popFirst() {
      guard let value = rest.popFirst() else { return nil }
      switch name {
      case "--variant":
        guard let variant = Variant(rawValue: value) else { return nil }
        self.variant = variant
      case "--port":
        guard let port = UInt16(value) else { return nil }
        self.port = Int(port)
      case "--threads":
        guard let threads = Int(value), threads > 0 else { return nil }
        self.threads = threads
      case "--settings": settings = value
      case "--access-log": accessLog = value
      case "--metrics": metrics = value
      default: return nil
      }
    }
  }
}
