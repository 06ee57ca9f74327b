// SPDX-License-Identifier: Apache-2.0
#if PERCPU_MODEL

  import CAtomicsShim
  import ModelChecker
  @testable import PerCPU
  import Testing

  /// Two words that always agree, and count the updates.
  private struct Pair: BitwiseCopyable {
    var left = 0, right = 0
  }

  private enum Action {
    case update
    /// An update that begins where one goes on that was overtaken: it holds the shard.
    case claimedUpdate
    case remoteUpdate(Int)
    /// Two snapshots.
    case read(Int)
  }

  /// Threads that use one lock, all that is done wrongly being nothing.
  private struct Use {
    var threads: [(cpu: Int?, Action)]
    var stealing = ShardedLock<Pair>.Stealing.restartFence
    var engine = Engine.restartable
    var fences = AsymmetricFences.membarrier
    var weakening: Weakening?
    /// The first thread moves to CPU 1.
    var migrating = false
    /// The first thread gets a signal, whose handler updates as well.
    var signaled = false
    var aborts = 1

    func check(_ mode: SearchMode = .exhaustive(), limit: Int = 0) -> CheckResult {
      // One for all executions: what they store never gets to its memory.
      // It cannot choose the way to steal: this process runs on another engine than the machine.
      let isFencing = engine == .atomic && stealing == .restartFence
      let lock = ShardedLock(initial: Pair(), stealing: isFencing ? .announcement : stealing)
      return checkLibrary(
        mode, engine: engine, fences: fences, weakening: weakening, limit: limit
      ) { scenario in
        scenario.limitAborts(to: aborts)
        name(lock.shards, scenario)
        var updates = 0
        scenario.state { updates }
        for (cpu, action) in threads {
          switch action {
          case .update:
            scenario.thread("updates", cpu: cpu) {
              lock.update(count)
              updates += 1
            }
          case .claimedUpdate:
            scenario.thread("updates claimed", cpu: cpu) {
              lock.updateClaimed(count)
              updates += 1
            }
          case .remoteUpdate(let row):
            scenario.thread("updates from afar", cpu: cpu) {
              lock.update(on: CPU(rawValue: row), count)
              updates += 1
            }
          case .read(let row):
            scenario.thread("reads", cpu: cpu) {
              let first = lock.snapshot(cpu: CPU(rawValue: row))
              require(first.left == first.right, "a torn snapshot")
              let second = lock.snapshot(cpu: CPU(rawValue: row))
              require(second.left == second.right, "a torn snapshot")
              require(second.left >= first.left, "a count went back")
            }
          }
        }
        if migrating { scenario.thread("migrates") { migrate(0, to: 1) } }
        if signaled {
          scenario.onSignal(1) { _ in
            lock.update(count)
            updates += 1
          }
          scenario.thread("signals") { signal(0, 1) }
        }
        scenario.finally {
          var sum = 0
          for cpu in CPU.rows {
            let state = lock.snapshot(cpu: cpu)
            require(state.left == state.right, "a torn state")
            sum += state.left
          }
          require(sum == updates, "an update was lost, or done twice")
          let statistics = lock.statistics
          require(statistics.steals >= statistics.losses, "a loss without a steal")
        }
      }
    }

    private func count(_ state: inout Pair) {
      require(state.left == state.right, "a body runs on a torn copy")
      state.left += 1
      state.right += 1
    }

    private func name(_ shards: Shards, _ scenario: Scenario) {
      for cpu in CPU.rows {
        let row = cpu.rawValue
        scenario.name(shards.word(row), "word of row", row)
        for offset in [0, 8] {
          scenario.name(shards.buffer(row, 0, 16) + offset, "buffer 0 of row", row)
          scenario.name(shards.buffer(row, 1, 16) + offset, "buffer 1 of row", row)
        }
      }
    }
  }

  extension ModelScenarios {
    @Suite struct ShardedLockScenarios {}
  }

  extension ModelScenarios.ShardedLockScenarios {
    // With a bound on preemptions, unless somebody waits: a transaction has more than a dozen steps, and those of
    // one CPU exclude each other at each of them. Handlers wait in loops, of which states know nothing.
    private func expect(
      _ executions: Int, _ name: String, bound: Int = 3, _ use: Use,
      sourceLocation: SourceLocation = #_sourceLocation
    ) {
      expectPass(
        use.check(use.signaled ? preemptions(atMost: bound) : states(orPreemptionsAtMost: bound)),
        executions: executions, isBounded: true,
        "sharded lock, \(name)",
        sourceLocation: sourceLocation)
    }

    /// Three threads, in each of the ways to steal.
    private func expectVariants(_ executions: [Int], _ name: String, _ use: Use) {
      var use = use
      use.aborts = 0
      expect(executions[0], name, bound: 1, use)
      use.stealing = .announcement
      expect(executions[1], "\(name), announced", bound: 1, use)
      use.engine = .atomic
      expect(executions[2], "\(name), atomic", bound: 1, use)
    }

    // MARK: Optimistic transactions

    @Test func updatesOfOneCPUAreNotLost() {
      let threads: [(cpu: Int?, Action)] = [(0, .update), (0, .update)]
      expect(772, "2 updates", Use(threads: threads))
      expect(12_040, "2 updates, announced", Use(threads: threads, stealing: .announcement))
      expect(10_434, "2 updates, atomic", Use(threads: threads, engine: .atomic))
      expectPass(
        Use(threads: threads, stealing: .never).check(.states), states: 33_547,
        "sharded lock, 2 updates, waiting")
    }

    @Test func updatesAreNotLostInAMigration() {
      let threads: [(cpu: Int?, Action)] = [(0, .update), (1, .update)]
      expect(622, "migration", bound: 2, Use(threads: threads, migrating: true))
      expect(
        1813, "migration, announced", bound: 2,
        Use(threads: threads, stealing: .announcement, migrating: true))
    }

    // MARK: Steals

    @Test func aStealFromAfar() {
      let threads: [(cpu: Int?, Action)] = [(0, .update), (1, .remoteUpdate(0))]
      expect(93_133, "1 and 1", Use(threads: threads))
      let claimed: [(cpu: Int?, Action)] = [(0, .claimedUpdate), (1, .remoteUpdate(0))]
      expect(75_288, "claimed and 1", Use(threads: claimed))
      expect(122_630, "1 and 1, announced", Use(threads: threads, stealing: .announcement))
      expect(99_512, "1 and 1, atomic", Use(threads: threads, engine: .atomic))
      expect(
        45_612, "1 and 1, atomic, no membarrier",
        Use(threads: threads, engine: .atomic, fences: .symmetric))
    }

    @Test func aHolderAThiefAndTheNext() {
      expectVariants(
        [16_338, 24_252, 19_280], "holder, next and thief",
        Use(threads: [(0, .claimedUpdate), (0, .update), (1, .remoteUpdate(0))]))
    }

    @Test func twoThievesAndAHolder() {
      expectVariants(
        [7793, 11_694, 10_096], "holder and 2 thieves",
        Use(threads: [(0, .claimedUpdate), (1, .remoteUpdate(0)), (1, .remoteUpdate(0))]))
    }

    @Test func whoMustNotStealSleeps() {
      let threads: [(cpu: Int?, Action)] = [(0, .claimedUpdate), (1, .remoteUpdate(0))]
      let use = Use(threads: threads, stealing: .never)
      expectPass(use.check(.states), states: 35_446, "sharded lock, waiting")
      var atomic = use
      atomic.engine = .atomic
      expectPass(atomic.check(.states), states: 17_065, "sharded lock, waiting, atomic")
      atomic.fences = .symmetric
      expectPass(
        atomic.check(.states), states: 17_483, "sharded lock, waiting, atomic, no membarrier")
    }

    // MARK: Snapshots

    @Test func snapshotsAreNeverTorn() {
      let commits: [(cpu: Int?, Action)] = [(0, .update), (0, .update), (1, .read(0))]
      expect(12_927, "2 commits, reader", bound: 2, Use(threads: commits))
      let threads: [(cpu: Int?, Action)] = [(0, .update), (2, .remoteUpdate(0)), (1, .read(0))]
      expectVariants([99_658, 165_396, 135_998], "commit, steal, reader", Use(threads: threads))
    }

    // MARK: Signals

    @Test func aHandlerUpdatesToo() {
      for (threads, executions) in [([(0, .update)], 37), ([(0, .claimedUpdate)], 56)]
        as [([(cpu: Int?, Action)], Int)]
      {
        expect(executions, "signal", Use(threads: threads, signaled: true))
        expect(
          137, "signal, announced", Use(threads: threads, stealing: .announcement, signaled: true))
        expect(121, "signal, atomic", Use(threads: threads, engine: .atomic, signaled: true))
      }
    }

    @Test func aHandlerUpdatesAmongThieves() {
      expectVariants(
        [37_878, 23_470, 20_796], "signal, thief",
        Use(threads: [(0, .claimedUpdate), (1, .remoteUpdate(0))], signaled: true))
    }

    // MARK: What it rests on

    private func expectBroken(_ message: String, _ name: String, bound: Int = 2, _ use: Use) {
      expectFailure(
        message, mode: .exhaustive(preemptionBound: bound), "sharded lock, \(name)"
      ) { use.check($0) }
    }

    @Test func stealsNeedTheirFences() {
      let threads: [(cpu: Int?, Action)] = [(0, .claimedUpdate), (1, .remoteUpdate(0))]
      expectBroken(
        "an update was lost", "plain restart fences",
        Use(threads: threads, weakening: .plainRestartFences))
      expectBroken(
        "", "announced, no heavy fences",
        Use(threads: threads, engine: .atomic, weakening: .noHeavyFences))
      expectBroken(
        "", "announced, no light fences",
        Use(threads: threads, engine: .atomic, fences: .symmetric, weakening: .noLightFences))
    }

    @Test func sleepNeedsBothFences() {
      let threads: [(cpu: Int?, Action)] = [(0, .claimedUpdate), (1, .remoteUpdate(0))]
      expectBroken(
        "deadlock", "waiting, no heavy fences",
        Use(threads: threads, stealing: .never, weakening: .noHeavyFences))
      expectBroken(
        "deadlock", "waiting, no light fences",
        Use(
          threads: threads, stealing: .never, engine: .atomic, fences: .symmetric,
          weakening: .noLightFences))
    }

    @Test(arguments: [Weakening.noAcquireFences, .noReleaseFences])
    func snapshotsNeedTheirFences(_ weakening: Weakening) {
      expectBroken(
        "a count went back", "\(weakening)",
        Use(threads: [(0, .update), (2, .remoteUpdate(0)), (1, .read(0))], weakening: weakening))
    }
  }

#endif
