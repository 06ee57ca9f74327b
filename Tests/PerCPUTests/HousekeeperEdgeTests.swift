// SPDX-License-Identifier: Apache-2.0

import CAtomicsShim
import CStressSupport
@testable import PerCPU
import StressSupport
import Synchronization
import Testing

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

extension PerCPUTests {
  /// Clocks that jump, threads that are not to be had, tasks, forks, and misuse.
  @Suite struct HousekeeperEdgeTests {
    /// Rounds that the test makes itself, by a clock of its own.
    private final class Rounds: Sendable {
      let time = Tally()
      let loop: HousekeeperLoop
      init() {
        loop = HousekeeperLoop(clock: { [time] in Int64(time.count) }) { _ in true }
      }
    }

    @Test func aClockThatIsLateOrJumpsDoesNoHarm() {
      let rounds = Rounds()
      let runs = Tally()
      rounds.loop.start(HousekeepingItem(every: 10) { runs.add() })
      #expect(rounds.loop.round() == 10)
      rounds.time.store(9)
      #expect(rounds.loop.round() == 10)
      #expect(runs.count == 0)
      rounds.time.store(10)
      #expect(rounds.loop.round() == 20)
      #expect(runs.count == 1)
      // Many that were missed are one.
      rounds.time.store(1000)
      #expect(rounds.loop.round() == 1010)
      #expect(runs.count == 2)
      // Back: one period from there.
      rounds.time.store(5)
      #expect(rounds.loop.round() == 15)
      rounds.time.store(15)
      #expect(rounds.loop.round() == 25)
      #expect(runs.count == 3)
    }

    @Test func withoutAThreadNothingIsLost() {
      let attempts = Tally()
      let loop = HousekeeperLoop(clock: { 0 }) { _ in
        attempts.add()
        return false
      }
      let runs = Tally()
      let item = HousekeepingItem(every: 0) { runs.add() }
      loop.start(item)
      loop.perform { runs.add(10) }
      #expect(attempts.count == 2)
      #expect(runs.count == 0)
      #expect(!loop.isRunning)
      loop.shutDown()
      #expect(runs.count == 11)
      loop.ask(for: item)
      #expect(attempts.count == 3)
      #expect(loop.endSoon() != nil)
      #expect(runs.count == 12)
    }

    @Test func cancellingTheTaskThatRunsItShutsItDown() async {
      let housekeeper = Housekeeper()
      let runs = Tally()
      let registration = housekeeper.register { runs.addPublished(1) }
      let task = Task { await housekeeper.run() }
      registration.runSoon()
      while runs.loadPublished() == 0 { await Task.yield() }
      let before = runs.loadPublished()
      task.cancel()
      await task.value
      #expect(runs.loadPublished() > before)
      registration.unregister()
    }

    @Test func aTaskThatIsCancelledBeforehandReturns() async {
      let housekeeper = Housekeeper()
      let task = Task {
        while !Task.isCancelled { await Task.yield() }
        await housekeeper.run()
      }
      task.cancel()
      await task.value
    }

    @Test func theAsynchronousShutdownHasALastRound() async {
      let housekeeper = Housekeeper()
      let runs = Tally()
      let registration = housekeeper.register { runs.addPublished(1) }
      await housekeeper.shutdown()
      #expect(runs.loadPublished() == 1)
      await housekeeper.shutdown()
      #expect(runs.loadPublished() == 2)
      registration.unregister()
    }

    @Test func aDomainLeavesReclaimingToIt() {
      let housekeeper = Housekeeper()
      let before = Counted.alive.load(ordering: .relaxed)
      let domain = HazardDomain(batchSize: 1, reclaimer: .housekeeper(housekeeper))
      for _ in 0..<10 { domain.retire(Holder()) }
      domain.drain()
      housekeeper.shutdown()
      #expect(Counted.alive.load(ordering: .relaxed) == before)
    }

    /// (The thread sanitizer lets the child of a program with threads start none.)
    @Test(.enabled(if: !stress_has_thread_sanitizer()))
    func theChildOfAForkHasAThreadOfItsOwn() {
      let housekeeper = Housekeeper()
      let runs = Tally()
      let registration = housekeeper.register { runs.addPublished(1) }
      registration.runSoon()
      #expect(becomesTrue { runs.loadPublished() == 1 })
      let stay = Stay()
      // The parent's thread is in the middle of something.
      stay.begin(on: housekeeper)
      let child = stress_fork_here()
      if child == 0 {
        registration.runSoon()
        let isDone = becomesTrue { runs.loadPublished() == 2 }
        housekeeper.shutdown()
        // It would end before, since this path does not consume it.
        registration.stop()
        _exit(isDone && runs.loadPublished() == 3 ? 0 : 1)
      }
      #expect(stress_wait_for(child) == 0)
      stay.end()
      registration.unregister()
      #expect(runs.loadPublished() == 1)
    }

    @Test func anExitWithoutAShutdownIsNoCrash() async {
      await #expect(processExitsWith: .success) {
        let registration = Housekeeper.shared.register(every: .microseconds(10)) {
          stress_sleep(1000)
        }
        stress_sleep(1_000_000)
        // Not known not to return: what comes after it would never be executed.
        let end: (Int32) -> Void = { exit($0) }
        withExtendedLifetime(registration) { end(0) }
      }
    }

    @Test func shuttingDownInsideOfWorkIsAClearError() async {
      let finished = await #expect(
        processExitsWith: .failure, observing: [\.standardErrorContent]
      ) {
        let housekeeper = Housekeeper()
        housekeeper.perform { housekeeper.shutdown() }
        stress_sleep(20_000_000_000)
      }
      #expect(printed(finished).contains("PerCPU: this is inside of the work of the housekeeper"))
    }

    @Test func aPeriodThatIsNoneIsAClearError() async {
      let finished = await #expect(
        processExitsWith: .failure, observing: [\.standardErrorContent]
      ) {
        Housekeeper().register(every: .zero) {}.unregister()
      }
      #expect(printed(finished).contains("the period of a housekeeper's work is positive"))
    }

    @Test func returningInTheChildOfAForkOfItsOwnIsAClearError() async {
      let finished = await #expect(
        processExitsWith: .failure, observing: [\.standardErrorContent]
      ) {
        let status = Tally()
        let housekeeper = Housekeeper()
        housekeeper.perform {
          let child = stress_fork_here()
          if child != 0 { status.publish(Int(stress_wait_for(child))) }
        }
        _ = becomesTrue { status.loadPublished() != 0 }
        exit(1)
      }
      #expect(printed(finished).contains("work of a housekeeper has forked"))
    }
  }
}
