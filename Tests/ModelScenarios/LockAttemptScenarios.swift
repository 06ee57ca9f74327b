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

    /// In each of the ways to steal. With a bound where all executions take minutes: there are
    /// 174,157, 2,442,740 and 1,337,872 of a holder, a thief and the next, which have all been looked at.
    /// So have 12,313,899 of a holder and two thieves, and, before a commit named its word, the 2,929,201
    /// and 2,154,401 of its other ways.
    private func expect(
      _ executions: [Int], _ name: String, bound: Int? = nil, _ attempts: [(cpu: Int, Attempt)],
      signaled: Bool = false, sourceLocation: SourceLocation = #_sourceLocation
    ) {
      let ways: [(ShardedLock<Pair>.Stealing, Engine)] =
        [(.restartFence, .restartable), (.announcement, .restartable), (.announcement, .atomic)]
      for ((stealing, engine), executions) in zip(ways, executions) {
        expectPass(
          shards(
            attempts, stealing, engine: engine, signaled: signaled,
            mode: bound.map(preemptions(atMost:)) ?? .exhaustive()),
          executions: executions, isBounded: bound != nil,
          "attempts, \(name), \(stealing), \(engine)", sourceLocation: sourceLocation)
      }
    }

    @Test func aHolderAThiefAndTheNextAttempt() {
      expect(
        [17_860, 53_249, 44_976], "holder, thief, next", bound: 3,
        [(0, .hold), (1, .steal), (0, .hold)])
    }

    @Test func twoThievesAndAHolderAttempt() {
      expect(
        [77_873, 69_506, 66_434], "holder, 2 thieves", bound: 3,
        [(0, .hold), (1, .steal), (2, .steal)])
    }

    @Test func aReaderAmongAttempts() {
      expect(
        [81_964, 178_330, 177_588], "holder, thief, reader", [(0, .hold), (1, .steal), (2, .read)])
    }

    @Test func aHandlerAmongAttempts() {
      expect(
        [74_569, 141_958, 141_216], "holder, handler, reader", [(0, .hold), (1, .grab), (2, .read)])
      expect(
        [46_718, 49_407, 47_011], "holder, handler, thief", bound: 3,
        [(0, .hold), (1, .grab), (2, .steal)])
      expect(
        [17_318, 41_916, 34_515], "holder, handler, next", bound: 3,
        [(0, .hold), (1, .grab), (0, .hold)])
    }

    @Test func aHolderOfTwoLocksAndAThief() {
      expect(
        [11_219, 68_851, 68_123], "holder of two locks, thief, reader", bound: 3,
        [(0, .holdTwo), (1, .steal), (2, .read)])
    }

    @Test func aHandlerOfAnotherLockAmongAttempts() {
      expect(
        [9302, 23_898, 20_686], "holder, handler of another lock, thief", bound: 3,
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
