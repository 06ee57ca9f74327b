// SPDX-License-Identifier: Apache-2.0

import PerCPU
import StressSupport
import Synchronization

// As many as there is time for.
#if DEBUG
  let manyObjects = 100_000
#else
  let manyObjects = 1_000_000
#endif

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

/// What most tests read from.
typealias Source = HazardPointerSource<Mortal>

/// Memory that is handed out by hand: a number that says whether it is in use.
final class RawNodes: Sendable {
  static let poison = -1
  let reclaimed = Tally()

  func make(_ number: Int) -> UnsafeMutablePointer<Int> {
    let node = UnsafeMutablePointer<Int>.allocate(capacity: 1)
    node.initialize(to: number)
    return node
  }

  func retire(_ node: UnsafeMutablePointer<Int>, in domain: HazardDomain) {
    domain.retire(node) { [self] in
      if $0.pointee == Self.poison { fatalError("a node was reclaimed twice") }
      // Not deallocated: whoever reads it sees that it is gone.
      $0.pointee = Self.poison
      reclaimed.add()
    }
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
