// SPDX-License-Identifier: Apache-2.0

/// One run: measure, show, write.
struct Program {
  private let options: Options
  private let machine: Machine
  private let plan: Plan
  private let old: Baseline?
  private let header: Header
  private let output: Output

  /// Finds out what is wrong with the options before any time is spent.
  static func check(_ options: Options) throws(Options.Invalid) {
    _ = try Program(options, whyDebug: nil)
  }

  init(_ options: Options, whyDebug: String?) throws(Options.Invalid) {
    self.options = options
    machine = .current
    plan = Plan(options, cpus: machine.cpus.count)
    guard !plan.cells.isEmpty else {
      throw .init(message: "no row matches --filter and --threads; see --list")
    }
    old = try options.compare.map { path throws(Options.Invalid) in try Baseline(path: path) }
    for path in [options.json, options.html].compactMap(\.self) {
      do throws(Files.Failure) {
        try Files.checkWritable(path)
      } catch {
        throw .init(message: "'\(path)' cannot be written: \(error.reason)")
      }
    }
    header = Header(machine: machine, whyDebug: whyDebug)
    output = Output(toError: options.usesStandardOutput)
  }

  func run() throws(Options.Invalid) {
    if options.list {
      for name in plan.names { print(name) }
      return
    }
    output.write(header.text)
    let results = measure()
    output.write(Summary.text(results))
    if let old { output.write(Comparison(old: old, new: results, machine: machine).text) }
    do throws(Files.Failure) {
      if let path = options.json {
        try Files.write(Report.json(results, machine), to: path)
      }
      if let path = options.html {
        try Files.write(Page(results: results, header: header).html, to: path)
      }
    } catch {
      fail("the report cannot be written: \(error.reason)")
    }
  }

  private func measure() -> [Measurement] {
    let session = Session(
      cpus: machine.cpus, seconds: options.seconds, weight: plan.weight)
    let progress = Progress(cells: plan.cells.count)
    var results: [Measurement] = []
    for family in plan.families {
      var part: [Measurement] = []
      for cell in plan.cells(of: family) {
        progress.begin(cell)
        part += session.measure(cell)
      }
      progress.clear()
      output.write(Table.text(family, part))
      results += part
    }
    return results
  }
}

/// Where tables go.
struct Output {
  let toError: Bool

  func write(_ text: String) {
    if toError {
      Files.writeError(text)
    } else {
      try? Files.write(text, to: "-")
    }
  }
}
