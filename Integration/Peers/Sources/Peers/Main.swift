// SPDX-License-Identifier: Apache-2.0

/// `swift run -c release --package-path Integration/Peers Peers`
@main
enum Main {
  static func main() {
    let arguments = Array(CommandLine.arguments.dropFirst())
    if arguments == [Worker.argument] { return Worker.serve() }
    do throws(Options.Invalid) {
      let options = try Options(arguments)
      if options.help { return print(Options.usage) }
      let whyDebug = isDebugBuild ? "it was not built with -c release" : nil
      try Program(options, whyDebug: whyDebug).run()
    } catch {
      Files.writeError("Peers: \(error.message)\nPeers --help tells more.\n")
      exitProcess(64)
    }
  }
}
