// SPDX-License-Identifier: Apache-2.0
#if PERCPU_MODEL

  import ModelChecker
  @testable import PerCPU
  import Testing

  /// A participant that was registered before all executions, and that each finds as it was then.
  private final class Context {
    var participant: FlushGeneration.Participant
    let seen: UInt64

    init(_ generation: FlushGeneration, isActive: Bool = false) {
      participant = generation.register()
      if isActive { _ = participant.activate() }
      seen = participant.seen
    }

    func reset() { participant.seen = seen }
  }

  /// A generation whose current value is `advanced` steps after the first one.
  private func makeGeneration(bits: Int?, advanced: Int) -> FlushGeneration {
    let generation = bits.map(FlushGeneration.init(generationBits:)) ?? FlushGeneration()
    for _ in 0..<advanced { generation.invalidate { _ in } }
    return generation
  }

  private func name(_ contexts: [Context], _ scenario: Scenario) {
    let generation = contexts[0].participant.generation
    scenario.name(generation, "generation")
    scenario.name(generation + 1, "waiters", bytes: 4)
    scenario.name(UnsafeRawPointer(generation) + 12, "acknowledgments", bytes: 4)
    for (i, context) in contexts.enumerated() {
      scenario.name(context.participant.state, "state", i)
    }
  }

  /// Contexts that cache some resources, and invalidators that change them.
  private struct Changes {
    var participants = 1
    /// How often the contexts become active; they stay so the last time.
    var activations = 1
    /// For each invalidator, how many resources it changes, one after the other.
    var invalidators: [Int]
    var bits: Int?
    var advanced = 0
    var fences = AsymmetricFences.membarrier
    var weakening: Weakening?

    func check(_ mode: SearchMode = .exhaustive()) -> CheckResult {
      // One for all executions: what they store never gets to its memory.
      let generation = makeGeneration(bits: bits, advanced: advanced)
      let contexts = (0..<participants).map { _ in Context(generation) }
      let count = invalidators.reduce(0, +)
      return checkLibrary(mode, fences: fences, weakening: weakening) { scenario in
        name(contexts, scenario)
        let resources = (0..<count).map { scenario.word("resource", $0) }
        // For each participant a set of resources: what it has cached anew, and by the changes
        // of which it was interrupted.
        var cached = [Int](repeating: 0, count: participants), interrupted = cached
        func flush(_ i: Int) {
          for r in 0..<count { cached[i] |= resources[r].load(.relaxed) << r }
        }
        for (i, context) in contexts.enumerated() {
          context.reset()
          scenario.thread("participant") {
            for activation in 1...activations {
              if context.participant.activate() { flush(i) }
              lookBack(resources) { cached[i] | interrupted[i] }
              if activation < activations { context.participant.park() }
            }
          }
        }
        var first = 0
        for changes in invalidators {
          let range = first..<first + changes
          first += changes
          scenario.thread("invalidator") {
            for r in range {
              resources[r].store(1, .relaxed)
              let number = generation.invalidate { interrupted[$0] |= 1 << r }
              require(number <= participants, "more interruptions than participants")
            }
          }
        }
        scenario.finally {
          for (i, context) in contexts.enumerated() {
            require(
              cached[i] | interrupted[i] == (1 << count) - 1,
              "a context is active and out of date, and was not interrupted")
            if context.participant.needsFlush() { flush(i) }
            require(cached[i] == (1 << count) - 1, "the generation hides a change")
          }
        }
      }
    }

    /// Whoever sees a later change of an invalidator has seen the earlier one, or was interrupted.
    private func lookBack(_ resources: [Word], _ known: () -> Int) {
      var first = 0
      for changes in invalidators {
        if changes == 2, resources[first + 1].load(.relaxed) == 1 {
          require(known() & 1 << first != 0, "the second change was seen, the first was not")
        }
        first += changes
      }
    }
  }

  /// Contexts that use storage which was cached, and others who take it away from them and write to it.
  private struct Reuse {
    enum Habit {
      /// Looks once whether it was interrupted, and parks.
      case looks
      /// Is active from the beginning, waits until it is interrupted, and does not park.
      case staysActive
    }

    var participants = 1
    var waiters = 1
    var habit = Habit.looks
    /// One that has parked becomes active once more.
    var comesBack = false
    var bits: Int?
    var advanced = 0
    var fences = AsymmetricFences.membarrier
    var weakening: Weakening?

    func check(_ mode: SearchMode = .exhaustive()) -> CheckResult {
      let generation = makeGeneration(bits: bits, advanced: advanced)
      let contexts = (0..<participants).map { _ in
        Context(generation, isActive: habit == .staysActive)
      }
      return checkLibrary(mode, fences: fences, weakening: weakening) { scenario in
        name(contexts, scenario)
        let storage = (0..<waiters).map { scenario.plain("storage", $0) }
        let interrupts = (0..<participants).map { scenario.word("interrupt", $0) }
        for (i, context) in contexts.enumerated() {
          context.reset()
          scenario.thread("participant") {
            var isCached = true
            func use() {
              if isCached { for one in storage { one.read() } }
            }
            func handleInterrupt() {
              if context.participant.needsFlush() { isCached = false }
              context.participant.acknowledge()
            }
            switch habit {
            case .staysActive:
              use()
              interrupts[i].awaitChange(from: 0, .acquiring)
              handleInterrupt()
            case .looks:
              if context.participant.activate() { isCached = false }
              use()
              if interrupts[i].load(.acquiring) != 0 { handleInterrupt() }
              use()
              context.participant.park()
              guard comesBack else { return }
              if context.participant.activate() { isCached = false }
              use()
              context.participant.park()
            }
          }
        }
        for w in 0..<waiters {
          scenario.thread("waiter") {
            generation.invalidateAndWait { interrupts[$0].store(1, .releasing) }
            storage[w].write(1)
          }
        }
      }
    }
  }

  extension ModelScenarios {
    @Suite struct FlushGenerationScenarios {}
  }

  extension ModelScenarios.FlushGenerationScenarios {
    // MARK: Content that is out of date

    @Test func aContextIsFreshOrInterrupted() {
      expectPass(Changes(invalidators: [2]).check(), executions: 131, "generation, 1 and 1")
      expectPass(
        Changes(activations: 2, invalidators: [2]).check(), executions: 3303,
        "generation, 1 and 1, 2 activations")
      expectPass(
        Changes(activations: 2, invalidators: [2], fences: .symmetric).check(), executions: 1028,
        "generation, 1 and 1, 2 activations, no membarrier")
    }

    @Test func aContextAndTwoInvalidators() {
      expectPass(Changes(invalidators: [1, 1]).check(), executions: 59_120, "generation, 1 and 2")
      expectPass(
        Changes(invalidators: [2, 1]).check(preemptions(atMost: 2)), executions: 10_142,
        isBounded: true, "generation, 1 and 2, one of them twice")
    }

    @Test func twoContextsAndAnInvalidator() {
      expectPass(
        Changes(participants: 2, invalidators: [2]).check(), executions: 68_644,
        "generation, 2 and 1")
    }

    @Test func theGenerationWrapsAround() {
      expectPass(
        Changes(activations: 2, invalidators: [2], bits: 3, advanced: 7).check(), executions: 3303,
        "generation, wrap-around")
      expectPass(
        Changes(invalidators: [1, 1], bits: 3, advanced: 7).check(), executions: 59_120,
        "generation, wrap-around, 2 invalidators")
    }

    @Test func freshnessNeedsFencesAndOrder() {
      for weakening in [Weakening.noHeavyFences, .noAcquireLoads, .noReleaseUpdates] {
        expectFailure("", "generation, \(weakening)") {
          Changes(invalidators: [2], weakening: weakening).check($0)
        }
      }
      expectFailure("", "generation, no light fences") {
        Changes(invalidators: [2], fences: .symmetric, weakening: .noLightFences).check($0)
      }
    }

    // MARK: Storage that is taken away

    @Test func nobodyUsesWhatIsTakenAway() {
      expectPass(Reuse().check(), executions: 10_683, "generation, waiter")
      expectPass(
        Reuse(fences: .symmetric).check(), executions: 3888, "generation, waiter, no membarrier")
      expectPass(
        Reuse(bits: 3, advanced: 7).check(), executions: 10_683, "generation, waiter, wrap-around")
    }

    @Test func aContextComesBackWhileItIsWaitedFor() {
      expectPass(Reuse(comesBack: true).check(), executions: 163_781, "generation, back")
    }

    /// In the model build waiters sleep at once: a wake-up that is lost is a deadlock.
    @Test func aSleepingWaiterIsWoken() {
      expectPass(Reuse(habit: .staysActive).check(), executions: 185, "generation, sleep")
      expectPass(
        Reuse(habit: .staysActive, fences: .symmetric).check(), executions: 50,
        "generation, sleep, no membarrier")
      expectPass(
        Reuse(habit: .staysActive, bits: 3, advanced: 7).check(), executions: 185,
        "generation, sleep, wrap-around")
    }

    @Test func contextsAndWaiters() {
      expectPass(
        Reuse(waiters: 2).check(preemptions(atMost: 2)), executions: 48_738, isBounded: true,
        "generation, 2 waiters")
      expectPass(
        Reuse(participants: 2).check(preemptions(atMost: 2)), executions: 7118, isBounded: true,
        "generation, 2 contexts")
      expectPass(
        Reuse(participants: 2, habit: .staysActive).check(preemptions(atMost: 2)),
        executions: 11_324,
        isBounded: true, "generation, sleep, 2 contexts")
    }

    @Test(arguments: [Weakening.noAcquireLongLoads, .noReleaseStores])
    func takingAwayNeedsOrder(_ weakening: Weakening) {
      expectFailure("data race", "generation, waiter, \(weakening)") {
        Reuse(weakening: weakening).check($0)
      }
    }

    @Test func sleepNeedsBothFences() {
      expectFailure("deadlock", "generation, sleep, no heavy fences") {
        Reuse(habit: .staysActive, weakening: .noHeavyFences).check($0)
      }
      expectFailure("deadlock", "generation, sleep, no light fences") {
        Reuse(habit: .staysActive, fences: .symmetric, weakening: .noLightFences).check($0)
      }
    }

    @Test(arguments: [Weakening.noAcquireLoads, .noReleaseUpdates])
    func sleepNeedsOrder(_ weakening: Weakening) {
      expectFailure("deadlock", "generation, sleep, \(weakening)") {
        Reuse(weakening: weakening).check($0)
      }
    }

    // MARK: Participants that come and go

    /// A participant that is registered during an invalidation, with a new record or with that of one
    /// that is gone: it has something cached anew, or is interrupted.
    private func newcomer(
      takesOver: Bool = false, fences: AsymmetricFences = .membarrier,
      weakening: Weakening? = nil, _ mode: SearchMode = .exhaustive()
    ) -> CheckResult {
      let generation = FlushGeneration()
      if takesOver { _ = generation.register() }
      return checkLibrary(mode, fences: fences, weakening: weakening) { scenario in
        let resources = [scenario.word("resource", 0), scenario.word("resource", 1)]
        var isInterrupted = false
        scenario.thread("newcomer") {
          var participant = generation.register()
          var cached = resources[0].load(.relaxed)
          if participant.activate() { cached = resources[0].load(.relaxed) }
          if resources[1].load(.relaxed) == 1 {
            require(cached == 1 || isInterrupted, "the second change was seen, the first was not")
          }
        }
        scenario.thread("invalidator") {
          resources[0].store(1, .relaxed)
          generation.invalidate { _ in isInterrupted = true }
          resources[1].store(1, .relaxed)
        }
      }
    }

    @Test func aNewcomerIsFreshOrInterrupted() {
      expectPass(newcomer(), executions: 545, "generation, new record")
      expectPass(newcomer(takesOver: true), executions: 449, "generation, old record")
      expectPass(
        newcomer(fences: .symmetric), executions: 240, "generation, new record, no membarrier")
    }

    @Test func newcomersNeedFences() {
      let message = "the second change was seen, the first was not"
      expectFailure(message, "generation, new record, no heavy fences") {
        newcomer(weakening: .noHeavyFences, $0)
      }
      expectFailure(message, "generation, new record, no light fences") {
        newcomer(fences: .symmetric, weakening: .noLightFences, $0)
      }
    }
  }

#endif
