// SPDX-License-Identifier: Apache-2.0

import CAtomicsShim
import CStressSupport
import PerCPU

let insistenceScenarios: [Scenario] = [
  Scenario(
    "sharded-insistent",
    "each shard has a thread that insists on it and gets a signal whose handler updates: all go on"
  ) { run in
    run.nameExtra("handlers")
    // The thread sanitizer delivers signals when it likes.
    if !stress_has_thread_sanitizer() { run.demand("handlers", run.extra, perSecond: 4) }
    let crowds = [Crowd(run, .automatic), Crowd(run, .announcement)]
    run.work(disturbed: [], threads: 1) { _ in for crowd in crowds { crowd.meet() } }
    for crowd in crowds { crowd.check() }
  }
]

extension ShardedLock where State: Sendable {
  /// Updates like a thread that was robbed so often that it insists: nobody takes the shard from this
  /// body, and it runs once.
  package func insist(on cpu: CPU, _ body: (inout State) -> Void) {
    var losses = 0
    update(on: cpu) { state in
      guard losses < 8 else { return body(&state) }
      losses += 1
      onThreads(1) { _ in self.update(on: cpu) { _ in } }
    }
  }
}

/// A thread for each shard. If a handler ran while its thread insists, it would look for a shard that
/// is free; there is none, and the threads cannot go on and release theirs before it returns.
private final class Crowd: Sendable {
  private let run: StressRun
  private let lock: ShardedLock<Int>
  private let tids = CPU.rows.map { _ in Tally() }
  private let insisting = Tally()
  private let mayEnd = Tally()
  private let ended = Tally()
  private let handlers = Tally()
  private let updates = Tally()

  init(_ run: StressRun, _ stealing: ShardedLock<Int>.Stealing) {
    self.run = run
    lock = ShardedLock(initial: 0, stealing: stealing)
  }

  func meet() {
    // No signal comes late: what a thread has not handled ends with it.
    stress_handle_signals(updateInHandler, Unmanaged.passUnretained(self).toOpaque())
    let meeting = mayEnd.count + 1
    let all = meeting * tids.count
    var threads = Threads()
    for (cpu, tid) in zip(CPU.rows, tids) {
      threads.start { [self] in
        stress_block_signals(false)
        tid.publish(Int(percpu_thread_id()))
        lock.insist(on: cpu) { state in
          state += 1
          insisting.addPublished(1)
          while mayEnd.loadPublished() < meeting { stress_sleep(100_000) }
        }
        updates.add()
        ended.addPublished(1)
      }
    }
    while insisting.loadPublished() < all { stress_sleep(100_000) }
    let before = handlers.loadPublished()
    for tid in tids { _ = stress_signal_thread(Int32(tid.count)) }
    stress_sleep(1_000_000)
    run.expect(
      handlers.loadPublished() == before, "a handler has interrupted a thread that insists")
    mayEnd.publish(meeting)
    let limit = stress_nanoseconds() + 5_000_000_000
    while ended.loadPublished() < all, stress_nanoseconds() < limit { stress_sleep(100_000) }
    run.expect(ended.loadPublished() == all, "threads that insist wait for each other")
    threads.join()
    run.operations.add(tids.count)
  }

  func updateFromHandler() {
    handlers.addPublished(1)
    lock.update { $0 += 1 }
    updates.add()
    run.extra.add()
  }

  func check() {
    let sum = lock.reduce(into: 0) { $0 += $1 }
    run.expect(sum == updates.count, "\(sum) after \(updates.count) updates")
  }
}

private func updateInHandler(_ context: UnsafeMutableRawPointer?) {
  Unmanaged<Crowd>.fromOpaque(context!)._withUnsafeGuaranteedRef { $0.updateFromHandler() }
}
