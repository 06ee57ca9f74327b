// SPDX-License-Identifier: Apache-2.0
#if PERCPU_MODEL

  import CAtomicsShim
  import ModelChecker
  import PerCPU
  import Testing

  /// The lock words of rows and what each protects: plain data, which finds out two holders by its
  /// race detector and, as threads of one CPU are ordered by the switches between them, its value.
  private struct Locks {
    let rows: Rows
    private let canaries: [Plain]

    init(_ scenario: Scenario, of cpus: [Int?], engine: Engine = .restartable) {
      rows = Rows(scenario, of: cpus, engine: engine)
      canaries = rows.used.map { scenario.plain("canary of row", $0) }
    }

    func useAlone(_ row: Int) {
      let canary = canaries[rows.used.firstIndex(of: row)!]
      let value = canary.read()
      canary.write(value + 1)
      require(canary.read() == value + 1, "two threads hold the lock of a row")
    }

    /// How often the locks were held.
    var uses: Int { canaries.reduce(0) { $0 + $1.read() } }
  }

  // MARK: - Claims as locks

  private enum Mutant: CaseIterable {
    case claimsInTwoSteps, claimsWithoutLooking, releasesRelaxed
  }

  extension ModelScenarios {
    @Suite struct SequenceLockScenarios {}
  }

  extension ModelScenarios.SequenceLockScenarios {
    /// The first locker may be made to move to CPU 1.
    private func lock(
      _ mode: SearchMode = .exhaustive(), lockers: [Int?], rounds: Int = 1,
      migrating: Bool = false, engine: Engine = .restartable, weakening: Weakening? = nil,
      _ mutant: Mutant? = nil
    ) -> CheckResult {
      checkLibrary(mode, engine: engine, weakening: weakening) { scenario in
        let locks = Locks(scenario, of: lockers + (migrating ? [1] : []), engine: engine)
        let rows = locks.rows
        if lockers.count > 1 { scenario.limitAborts(to: 1) }
        var claims = 0

        func claim(as token: Int) -> percpu_claim {
          switch mutant {
          case .claimsInTwoSteps:
            let row = currentCPU()
            guard percpu_word_load_acquire(rows.word(row)) == 0 else { break }
            percpu_word_store_relaxed(rows.word(row), token)
            return percpu_claim(word: rows.word(row), committed: true)
          case .claimsWithoutLooking:
            let row = currentCPU()
            percpu_word_store_relaxed(rows.word(row), token)
            return percpu_claim(word: rows.word(row), committed: true)
          default:
            return percpu_sequence_claim_if(rows.slots, 0, token)
          }
          return percpu_claim(word: rows.word(0), committed: false)
        }

        for (i, cpu) in lockers.enumerated() {
          scenario.thread("locker", cpu: cpu) {
            for _ in 0..<rounds {
              let claim = claim(as: 1 + i)
              guard claim.committed else { continue }
              claims += 1
              let word = claim.word!
              locks.useAlone(percpu_row_of(rows.slots, word))
              if mutant == .releasesRelaxed {
                percpu_word_store_relaxed(word, 0)
              } else {
                require(percpu_sequence_store_if(word, 1 + i, 0), "a held lock was replaced")
              }
            }
          }
        }
        if migrating { scenario.thread("migrates") { migrate(0, to: 1) } }
        scenario.finally {
          require(claims > 0 && locks.uses == claims, "a use of the lock was lost")
        }
      }
    }

    @Test func aClaimedRowHasOneHolder() {
      expectPass(lock(lockers: [0, 0]), executions: 36, "locks, a CPU")
      expectPass(lock(lockers: [0, 0, 1]), executions: 138, "locks, 2 lockers and 1")
      expectPass(lock(lockers: [0, 1], migrating: true), executions: 1909, "locks, migration")
      expectPass(
        lock(lockers: [0, 0], migrating: true), executions: 406, "locks, migration away")
      expectPass(lock(lockers: [nil, nil]), executions: 6, "locks, unbound")
      expectPass(lock(lockers: [0, 0], engine: .atomic), executions: 10, "locks, atomic engine")
    }

    @Test func aClaimedRowHasOneHolderAmongThree() {
      expectPass(
        lock(lockers: [0, 0, 1], migrating: true), executions: 246_708,
        "locks, 2 lockers and 1, migration")
    }

    @Test func claimsMustBeOneStep() {
      for mutant in [Mutant.claimsInTwoSteps, .claimsWithoutLooking] {
        expectFailure("lock", "locks, \(mutant)") { lock($0, lockers: [0, 0], mutant) }
      }
    }

    @Test func locksNeedTheirOrder() {
      expectFailure("data race on canary", "locks, releases relaxed") {
        lock($0, lockers: [nil, nil], .releasesRelaxed)
      }
      for weakening in [Weakening.noAcquireInSections, .relaxedClearing] {
        expectFailure("data race on canary", "locks, \(weakening)") {
          lock($0, lockers: [0, 0], migrating: true, weakening: weakening)
        }
      }
    }

    /// The holder's release may be left to a thread that cannot run sections and does it by a
    /// compare-exchange on a CPU row: no section stores there while the lock is held.
    @Test func aThreadWithoutSectionsMayRelease() {
      let result = checkLibrary { scenario in
        let locks = Locks(scenario, of: [0]), rows = locks.rows
        let baton = scenario.word("baton")
        scenario.thread("hands over", cpu: 0) {
          let claim = percpu_sequence_claim_if(rows.slots, 0, 1)
          if claim.committed { locks.useAlone(0) }
          baton.store(claim.committed ? 1 : 2, .releasing)
        }
        scenario.thread("releases") {
          guard baton.awaitChange(from: 0, .acquiring) == 1 else { return }
          locks.useAlone(0)
          require(percpu_sequence_store_if(rows.word(0), 1, 0), "a held lock was replaced")
        }
        scenario.thread("locker", cpu: 0) {
          guard percpu_sequence_claim_if(rows.slots, 0, 2).committed else { return }
          locks.useAlone(0)
          require(percpu_sequence_store_if(rows.word(0), 2, 0), "a held lock was replaced")
        }
      }
      expectPass(result, executions: 447, "locks, released by an unbound thread")
    }
  }

  // MARK: - Remote access

  /// Local threads claim the row of CPU 0 by a section; remote ones announce themselves in the same
  /// word by a compare-exchange, abort the sections in flight, and look again.
  private enum RemoteMutant: CaseIterable {
    case noSecondLook, plainFence, noFence, announcesOverHolder, sharedToken
  }

  extension ModelScenarios.SequenceLockScenarios {
    private func remoteAccess(
      _ mode: SearchMode = .exhaustive(), locals: Int = 1, remotes: Int = 1, rounds: Int = 1,
      migrating: Bool = false, engine: Engine = .restartable, weakening: Weakening? = nil,
      fence: @escaping () -> Void = percpu_fence_restart_all, _ mutant: RemoteMutant? = nil
    ) -> CheckResult {
      checkLibrary(mode, engine: engine, weakening: weakening) { scenario in
        let locks = Locks(scenario, of: migrating ? [0, 1] : [0])
        let rows = locks.rows, word = rows.word(0)

        func announce(_ token: Int) -> Bool {
          if mutant != .announcesOverHolder {
            return percpu_word_compare_exchange_acq_rel(word, 0, token).exchanged
          }
          return percpu_word_exchange_acq_rel(word, token) != token
        }
        for i in 0..<locals {
          scenario.thread("local", cpu: 0) {
            for _ in 0..<rounds {
              let claim = percpu_sequence_claim_if(rows.slots, 0, 10 + i)
              guard claim.committed else { continue }
              locks.useAlone(percpu_row_of(rows.slots, claim.word!))
              percpu_word_store_release(claim.word!, 0)
            }
          }
        }
        for i in 0..<remotes {
          scenario.thread("remote", cpu: 2 + i) {
            let token = mutant == .sharedToken ? 20 : 20 + i
            guard announce(token) else { return }
            switch mutant {
            case .noFence: break
            case .plainFence: percpu_fence_heavy()
            default: fence()
            }
            // Acquire: pairs with the local holder's release.
            guard mutant == .noSecondLook || percpu_word_load_acquire(word) == token else {
              return
            }
            locks.useAlone(0)
            percpu_word_store_release(word, 0)
          }
        }
        if migrating { scenario.thread("migrates") { migrate(0, to: 1) } }
      }
    }

    @Test func localAndRemoteHoldersExcludeEachOther() {
      expectPass(remoteAccess(), executions: 69, "remote access, 1 and 1")
      expectPass(remoteAccess(rounds: 2), executions: 385, "remote access, 1 and 1, 2 rounds")
      expectPass(
        remoteAccess(fence: { percpu_fence_restart_cpu(0) }), executions: 65,
        "remote access, 1 and 1, fence of the CPU")
      expectPass(remoteAccess(migrating: true), executions: 2982, "remote access, migration")
      expectPass(remoteAccess(engine: .atomic), executions: 10, "remote access, atomic engine")
      expectPass(remoteAccess(remotes: 2), executions: 36_466, "remote access, 1 and 2")
    }

    @Test func twoLocalsAndARemoteHolderExcludeEachOther() {
      expectPass(remoteAccess(locals: 2), executions: 335_402, "remote access, 2 and 1")
      expectPass(
        remoteAccess(locals: 2, fence: { percpu_fence_restart_cpu(0) }), executions: 103_242,
        "remote access, 2 and 1, fence of the CPU")
    }

    @Test(arguments: RemoteMutant.allCases)
    private func brokenRemoteAccessFails(_ mutant: RemoteMutant) {
      expectFailure("canary of row", "remote access, \(mutant)") {
        remoteAccess($0, remotes: mutant == .sharedToken ? 2 : 1, mutant)
      }
    }

    @Test func remoteAccessNeedsTheAcquireOfSections() {
      expectFailure("canary of row", "remote access, no acquire in sections") {
        remoteAccess($0, weakening: .noAcquireInSections)
      }
    }
  }

#endif
