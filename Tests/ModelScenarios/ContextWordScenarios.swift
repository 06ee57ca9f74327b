// SPDX-License-Identifier: Apache-2.0
#if PERCPU_MODEL

  import ModelChecker
  @testable import PerCPU
  import Testing

  private struct Work: OptionSet {
    let rawValue: UInt16
    static let first = Work(rawValue: 1), last = Work(rawValue: 1 << 15)
  }

  /// An owner and setters, each of which changes a payload first. The counter has two bits.
  private struct Use {
    /// What each setter leaves.
    var setters: [Work]
    var entries = 1
    var weakening: Weakening?

    func check(_ mode: SearchMode = .exhaustive()) -> CheckResult {
      // One for all executions: what they store never gets to its memory.
      let context = ContextWord<Work>(counterBits: 2)
      return checkLibrary(mode, weakening: weakening) { scenario in
        scenario.name(context.word, "word")
        let payloads = setters.indices.map { scenario.word("payload", $0) }
        var seen = 0, deferred = 0  // sets of setters
        var left = Work()
        func enter() {
          let work = context.enter()
          require(work.isSubset(of: left), "work that nobody has left")
          left = []
          for i in setters.indices where !work.isDisjoint(with: setters[i]) {
            seen |= payloads[i].load(.relaxed) << i
          }
        }
        scenario.thread("owner") {
          for i in 1...entries {
            enter()
            require(context.counter == UInt64(i % 4), "a wrong count")
            context.exit()
          }
        }
        for i in setters.indices {
          scenario.thread("setter") {
            payloads[i].store(1, .relaxed)
            if context.set(setters[i]) == .deferred {
              deferred |= 1 << i
              left.formUnion(setters[i])
            }
          }
        }
        scenario.finally {
          enter()
          require(deferred & ~seen == 0, "a deferred payload was not seen")
          withExtendedLifetime(context) {}
        }
      }
    }
  }

  extension ModelScenarios {
    @Suite struct ContextWordScenarios {}
  }

  extension ModelScenarios.ContextWordScenarios {
    // MARK: Work

    @Test func workThatIsLeftIsFound() {
      expectPass(
        Use(setters: [.first, .last]).check(), executions: 734, "context word, 2 setters")
      expectPass(
        Use(setters: [.first, .last], entries: 2).check(), executions: 61_242,
        "context word, 2 setters, 2 entries")
    }

    @Test func workThatIsThereAlreadyIsLeftAgain() {
      expectPass(
        Use(setters: [.last, .last]).check(), executions: 972, "context word, 2 setters of a bit")
      expectPass(
        Use(setters: [.last, .last], entries: 2).check(), executions: 72_012,
        "context word, 2 setters of a bit, 2 entries")
    }

    @Test func theCounterWrapsAround() {
      expectPass(
        Use(setters: [.last], entries: 5).check(), executions: 151_457, "context word, 5 entries")
    }

    @Test(arguments: [Weakening.noAcquireUpdates, .noReleaseUpdates])
    func workNeedsOrder(_ weakening: Weakening) {
      for setters in [[Work.first, .last], [.last, .last]] {
        expectFailure("a deferred payload was not seen", "context word, \(weakening)") {
          Use(setters: setters, weakening: weakening).check($0)
        }
      }
    }

    /// A setter that was deferred uses what the owner had cached until it caught up.
    private func reuse(
      entries: Int = 2, weakening: Weakening? = nil, _ mode: SearchMode = .exhaustive()
    ) -> CheckResult {
      let context = ContextWord<Work>(counterBits: 2)
      return checkLibrary(mode, weakening: weakening) { scenario in
        scenario.name(context.word, "word")
        let storage = scenario.plain("storage")
        scenario.thread("owner") {
          var isCached = true
          for _ in 0..<entries {
            if !context.enter().isEmpty { isCached = false }
            if isCached { storage.read() }
            context.exit()
          }
        }
        scenario.thread("setter") {
          if context.set(.first) == .deferred { storage.write(1) }
        }
        scenario.finally { withExtendedLifetime(context) {} }
      }
    }

    @Test func whoeverIsDeferredMayReuse() {
      expectPass(reuse(), executions: 110, "context word, reuse")
      expectPass(reuse(entries: 5), executions: 63_542, "context word, reuse, 5 entries")
    }

    @Test(arguments: [Weakening.noReleaseStores, .noAcquireUpdates])
    func reuseNeedsOrder(_ weakening: Weakening) {
      expectFailure("data race", "context word, reuse, \(weakening)") {
        reuse(weakening: weakening, $0)
      }
    }

    // MARK: Signals

    private enum Habit: CaseIterable {
      /// Says that it has caught up only if there was work.
      case saysWhatItDid
      /// Says it each time.
      case alwaysSays
      /// Never says it.
      case neverSays
    }

    /// An owner whose thread is interrupted by a handler that uses what the owner caches.
    ///
    /// Nobody stores while a context is active, so what was deferred before an entry is in a variable:
    /// whoever is active must have caught up with it before it uses the cache.
    private func handler(
      entries: Int, setters: Int = 1, _ habit: Habit, handlerCatchesUp: Bool = true,
      signals: Int = 1,
      _ mode: SearchMode = .exhaustive()
    ) -> CheckResult {
      let context = ContextWord<Work>(counterBits: 2)
      return checkLibrary(mode) { scenario in
        scenario.name(context.word, "word")
        scenario.name(context.caughtUp, "caught up", bytes: 4)
        let payloads = (0..<setters).map { scenario.word("payload", $0) }
        var cached = 0, deferred = 0  // sets of payloads
        func catchUp() {
          for i in 0..<setters { cached |= payloads[i].load(.relaxed) << i }
        }
        func useCache() { require(deferred & ~cached == 0, "what is cached is out of date") }
        func enter() {
          let work = context.enter()
          if !work.isEmpty { catchUp() }
          if habit == .alwaysSays || habit == .saysWhatItDid && !work.isEmpty {
            context.didCatchUp()
          }
          useCache()
        }
        let owner = scenario.thread("owner") {
          for _ in 0..<entries {
            enter()
            context.exit()
          }
        }
        for i in 0..<setters {
          scenario.thread("setter") {
            payloads[i].store(1, .relaxed)
            if context.set(.last) == .deferred { deferred |= 1 << i }
          }
        }
        func handle() {
          context.withNestedEntry { work in
            // One that does not catch up uses nothing that is cached.
            guard handlerCatchesUp else { return }
            if !work.isEmpty { catchUp() }
            useCache()
          }
        }
        for number in 1...signals {
          // One of them may interrupt the handler of the other.
          scenario.onSignal(number) { _ in handle() }
          scenario.thread("signals") { signal(owner, number) }
        }
        scenario.finally {
          enter()
          withExtendedLifetime(context) {}
        }
      }
    }

    @Test(arguments: zip(Habit.allCases, [7734, 14_588, 7629]))
    private func aHandlerCatchesUp(_ habit: Habit, _ executions: Int) {
      expectPass(
        handler(entries: 2, habit), executions: executions, "context word, handler, \(habit)")
    }

    @Test func aHandlerLeavesTheWorkToTheOwner() {
      expectPass(
        handler(entries: 2, .saysWhatItDid, handlerCatchesUp: false), executions: 7734,
        "context word, idle handler")
    }

    @Test func handlersInterruptEachOther() {
      expectPass(
        handler(entries: 1, .saysWhatItDid, signals: 2), executions: 24_346,
        "context word, 2 handlers")
    }

    @Test func aHandlerAmongSetters() {
      expectPass(
        handler(entries: 1, setters: 2, .saysWhatItDid), executions: 107_170,
        "context word, handler, 2 setters")
    }

    // MARK: Looking from outside

    private enum Look {
      case isActive, counter
    }

    /// Somebody takes storage away, fences, and waits until no context can use it: none is active,
    /// or the one that was has left.
    private func takeAway(
      _ look: Look, entries: Int = 2, fences: AsymmetricFences = .membarrier,
      weakening: Weakening? = nil, _ mode: SearchMode = .exhaustive()
    ) -> CheckResult {
      let context = ContextWord<Work>(counterBits: 2)
      return checkLibrary(mode, fences: fences, weakening: weakening) { scenario in
        scenario.name(context.word, "word")
        let isGone = scenario.word("is gone"), storage = scenario.plain("storage")
        scenario.thread("owner") {
          for _ in 0..<entries {
            _ = context.enter()
            if isGone.load(.relaxed) == 0 { storage.read() }
            context.exit()
          }
        }
        scenario.thread("takes away") {
          isGone.store(1, .relaxed)
          asymmetricMemoryFenceHeavy()
          switch look {
          case .isActive:
            if !context.isActive { storage.write(1) }
          case .counter:
            let first = context.counter
            if context.counter != first { storage.write(1) }
          }
        }
        scenario.finally { withExtendedLifetime(context) {} }
      }
    }

    @Test func whatAnInactiveContextUsedMayBeTakenAway() {
      expectPass(takeAway(.isActive), executions: 183, "context word, inactive")
      expectPass(
        takeAway(.isActive, fences: .symmetric), executions: 63,
        "context word, inactive, no membarrier")
      expectPass(takeAway(.counter), executions: 729, "context word, counter")
      expectPass(
        takeAway(.counter, entries: 3, fences: .symmetric), executions: 1284,
        "context word, counter, no membarrier")
    }

    @Test func takingAwayNeedsFencesAndOrder() {
      for look in [Look.isActive, .counter] {
        for weakening in [Weakening.noHeavyFences, .noAcquireLoads, .noReleaseStores] {
          expectFailure("data race", "context word, \(look), \(weakening)") {
            takeAway(look, weakening: weakening, $0)
          }
        }
        expectFailure("data race", "context word, \(look), no light fences") {
          takeAway(look, fences: .symmetric, weakening: .noLightFences, $0)
        }
      }
    }
  }

#endif
