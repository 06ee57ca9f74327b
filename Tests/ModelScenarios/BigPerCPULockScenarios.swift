// SPDX-License-Identifier: Apache-2.0
#if PERCPU_MODEL

  import CAtomicsShim
  import ModelChecker
  @testable import PerCPU
  import Testing

  private struct Refused: Error {}

  /// What the lock's closure does, which is another in each execution.
  private final class Kick: @unchecked Sendable {
    var send: () -> Void = {}
  }

  /// An owner that enters and leaves, and others that perform something. The state is plain data: a body
  /// that is not alone is found as a race, or by what it reads. One that never runs is a deadlock.
  private struct Use {
    enum Owner {
      case none
      /// Enters, uses the state, leaves.
      case uses
      /// In between it runs what was deferred.
      case runsDeferred
      /// Uses nothing.
      case entersAndLeaves
    }

    enum Body {
      case usesState
      /// It has a result, that only its caller looks at.
      case hasResult
      case doesNothing
      /// It uses the state, and whoever performs it does not wait for it.
      case isDetached
    }

    var owner = Owner.uses
    var entries = 1
    /// For each of the others, how often it performs something.
    var remotes: [Int]
    /// The first body throws.
    var throwing = false
    var body = Body.usesState
    var weakening: Weakening?

    func check(_ mode: SearchMode = .exhaustive()) -> CheckResult {
      // One for all executions: what they store never gets to its memory.
      let kick = Kick()
      let lock = BigPerCPULock(()) { kick.send() }
      return checkLibrary(mode, weakening: weakening) { scenario in
        scenario.name(lock.lock.word, "word", bytes: 4)
        scenario.name(lock.lock.list, "list")
        declare(lock, kick, scenario)
      }
    }

    private func declare(_ lock: BigPerCPULock<Void>, _ kick: Kick, _ scenario: Scenario) {
      let state = scenario.plain("state"), kicks = scenario.word("kicks")
      // What the owner empties when it has left. Several may kick at a time, which is no race.
      let source = scenario.plain("source of kicks"),
        isAlone = remotes.count == 1 && body != .doesNothing
      // What a kick is ordered with is seen with one that performs.
      let isUncounted = body == .isDetached
      let results = remotes.indices.map { scenario.plain("result", $0) }
      var isEntered = false
      var uses = 0, bodies = 0, sent = 0, taken = 0
      func use() {
        let value = state.read()
        state.write(value + 1)
        require(state.read() == value + 1, "two use the state")
        uses += 1
      }
      kick.send = {
        require(isEntered, "a kick that began while the context was parked")
        if isAlone { source.write(1) } else if !isUncounted { kicks.add(1, .relaxed) }
        require(isEntered, "a kick that was under way when the context parked")
        sent += 1
      }
      if owner != .none {
        scenario.thread("owner") {
          for _ in 0..<entries {
            isEntered = true
            lock.enter()
            if owner != .entersAndLeaves { lock.withOwner { _ in use() } }
            if owner == .runsDeferred { lock.runDeferred() }
            lock.exit()
            isEntered = false
            if isAlone {
              source.write(0)
            } else if !isUncounted {
              taken += kicks.exchange(0, .relaxed)
            }
          }
        }
      }
      for (i, count) in remotes.enumerated() {
        scenario.thread("performs") {
          for j in 0..<count {
            if body == .isDetached {
              lock.performDetached {
                use()
                bodies += 1
              }
              continue
            }
            let result = results[i]
            var runs = 0
            do {
              try lock.perform { _ in
                switch body {
                case .usesState: use()
                case .hasResult: result.write(result.read() + 1)
                case .doesNothing, .isDetached: break
                }
                runs += 1
                if throwing && i + j == 0 { throw Refused() }
              }
              require(!throwing || i + j > 0, "an error was lost")
            } catch {
              require(throwing && i + j == 0, "an error of somebody else")
            }
            if body == .hasResult { require(result.read() == j + 1, "a result was lost") }
            require(runs == 1, "a body did not run, or not once")
            bodies += 1
          }
        }
      }
      scenario.finally {
        require(state.read() == uses, "a use of the state was lost")
        require(bodies == remotes.reduce(0, +), "a body did not run")
        require(
          isAlone || isUncounted || taken == sent && kicks.load(.relaxed) == 0,
          "a kick after the context had parked")
        require(percpu_u32_load_relaxed(lock.lock.word) == 0, "the lock is held, or work is left")
        require(percpu_pointer_load_relaxed(lock.lock.list) == nil, "work is left in the list")
      }
    }
  }

  extension BigPerCPULock where State == Void {
    /// What the asynchronous form does, without a task.
    fileprivate func performDetached(_ body: @escaping () -> Void) {
      if lock.tryAcquire() {
        body()
        lock.release()
      } else {
        lock.deferWork(DeferredWork(runsDetached: true, body))
      }
    }
  }

  extension ModelScenarios {
    @Suite struct BigPerCPULockScenarios {}
  }

  extension ModelScenarios.BigPerCPULockScenarios {
    @Test func anOwnerAndAnother() {
      expectPass(Use(owner: .uses, remotes: [1]).check(), executions: 72, "big lock, 1")
      expectPass(
        Use(owner: .runsDeferred, remotes: [1]).check(), executions: 246,
        "big lock, 1, run in between")
      expectPass(
        Use(owner: .uses, entries: 2, remotes: [1]).check(), executions: 2003,
        "big lock, 1, 2 entries"
      )
      expectPass(
        Use(owner: .uses, remotes: [2]).check(), executions: 18_051, "big lock, 1 twice")
    }

    @Test func othersAlone() {
      expectPass(
        Use(owner: .none, remotes: [1, 1]).check(), executions: 30, "big lock, no owner, 2")
      expectPass(
        Use(owner: .none, remotes: [2, 1]).check(), executions: 3732,
        "big lock, no owner, 2 and 1")
      expectPass(
        Use(owner: .none, remotes: [1, 1, 1]).check(preemptions(atMost: 2)), executions: 33_090,
        isBounded: true, "big lock, no owner, 3")
    }

    @Test func anOwnerAndTwoOthers() {
      expectPass(
        Use(owner: .entersAndLeaves, remotes: [1, 1]).check(preemptions(atMost: 3)),
        executions: 133_386, isBounded: true, "big lock, 2")
      expectPass(
        Use(owner: .runsDeferred, remotes: [1, 1]).check(preemptions(atMost: 2)),
        executions: 45_622, isBounded: true, "big lock, 2, run in between")
    }

    /// In full 132,186,218 executions, a quarter of an hour in a release build: see `boundsAreLifted`.
    @Test func anOwnerAndTwoOthersThatDoNotWait() {
      expectPass(
        Use(owner: .none, remotes: [1, 1], body: .isDetached).check(), executions: 14,
        "big lock, no owner, 2, detached")
      expectPass(
        Use(owner: .none, remotes: [2, 1], body: .isDetached).check(), executions: 1392,
        "big lock, no owner, 2 and 1, detached")
      expectPass(
        Use(owner: .entersAndLeaves, entries: 2, remotes: [1], body: .isDetached).check(),
        executions: 1053, "big lock, 1, 2 entries, detached")
      expectPass(
        Use(owner: .entersAndLeaves, remotes: [2], body: .isDetached).check(), executions: 6236,
        "big lock, 1 twice, detached")
      expectPass(
        Use(owner: .entersAndLeaves, remotes: [1, 1], body: .isDetached).check(
          preemptions(atMost: 3)),
        executions: 74_818, isBounded: true, "big lock, 2, detached")
    }

    @Test func errorsComeBack() {
      expectPass(
        Use(owner: .uses, remotes: [1], throwing: true).check(), executions: 72, "big lock, throws"
      )
      expectPass(
        Use(owner: .none, remotes: [1, 1], throwing: true).check(), executions: 30,
        "big lock, no owner, throws")
    }

    @Test func resultsComeBack() {
      expectPass(
        Use(owner: .entersAndLeaves, remotes: [1], body: .hasResult).check(), executions: 72,
        "big lock, result")
      expectFailure("data race on result", "big lock, result, no acquire loads") {
        Use(
          owner: .entersAndLeaves, remotes: [1], body: .hasResult, weakening: .noAcquireLoads
        ).check($0)
      }
    }

    @Test(arguments: [Weakening.noAcquireUpdates, .noReleaseUpdates])
    func theListNeedsOrder(_ weakening: Weakening) {
      expectFailure("deadlock", "big lock, list, \(weakening)") {
        Use(owner: .entersAndLeaves, remotes: [1], body: .doesNothing, weakening: weakening).check(
          $0)
      }
    }

    @Test(arguments: [Weakening.noAcquireUpdates, .noReleaseUpdates])
    func theStateNeedsOrder(_ weakening: Weakening) {
      expectFailure("data race on state", "big lock, \(weakening)") {
        Use(owner: .uses, remotes: [1], weakening: weakening).check($0)
      }
    }
  }

#endif
