// SPDX-License-Identifier: Apache-2.0

import CAtomicsShim
import CStressSupport
import PerCPU

let lockScenarios: [Scenario] = [
  Scenario(
    "lock-local",
    "critical sections on the own CPU's state, on others' and in signal handlers: no two at a time"
  ) { run in
    LockedPairs(run, .wait).stress()
  },

  Scenario(
    "lock-neighbor",
    "the same where a busy lock is passed by"
  ) { run in
    LockedPairs(run, .neighbor).stress()
  },

  Scenario(
    "lock-wakeups", weight: 2,
    "a few threads that each lock once and then wait for the others: who sleeps is woken"
  ) { run in
    run.nameExtra("sleeps")
    run.demand("sleeps", run.extra, perSecond: 50)
    run.work(disturbed: [], threads: 3) { worker in
      let group = SleepyGroup(worker.index % 2 == 0 ? .wait : .neighbor, &worker.random)
      run.extra.add(group.run(rounds: 10))
      run.operations.add(10 * SleepyGroup.size)
    }
  },

  Scenario(
    "lock-read-write",
    "readers find the four words of a state as one writer left them"
  ) { run in
    run.nameExtra("writes")
    run.demand("writes", run.extra, perSecond: 20)
    let lock = PerCPUReadWriteLock(Derived())
    run.work(
      disturbed: .allButSignals,
      start: { worker in
        if worker.index % 4 == 3 { _ = stress_thread_unregister() }
      },
      step: { worker in
        let pace = Pace.random(&worker.random)
        if worker.index % 8 == 0 {
          let isWhole = lock.withWrite { state in
            let isWhole = state.isWhole
            state.number += 1
            pace.spend()
            state.derive()
            return isWhole
          }
          run.expect(isWhole, "a writer found a state that another one was changing")
          run.extra.add()
        } else {
          for _ in 0..<20 {
            let isWhole = lock.withRead { state in
              guard state.isWhole else { return false }
              pace.spend()
              return state.isWhole
            }
            run.expect(isWhole, "a reader found a state that a writer was changing")
          }
          run.operations.add(20)
        }
      })
    let number = lock.withRead { $0.number }
    run.expect(number == run.extra.count, "\(number) after \(run.extra.count) writes")
  },
]

/// A number, and words that follow from it.
struct Derived: BitwiseCopyable {
  var number = 0
  private var negative = 0
  private var product = 0
  private var flipped = 0x5A5A_5A5A

  mutating func derive() {
    negative = -number
    product = number &* 0x1234_5678_9ABC_DEF1
    flipped = number ^ 0x5A5A_5A5A
  }

  var isWhole: Bool {
    negative == -number && product == number &* 0x1234_5678_9ABC_DEF1
      && flipped == number ^ 0x5A5A_5A5A
  }
}

/// Two numbers that differ only inside of a critical section.
private struct Pair {
  var first = 0
  var second = 0
}

private final class LockedPairs: Sendable {
  private let run: StressRun
  private let lock: PerCPULock<Pair>
  private let changes = Tally()

  init(_ run: StressRun, _ policy: PerCPULock<Pair>.BusyPolicy) {
    self.run = run
    lock = PerCPULock(whenBusy: policy) { _ in Pair() }
  }

  func stress() {
    run.demand("signals", run.signals, perSecond: 5)
    run.demand("fences", run.fences, perSecond: 5)
    run.demand("exits", run.exits, perSecond: 2)
    // Never released: a late signal may still find it.
    stress_handle_signals(changeInHandler, Unmanaged.passRetained(self).toOpaque())
    run.work(
      disturbed: .all,
      start: { worker in
        if worker.index % 4 == 3 { _ = stress_thread_unregister() }
      },
      step: { [self] worker in step(&worker) })
    var sum = 0
    lock.forEach { sum += $1.first }
    run.expect(sum == changes.count, "\(sum) after \(changes.count) critical sections")
  }

  private func step(_ worker: inout Worker) {
    for _ in 0..<20 {
      let pace = Pace.random(&worker.random)
      switch worker.random.below(worker.index % 8 == 0 ? 4 : 64) {
      case 0: change(CPU.rows[worker.random.below(CPU.rows.count)], pace)
      case 1: lock.forEach { change(&$1, pace) }
      case 2: if lock.tryWithLocal({ pair, _ in change(&pair, pace) }) == nil { run.extra.add() }
      default: lock.withLocal { pair, _ in change(&pair, pace) }
      }
    }
    run.operations.add(20)
    if worker.random.below(64) == 0 {
      onThreads(1) { [self] _ in lock.withLocal { pair, _ in change(&pair, .yields) } }
      run.exits.add()
    }
  }

  private func change(_ cpu: CPU, _ pace: Pace) {
    lock.withLock(on: cpu) { change(&$0, pace) }
  }

  private func change(_ pair: inout Pair, _ pace: Pace) {
    if pair.first != pair.second { run.fail("two threads in one critical section: \(pair)") }
    let first = pair.first
    pair.first = first + 1
    pace.spend()
    pair.second += 1
    changes.add()
  }

  func changeFromHandler() {
    // What the interrupted thread holds is busy.
    _ = lock.tryWithLocal { pair, _ in change(&pair, .pauses(10)) }
  }
}

private func changeInHandler(_ context: UnsafeMutableRawPointer?) {
  Unmanaged<LockedPairs>.fromOpaque(context!)._withUnsafeGuaranteedRef { $0.changeFromHandler() }
}

/// Threads that lock once a round each. A round ends when all of them have, so that a sleeper that
/// nobody wakes is not helped by whoever comes next.
private final class SleepyGroup: Sendable {
  static let size = 6

  private let lock: PerCPULock<Int>
  private let arrived = Tally()
  private let sleeps = Tally()
  private let members = (0..<size).map { _ in Tally() }
  private let seed: UInt64

  init(_ policy: PerCPULock<Int>.BusyPolicy, _ random: inout SeededGenerator) {
    lock = PerCPULock(whenBusy: policy) { _ in 0 }
    seed = random.next()
  }

  /// Returns how often the members slept.
  func run(rounds: Int) -> Int {
    onThreads(Self.size) { [self] index in
      let before = stress_sleeps()
      var random = SeededGenerator(seed: seed &+ UInt64(index))
      members[index].publish(Int(percpu_thread_id()))
      for round in 1...rounds {
        lockOnce(index, &random)
        arrived.addPublished(1)
        while arrived.loadPublished() < round * Self.size { percpu_thread_yield() }
      }
      sleeps.add(Int(stress_sleeps() - before))
    }
    var sum = 0
    lock.forEach { sum += $1 }
    precondition(sum == rounds * Self.size, "\(sum) after \(rounds * Self.size) critical sections")
    return sleeps.count
  }

  private func lockOnce(_ index: Int, _ random: inout SeededGenerator) {
    // Who is woken on another CPU leaves the row to the next sleeper.
    if random.below(4) == 0 { move(random.below(Self.size), to: random.below(allowedCPUs.count)) }
    let yields = random.below(4)
    if index % 3 == 2 {
      lock.withLock(on: CPU(rawValue: allowedCPUs[0])) { change(&$0, yields) }
    } else {
      lock.withLocal { number, _ in change(&number, yields) }
    }
  }

  private func change(_ number: inout Int, _ yields: Int) {
    let before = number
    for _ in 0..<yields { percpu_thread_yield() }
    number = before + 1
  }

  private func move(_ member: Int, to cpu: Int) {
    let tid = members[member].loadPublished()
    guard tid != 0 else { return }
    var mask = [UInt64](repeating: 0, count: allowedCPUs.last! / 64 + 1)
    mask[allowedCPUs[cpu] / 64] |= 1 << (allowedCPUs[cpu] % 64)
    _ = percpu_thread_set_affinity(Int32(tid), mask, Int32(mask.count))
  }
}
