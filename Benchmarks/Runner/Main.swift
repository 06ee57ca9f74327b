// SPDX-License-Identifier: Apache-2.0

/// `swift run -c release Benchmarks`
@main
enum Main {
  static func main() {
    Program.start(named: "Benchmarks") { options, arguments throws(Options.Invalid) in
      guard isDebugBuild else { return nil }
      if options.debugBuild || options.list { return "asked for by --debug-build" }
      try Program.check(options)
      let reason = ReleaseBuild.takePlace(arguments: arguments)
      Files.writeError("Benchmarks: measuring the debug build, because of this: \(reason)\n")
      return reason
    }
  }
}
