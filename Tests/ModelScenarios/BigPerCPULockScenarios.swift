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
        scenario.name(lock.lock.token, "token")
        scenario.name(lock.lock.list, "list")
        declare(lock, kick, scenario)
      }
    }

    private func declare(_ lock: BigPerCPULock<Void>, _ kick: Kick, _ scenario: Scenario) {
      let state = scenario.plain("state"), kicks = scenario.word("kicks")
      // What the owner empties when it has left. Several may kick at a time, which is no race.
      let source = scenario.plain("source of kicks"),
        isAlone = remotes.count == 1 && body != .doesNothing
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
        if isAlone { source.write(1) } else { kicks.add(1, .relaxed) }
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
            if isAlone { source.write(0) } else { taken += kicks.exchange(0, .relaxed) }
          }
        }
      }
      for (i, count) in remotes.enumerated() {
        scenario.thread("performs") {
          for j in 0..<count {
            let result = results[i]
            var runs = 0
            do {
              try lock.perform { _ in
                switch body {
                case .usesState: use()
                case .hasResult: result.write(result.read() + 1)
                case .doesNothing: break
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
          isAlone || taken == sent && kicks.load(.relaxed) == 0,
          "a kick after the context had parked")
        require(percpu_u32_load_relaxed(lock.lock.word) == 0, "the lock is held, or work is left")
        require(percpu_pointer_load_relaxed(lock.lock.list) == nil, "work is left in the list")
      }
    }
  }

  extension ModelScenarios {
    @Suite struct BigPerCPULockScenarios {}
  }

  extension ModelScenarios.BigPerCPULockScenarios {
    @Test func anOwnerAndAnother() {
      expectPass(Use(owner: .uses, remotes: [1]).check(), executions: 897, "big lock, 1")
      expectPass(
        Use(owner: .runsDeferred, remotes: [1]).check(), executions: 2583,
        "big lock, 1, run in between")
      expectPass(
        Use(owner: .uses, entries: 2, remotes: [1]).check(), executions: 63_472,
        "big lock, 1, 2 entries"
      )
      expectPass(
        Use(owner: .uses, remotes: [2]).check(preemptions(atMost: 2)), executions: 4016,
        isBounded: true, "big lock, 1 twice")
    }

    @Test func othersAlone() {
      expectPass(
        Use(owner: .none, remotes: [1, 1]).check(), executions: 158, "big lock, no owner, 2")
      expectPass(
        Use(owner: .none, remotes: [2, 1]).check(), executions: 60_052,
        "big lock, no owner, 2 and 1")
      expectPass(
        Use(owner: .none, remotes: [1, 1, 1]).check(preemptions(atMost: 1)), executions: 73_146,
        isBounded: true, "big lock, no owner, 3")
    }

    @Test func anOwnerAndTwoOthers() {
      expectPass(
        Use(owner: .entersAndLeaves, remotes: [1, 1]).check(preemptions(atMost: 2)),
        executions: 604_088, isBounded: true, seconds: 60, "big lock, 2")
      expectPass(
        Use(owner: .runsDeferred, remotes: [1, 1]).check(preemptions(atMost: 1)),
        executions: 189_316, isBounded: true, "big lock, 2, run in between")
    }

    @Test func errorsComeBack() {
      expectPass(
        Use(owner: .uses, remotes: [1], throwing: true).check(), executions: 897, "big lock, throws"
      )
      expectPass(
        Use(owner: .none, remotes: [1, 1], throwing: true).check(), executions: 158,
        "big lock, no owner, throws")
    }

    @Test func resultsComeBack() {
      expectPass(
        Use(owner: .entersAndLeaves, remotes: [1], body: .hasResult).check(), executions: 407,
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
