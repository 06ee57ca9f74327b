// SPDX-License-Identifier: Apache-2.0

import CStressSupport

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// Programs of the system.
enum Command {
  struct Result {
    let status: Int32
    let output: String
  }

  /// The program of this name in PATH.
  static func find(_ name: String) -> String? {
    guard let path = getenv("PATH") else { return nil }
    return String(cString: path).split(separator: ":").map { "\($0)/\(name)" }
      .first { access($0, X_OK) == 0 }
  }

  /// Runs a program in the environment of this process and returns what it printed.
  static func run(_ path: String, _ arguments: [String]) -> Result {
    let file = tmpfile()!
    defer { fclose(file) }
    let copies = ([path] + arguments).map { strdup($0) }
    defer { for copy in copies { free(copy) } }
    var variables: [UnsafePointer<CChar>?] = []
    var variable = environ
    while let text = variable.pointee {
      variables.append(UnsafePointer(text))
      variable += 1
    }
    let status = stress_run(
      path, copies.map { UnsafePointer($0) } + [nil], variables + [nil], fileno(file))
    rewind(file)
    var output: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: 1 << 16)
    while case let count = fread(&buffer, 1, buffer.count, file), count > 0 {
      output += buffer[..<count]
    }
    return Result(status: status, output: String(decoding: output, as: UTF8.self))
  }
}
