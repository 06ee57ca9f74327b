// SPDX-License-Identifier: Apache-2.0

import CAtomicsShim
import CStressSupport
import PerCPU

/// What the workers of a run do to each other between their steps.
///
/// They do it themselves because a thread of its own would get one share of time among many, and
/// next to nothing on a busy machine.
package struct Disturbances: OptionSet, Sendable {
  package let rawValue: Int
  package init(rawValue: Int) {
    self.rawValue = rawValue
  }

  /// Signals to random workers; the handler is the scenario's.
  package static let signals = Disturbances(rawValue: 1 << 0)
  /// Workers are confined to random sets of CPUs.
  package static let affinity = Disturbances(rawValue: 1 << 1)
  /// Restart fences, which abort the sections of workers that run.
  package static let fences = Disturbances(rawValue: 1 << 2)

  package static let all: Disturbances = [.signals, .affinity, .fences]
  package static let allButSignals: Disturbances = [.affinity, .fences]

  /// Those in the set, one by one.
  var turns: [Disturbances] {
    [.signals, .affinity, .fences].filter(contains)
  }
}

/// The CPUs this process may use.
package let allowedCPUs: [Int] = {
  var mask = [UInt64](repeating: 0, count: 1024)
  percpu_thread_get_affinity(&mask, 1024)
  return mask.indices.filter { mask[$0] != 0 }.flatMap { word in
    (0..<64).filter { mask[word] >> $0 & 1 == 1 }.map { word * 64 + $0 }
  }
}()

/// Lets a thread, this one if it is 0, run on these CPUs only.
package func confine(_ thread: Int32, to cpus: [Int]) {
  var mask = [UInt64](repeating: 0, count: allowedCPUs.last! / 64 + 1)
  for cpu in cpus { mask[cpu / 64] |= 1 << (cpu % 64) }
  _ = percpu_thread_set_affinity(thread, mask, Int32(mask.count))
}

extension StressRun {
  /// Disturbs a few workers. The kinds take turns of 20 ms, so that each is met alone as well.
  func disturb(_ turns: [Disturbances], _ random: inout SeededGenerator) {
    guard !turns.isEmpty else { return }
    switch turns[Int(elapsedNanoseconds / 20_000_000) % turns.count] {
    case .signals: signalWorkers(&random)
    case .affinity: confineWorker(&random)
    default:
      percpu_fence_restart_all()
      fences.add()
    }
  }

  private func signalWorkers(_ random: inout SeededGenerator) {
    for _ in 0..<4 {
      let tid = workers[random.below(workers.count)].loadPublished()
      // A worker that has just exited is no error.
      if tid != 0 { _ = stress_signal_thread(Int32(tid)) }
    }
  }

  private func confineWorker(_ random: inout SeededGenerator) {
    let tid = workers[random.below(workers.count)].loadPublished()
    guard tid != 0 else { return }
    let cpus = random.below(4) == 0 ? allowedCPUs : [allowedCPUs[random.below(allowedCPUs.count)]]
    confine(Int32(tid), to: cpus)
    affinityChanges.add()
  }
}
