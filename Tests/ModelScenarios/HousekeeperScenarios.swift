// SPDX-License-Identifier: Apache-2.0
#if PERCPU_MODEL

  import CAtomicsShim
  import ModelChecker
  @testable import PerCPU
  import Testing

  /// One execution: a housekeeper whose thread is one of the scenario's, or several of them, one after
  /// the other.
  private final class HousekeepingPlay: @unchecked Sendable {
    // Sendable: all simulated threads are one.

    let scenario: Scenario
    private(set) var loop: HousekeeperLoop!
    /// Of work that is not alone this is a race.
    private let state: Plain
    private let spawned: Word
    private(set) var spawns = 0
    private var thereAreThreads = true
    /// For each of what was noted, whether work has seen it.
    private var notes: [Word] = []
    private(set) var seen: [Bool] = []
    private var threads: [Int] = []

    init(_ scenario: Scenario) {
      self.scenario = scenario
      state = scenario.plain("state")
      spawned = scenario.word("spawned")
      loop = HousekeeperLoop(clock: { 0 }) { [unowned self] _ in
        if thereAreThreads {
          spawns += 1
          spawned.add(1, .releasing)
        }
        return thereAreThreads
      }
      scenario.name(loop.word, "word", bytes: 4)
      scenario.name(loop.inbox.head, "inbox")
    }

    func item(_ work: @escaping () -> Void = {}) -> HousekeepingItem {
      nonisolated(unsafe) let work = work
      let item = HousekeepingItem(every: 0) { [unowned self] in
        look()
        work()
      }
      scenario.name(item.word, "item", bytes: 4)
      return item
    }

    /// The runner has been at work when the execution begins, and has these in its list.
    func begin(_ items: HousekeepingItem...) {
      spawns = 1
      spawned.store(1, .relaxed)
      percpu_u32_store_relaxed(loop.word, Presence.running)
      for item in items { loop.start(item) }
      _ = loop.round()
    }

    func beginWithoutThreads(_ items: HousekeepingItem...) {
      thereAreThreads = false
      for item in items { loop.start(item) }
    }

    func threadsReturn() { thereAreThreads = true }

    /// Something that work has to see which is done after it.
    func note() -> () -> Void {
      let index = notes.count
      let word = scenario.word("note", index)
      notes.append(word)
      seen.append(false)
      return { word.store(1, .relaxed) }
    }

    /// What all work does: it is alone, and sees what it can.
    func look() {
      let value = state.read()
      state.write(value + 1)
      for (index, note) in notes.enumerated() where !seen[index] {
        if note.load(.relaxed) == 1 { seen[index] = true }
      }
    }

    func thread(_ name: StaticString, _ body: @escaping () -> Void) {
      threads.append(scenario.thread(name, body))
    }

    /// Makes rounds for as long as something was noted and not seen: if that is lost, for ever.
    func runnerUntilAllIsSeen() {
      scenario.thread("runner") { [self] in
        if spawns == 0 { spawned.awaitChange(from: 0, .acquiring) }
        while seen.contains(false) {
          loop.rest(until: .max)
          _ = loop.round()
        }
      }
    }

    /// The same, where the loop may go offline meanwhile: then until somebody starts it again.
    func runnersUntilAllIsSeen() {
      scenario.thread("runner") { [self] in
        var count = spawns
        while seen.contains(false) {
          loop.rest(until: .max)
          if loop.round() == nil, seen.contains(false) {
            count = spawned.awaitChange(from: count, .acquiring)
          }
        }
      }
    }

    /// A thread that makes rounds until something is so. If none was started by the time that all others are done, it
    /// must be so already.
    func runner(until isDone: @escaping () -> Bool) {
      let others = threads
      scenario.thread("closer") { [self] in
        for thread in others { join(thread) }
        if spawns > 0 { return }
        require(isDone(), "something was lost")
        spawned.add(1, .releasing)
      }
      scenario.thread("runner") { [self] in
        spawned.awaitChange(from: 0, .acquiring)
        while !isDone() {
          loop.rest(until: .max)
          _ = loop.round()
        }
      }
    }

    /// Threads that make rounds until the loop is offline, and one that shuts it down at the end.
    func runnersUntilOffline(_ count: Int) {
      let firstSpawns = spawns
      for index in 0..<count {
        scenario.thread("runner") { [self] in
          if index >= firstSpawns, spawned.awaitChange(from: index, .acquiring) > count { return }
          loop.run()
        }
      }
      let others = threads
      scenario.thread("closer") { [self] in
        for thread in others { join(thread) }
        loop.shutDown()
        require(!loop.isRunning, "it goes on after the last shutdown")
        if spawns < count { spawned.add(count + 1, .releasing) }
      }
    }
  }

  private func check(
    _ mode: SearchMode, weakening: Weakening? = nil, _ declare: @escaping (HousekeepingPlay) -> Void
  ) -> CheckResult {
    var play: HousekeepingPlay?
    return checkLibrary(mode, weakening: weakening) { scenario in
      play = HousekeepingPlay(scenario)
      declare(play!)
    }
  }

  extension ModelScenarios {
    @Suite struct HousekeeperScenarios {}
  }

  extension ModelScenarios.HousekeeperScenarios {
    /// Each asks for these items, one after the other.
    private func asking(
      for askers: [[Int]], items: Int = 1, weakening: Weakening? = nil,
      _ mode: SearchMode = .exhaustive()
    ) -> CheckResult {
      check(mode, weakening: weakening) { play in
        let items = (0..<items).map { _ in play.item() }
        for item in items { play.begin(item) }
        for asker in askers {
          let notes = asker.map { _ in play.note() }
          play.thread("asks") {
            for (note, item) in zip(notes, asker) {
              note()
              play.loop.ask(for: items[item])
            }
          }
        }
        play.runnerUntilAllIsSeen()
      }
    }

    @Test func whatIsAskedForIsDone() {
      expectPass(asking(for: [[0]]), executions: 7, "housekeeper, asked")
      expectPass(asking(for: [[0, 0]]), executions: 265, "housekeeper, asked twice")
      expectPass(asking(for: [[0], [0]]), executions: 716, "housekeeper, asked by 2")
      expectPass(asking(for: [[0], [1]], items: 2), executions: 607, "housekeeper, asked for 2")
    }

    @Test(arguments: [Weakening.noAcquireUpdates, .noReleaseUpdates])
    func askingNeedsOrder(_ weakening: Weakening) {
      expectFailure("deadlock", "housekeeper, asked, \(weakening)") {
        asking(for: [[0]], weakening: weakening, $0)
      }
    }

    /// Work that is done once comes in by the inbox.
    private func performing(
      _ performers: [Int], weakening: Weakening? = nil, _ mode: SearchMode = .exhaustive()
    ) -> CheckResult {
      check(mode, weakening: weakening) { play in
        play.begin()
        for count in performers {
          let notes = (0..<count).map { _ in play.note() }
          play.thread("performs") {
            for note in notes {
              note()
              play.loop.perform { play.look() }
            }
          }
        }
        play.runnerUntilAllIsSeen()
      }
    }

    @Test func whatIsPerformedIsDone() {
      expectPass(performing([1]), executions: 7, "housekeeper, performed")
      expectPass(performing([2]), executions: 314, "housekeeper, performed twice")
      expectPass(performing([1, 1]), executions: 3108, "housekeeper, performed by 2")
    }

    /// A loop that nobody has used.
    private func starting(_ askers: Int, _ mode: SearchMode = .exhaustive()) -> CheckResult {
      check(mode) { play in
        for _ in 0..<askers {
          let note = play.note()
          play.thread("performs") {
            note()
            play.loop.perform { play.look() }
          }
        }
        play.runnerUntilAllIsSeen()
        play.scenario.finally { require(play.spawns == 1, "not one thread was started") }
      }
    }

    @Test func oneThreadIsStarted() {
      expectPass(starting(1), executions: 1, "housekeeper, started")
      expectPass(starting(2), executions: 1072, "housekeeper, started by 2")
    }

    /// The work uses something that is destroyed when its registration has ended.
    private func ending(
      asked: Bool, _ mode: SearchMode = .exhaustive()
    ) -> CheckResult {
      check(mode) { play in
        let content = play.scenario.plain("content", initially: 1)
        let item = play.item { require(content.read() == 1, "work after its end") }
        let last = play.item()
        play.begin(item, last)
        if asked { play.thread("asks") { play.loop.ask(for: item) } }
        let note = play.note()
        play.thread("ends") {
          if !asked { play.loop.ask(for: item) }
          play.loop.end(item)
          content.write(0)
          note()
          play.loop.ask(for: last)
        }
        play.runnerUntilAllIsSeen()
      }
    }

    @Test func nothingIsDoneAfterAnEnd() {
      expectPass(ending(asked: false), executions: 2360, "housekeeper, ended")
      expectPass(ending(asked: true), executions: 4930, "housekeeper, ended, asked")
    }

    /// Stopped and started again while rounds are made.
    private func restarting(_ times: Int, asked: Bool, _ mode: SearchMode = .exhaustive())
      -> CheckResult
    {
      check(mode) { play in
        var runs = 0
        let item = play.item { runs += 1 }
        play.begin(item)
        if asked { play.thread("asks") { play.loop.ask(for: item) } }
        let note = play.note()
        play.thread("restarts") {
          for _ in 0..<times {
            item.stop()
            play.loop.start(item)
          }
          note()
          play.loop.ask(for: item)
        }
        play.runnerUntilAllIsSeen()
        play.scenario.finally {
          let before = runs
          play.loop.ask(for: item)
          _ = play.loop.round()
          require(runs == before + 1, "it is not done once in a round")
          require(play.loop.list.count == 1, "it is not once in the list")
        }
      }
    }

    @Test func aRestartNeitherLosesNorDoubles() {
      expectPass(restarting(1, asked: false), executions: 139, "housekeeper, restarted")
      expectPass(restarting(2, asked: false), executions: 9115, "housekeeper, restarted twice")
      expectPass(restarting(1, asked: true), executions: 94559, "housekeeper, restarted, asked")
    }

    /// Each shuts down, and finds that what it noted before was seen.
    private func shuttingDown(
      _ shutters: Int, askers: Int, runners: Int, weakening: Weakening? = nil,
      _ mode: SearchMode = .exhaustive()
    ) -> CheckResult {
      check(mode, weakening: weakening) { play in
        let item = play.item()
        if runners > 0 { play.begin(item) } else { play.beginWithoutThreads(item) }
        for index in 0..<shutters {
          let note = play.note()
          play.thread("shuts down") {
            note()
            play.loop.shutDown()
            require(play.seen[index], "a shutdown without a final round")
          }
        }
        for _ in 0..<askers {
          let note = play.note()
          play.thread("asks") {
            note()
            play.loop.ask(for: item)
          }
        }
        play.runnersUntilOffline(runners)
        play.scenario.finally { require(!play.seen.contains(false), "something was lost") }
      }
    }

    @Test func aShutdownDoesEverythingALastTime() {
      expectPass(shuttingDown(1, askers: 0, runners: 1), executions: 2460, "housekeeper, shut down")
      expectPass(
        shuttingDown(1, askers: 1, runners: 2, preemptions(atMost: 2)), executions: 3351,
        isBounded: true, "housekeeper, shut down, asked")
    }

    @Test func whatIsAskedForDuringALastRoundIsDone() {
      let result = check(.exhaustive()) { play in
        let item = play.item()
        play.begin(item)
        let note = play.note()
        play.thread("asks") {
          note()
          play.loop.ask(for: item)
        }
        play.thread("ends") { play.loop.endSoon() }
        play.runnersUntilAllIsSeen()
      }
      expectPass(result, executions: 409, "housekeeper, asked during the last round")
    }

    /// Somebody waits for the end of a loop for which there was no thread. There is one again, and another one asks for
    /// something while the loop is ended.
    @Test func anEndIsNotLostWhenThreadsReturn() {
      let result = check(.exhaustive()) { play in
        let item = play.item()
        nonisolated(unsafe) var isOver = false
        play.beginWithoutThreads(item)
        play.loop.atEnd { isOver = true }
        play.threadsReturn()
        play.thread("asks") { play.loop.ask(for: item) }
        play.thread("ends") { play.loop.endSoon() }
        play.runner { isOver }
      }
      expectPass(result, executions: 4056, "housekeeper, threads return")
    }

    @Test func eachOfTwoShutdownsHasALastRoundOfItsOwn() {
      expectPass(
        shuttingDown(2, askers: 0, runners: 1, preemptions(atMost: 2)), executions: 5945,
        isBounded: true, "housekeeper, shut down by 2")
    }

    @Test func aShutdownWithoutThreads() {
      expectPass(
        shuttingDown(1, askers: 0, runners: 0), executions: 1, "housekeeper, no threads")
      expectPass(
        shuttingDown(1, askers: 1, runners: 0), executions: 9033, "housekeeper, no threads, asked")
      expectPass(
        shuttingDown(2, askers: 0, runners: 0, preemptions(atMost: 2)), executions: 739,
        isBounded: true, "housekeeper, no threads, shut down by 2")
    }
  }

#endif
