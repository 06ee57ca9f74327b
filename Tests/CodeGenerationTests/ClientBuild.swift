// SPDX-License-Identifier: Apache-2.0

/// The client package, built in release with one of the shim's sets of headers, and disassembled.
struct ClientBuild {
  /// Instructions by function; only the client's functions whose names begin with `probe`, without
  /// the closures in them.
  let probes: [String: [String]]
  /// The same by symbol: an asynchronous function comes in several parts.
  let symbols: [String: [String]]
  /// Headers and contents of the sections the kernel and the linker look at.
  let sections: String
  let failingSections: String

  struct Failure: Error, CustomStringConvertible {
    let description: String
  }

  /// Why this cannot be done here, or nil.
  static let obstacle: String? = {
    if Command.find("swift") == nil { return "no 'swift' in PATH" }
    if disassembler == nil { return "neither 'objdump' nor 'llvm-objdump' in PATH" }
    return nil
  }()

  /// As a user builds it.
  static let native = Result { try ClientBuild(set: "native") }
  /// With the control's headers.
  static let withoutLeadingBarrier = Result { try ClientBuild(set: "WithoutLeadingBarrier") }

  private static let disassembler = Command.find("objdump") ?? Command.find("llvm-objdump")

  private init(set: String) throws {
    // Three levels up from this file: the package. Its products are not the running test's.
    let tests = #filePath.split(separator: "/").dropLast(2).joined(separator: "/")
    let client = "/\(tests)/CodeGenerationTests/Client"
    let scratch = "/\(tests)/../.build/code-generation-\(set)"
    // From nothing: a build does not always notice that headers of a dependency have changed.
    _ = Command.run("/bin/rm", ["-rf", scratch])
    var arguments = [
      "build", "-c", "release", "--package-path", client, "--scratch-path", scratch,
    ]
    if set != "native" {
      arguments += ["-Xcc", "-DPERCPU_SHIM=\(set)", "-Xcc", "-I/\(tests)/Shims"]
    }
    let build = Command.run(Command.find("swift")!, arguments)
    guard build.status == 0 else {
      throw Failure(description: "the client does not build:\n\(build.output)")
    }
    guard !build.output.contains("warning:") else {
      throw Failure(description: "the client builds with warnings:\n\(build.output)")
    }
    let binary = "\(scratch)/release/Client"
    (probes, symbols) = Self.parse(
      Command.run(Self.disassembler!, ["-d", "--no-show-raw-insn", binary]).output)
    sections = Command.run(Self.disassembler!, ["-h", binary]).output
    failingSections =
      Command.run(
        Self.disassembler!, ["-s", "-j", "__rseq_failure", binary]
      ).output
  }

  /// Splits a disassembly into functions, and strips addresses and comments from instructions.
  private static func parse(
    _ listing: String
  ) -> (probes: [String: [String]], symbols: [String: [String]]) {
    var probes: [String: [String]] = [:]
    var symbols: [String: [String]] = [:]
    var current: (name: String, symbol: String)?
    for line in listing.split(separator: "\n") {
      if line.hasSuffix(">:"), let symbol = line.split(separator: "<").last?.dropLast(2) {
        current = probeName(in: symbol).map { ($0, String(symbol)) }
      } else if let current, let colon = line.firstIndex(of: ":") {
        let text = line[line.index(after: colon)...].split(separator: "#")[0]
        let instruction = text.split(whereSeparator: { $0 == " " || $0 == "\t" })
          .joined(separator: " ")
        if !instruction.isEmpty {
          probes[current.name, default: []].append(instruction)
          symbols[current.symbol, default: []].append(instruction)
        }
      }
    }
    return (probes, symbols)
  }

  /// `probeStoreString` out of `$s6Client9ProtectedC16probeStoreStringSSyF`: the mangling puts the
  /// length in front of each name.
  private static func probeName(in symbol: Substring) -> String? {
    // Functions of the library that are specialized for a probe are named after it, too.
    guard symbol.hasPrefix("$s6Client"), !symbol.contains("XEfU") else { return nil }
    var digits = ""
    var rest = symbol
    while let character = rest.first {
      if character.isNumber {
        digits.append(character)
      } else if let length = Int(digits), rest.hasPrefix("probe") {
        return String(rest.prefix(length))
      } else {
        digits = ""
      }
      rest = rest.dropFirst()
    }
    return nil
  }
}
