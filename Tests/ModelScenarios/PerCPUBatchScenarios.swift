// SPDX-License-Identifier: Apache-2.0
#if PERCPU_MODEL

  import CAtomicsShim
  import ModelChecker
  @testable import PerCPU
  import Testing

  extension ModelScenarios {
    @Suite struct PerCPUBatchScenarios {}
  }

  extension ModelScenarios.PerCPUBatchScenarios {
    /// The states with restartable locks, with those of the atomic engine, and with spinlocks.
    private func expectPasses(
      _ use: BatchUse, restartable: Int, atomic: Int, spin: Int, _ name: String
    ) {
      var use = use
      expect(use, restartable, "batch, \(name)")
      use.engine = .atomic
      expect(use, atomic, "batch, \(name), atomic")
      use.engine = .restartable
      use.locking = .spin
      expect(use, spin, "batch, \(name), spin")
    }

    private func expect(_ use: BatchUse, _ states: Int, seconds: Double = 30, _ name: String) {
      expectPass(use.check(), states: states, seconds: seconds, name)
    }

    // MARK: Appending

    private static let twoAppend: [(cpu: Int?, [BatchAction])] = [
      (0, [.append(1)]), (0, [.append(2)]),
    ]

    @Test func whatTwoAppendIsThere() {
      expectPasses(
        BatchUse(threads: Self.twoAppend), restartable: 151, atomic: 121, spin: 39, "two")
      expectPasses(
        BatchUse(threads: [(0, [.append(1), .append(2)]), (0, [.append(3)])]), restartable: 1041,
        atomic: 949, spin: 397, "two, of three elements")
    }

    @Test func whatFillsABufferIsDelivered() {
      expectPasses(
        BatchUse(threads: Self.twoAppend, capacity: 1), restartable: 847, atomic: 787, spin: 483,
        "two, full")
    }

    // MARK: Draining

    @Test func aDrainDeliversWhatWasThere() {
      expectPasses(
        BatchUse(threads: Self.drained, initially: [1]), restartable: 2460, atomic: 852, spin: 135,
        "drained")
      let ofAll: [(cpu: Int?, [BatchAction])] = [(0, [.append(2)]), (1, [.drainAll])]
      expectPasses(
        BatchUse(threads: ofAll, initially: [1]), restartable: 16_874, atomic: 4690, spin: 947,
        "all drained")
    }

    /// Each finds delivered what it has appended, whoever drains.
    @Test func drainsOfAllShareOne() {
      expectPasses(
        BatchUse(threads: [(0, [.append(1), .drainAll]), (1, [.append(2), .drainAll])]),
        restartable: 188_912, atomic: 62_380, spin: 17_469, "two drains")
    }

    // MARK: Suspensions

    @Test func aSuspensionLeavesItEmpty() {
      let threads: [(cpu: Int?, [BatchAction])] = [(0, [.append(2)]), (1, [.suspend])]
      expectPasses(
        BatchUse(threads: threads, initially: [1]), restartable: 36_712, atomic: 8341, spin: 2128,
        "suspended")
    }

    @Test func asLongAsASuspensionLivesNothingIsKept() {
      expectPasses(
        BatchUse(threads: [(0, [.append(1)]), (1, [.suspendAndResume])], isSuspended: true),
        restartable: 35_378, atomic: 8285, spin: 1798, "suspended twice")
      expectPasses(
        BatchUse(threads: Self.twoAppend, isSuspended: true), restartable: 2075, atomic: 2003,
        spin: 1389,
        "two, suspended")
    }

    // MARK: All at once

    /// On a machine of one CPU, which takes a process of its own: with each CPU more, a suspension has a row more to
    /// close. Those that take a minute, or twenty, are for whoever has them: `boundsAreLifted`.
    @Test(.enabled(if: percpu_model_cpus() == 1))
    func whoeverIsThereAtOnce() {
      let append: [(cpu: Int?, [BatchAction])] = [(0, [.append(1)]), (0, [.append(2)])]
      let drain: (cpu: Int?, [BatchAction]) = (nil, [.drain(0)])
      let suspend: (cpu: Int?, [BatchAction]) = (nil, [.suspend])
      expectPasses(
        BatchUse(threads: append + [drain]), restartable: 609_776, atomic: 161_702, spin: 1883,
        "two and a drain, of one CPU")
      let spin = [
        (BatchUse(threads: append + [suspend], locking: .spin), 61_388, "two and a suspension"),
        (
          BatchUse(threads: [append[0], drain, suspend], locking: .spin), 8984,
          "one, a drain and a suspension"
        ),
      ]
      for (use, states, name) in spin { expect(use, states, "batch, \(name), of one CPU, spin") }
      guard boundsAreLifted else { return }
      var use = BatchUse(threads: [append[0], drain, suspend])
      use.engine = .atomic
      expect(
        use, 3_300_633, seconds: .infinity,
        "batch, one, a drain and a suspension, of one CPU, atomic")
      expect(
        BatchUse(threads: append + [drain, suspend], locking: .spin), 42_220_291,
        seconds: .infinity, "batch, two, a drain and a suspension, of one CPU, spin")
    }

    /// With locks of four rows, more than can be searched: at random.
    @Test(arguments: [PerCPUBatch<Int>.Locking.automatic, .spin])
    func twoThatAppendADrainAndASuspension(_ locking: PerCPUBatch<Int>.Locking) {
      let threads: [(cpu: Int?, [BatchAction])] = [
        (0, [.append(2)]), (0, [.append(3)]), (1, [.drain(0)]), (2, [.suspend]),
      ]
      let result = BatchUse(threads: threads, initially: [1], locking: locking)
        .check(.priorities(seed: 1, executions: 10_000))
      result.report("batch, two, a drain and a suspension, \(locking), at random")
      #expect(result.passed && result.total == 10_000, "\(result)")
    }

    // MARK: What it rests on

    private static let drained: [(cpu: Int?, [BatchAction])] = [
      (0, [.append(2)]), (1, [.drain(0)]),
    ]

    /// Of spinlocks and tickets.
    @Test(arguments: [
      Weakening.noAcquireLoads, .noReleaseStores, .noAcquireUpdates, .noReleaseUpdates,
    ])
    func locksAndTicketsNeedTheirOrder(_ weakening: Weakening) {
      expectFailure("data race on", mode: .states, "batch, spin, \(weakening)") {
        BatchUse(threads: Self.drained, initially: [1], locking: .spin, weakening: weakening).check(
          $0)
      }
    }

    @Test(arguments: [Weakening.noAcquireInSections, .plainRestartFences])
    func sectionsNeedTheirFences(_ weakening: Weakening) {
      expectFailure("data race on", mode: .states, "batch, \(weakening)") {
        BatchUse(threads: Self.drained, initially: [1], weakening: weakening).check($0)
      }
    }
  }

#endif
