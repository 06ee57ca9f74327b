// SPDX-License-Identifier: Apache-2.0

extension Program {
  /// What all programs do that measure families, beginning with the command line.
  ///
  /// - Parameter whyDebug: Why this measures a debug build; nil if it does not.
  static func start(
    named name: String,
    whyDebug: (_ options: Options, _ arguments: [String]) throws(Options.Invalid) -> String?
  ) {
    let arguments = Array(CommandLine.arguments.dropFirst())
    if arguments == [Worker.argument] { return Worker.serve() }
    do throws(Options.Invalid) {
      let options = try Options(arguments)
      if options.help { return print(Options.usage) }
      try Program(options, whyDebug: whyDebug(options, arguments)).run()
    } catch {
      Files.writeError("\(name): \(error.message)\n\(name) --help tells more.\n")
      exitProcess(64)
    }
  }
}
