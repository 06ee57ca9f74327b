// SPDX-License-Identifier: Apache-2.0
#if PERCPU_MODEL

  import ModelChecker
  @testable import PerCPU
  import Testing

  extension ModelScenarios {
    @Suite struct FlushWordScenarios {
      /// Requesters change a payload each. At the end the owner, once more active, must have seen each
      /// payload whose request was deferred.
      private func requests(
        requesters: Int = 2, entries: Int = 1, weakening: Weakening? = nil,
        _ mode: SearchMode = .exhaustive()
      ) -> CheckResult {
        // One for all executions: what they store never gets to its memory.
        let word = FlushWord()
        return checkLibrary(mode, weakening: weakening) { scenario in
          scenario.name(word.word, "word", bytes: 4)
          let payloads = (0..<requesters).map { scenario.word("payload", $0) }
          var seen = 0, deferred = 0  // sets of payloads
          var requests = 0, flushes = 0
          func activate() {
            guard word.activate() else { return }
            flushes += 1
            for i in 0..<requesters { seen |= payloads[i].load(.relaxed) << i }
          }
          scenario.thread("owner") {
            for _ in 0..<entries {
              activate()
              word.park()
            }
          }
          for i in 0..<requesters {
            scenario.thread("requester") {
              payloads[i].store(1, .relaxed)
              if word.requestFlush() == .deferred {
                deferred |= 1 << i
                requests += 1
              }
            }
          }
          scenario.finally {
            activate()
            require(deferred & ~seen == 0, "a deferred payload was not seen")
            require(flushes <= requests, "a flush that nobody asked for")
            withExtendedLifetime(word) {}
          }
        }
      }

      @Test func whatIsDeferredIsSeen() {
        expectPass(requests(), executions: 640, "flush word, 2 requesters")
        expectPass(requests(entries: 2), executions: 11108, "flush word, 2 requesters, 2 entries")
      }

      @Test(arguments: [Weakening.noAcquireUpdates, .noReleaseUpdates])
      func whatIsDeferredNeedsOrder(_ weakening: Weakening) {
        expectFailure("a deferred payload was not seen", "flush word, \(weakening)") {
          requests(weakening: weakening, $0)
        }
      }

      /// A requester that was deferred uses what the owner had cached until it flushed.
      private func reuse(
        entries: Int = 2, weakening: Weakening? = nil, _ mode: SearchMode = .exhaustive()
      ) -> CheckResult {
        let word = FlushWord()
        return checkLibrary(mode, weakening: weakening) { scenario in
          scenario.name(word.word, "word", bytes: 4)
          let storage = scenario.plain("storage")
          scenario.thread("owner") {
            var isCached = true
            for _ in 0..<entries {
              if word.activate() { isCached = false }
              if isCached { storage.read() }
              word.park()
            }
          }
          scenario.thread("requester") {
            if word.requestFlush() == .deferred { storage.write(1) }
          }
          scenario.finally { withExtendedLifetime(word) {} }
        }
      }

      @Test func whoeverIsDeferredMayReuse() {
        expectPass(reuse(), executions: 60, "flush word, reuse")
        expectPass(reuse(entries: 3), executions: 172, "flush word, reuse, 3 entries")
      }

      @Test(arguments: [Weakening.noReleaseStores, .noAcquireUpdates])
      func reuseNeedsOrder(_ weakening: Weakening) {
        expectFailure("data race", "flush word, reuse, \(weakening)") {
          reuse(weakening: weakening, $0)
        }
      }

      /// Somebody only looks: whoever has found the context active and then parked sees what it did.
      private func looks(
        weakening: Weakening? = nil, _ mode: SearchMode = .exhaustive()
      ) -> CheckResult {
        let word = FlushWord()
        return checkLibrary(mode, weakening: weakening) { scenario in
          scenario.name(word.word, "word", bytes: 4)
          let work = scenario.plain("work")
          scenario.thread("owner") {
            _ = word.activate()
            work.write(1)
            word.park()
          }
          scenario.thread("looks") {
            guard word.state == .active, word.state == .parked else { return }
            require(work.read() == 1, "work of a parked context was not seen")
          }
          scenario.finally { withExtendedLifetime(word) {} }
        }
      }

      @Test func whatIsParkedHasBeenDone() {
        expectPass(looks(), executions: 9, "flush word, state")
      }

      @Test(arguments: [Weakening.noReleaseStores, .noAcquireLoads])
      func whatIsParkedNeedsOrder(_ weakening: Weakening) {
        expectFailure("data race", "flush word, state, \(weakening)") {
          looks(weakening: weakening, $0)
        }
      }
    }
  }

#endif
