// SPDX-License-Identifier: Apache-2.0

import NIOConcurrencyHelpers
import Synchronization

/// The locks that a Swift server has today.
enum Lock: Sendable {
  case mutex
  case nio
}

/// A value behind one of the locks that a Swift server has today.
enum Locked<Value: Sendable>: Sendable {
  case mutex(MutexBox<Value>)
  case nio(NIOLockedValueBox<Value>)

  init(_ lock: Lock, _ value: Value) {
    self = lock == .mutex ? .mutex(MutexBox(value)) : .nio(NIOLockedValueBox(value))
  }

  @inline(__always)
  func withLock<Result: Sendable>(_ body: (inout Value) -> Result) -> Result {
    switch self {
    case .mutex(let box): box.mutex.withLock { body(&$0) }
    case .nio(let box): box.withLockedValue { body(&$0) }
    }
  }
}

final class MutexBox<Value: Sendable>: Sendable {
  let mutex: Mutex<Value>

  init(_ value: Value) { mutex = Mutex(value) }
}
