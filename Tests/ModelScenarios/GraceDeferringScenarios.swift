// SPDX-License-Identifier: Apache-2.0
#if PERCPU_MODEL

  import CAtomicsShim
  import ModelChecker
  @testable import PerCPU
  import Testing

  /// Readers, and threads that replace an object and have the one that was there destroyed later.
  private struct Deferring {
    static let dead = 99
    var readers: [Int?] = [0]
    /// How many objects each replaces.
    var deferrers = [1]
    /// Whether each waits in the end for all that it has deferred.
    var haveBarrier = true
    /// Another thread has a grace period begin and end, and does what is ready then.
    var isConducted = false
    var limit = 1 << 20
    var aborts = 1

    func check(_ mode: SearchMode = .exhaustive()) -> CheckResult {
      checkLibrary(mode) { scenario in
        scenario.limitAborts(to: aborts)
        let periods = GracePeriods(limit: limit, housekeeper: nil)
        name(periods, in: scenario)
        // With nothing to be announced, the lists are all that the two have to do with each other.
        if isConducted { periods.announce(.lazy) }
        let current = scenario.word("current")
        let count = deferrers.reduce(0, +)
        let objects = (0...count).map { scenario.plain("object", $0) }
        var destroyed = Array(repeating: 0, count: count + 1)
        for cpu in readers {
          scenario.thread("reader", cpu: cpu) {
            let left = periods.sections.enter()
            let object = current.load(.acquiring)
            require(objects[object].read() != Self.dead, "an object is destroyed under its reader")
            ReadSections.leave(left)
          }
        }
        var next = 1
        for replacements in deferrers {
          let own = next..<(next + replacements)
          next += replacements
          scenario.thread("deferrer", cpu: 2) {
            var old: [Int] = []
            for object in own {
              let replaced = current.exchange(object, .acquiringAndReleasing)
              old.append(replaced)
              let destroy = Destruction {
                require(objects[replaced].read() != Self.dead, "an object is destroyed twice")
                objects[replaced].write(Self.dead)
                destroyed[replaced] += 1
              }
              periods.add(DeferredCall(cost: 100) { destroy.run() }, isUrgent: false, mayWait: true)
            }
            if haveBarrier { periods.barrier() }
            for replaced in old where haveBarrier {
              require(objects[replaced].read() == Self.dead, "a barrier did not wait")
            }
          }
        }
        if isConducted {
          scenario.thread("conductor", cpu: 3) {
            let ticket = periods.ticket()
            while !periods.isOver(ticket) { assume(periods.step()) }
            periods.runReady()
          }
        }
        scenario.finally {
          periods.barrier()
          require(destroyed.reduce(0, +) == count, "an object is not destroyed, or twice")
        }
      }
    }
  }

  private final class Destruction: @unchecked Sendable {
    // Sendable: all simulated threads are one.
    let run: () -> Void
    init(_ run: @escaping () -> Void) { self.run = run }
  }

  // MARK: - What the housekeeper does

  private final class Clock: @unchecked Sendable {
    // Sendable: all simulated threads are one.
    var now: Int64 = 0
    func tick() { now += 1_000_000_000 }
  }

  /// A call that is deferred while a housekeeper, which has found nothing to do, goes to rest.
  private struct Announcing {
    var fences = AsymmetricFences.membarrier

    func check(_ mode: SearchMode) -> CheckResult {
      // Their ends would be steps of the next execution.
      var all: [GracePeriods] = []
      defer { all = [] }
      return checkLibrary(mode, fences: fences) { scenario in
        scenario.limitAborts(to: 0)
        let clock = Clock()
        let loop = HousekeeperLoop(clock: { clock.now }) { _ in true }
        let periods = GracePeriods(limit: 1 << 20, housekeeper: Housekeeper(loop: loop))
        all.append(periods)
        name(periods, in: scenario)
        scenario.name(periods.announced, "announced", bytes: 4)
        var done = 0
        // It ticks already.
        periods.announce(.lazy)
        _ = loop.round()
        scenario.thread("housekeeper") { periods.assist() }
        scenario.thread("deferrer", cpu: 0) {
          let call = Destruction { done += 1 }
          _ = periods.calls.add(DeferredCall(cost: 100) { call.run() }, spending: 100)
          periods.announce(.lazy)
        }
        scenario.finally {
          // Nobody announces anything any more.
          for _ in 0..<3 {
            clock.tick()
            _ = loop.round()
          }
          require(done == 1, "a call is forgotten, or done twice")
        }
      }
    }
  }

  extension ModelScenarios.GraceScenarios {
    @Test func whatIsDeferredIsDoneOnceAndNotTooEarly() {
      expectPass(Deferring().check(), executions: 254, "grace, deferred")
      expectPass(Deferring(deferrers: [2]).check(), executions: 323, "grace, 2 deferred")
    }

    @Test func twoThatDefer() {
      expectPass(
        Deferring(readers: [], deferrers: [1, 1], haveBarrier: false).check(preemptions(atMost: 2)),
        executions: 734, isBounded: true, "grace, 2 that defer")
    }

    @Test func oneThatWaitsForRoom() {
      expectPass(
        Deferring(deferrers: [2], limit: 100).check(), executions: 2803,
        "grace, 2 deferred, room for 1")
    }

    /// The lists are taken before the kind changes: otherwise a reader of the new kind has what a call in them destroys.
    @Test func whatIsDeferredMeanwhileWaitsForTheNextGracePeriod() {
      expectPass(
        Deferring(haveBarrier: false, isConducted: true, aborts: 0).check(preemptions(atMost: 2)),
        executions: 13_768, isBounded: true, "grace, deferred meanwhile")
    }

    /// Whoever defers and looks at the number of grace periods, and whoever begins one and looks at the lists: one sees the
    /// other, or a call stays behind although everything that was wanted is over.
    @Test func whatIsDeferredIsWantedInTime() {
      let result = checkLibrary(.exhaustive()) { scenario in
        scenario.limitAborts(to: 1)
        let periods = GracePeriods(limit: 1 << 20, housekeeper: nil)
        name(periods, in: scenario)
        _ = periods.ticket()
        var isDone = false
        scenario.thread("deferrer", cpu: 0) {
          let call = Destruction { isDone = true }
          _ = periods.calls.add(DeferredCall(cost: 100) { call.run() }, spending: 100)
          periods.wantCalls()
        }
        scenario.thread("conductor") { _ = periods.step() }
        scenario.finally {
          while periods.step() {}
          periods.runReady()
          require(isDone, "a call is left behind")
        }
      }
      expectPass(result, executions: 71_378, "grace, wanted in time")
    }

    /// No thread is to be had for the housekeeper, which is shut down just then: whoever announces makes its last round.
    @Test func whoAnnouncesMakesALastRound() {
      let result = checkLibrary(.exhaustive()) { scenario in
        let housekeeper = Housekeeper(
          loop: HousekeeperLoop(clock: { 0 }) { loop in
            loop.endSoon()
            return false
          })
        let periods = GracePeriods(limit: 1 << 20, housekeeper: housekeeper)
        var isDone = false
        scenario.thread("deferrer", cpu: 0) {
          let call = Destruction { isDone = true }
          periods.add(DeferredCall(cost: 100) { call.run() }, isUrgent: true, mayWait: true)
          periods.barrier()
          require(isDone, "a barrier waits for nothing")
        }
      }
      expectPass(result, executions: 1, "grace, no thread, and an end")
    }

    @Test func whatIsDeferredIsAnnounced() {
      expectPass(
        Announcing().check(preemptions(atMost: 2)), executions: 354, isBounded: true,
        "grace, announced")
      expectPass(
        Announcing(fences: .symmetric).check(preemptions(atMost: 2)), executions: 243,
        isBounded: true, "grace, announced, symmetric")
    }
  }

#endif
