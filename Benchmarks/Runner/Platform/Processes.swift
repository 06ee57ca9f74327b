// SPDX-License-Identifier: Apache-2.0

import CBenchmarkPeers

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// Other programs.
enum Processes {
  struct Failure: Error {
    let reason: String
  }

  static func environment(_ name: String) -> String? {
    getenv(name).map { String(cString: $0) }
  }

  /// This executable's file.
  static var ownPath: String {
    #if os(Linux)
      Files.target(ofLink: "/proc/self/exe") ?? CommandLine.arguments[0]
    #else
      CommandLine.arguments[0]
    #endif
  }

  /// Starts a program with `variables` added to the environment.
  static func start(
    _ arguments: [String], environment variables: [String: String] = [:], input: Int32 = -1,
    output: Int32 = -1, silent: Bool = false
  ) throws(Failure) -> Int32 {
    let before = variables.keys.map { ($0, environment($0)) }
    for (name, value) in variables { setenv(name, value, 1) }
    let process = withArguments(arguments) { bench_spawn($0, input, output, silent) }
    for (name, value) in before {
      if let value { setenv(name, value, 1) } else { unsetenv(name) }
    }
    guard process > 0 else {
      throw Failure(
        reason: "'\(arguments[0])' cannot be started: \(String(cString: strerror(-process)))")
    }
    return process
  }

  /// What a program prints, without the line end; nil if it fails.
  static func output(of arguments: [String]) -> String? {
    var ends: [Int32] = [0, 0]
    guard pipe(&ends) == 0 else { return nil }
    let process = try? start(arguments, output: ends[1], silent: true)
    close(ends[1])
    defer { close(ends[0]) }
    guard let process else { return nil }
    var bytes: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: 4096)
    while true {
      let count = read(ends[0], &buffer, buffer.count)
      if count <= 0 { break }
      bytes += buffer[..<count]
    }
    guard bench_wait(process) == 0 else { return nil }
    let text = String(decoding: bytes, as: UTF8.self)
    return String(text.reversed().drop { $0 == "\n" }.reversed())
  }

  /// Becomes another program; returns only if that fails.
  static func become(
    _ arguments: [String], environment variables: [String: String]
  ) -> Failure {
    for (name, value) in variables { setenv(name, value, 1) }
    withArguments(arguments) { _ = execv($0[0]!, $0) }
    let reason = String(cString: strerror(errno))
    for name in variables.keys { unsetenv(name) }
    return Failure(reason: "'\(arguments[0])' cannot be started: \(reason)")
  }

  static func closeStream(_ stream: Int32) {
    close(stream)
  }

  /// Up to `count` bytes; none at the end of the stream.
  static func receive(_ stream: Int32, upTo count: Int) -> [UInt8] {
    var buffer = [UInt8](repeating: 0, count: count)
    while true {
      let received = read(stream, &buffer, count)
      if received < 0 && errno == EINTR { continue }
      return Array(buffer[..<max(0, received)])
    }
  }

  /// A program of this name in one of the folders of PATH.
  static func find(_ program: String) -> String? {
    (environment("PATH") ?? "").split(separator: ":").lazy.map { "\($0)/\(program)" }
      .first(where: Files.isExecutable)
  }

  private static func withArguments<Result>(
    _ arguments: [String], _ body: (UnsafePointer<UnsafeMutablePointer<CChar>?>) -> Result
  ) -> Result {
    var pointers = arguments.map { strdup($0) }
    pointers.append(nil)
    defer { for pointer in pointers { free(pointer) } }
    return body(pointers)
  }
}
