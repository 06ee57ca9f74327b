// SPDX-License-Identifier: Apache-2.0

import PerCPU
import Synchronization

extension Family {
  static let stealing = Family(
    "stealing", "shards taken from threads that do not run, and locks taken from afar",
    [longUpdate, preemptedHolder] + remoteLocks)
}

/// Bodies so long that many are interrupted, once there are more threads than CPUs.
private let longUpdate = Operation(
  "update of 1 µs", threads: .perCPU([1, 2, 4, 8, 16]), baseline: "Synchronization.Mutex",
  [
    .ours("ShardedLock") { update(.automatic) },
    .peer("ShardedLock announcement") { update(.announcement) },
    .peer("ShardedLock never") { update(.never) },
    .peer("Synchronization.Mutex") { mutexUpdate() },
    .peer("no lock") { noLock() },
  ])

/// A state that takes a microsecond to change.
private struct Chain: BitwiseCopyable, Sendable {
  var length = 0
  private var bits: UInt64 = 1

  @inline(__always)
  mutating func grow(_ work: Work) {
    bits = work.run(bits)
    length &+= 1
  }
}

private func update(_ stealing: ShardedLock<Chain>.Stealing) -> Subject {
  let lock = ShardedLock(initial: Chain(), stealing: stealing)
  let work = Work(microseconds: 1)
  return Subject(
    run: { for _ in 0..<$0 { lock.update { $0.grow(work) } } },
    total: { lock.reduce(into: 0) { $0 &+= $1.length } })
}

private func mutexUpdate() -> Subject {
  let lock = Lines(Mutex(Chain()))
  let work = Work(microseconds: 1)
  return Subject(
    run: {
      let lock = lock.pointer
      for _ in 0..<$0 { lock.pointee.withLock { $0.grow(work) } }
    },
    total: { lock.pointer.pointee.withLock { $0.length } })
}

/// The body alone: what is left of the time to be had.
private func noLock() -> Subject {
  let work = Work(microseconds: 1)
  return .tallied { count in
    let chain = Lines(Chain())
    for _ in 0..<count { chain.pointer.pointee.grow(work) }
    return chain.pointer.pointee.length
  }
}
