// SPDX-License-Identifier: Apache-2.0

import PerCPU
import StressSupport
import Synchronization

/// An object that counts its ends, and does something at each.
final class Mortal: Sendable {
  let number: Int
  private let ends: Tally
  private let atEnd: @Sendable () -> Void

  init(_ number: Int, _ ends: Tally, atEnd: @escaping @Sendable () -> Void = {}) {
    self.number = number
    self.ends = ends
    self.atEnd = atEnd
  }

  deinit {
    ends.add()
    atEnd()
  }
}

/// Something of which there is one, on its way to another thread.
final class Parcel<Content: ~Copyable & Sendable>: @unchecked Sendable {
  // Sendable: whoever takes it is told by a gate, or by a thread's start or end, that it is there.
  private var content: Content?

  init(_ content: consuming Content?) {
    self.content = content
  }

  func put(_ content: consuming Content?) {
    self.content = content
  }

  func take() -> Content? {
    content.take()
  }
}

/// What an executor was given and has not run yet.
final class Waiting: Sendable {
  private let work = Mutex<[@Sendable () -> Void]>([])

  var count: Int { work.withLock { $0.count } }

  func add(_ one: @escaping @Sendable () -> Void) {
    work.withLock { $0.append(one) }
  }

  func run() {
    let all = work.withLock { work in
      defer { work = [] }
      return work
    }
    for one in all { one() }
  }
}
