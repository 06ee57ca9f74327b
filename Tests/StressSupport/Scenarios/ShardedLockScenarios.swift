// SPDX-License-Identifier: Apache-2.0

import CAtomicsShim
import CStressSupport
import PerCPU

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

let shardedLockScenarios: [Scenario] = [
  Scenario(
    "sharded-mixed", weight: 2,
    "updates by threads and signal handlers, which steal from each other: each counts once, none is "
      + "seen in part"
  ) { run in
    CheckedShards(run, .automatic).stress(disturbed: .all)
  },

  Scenario(
    "sharded-announced", weight: 2,
    "the same with announced commits"
  ) { run in
    CheckedShards(run, .announcement).stress(disturbed: .all)
  },

  Scenario(
    "sharded-never",
    "the same without stealing"
  ) { run in
    CheckedShards(run, .never).stress(disturbed: .allButSignals)
  },

  Scenario(
    "sharded-unregistered",
    "the same with every other thread unable to run sequences"
  ) { run in
    CheckedShards(run, .automatic).stress(disturbed: .all) { worker in
      if worker.index % 2 == 1 { _ = stress_thread_unregister() }
    }
  },

  Scenario(
    "sharded-blocked-signals",
    "announced commits of threads that no signal reaches"
  ) { run in
    CheckedShards(run, .announcement).stress(disturbed: .allButSignals) { _ in
      stress_block_all_signals()
    }
  },

  Scenario(
    "sharded-migrations",
    "one thread stays on each CPU, others move away from it in the middle of an update"
  ) { run in
    if allowedCPUs.count > 1 { run.demand("migrations", run.migrations, perSecond: 20) }
    let shards = CheckedShards(run, .automatic)
    let cpus = allowedCPUs
    run.work(
      disturbed: [], threads: min(2 * cpus.count, run.workers.count),
      start: { worker in
        if worker.index < cpus.count { percpu_thread_pin(Int32(cpus[worker.index])) }
      },
      step: { worker in
        for _ in 0..<20 {
          let target = worker.index < cpus.count ? -1 : cpus[worker.random.below(cpus.count)]
          shards.update(pauses: worker.random.below(100), movingTo: target)
        }
      })
    shards.check()
  },

  Scenario(
    "sharded-afar",
    "long updates from afar of a shard whose owner updates it without pause: they get through"
  ) { run in
    run.nameExtra("updates from afar")
    run.demand("updates from afar", run.extra, perSecond: 20)
    let locks = [ShardedLock(initial: 0), ShardedLock(initial: 0, stealing: .announcement)]
    let cpus = allowedCPUs
    run.work(
      disturbed: [], threads: 2,
      start: { percpu_thread_pin(Int32(cpus[$0.index % cpus.count])) },
      step: { worker in
        let lock = locks[worker.random.below(2)]
        if worker.index == 0 {
          for _ in 0..<1000 { for lock in locks { lock.update { $0 += 1 } } }
          return run.operations.add(2000)
        }
        var attempts = 0
        lock.update(on: CPU(rawValue: cpus[0])) {
          attempts += 1
          $0 += 1
          Pace.pauses(500).spend()
        }
        run.extra.add()
        // After eight losses it insists.
        run.expect(attempts <= 16, "an update from afar began \(attempts) times")
      })
    let sum = locks.reduce(0) { $0 + $1.reduce(into: 0) { $0 += $1 } }
    run.expect(
      sum == run.operations.count + run.extra.count,
      "\(sum) after \(run.operations.count) updates and \(run.extra.count) from afar")
  },

  Scenario(
    "sharded-dense",
    "updates without pause, some of them from afar, and snapshots in between"
  ) { run in
    CheckedShards(run, .automatic).stressDensely()
  },

  Scenario(
    "sharded-dense-announced",
    "the same with announced commits"
  ) { run in
    CheckedShards(run, .announcement).stressDensely()
  },

  Scenario(
    "sharded-exits", weight: 3,
    "threads that end in the middle of an update: nobody waits for them, nothing is left of it"
  ) { run in
    run.demand("exits", run.exits, perSecond: 5)
    let locks = [CheckedShards(run, .automatic), CheckedShards(run, .announcement)]
    let fixed = CheckedShards(run, .never)
    run.work(disturbed: .allButSignals, threads: min(run.threads, 16)) { worker in
      let shards = worker.random.below(8) == 0 ? fixed : locks[worker.random.below(2)]
      if worker.random.below(4) == 0 { shards.endWithin() }
      shards.update(&worker)
    }
    for shards in locks + [fixed] { shards.check() }
  },

  Scenario(
    "sharded-fork", weight: 3,
    "the child of a fork can update every shard, whatever the parent's threads were about"
  ) { run in
    // The thread sanitizer does not survive a fork of several threads.
    let forks = !stress_has_thread_sanitizer()
    if forks { run.demand("forks", run.forks, perSecond: 2) }
    let locks = [ShardedLock<Derived>.Stealing.automatic, .announcement, .never]
      .map { CheckedShards(run, $0) }
    run.work(disturbed: .allButSignals) { worker in
      let shards = locks[worker.random.below(3)]
      for _ in 0..<5 { shards.update(&worker) }
      guard forks, worker.index == 0 else { return }
      for shards in locks {
        let status = withExtendedLifetime(shards) {
          stress_fork(checkInChild, Unmanaged.passUnretained(shards).toOpaque())
        }
        run.expect(status == 0, "the child of a fork ended with status \(status)")
        run.forks.add()
      }
    }
    for shards in locks { shards.check() }
  },
]

/// A sharded lock around words that follow from each other, and the number that must be in it.
final class CheckedShards: Sendable {
  private let run: StressRun
  private let lock: ShardedLock<Derived>
  private let stealing: ShardedLock<Derived>.Stealing
  private let updates = Tally()
  private let ends = Tally()
  /// The highest number each worker has seen in each row.
  private let seen: [[Tally]]

  private struct Refusal: Error {}

  init(_ run: StressRun, _ stealing: ShardedLock<Derived>.Stealing) {
    self.run = run
    self.stealing = stealing
    lock = ShardedLock(initial: Derived(), stealing: stealing)
    seen = run.workers.map { _ in CPU.rows.map { _ in Tally() } }
  }

  func stress(
    disturbed disturbances: Disturbances,
    start: @escaping @Sendable (inout Worker) -> Void = { _ in }
  ) {
    if stealing != .never, run.threads > 8 { run.demand("steals", run.extra, perSecond: 200) }
    handleSignals()
    run.work(disturbed: disturbances, start: start) { [self] worker in
      for _ in 0..<10 { update(&worker) }
      if worker.random.below(4) == 0 { read(worker.index) }
    }
    check()
  }

  func stressDensely() {
    run.work(disturbed: [], threads: min(run.threads, 8)) { [self] worker in
      for _ in 0..<100 {
        for _ in 0..<100 { lock.update { change(&$0, .nothing) } }
        read(worker.index)
      }
      let cpu = CPU.rows[worker.random.below(CPU.rows.count)]
      lock.update(on: cpu) { change(&$0, .nothing) }
      updates.add(10_001)
      run.operations.add(10_001)
    }
    check()
  }

  /// From now on signals update.
  func handleSignals() {
    // Never released: a late signal may still find it.
    stress_handle_signals(updateInHandler, Unmanaged.passRetained(self).toOpaque())
  }

  func update(_ worker: inout Worker) {
    let pace = Pace.random(&worker.random)
    switch worker.random.below(32) {
    case 0:
      let cpu = CPU.rows[worker.random.below(CPU.rows.count)]
      lock.update(on: cpu) { change(&$0, pace) }
      updates.add()
    case 1:
      do throws(Refusal) {
        try lock.update { state throws(Refusal) in
          change(&state, pace)
          throw Refusal()
        }
        run.fail("an update that throws has returned")
      } catch {}
    default:
      lock.update { change(&$0, pace) }
      updates.add()
    }
    run.operations.add()
  }

  func update(pauses: Int, movingTo cpu: Int) {
    lock.update { state in
      if cpu >= 0 { percpu_thread_pin(Int32(cpu)) }
      change(&state, .pauses(pauses))
    }
    updates.add()
    run.operations.add()
  }

  func updateFromHandler() {
    lock.update { change(&$0, .pauses(5)) }
    updates.add()
  }

  private func change(_ state: inout Derived, _ pace: Pace) {
    if !state.isWhole { run.fail("an update got a torn state: \(state)") }
    state.number += 1
    pace.spend()
    state.derive()
  }

  private func read(_ reader: Int) {
    for (index, cpu) in CPU.rows.enumerated() {
      let state = lock.snapshot(cpu: cpu)
      run.expect(state.isWhole, "a torn snapshot of \(cpu): \(state)")
      let last = seen[reader][index]
      run.expect(state.number >= last.count, "\(cpu) went from \(last.count) to \(state.number)")
      last.publish(state.number)
    }
  }

  /// A thread of its own ends in its closure, most often with the shard in its hands.
  func endWithin() {
    onThreads(1) { [self] _ in
      var turns = 0
      lock.update { state in
        turns += 1
        // The first time it may hold nothing yet; and if nobody is faster, that is it.
        if turns < 2 && stealing == .automatic { return percpu_thread_yield() }
        state.number += 1
        ends.add()
        run.exits.add()
        pthread_exit(nil)
      }
    }
  }

  func check() {
    let sum = lock.reduce(into: 0) { sum, state in
      run.expect(state.isWhole, "a torn state was left: \(state)")
      sum += state.number
    }
    run.expect(sum == updates.count, "\(sum) after \(updates.count) updates")
    let statistics = lock.statistics
    run.expect(statistics.losses <= statistics.steals, "\(statistics)")
    run.nameExtra("steals")
    run.extra.add(statistics.steals)
  }

  /// The exit status of the child: 0 if all is well.
  func checkFromChild() -> Int32 {
    var before = 0
    for cpu in CPU.rows {
      let state = lock.snapshot(cpu: cpu)
      if !state.isWhole { return 1 }
      before += state.number
      lock.update(on: cpu) { change(&$0, .nothing) }
      if lock.snapshot(cpu: cpu).number != state.number + 1 { return 2 }
    }
    for _ in 0..<100 { lock.update { change(&$0, .nothing) } }
    let after = lock.reduce(into: 0) { $0 += $1.number }
    return after == before + CPU.rows.count + 100 ? 0 : 3
  }
}

private func updateInHandler(_ context: UnsafeMutableRawPointer?) {
  Unmanaged<CheckedShards>.fromOpaque(context!)._withUnsafeGuaranteedRef { $0.updateFromHandler() }
}

private func checkInChild(_ context: UnsafeMutableRawPointer?) -> Int32 {
  Unmanaged<CheckedShards>.fromOpaque(context!).takeUnretainedValue().checkFromChild()
}
