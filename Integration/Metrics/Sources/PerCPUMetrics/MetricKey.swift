// SPDX-License-Identifier: Apache-2.0

/// What tells one metric from the others of its kind: its label, and its dimensions in any order.
struct MetricKey: Sendable {
  let label: String
  let dimensions: [(String, String)]
  /// The same for any order of the dimensions.
  let digest: Int

  init(_ label: String, _ dimensions: [(String, String)]) {
    self.label = label
    self.dimensions = dimensions
    var hasher = Hasher()
    hasher.combine(label)
    var digest = hasher.finalize()
    for (name, value) in dimensions {
      var hasher = Hasher()
      hasher.combine(name)
      hasher.combine(value)
      digest &+= hasher.finalize()
    }
    self.digest = digest
  }
}

extension MetricKey: Hashable {
  func hash(into hasher: inout Hasher) {
    hasher.combine(digest)
  }

  static func == (left: MetricKey, right: MetricKey) -> Bool {
    guard left.digest == right.digest, left.label == right.label,
      left.dimensions.count == right.dimensions.count
    else { return false }
    // Nearly always they come from the same line of a program.
    return left.dimensions.elementsEqual(right.dimensions, by: ==)
      || left.dimensions.sorted(by: <).elementsEqual(right.dimensions.sorted(by: <), by: ==)
  }
}
