// SPDX-License-Identifier: Apache-2.0

import CBenchmarkPeers
import PerCPU
import Synchronization

/// The time from finding the own CPU's shard held by a thread that does not run, to one's own
/// commit. Other threads want the CPU as well, so the holder has to wait for its turn.
let preemptedHolder = Operation(
  "past a preempted holder", .latency, threads: .one, weight: 20, baseline: "ShardedLock never",
  [
    .ours("ShardedLock") { pass(.automatic, .overtakeOrSteal) }
  ] + restartFence + [
    .peer("ShardedLock announcement") { pass(.announcement, .steal) },
    .peer("ShardedLock never") { pass(.never, .wait) },
    .peer("Synchronization.Mutex") { passMutex() },
  ])

/// On the atomic engine it would be the announcement again.
private let restartFence: [Implementation] =
  Engine.current == .atomic
  ? [] : [.peer("ShardedLock restart fence") { pass(.restartFence, .steal, isClaimed: true) }]

private enum Way {
  /// One steal each time, by the lock's own count, or it is not recorded.
  case steal
  /// A transaction that holds nothing yet is overtaken, one that was overtaken is stolen from.
  case overtakeOrSteal
  case wait
}

/// - Parameter isClaimed: The holder holds its shard from the start, as an update of a given CPU
///   does, and not only after it was overtaken.
private func pass(
  _ stealing: ShardedLock<Int>.Stealing, _ way: Way, isClaimed: Bool = false
) -> Subject {
  let lock = ShardedLock(initial: 0, stealing: stealing)
  let meeting = Meeting()
  let cpu = CPU(rawValue: Int(meeting.cpu))
  // What was not recorded.
  let others = Lines(Atomic(0))
  return Subject(
    meeting,
    hold: {
      // Not longer than until it was overtaken and stolen from: a transaction that loses again and
      // again is waited for in the end, and this here is about those that are preempted once.
      var attempts = 0
      func body(_: inout Int) {
        attempts += 1
        if attempts <= 2 { meeting.stay() }
      }
      if isClaimed { lock.update(on: cpu, body) } else { lock.update(body) }
    },
    pass: {
      let before = lock.statistics.steals
      let start = bench_now()
      lock.update { $0 &+= 1 }
      let time = bench_now() &- start
      if way != .steal || lock.statistics.steals == before + 1 { return time }
      others.pointer.pointee.wrappingAdd(1, ordering: .relaxed)
      return nil
    },
    total: {
      lock.reduce(into: 0) { $0 &+= $1 } &- others.pointer.pointee.load(ordering: .relaxed)
    },
    note: {
      let updates = lock.reduce(into: 0) { $0 &+= $1 }
      let steals = lock.statistics.steals
      return "\(updates) times past a holder, \(steals) steals"
    })
}

/// The same with a lock that is like any other.
private func passMutex() -> Subject {
  let lock = Lines(Mutex(0))
  let meeting = Meeting()
  return Subject(
    meeting,
    hold: { lock.pointer.pointee.withLock { _ in meeting.stay() } },
    pass: {
      let start = bench_now()
      lock.pointer.pointee.withLock { $0 &+= 1 }
      return bench_now() &- start
    },
    total: { lock.pointer.pointee.withLock { $0 } },
    note: { "\(lock.pointer.pointee.withLock { $0 }) times past a holder" })
}
