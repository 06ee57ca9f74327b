// SPDX-License-Identifier: Apache-2.0
#if PERCPU_MODEL

  import CAtomicsShim
  import ModelChecker
  @testable import PerCPU
  import Testing

  /// Readers of an object in sections, and updaters that replace it, wait for a grace period, and destroy the
  /// one that was there.
  private struct Use {
    static let dead = 99
    /// The CPUs of the readers, and how often each reads.
    var readers: [Int?] = []
    var times = 1
    /// How often each of the updaters replaces the object.
    var updaters = [1]
    var bits = Int.bitWidth
    var aborts = 1
    /// Whether updaters look once whether readers have left, and go on only if they have. What they could find by looking
    /// again they find, in another execution, by looking late: it is enough for what is destroyed too early.
    var looksOnce = false
    /// The first reader moves to CPU 2.
    var migrating = false
    /// Readers that are contexts, and enter nothing.
    var contexts = 0
    var generations = 0
    var engine = Engine.restartable
    var fences = AsymmetricFences.membarrier
    var weakening: Weakening?

    /// By states where updaters look once, or there is one of them: who waits keeps plain notes under a lock, which are
    /// not told.
    func check(_ mode: SearchMode = .exhaustive()) -> CheckResult {
      // One for all executions: what they store never gets to its memory.
      let periods = GracePeriods(limit: 1 << 20, housekeeper: nil, counterBits: bits)
      let words = (0..<contexts).map { _ in ContextWord<NoWork>(counterBits: 2) }
      for word in words { _ = periods.register(word) }
      let generation = FlushGeneration(generationBits: 3)
      let participants = (0..<generations).map { _ in Participant(generation.register()) }
      if generations > 0 { _ = periods.register(generation) }
      return checkLibrary(mode, engine: engine, fences: fences, weakening: weakening) { scenario in
        scenario.limitAborts(to: aborts)
        name(periods, in: scenario)
        let current = scenario.word("current")
        let count = updaters.reduce(0, +)
        let objects = (0...count).map { scenario.plain("object", $0) }
        for cpu in readers {
          scenario.thread("reader", cpu: cpu) {
            for _ in 0..<times {
              let left = periods.sections.enter()
              look(current, objects)
              ReadSections.leave(left)
            }
          }
        }
        for word in words {
          scenario.thread("context") {
            for _ in 0..<times {
              _ = word.enter()
              look(current, objects)
              word.exit()
            }
          }
        }
        for participant in participants {
          participant.reset()
          scenario.thread("participant") {
            for _ in 0..<times {
              _ = participant.content.activate()
              look(current, objects)
              if participant.content.needsFlush() { participant.content.acknowledge() }
              look(current, objects)
              participant.content.park()
            }
          }
        }
        var next = 1
        for replacements in updaters {
          let own = next..<(next + replacements)
          next += replacements
          scenario.thread("updater", cpu: 3) {
            for object in own {
              let old = current.exchange(object, .acquiringAndReleasing)
              waitForReaders(periods)
              require(objects[old].read() != Self.dead, "an object is destroyed twice")
              objects[old].write(Self.dead)
            }
          }
        }
        if migrating { scenario.thread("migrates") { migrate(0, to: 2) } }
        scenario.finally { withExtendedLifetime((periods, words, generation, participants)) {} }
      }
    }

    private func waitForReaders(_ periods: GracePeriods) {
      if !looksOnce { return periods.wait(for: periods.ticket()) }
      let former = periods.sections.change()
      assume(periods.sections.areOver(former, bits: bits))
    }

    private func look(_ current: Word, _ objects: [Plain]) {
      let object = current.load(.acquiring)
      require(objects[object].read() != Self.dead, "an object is destroyed under its reader")
    }
  }

  func name(_ periods: GracePeriods, in scenario: Scenario) {
    scenario.name(periods.sections.kind, "kind")
    scenario.name(periods.begun, "begun")
    scenario.name(periods.ended, "ended")
    for cpu in CPU.rows {
      let words = percpu_row_word(periods.sections.slots, cpu.rawValue)
      for kind in 0...1 {
        scenario.name(words + kind, kind == 0 ? "entered 0, row" : "entered 1, row", cpu.rawValue)
        scenario.name(words + 2 + kind, kind == 0 ? "left 0, row" : "left 1, row", cpu.rawValue)
      }
    }
  }

  private struct NoWork: OptionSet {
    let rawValue: UInt16
  }

  private final class Participant {
    var content: FlushGeneration.Participant
    private let seen: UInt64

    init(_ content: consuming FlushGeneration.Participant) {
      seen = content.seen
      self.content = content
    }

    /// Each execution finds it as it was before.
    func reset() { content.seen = seen }
  }

  extension ModelScenarios {
    @Suite struct GraceScenarios {}
  }

  extension ModelScenarios.GraceScenarios {
    // MARK: Sections

    @Test func aReaderAndGracePeriods() {
      expectPass(Use(readers: [0]).check(), executions: 190, "grace, 1 reader")
      expectPass(
        Use(readers: [0], updaters: [2]).check(), executions: 2953, "grace, 1 reader, 2 periods")
      expectPass(
        Use(readers: [0], times: 2, updaters: [2]).check(), executions: 71_001,
        "grace, 1 reader, twice, 2 periods")
    }

    /// Sections that are aborted are not followed: they have stored nothing, and are as those that begin later.
    @Test func twoReadersOnTwoCPUsOverTwoGracePeriods() {
      expectPass(
        Use(readers: [0, 1], updaters: [2], aborts: 0, looksOnce: true).check(), executions: 5376,
        "grace, 2 readers, 2 periods, all")
      expectPass(
        Use(readers: [0, 1], updaters: [2], looksOnce: true).check(
          states(orPreemptionsAtMost: 3)), executions: 13_588, isBounded: true,
        "grace, 2 readers, 2 periods")
      expectPass(
        Use(readers: [0, 1], looksOnce: true).check(), executions: 4590, "grace, 2 readers")
    }

    @Test func readersOfOneCPU() {
      expectPass(
        Use(readers: [0, 0], updaters: [2], aborts: 0, looksOnce: true)
          .check(.states), states: 180_475, "grace, 2 readers of a CPU, 2 periods, no abort")
      expectPass(
        Use(readers: [0, 0], updaters: [2], looksOnce: true).check(
          states(orPreemptionsAtMost: 3)), executions: 48_344, isBounded: true,
        "grace, 2 readers of a CPU, 2 periods")
    }

    @Test func aReaderThatMigrates() {
      expectPass(
        Use(readers: [0], looksOnce: true, migrating: true).check(), executions: 7064,
        "grace, migration")
    }

    @Test func readersWithoutSections() {
      expectPass(
        Use(readers: [nil], updaters: [2]).check(), executions: 14_693,
        "grace, unbound, 2 periods")
      expectPass(
        Use(readers: [nil, 0], updaters: [2], aborts: 0, looksOnce: true).check(),
        executions: 113_516,
        "grace, unbound and bound, 2 periods, all")
      expectPass(
        Use(readers: [nil, 0], updaters: [2], looksOnce: true).check(
          states(orPreemptionsAtMost: 3)), executions: 12_118, isBounded: true,
        "grace, unbound and bound, 2 periods")
      expectPass(
        Use(readers: [nil, nil], looksOnce: true).check(), executions: 22_306, "grace, 2 unbound")
    }

    @Test func theAtomicEngine() {
      expectPass(
        Use(readers: [0], updaters: [2], engine: .atomic).check(), executions: 29_479,
        "grace, atomic engine, 2 periods")
      expectPass(
        Use(readers: [0, 1], looksOnce: true, engine: .atomic).check(), executions: 8568,
        "grace, atomic engine, 2 readers")
      expectPass(
        Use(readers: [0, 1], looksOnce: true, engine: .atomic, fences: .symmetric).check(),
        executions: 2080, "grace, atomic engine, symmetric, 2 readers")
    }

    @Test func countersOfTwoBits() {
      expectPass(
        Use(readers: [0], times: 4, updaters: [1], bits: 2, looksOnce: true).check(),
        executions: 1265,
        "grace, 2 bits, 4 times")
      expectPass(
        Use(readers: [0, nil], times: 2, updaters: [2], bits: 2, looksOnce: true)
          .check(states(orPreemptionsAtMost: 2)), executions: 10_158, isBounded: true,
        "grace, 2 bits, 2 readers, twice, 2 periods")
    }

    @Test func sectionsNeedFencesAndOrder() {
      expectFailure("", "grace, plain restart fence") {
        Use(readers: [0], updaters: [2], weakening: .plainRestartFences).check($0)
      }
      expectFailure("", "grace, unbound, no light fence") {
        Use(readers: [nil], engine: .atomic, fences: .symmetric, weakening: .noLightFences).check(
          $0)
      }
      expectFailure("", "grace, relaxed publication") {
        Use(readers: [0], weakening: .relaxedPublication).check($0)
      }
    }

    // MARK: Contexts

    @Test func contextsThatReadWithoutEntering() {
      expectPass(Use(contexts: 1).check(), executions: 116, "grace, 1 context")
      expectPass(
        Use(times: 2, contexts: 1).check(.states), states: 3549, "grace, 1 context, twice")
    }

    @Test func participantsThatReadWithoutEntering() {
      expectPass(Use(generations: 1).check(), executions: 1981, "grace, 1 participant")
    }

    // MARK: Tickets

    /// One updater waits for grace periods that another thread begins and ends.
    private func shared(_ mode: SearchMode = .exhaustive()) -> CheckResult {
      let periods = GracePeriods(limit: 1 << 20, housekeeper: nil)
      return checkLibrary(mode) { scenario in
        scenario.limitAborts(to: 1)
        name(periods, in: scenario)
        let current = scenario.word("current")
        let object = scenario.plain("object")
        scenario.thread("reader", cpu: 0) {
          let left = periods.sections.enter()
          if current.load(.acquiring) == 0 { object.read() }
          ReadSections.leave(left)
        }
        scenario.thread("updater", cpu: 1) {
          current.store(1, .relaxed)
          let ticket = periods.ticket()
          assume(periods.isOver(ticket))
          object.write(1)
        }
        scenario.thread("conductor", cpu: 2) {
          let ticket = periods.ticket()
          while !periods.isOver(ticket) { assume(periods.step()) }
        }
        scenario.finally { withExtendedLifetime(periods) {} }
      }
    }

    @Test func aGracePeriodThatSomebodyElseHasBegun() {
      expectPass(shared(), executions: 30_082, "grace, shared")
    }
  }

#endif
