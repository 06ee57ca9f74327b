// SPDX-License-Identifier: Apache-2.0

/// `swift run -c release Benchmarks`
@main
enum Main {
  static func main() {
    let arguments = Array(CommandLine.arguments.dropFirst())
    if arguments == [Worker.argument] { return Worker.serve() }
    do throws(Options.Invalid) {
      let options = try Options(arguments)
      if options.help { return print(Options.usage) }
      var whyDebug: String?
      if isDebugBuild {
        if options.debugBuild || options.list {
          whyDebug = "asked for by --debug-build"
        } else {
          try Program.check(options)
          let reason = ReleaseBuild.takePlace(arguments: arguments)
          whyDebug = reason
          Files.writeError("Benchmarks: measuring the debug build, because of this: \(reason)\n")
        }
      }
      try Program(options, whyDebug: whyDebug).run()
    } catch {
      Files.writeError("Benchmarks: \(error.message)\nBenchmarks --help tells more.\n")
      exitProcess(64)
    }
  }
}
