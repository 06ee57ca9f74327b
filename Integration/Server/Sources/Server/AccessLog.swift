// SPDX-License-Identifier: Apache-2.0

import Foundation
import Synchronization

/// A request that was answered.
struct AccessLine: Sendable {
  let milliseconds: Int64
  let method: String
  let path: String
  let status: Int
  let nanoseconds: Int64

  func write(to bytes: inout [UInt8]) {
    bytes.append(contentsOf: "\(milliseconds) \(method) \(path) \(status) \(nanoseconds)\n".utf8)
  }
}

/// A file that whole lines are appended to.
final class LogFile: Sendable {
  private let descriptor: Int32
  /// Held while a piece is written: a file may take less than it is given.
  private let writing = Mutex(())

  init(path: String) throws {
    descriptor = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0o644)
    if descriptor < 0 { throw SystemError(what: "open \(path)", code: errno) }
  }

  deinit { close(descriptor) }

  func append(_ bytes: [UInt8]) {
    writing.withLock { _ in
      var written = 0
      while written < bytes.count {
        let count = bytes.withUnsafeBytes {
          write(descriptor, $0.baseAddress! + written, bytes.count - written)
        }
        if count < 0 && errno == EINTR { continue }
        // Nobody could be told but the log itself.
        guard count > 0 else { fatalError("the access log cannot be written: error \(errno)") }
        written += count
      }
    }
  }
}

struct SystemError: Error, CustomStringConvertible {
  let what: String
  let code: Int32

  var description: String { "\(what): \(String(cString: strerror(code)))" }
}
