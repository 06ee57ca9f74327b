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

    /// A housekeeper that is in the middle of a final round until it may end, and counts what work is done.
    private final class LastRound: Sendable {
      let housekeeper = Housekeeper()
      let given = Tally(), taken = Tally()
      private let isInside = Tally(), mayEnd = Tally()
      private let registrations = [Owner(), Owner()]

      init() {
        registrations[0].take(
          housekeeper.register { [given, taken] in taken.publish(given.loadPublished()) })
        registrations[1].take(
          housekeeper.register { [isInside, mayEnd] in
            isInside.publish(1)
            while mayEnd.loadPublished() == 0 { stress_sleep(100_000) }
          })
      }

      /// Somebody shuts it down; during the round, whatever is given comes too late for it.
      func during(_ body: () async -> Void) async {
        var threads = Threads()
        threads.start { [housekeeper] in housekeeper.shutdown() }
        while isInside.loadPublished() == 0 { await Task.yield() }
        await body()
        mayEnd.publish(1)
        threads.join()
      }

      /// Whether something was asked for that the round does not do.
      var isWanted: Bool { percpu_u32_load_relaxed(housekeeper.loop.word) & 4 != 0 }

      func end() {
        for registration in registrations { registration.release() }
      }
    }

    @Test func aTaskThatRunsItFromTheMiddleOfALastRoundOnGoesOn() async {
      let round = LastRound()
      let isOver = Tally()
      var task: Task<Void, Never>?
      await round.during {
        task = Task {
          await round.housekeeper.run()
          isOver.publish(1)
        }
        while !round.isWanted { await Task.yield() }
      }
      for _ in 0..<50 {
        stress_sleep(1_000_000)
        await Task.yield()
      }
      #expect(isOver.loadPublished() == 0)
      round.given.publish(1)
      task?.cancel()
      await task?.value
      #expect(round.taken.loadPublished() == 1)
      round.end()
    }

    @Test func aTaskThatIsCancelledInTheMiddleOfALastRoundHasAnother() async {
      let round = LastRound()
      let task = Task { await round.housekeeper.run() }
      while !round.housekeeper.loop.isRunning { await Task.yield() }
      await round.during {
        round.given.publish(1)
        task.cancel()
      }
      await task.value
      #expect(round.taken.loadPublished() == 1)
      round.end()
    }

    @Test func aTaskThatRunsItReturnsWhenSomebodyElseShutsItDown() async {
      let housekeeper = Housekeeper()
      let isOver = Tally()
      let task = Task {
        await housekeeper.run()
        isOver.publish(1)
      }
      // Until it is there, a shutdown does not count.
      while isOver.loadPublished() == 0 {
        await housekeeper.shutdown()
        await Task.yield()
      }
      await task.value
    }

    @Test func cancellingHasOneLastRound() async {
      let housekeeper = Housekeeper()
      let runs = Tally()
      let registration = housekeeper.register { runs.addPublished(1) }
      let task = Task { await housekeeper.run() }
      // The thread rests, and the end is noted: the first round is over.
      registration.runSoon()
      while runs.loadPublished() == 0 { await Task.yield() }
      for _ in 0..<20 {
        stress_sleep(1_000_000)
        await Task.yield()
      }
      task.cancel()
      await task.value
      #expect(runs.loadPublished() == 2)
      registration.unregister()
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
