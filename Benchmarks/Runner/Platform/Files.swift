// SPDX-License-Identifier: Apache-2.0

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// Files and streams, as far as a benchmark needs them.
enum Files {
  struct Failure: Error {
    let reason: String
  }

  /// The bytes of a file, or of what the kernel shows as one.
  static func read(_ path: String) throws(Failure) -> [UInt8] {
    let file = open(path, O_RDONLY | O_CLOEXEC)
    guard file >= 0 else { throw .lastError }
    defer { close(file) }
    var bytes: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: 1 << 16)
    while true {
      let count = buffer.withUnsafeMutableBytes { readAll(file, $0) }
      guard count >= 0 else { throw .lastError }
      if count == 0 { return bytes }
      bytes += buffer[..<count]
    }
  }

  static func text(_ path: String) -> String? {
    (try? read(path)).map { String(decoding: $0, as: UTF8.self) }
  }

  /// Whether a report can be written later. Creates the file; leaves its contents alone.
  static func checkWritable(_ path: String) throws(Failure) {
    if path == "-" { return }
    let file = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0o644)
    guard file >= 0 else { throw .lastError }
    close(file)
  }

  /// Replaces the contents of a file; "-" is standard output.
  static func write(_ text: String, to path: String) throws(Failure) {
    if path == "-" { return writeAll(1, text) }
    let file = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o644)
    guard file >= 0 else { throw .lastError }
    writeAll(file, text)
    guard close(file) == 0 else { throw .lastError }
  }

  static func writeError(_ text: String) {
    writeAll(2, text)
  }

  static func exists(_ path: String) -> Bool {
    access(path, F_OK) == 0
  }

  static func isExecutable(_ path: String) -> Bool {
    access(path, X_OK) == 0
  }

  static func isTerminal(_ stream: Int32) -> Bool {
    isatty(stream) == 1
  }

  /// Where a symbolic link points.
  static func target(ofLink path: String) -> String? {
    var buffer = [UInt8](repeating: 0, count: 4096)
    let count = buffer.withUnsafeMutableBytes { readlink(path, $0.baseAddress!, $0.count) }
    return count > 0 ? String(decoding: buffer[..<count], as: UTF8.self) : nil
  }

  private static func readAll(_ file: Int32, _ buffer: UnsafeMutableRawBufferPointer) -> Int {
    while true {
      let count = platformRead(file, buffer.baseAddress!, buffer.count)
      if count >= 0 || errno != EINTR { return count }
    }
  }

  private static func writeAll(_ file: Int32, _ text: String) {
    var bytes = Array(text.utf8)[...]
    while !bytes.isEmpty {
      let count = bytes.withUnsafeBytes { platformWrite(file, $0.baseAddress!, $0.count) }
      if count < 0 && errno != EINTR { return }
      bytes = bytes.dropFirst(max(0, count))
    }
  }
}

extension Files.Failure {
  /// What errno says.
  static var lastError: Files.Failure {
    Files.Failure(reason: String(cString: strerror(errno)))
  }
}

// Inside the type, `read` and `write` are its own.
private func platformRead(_ file: Int32, _ buffer: UnsafeMutableRawPointer, _ size: Int) -> Int {
  read(file, buffer, size)
}

private func platformWrite(_ file: Int32, _ buffer: UnsafeRawPointer, _ size: Int) -> Int {
  write(file, buffer, size)
}

func exitProcess(_ status: Int32) -> Never {
  exit(status)
}

/// Ends the program with a message: something is wrong that no figures may hide.
func fail(_ message: String) -> Never {
  Files.writeError("Benchmarks: \(message)\n")
  exit(1)
}
