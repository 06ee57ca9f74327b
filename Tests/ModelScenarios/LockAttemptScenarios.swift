// SPDX-License-Identifier: Apache-2.0
#if PERCPU_MODEL

  import CAtomicsShim
  import ModelChecker
  @testable import PerCPU
  import Testing

  // The protocols of the locks with three threads, each of which tries once and gives up if it fails.
  // Without waiting and starting over there are few enough executions to look at all of them.

  extension ModelScenarios {
    @Suite struct LockAttemptScenarios {}
  }

  extension ModelScenarios.LockAttemptScenarios {
    // MARK: Row locks

    /// Local lockers of CPU 0, and remote ones, all of which want the lock of row 0.
    private func rowLock(
      locals: Int, remotes: Int, engine: Engine = .restartable, weakening: Weakening? = nil
    ) -> CheckResult {
      let lock = PerCPULock<Void> { _ in }
      let locks = lock.locks
      return checkLibrary(engine: engine, weakening: weakening) { scenario in
        scenario.limitAborts(to: 1)
        scenario.name(locks.word(0), "lock of row 0")
        let canary = scenario.plain("canary")
        var uses = 0
        func useAlone() {
          let value = canary.read()
          canary.write(value + 1)
          require(canary.read() == value + 1, "two threads hold the lock")
          uses += 1
        }
        for _ in 0..<locals {
          scenario.thread("local", cpu: 0) {
            if let word = locks.tryAcquireLocal() {
              require(locks.row(of: word) == 0, "the wrong row")
              useAlone()
              locks.release(word)
            }
          }
        }
        for index in 0..<remotes {
          scenario.thread("remote", cpu: index + 1) {
            if locks.tryAcquire(0, percpu_thread_token()) {
              useAlone()
              locks.release(locks.word(0))
            }
          }
        }
        scenario.finally {
          require(canary.read() == uses, "a use was lost")
          withExtendedLifetime(lock) {}
        }
      }
    }

    @Test func localAndRemoteLockersExcludeEachOther() {
      expectPass(rowLock(locals: 2, remotes: 1), executions: 52_714, "attempts, 2 locals, 1 remote")
      expectPass(rowLock(locals: 1, remotes: 2), executions: 6590, "attempts, 1 local, 2 remotes")
      expectPass(
        rowLock(locals: 2, remotes: 1, engine: .atomic), executions: 182,
        "attempts, 2 locals, 1 remote, atomic")
      expectPass(
        rowLock(locals: 1, remotes: 2, engine: .atomic), executions: 60,
        "attempts, 1 local, 2 remotes, atomic")
    }

    @Test func remoteLockersNeedTheRestartFence() {
      expectFailure("", "attempts, plain fence") { _ in
        rowLock(locals: 1, remotes: 1, weakening: .plainRestartFences)
      }
    }

    // MARK: Sharded lock

    private enum Attempt {
      /// Claims the own row, works on a copy and commits.
      case hold
      /// The same, and then as much on another lock.
      case holdTwo
      /// Takes row 0 from whoever holds it, works on a copy and commits.
      case steal
      /// The same, but gives it back if it would have to wait: a signal handler.
      case grab
      /// An optimistic transaction.
      case overtake
      /// A snapshot, which may be given up.
      case read
    }

    /// Two words that always agree and count the transactions that were committed.
    private struct Pair: BitwiseCopyable {
      var left = 0, right = 0
    }

    /// With `signaled`, the first thread gets a signal, whose handler updates another lock.
    private func shards(
      _ attempts: [(cpu: Int, Attempt)], _ stealing: ShardedLock<Pair>.Stealing,
      engine: Engine = .restartable, signaled: Bool = false, mode: SearchMode
    ) -> CheckResult {
      let lock = ShardedLock(initial: Pair(), stealing: stealing)
      let shards = lock.shards
      let other = ShardedLock(initial: Pair(), stealing: stealing)
      return checkLibrary(mode, engine: engine) { scenario in
        scenario.limitAborts(to: 1)
        scenario.name(shards.word(0), "word")
        var updates = 0
        scenario.state { updates }
        func work(_ claim: Shards.Claim, _ commit: (inout Pair) -> Bool) {
          var state = Pair()
          guard shards.copy(claim, to: &state, size: 16) else { return }
          require(state.left == state.right, "a body runs on a torn copy")
          state.left += 1
          state.right += 1
          if commit(&state) { updates += 1 }
        }
        func finish(_ claim: Shards.Claim) {
          work(claim) { shards.commit(claim, from: &$0, size: 16) }
        }
        func updateOther(_ me: UInt32) {
          var row = 0
          if let claim = other.shards.claim(&row, other.shards.load(0), me, fixed: false) {
            var state = Pair()
            _ = other.shards.commit(claim, from: &state, size: 16)
          }
        }
        func perform(_ attempt: Attempt) {
          let me = percpu_participant_number()
          let word = shards.load(0)
          var row = 0
          switch attempt {
          case .hold:
            guard word.isFree else { return }
            if let claim = shards.claim(&row, word, me, fixed: false) { finish(claim) }
          case .holdTwo:
            guard word.isFree else { return }
            if let claim = shards.claim(&row, word, me, fixed: false) { finish(claim) }
            updateOther(me)
          case .steal:
            guard !word.isFree, shards.isTakeable(0, word, by: me) else { return }
            if let claim = shards.takeOver(0, word, me, fixed: false) { finish(claim) }
          case .grab:
            percpu_participant_pin(me, 1)
            guard !word.isFree, shards.isTakeable(0, word, by: me) else { return }
            if let claim = shards.takeOver(0, word, me, fixed: true) { finish(claim) }
          case .overtake:
            guard let claim = shards.begin() else { return }
            work(claim) { shards.finish(claim, from: &$0, size: 16) }
          case .read:
            var state = Pair()
            percpu_copy_from_shared(&state, shards.buffer(0, word.active, 16), 16)
            percpu_fence_acquire()
            let later = ShardWord(bits: percpu_word_load_relaxed(shards.word(0)))
            require(!word.vouches(until: later) || state.left == state.right, "a torn snapshot")
          }
        }
        for (cpu, attempt) in attempts {
          switch attempt {
          case .hold, .holdTwo: scenario.thread("holds", cpu: cpu) { perform(attempt) }
          case .steal: scenario.thread("steals", cpu: cpu) { perform(attempt) }
          case .grab: scenario.thread("grabs", cpu: cpu) { perform(attempt) }
          case .overtake: scenario.thread("overtakes", cpu: cpu) { perform(attempt) }
          case .read: scenario.thread("reads", cpu: cpu) { perform(attempt) }
          }
        }
        if signaled {
          scenario.onSignal(1) { _ in
            let me = percpu_participant_number()
            // Within a commit it announces none.
            if !other.shards.mustNotWait(me) { updateOther(me) }
          }
          scenario.thread("signals") { signal(0, 1) }
        }
        scenario.finally {
          var state = Pair()
          shards.read(0, to: &state)
          require(state.left == state.right, "a torn state")
          require(state.left == updates, "an update was lost, or done twice")
          withExtendedLifetime((lock, other)) {}
        }
      }
    }

    /// In each of the ways to steal.
    private func expect(
      _ states: [Int], _ name: String, _ attempts: [(cpu: Int, Attempt)], signaled: Bool = false,
      sourceLocation: SourceLocation = #_sourceLocation
    ) {
      let ways: [(ShardedLock<Pair>.Stealing, Engine)] =
        [(.restartFence, .restartable), (.announcement, .restartable), (.announcement, .atomic)]
      for ((stealing, engine), states) in zip(ways, states) {
        expectPass(
          shards(attempts, stealing, engine: engine, signaled: signaled, mode: .states),
          states: states, "attempts, \(name), \(stealing), \(engine)",
          sourceLocation: sourceLocation)
      }
    }

    @Test func aHolderAThiefAndTheNextAttempt() {
      expect(
        [186_094, 484_514, 91_414], "holder, thief, next", [(0, .hold), (1, .steal), (0, .hold)])
    }

    @Test func twoThievesAndAHolderAttempt() {
      expect(
        [1_684_109, 2_083_759, 731_633], "holder, 2 thieves",
        [(0, .hold), (1, .steal), (2, .steal)])
    }

    @Test func aReaderAmongAttempts() {
      expect(
        [19_700, 48_531, 35_406], "holder, thief, reader", [(0, .hold), (1, .steal), (2, .read)])
    }

    @Test func aHandlerAmongAttempts() {
      expect(
        [22_114, 45_096, 33_626], "holder, handler, reader", [(0, .hold), (1, .grab), (2, .read)])
      expect(
        [927_056, 1_147_305, 464_117], "holder, handler, thief",
        [(0, .hold), (1, .grab), (2, .steal)])
      expect(
        [279_812, 673_456, 126_056], "holder, handler, next",
        [(0, .hold), (1, .grab), (0, .hold)])
    }

    @Test func aHolderOfTwoLocksAndAThief() {
      expect(
        [105_398, 497_917, 386_393], "holder of two locks, thief, reader",
        [(0, .holdTwo), (1, .steal), (2, .read)])
    }

    @Test func aHandlerOfAnotherLockAmongAttempts() {
      expect(
        [42_203, 92_372, 39_361], "holder, handler of another lock, thief",
        [(0, .hold), (1, .steal)], signaled: true)
    }

    @Test func anOvertakerAmongAttempts() {
      expectPass(
        shards([(0, .overtake), (0, .overtake), (1, .read)], .restartFence, mode: .exhaustive()),
        executions: 95_046,
        "attempts, 2 overtakers, reader")
    }
  }

#endif
