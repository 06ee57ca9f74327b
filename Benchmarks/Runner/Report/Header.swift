// SPDX-License-Identifier: Apache-2.0

/// What every figure depends on.
struct Header {
  /// Name and value, in the order in which they are shown.
  let facts: [(name: String, value: String)]
  /// Why the figures are those of a debug build, if they are.
  let whyDebug: String?

  init(machine: Machine, whyDebug: String?) {
    let usable = machine.cpus.count
    var cpus = usable == 1 ? "1 CPU" : "\(usable) CPUs"
    if usable != machine.possibleCPUs { cpus += " usable of \(machine.possibleCPUs) possible" }
    self.whyDebug = whyDebug
    facts = [
      ("CPU", "\(machine.cpu); \(cpus)"),
      ("system", "\(machine.kernel), \(machine.libc)"),
      ("build", "Swift \(machine.swift), \(Self.configuration), revision \(machine.revision)"),
      ("engine", "\(machine.engine): \(machine.engineReason)"),
      ("", machine.engineDetails),
    ]
  }

  var text: String {
    var lines = ["PerCPU benchmarks"]
    for fact in facts { lines.append("  " + Text.left(fact.name, 8) + fact.value) }
    if let warning { lines.append("  " + warning) }
    return lines.joined(separator: "\n") + "\n"
  }

  var warning: String? {
    whyDebug.map { "DEBUG BUILD, whose figures say nothing about a release: \($0)" }
  }

  /// What marks a table of a debug build.
  static let mark = isDebugBuild ? " [DEBUG BUILD]" : ""

  private static var configuration: String {
    isDebugBuild ? "DEBUG BUILD" : "release build"
  }
}
