// SPDX-License-Identifier: Apache-2.0

/// What is measured: families of operations, each with several implementations that are run side by
/// side. To add some, write a file in `Families` and name it in `Family.all`.
struct Family: Sendable {
  let name: String
  /// One line for people who do not know the family.
  let summary: String
  let operations: [Operation]

  init(_ name: String, _ summary: String, _ operations: [Operation]) {
    self.name = name
    self.summary = summary
    self.operations = operations
  }
}

/// One thing to do, and who does it.
struct Operation: Sendable {
  enum Kind: Sendable {
    /// Cheap: a loop is timed, and the percentiles are over its repetitions.
    case throughput
    /// Expensive: every single one is timed, and the percentiles are over all of them. One thread
    /// runs it, while the others keep their CPUs busy.
    case latency
  }

  /// On how many threads it makes sense.
  enum Threads: Sendable {
    /// One, all CPUs, four times as many.
    case any
    /// Not more than there are CPUs.
    case upToCPUs
    /// One, and so many for each CPU; in a short run the first and the last of these.
    case perCPU([Int])
    case one
  }

  let name: String
  let kind: Kind
  let threads: Threads
  /// How much time its rows get, as a multiple of what others get: for what happens rarely.
  let weight: Double
  /// The implementation that ratios refer to.
  let baseline: String
  let implementations: [Implementation]

  init(
    _ name: String, _ kind: Kind = .throughput, threads: Threads = .any, weight: Double = 1,
    baseline: String, _ implementations: [Implementation]
  ) {
    precondition(implementations.contains { $0.name == baseline }, "\(name) lacks its baseline")
    self.name = name
    self.kind = kind
    self.threads = threads
    self.weight = weight
    self.baseline = baseline
    self.implementations = implementations
  }
}

struct Implementation: Sendable {
  let name: String
  /// Whether it is a primitive of this package. Those run on both engines.
  let isOurs: Bool
  /// Makes what is measured, before the clock runs.
  let prepare: @Sendable () -> Subject

  static func ours(_ name: String, _ prepare: @escaping @Sendable () -> Subject) -> Self {
    Self(name: name, isOurs: true, prepare: prepare)
  }

  static func peer(_ name: String, _ prepare: @escaping @Sendable () -> Subject) -> Self {
    Self(name: name, isOurs: false, prepare: prepare)
  }
}
