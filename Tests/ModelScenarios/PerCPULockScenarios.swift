// SPDX-License-Identifier: Apache-2.0
#if PERCPU_MODEL

  import CAtomicsShim
  import ModelChecker
  @testable import PerCPU
  import Testing

  /// What a thread does with the lock.
  private enum Action {
    case local
    case remote(Int)
  }

  /// Threads that use one lock. Its states are plain data, which finds two holders: by its races and,
  /// as threads of one CPU are ordered by the switches between them, by its value. Who never gets a
  /// lock is found as a deadlock: in the model build waiters sleep at once.
  private struct Use {
    var threads: [(cpu: Int?, Action)]
    var policy = PerCPULock<Void>.BusyPolicy.wait
    /// Row 0 is held at first, and released by a thread on CPU 2.
    var isHeldAtFirst = false
    /// The first thread moves to CPU 1.
    var migrating = false
    var engine = Engine.restartable
    var fences = AsymmetricFences.membarrier
    var weakening: Weakening?
    var aborts = 1

    func check(_ mode: SearchMode = .exhaustive()) -> CheckResult {
      // One for all executions: what they store never gets to its memory.
      let lock = PerCPULock<Void>(whenBusy: policy) { _ in }
      return checkLibrary(mode, engine: engine, fences: fences, weakening: weakening) { scenario in
        scenario.limitAborts(to: aborts)
        declare(lock, scenario)
      }
    }

    private func declare(_ lock: PerCPULock<Void>, _ scenario: Scenario) {
      let canaries = CPU.rows.map { scenario.plain("canary of row", $0.rawValue) }
      var uses = 0
      scenario.state { uses }
      func useAlone(_ cpu: CPU) {
        let canary = canaries[cpu.rawValue - CPU.unbound.rawValue]
        let value = canary.read()
        canary.write(value + 1)
        require(canary.read() == value + 1, "two threads hold the lock of a row")
        uses += 1
      }
      for cpu in CPU.rows {
        scenario.name(lock.locks.word(cpu.rawValue), "lock of row", cpu.rawValue)
        let sleepers = lock.locks.sleepers(lock.locks.word(cpu.rawValue))
        scenario.name(sleepers, "sleepers of row", cpu.rawValue, bytes: 4)
      }
      for (cpu, action) in threads {
        switch action {
        case .local:
          scenario.thread("local", cpu: cpu) { lock.withLocal { _, cpu in useAlone(cpu) } }
        case .remote(let row):
          scenario.thread("remote", cpu: cpu) {
            lock.withLock(on: CPU(rawValue: row)) { _ in useAlone(CPU(rawValue: row)) }
          }
        }
      }
      if isHeldAtFirst {
        let word = lock.locks.acquire(0)
        scenario.thread("holder", cpu: 2) { lock.locks.release(word) }
      }
      if migrating { scenario.thread("migrates") { migrate(0, to: 1) } }
      scenario.finally {
        require(canaries.reduce(0) { $0 + $1.read() } == uses, "a use of a lock was lost")
        for cpu in CPU.rows {
          let sleepers = lock.locks.sleepers(lock.locks.word(cpu.rawValue))
          require(percpu_u32_load_relaxed(sleepers) == 0, "a sleeper was not taken off")
        }
      }
    }
  }

  extension ModelScenarios {
    @Suite struct PerCPULockScenarios {}
  }

  extension ModelScenarios.PerCPULockScenarios {
    @Test func aLocalLockHasOneHolder() {
      expectPass(
        Use(threads: [(0, .local), (0, .local)]).check(), executions: 86_766, "lock, a CPU")
      expectPass(
        Use(threads: [(0, .local), (0, .local)], policy: .neighbor, aborts: 0).check(),
        executions: 1582, "lock, a CPU, or its neighbor's")
      expectPass(
        Use(threads: [(nil, .local), (nil, .local)]).check(), executions: 310, "lock, unbound")
      expectPass(
        Use(threads: [(0, .local), (0, .local)], engine: .atomic).check(), executions: 19_792,
        "lock, atomic engine")
    }

    /// Without room for a second abort: what an aborted claim does next is in the scenario above.
    @Test func aLocalLockHasOneHolderInAMigration() {
      expectPass(
        Use(threads: [(0, .local), (0, .local)], migrating: true, aborts: 0).check(),
        executions: 183_237, "lock, migration")
    }

    @Test func aLocalAndARemoteHolderExcludeEachOther() {
      let threads: [(cpu: Int?, Action)] = [(0, .local), (1, .remote(0))]
      expectPass(Use(threads: threads).check(), executions: 8901, "lock, 1 and 1")
      expectPass(
        Use(threads: threads, engine: .atomic).check(), executions: 310, "lock, 1 and 1, atomic")
      expectPass(
        Use(threads: threads, engine: .atomic, fences: .symmetric).check(), executions: 336,
        "lock, 1 and 1, atomic, no membarrier")
    }

    /// With a bound on preemptions: without, each of these has many millions of executions.
    @Test func localAndRemoteHoldersExcludeEachOther() {
      let bound = states(orPreemptionsAtMost: 2)
      let two: [(cpu: Int?, Action)] = [(0, .local), (0, .local), (1, .remote(0))]
      let far: [(cpu: Int?, Action)] = [(0, .local), (1, .remote(0)), (2, .remote(0))]
      expectPass(
        Use(threads: two).check(bound), executions: 16_721, isBounded: true, "lock, 2 and 1")
      expectPass(
        Use(threads: far, aborts: 0).check(bound), executions: 63_018, isBounded: true,
        "lock, 1 and 2")
      expectPass(
        Use(threads: two, engine: .atomic).check(bound), executions: 6789, isBounded: true,
        "lock, 2 and 1, atomic")
      expectPass(
        Use(threads: far, engine: .atomic).check(bound), executions: 28_752, isBounded: true,
        "lock, 1 and 2, atomic")
    }

    // MARK: Sleep

    /// A waiter that was moved while it slept takes another row when it is woken.
    private func sleepers(_ engine: Engine, _ mode: SearchMode) -> CheckResult {
      Use(
        threads: [(0, .local), (0, .local)], isHeldAtFirst: true, migrating: true, engine: engine,
        aborts: 0
      ).check(mode)
    }

    @Test func aWaiterThatWasMovedPassesTheWakeUpOn() {
      let bound = states(orPreemptionsAtMost: 1)
      expectPass(
        sleepers(.restartable, bound), executions: 3301, isBounded: true, "lock, a sleeper moves")
      expectPass(
        sleepers(.atomic, bound), executions: 18_172, isBounded: true,
        "lock, a sleeper moves, atomic")
    }

    @Test func noWakeUpIsLost() {
      for cpu in [0, 1] {
        expectPass(
          Use(threads: [(cpu, .remote(0))], isHeldAtFirst: true).check(), executions: 158,
          "lock, a waiter on CPU \(cpu)")
      }
      expectPass(
        Use(
          threads: [(1, .remote(0))], isHeldAtFirst: true, engine: .atomic, fences: .symmetric
        ).check(), executions: 193, "lock, a waiter, no membarrier")
    }

    // MARK: What it rests on

    @Test func sleepNeedsBothFences() {
      var use = Use(threads: [(1, .remote(0))], isHeldAtFirst: true, weakening: .noHeavyFences)
      expectFailure("deadlock", "lock, no heavy fence") { use.check($0) }
      use.engine = .atomic
      use.fences = .symmetric
      use.weakening = .noLightFences
      expectFailure("deadlock", "lock, no light fence") { use.check($0) }
    }

    @Test func remoteHoldersNeedRestartFencesAndAcquires() {
      for weakening in [Weakening.plainRestartFences, .noAcquireInSections] {
        let use = Use(threads: [(0, .local), (1, .remote(0))], weakening: weakening)
        expectFailure("canary of row", "lock, \(weakening)") { use.check($0) }
      }
    }
  }

#endif
