// SPDX-License-Identifier: Apache-2.0

import CAtomicsShim
import PerCPU

/// Two threads that meet once a round. After it nobody reads, so what was retired is reclaimed, without a
/// reader who comes along later and looks into the same box.
final class HazardRounds: Sendable {
  private let run: StressRun
  private let seed: UInt64
  private let domain = HazardDomain(batchSize: 1)
  private let source: HazardPointerSource<Canary>
  private let ends = Tally()
  private let arrived = Tally()

  init(_ run: StressRun, seed: UInt64) {
    self.run = run
    self.seed = seed
    source = HazardPointerSource(Canary(0, ends), domain: domain)
  }

  /// Returns how many objects readers have dropped.
  func run(rounds: Int) -> Int {
    onThreads(2) { [self] thread in
      var random = SeededGenerator(seed: seed &+ UInt64(thread))
      for round in 1...rounds {
        meet(2 * round - 1)
        if thread == 0 {
          Pace.pauses(random.below(8)).spend()
          source.exchange(Canary(round, ends))
        } else {
          read(&random)
        }
        meet(2 * round)
        if ends.count != round { run.fail("\(ends.count) of \(round) objects have ended") }
      }
    }
    return domain.statistics.droppedByReaders
  }

  private func read(_ random: inout SeededGenerator) {
    for _ in 0...random.below(4) {
      guard let object = domain.tryProtect(source, forLong: random.below(2) == 0) else { return }
      // Mostly for as long as looking through takes; now and then the other one's turn comes meanwhile.
      (random.below(8) == 0 ? Pace.yields : Pace.pauses(random.below(256))).spend()
      if !object.withValue({ $0.isAlive }) { run.fail("an object has ended under its reader") }
    }
  }

  private func meet(_ number: Int) {
    arrived.addPublished(1)
    var spins = 0
    while arrived.loadPublished() < 2 * number {
      spins += 1
      if spins % 200 == 0 { percpu_thread_yield() } else { percpu_pause() }
    }
  }
}
