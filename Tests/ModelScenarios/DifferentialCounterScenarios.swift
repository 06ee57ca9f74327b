// SPDX-License-Identifier: Apache-2.0
#if PERCPU_MODEL

  import CAtomicsShim
  import ModelChecker
  @testable import PerCPU
  import Testing

  private enum Step {
    case add(Int)
    case fold(Int)
    case quiesce
    case sum
    case approximate
  }

  /// Threads that use one counter. Amounts are positive where something is read, so that each reading
  /// has a least and a greatest value: what was added before, as the reader knows by an acquire, and all.
  private struct Use {
    var threads: [(cpu: Int?, [Step])]
    var threshold = 1
    /// Rows in which a difference may be.
    var rows = 1
    /// The difference of row 0 at first.
    var difference = 0
    /// The first thread moves to CPU 1.
    var migrating = false
    /// The first thread gets a signal, whose handler adds this.
    var signaled: Int?
    var engine = Engine.restartable
    var weakening: Weakening?
    var aborts = 1

    private var amounts: [Int] {
      threads.flatMap(\.1).compactMap { if case .add(let amount) = $0 { amount } else { nil } }
    }

    private var isRead: Bool {
      threads.flatMap(\.1).contains {
        switch $0 {
        case .sum, .approximate, .fold: amounts.allSatisfy { $0 > 0 }
        case .add, .quiesce: false
        }
      }
    }

    func check(_ mode: SearchMode = .exhaustive()) -> CheckResult {
      // One for all executions: what they store never gets to its memory.
      let counter = DifferentialCounter(threshold: threshold)
      return checkLibrary(mode, engine: engine, weakening: weakening) { scenario in
        scenario.limitAborts(to: aborts)
        declare(counter, scenario)
      }
    }

    private func declare(_ counter: DifferentialCounter, _ scenario: Scenario) {
      var total = amounts.reduce(difference, +)
      let done = scenario.word("done", initially: difference)
      name(counter, scenario)
      if difference != 0 {
        percpu_word_store_relaxed(percpu_row_word(counter.slots, 0) + 2, difference)
      }
      func perform(_ step: Step) {
        switch step {
        case .add(let amount):
          counter.add(amount)
          if isRead { _ = done.add(amount, .acquiringAndReleasing) }
        case .fold(let cpu):
          let least = isRead ? done.load(.acquiring) : .min
          counter.fold(cpu: CPU(rawValue: cpu))
          require(!isRead || counter.approximate >= least, "a fold left something behind")
        case .quiesce:
          let least = isRead ? done.load(.acquiring) : .min
          counter.quiesce()
          require(!isRead || counter.approximate >= least, "who came to rest left something behind")
        case .sum:
          let least = done.load(.acquiring)
          let sum = counter.sum()
          require(least <= sum && sum <= total, "a sum missed something, or counted it twice")
        case .approximate:
          let least = done.load(.acquiring)
          let value = counter.approximate
          require(
            value >= least - threshold * rows && value <= total, "it is further off than the bound")
        }
      }
      for (cpu, steps) in threads {
        scenario.thread("thread", cpu: cpu) { for step in steps { perform(step) } }
      }
      if migrating { scenario.thread("migrates") { migrate(0, to: 1) } }
      if let signaled {
        scenario.onSignal(1) { _ in
          counter.add(signaled)
          total += signaled
        }
        scenario.thread("signals") { signal(0, 1) }
      }
      scenario.finally { checkEnd(counter, total) }
    }

    private func name(_ counter: DifferentialCounter, _ scenario: Scenario) {
      let common = percpu_row_word(counter.slots, Int(PERCPU_ROW_COMMON))
      scenario.name(common, "global")
      scenario.name(common + 1, "direct")
      for cpu in CPU.rows {
        let row = percpu_row_word(counter.slots, cpu.rawValue)
        scenario.name(row, "gate of row", cpu.rawValue)
        scenario.name(row + 2, "total of row", cpu.rawValue)
        scenario.name(row + 3, "folded of row", cpu.rawValue)
      }
    }

    private func checkEnd(_ counter: DifferentialCounter, _ total: Int) {
      require(counter.sum() == total, "an addition was lost, or made twice")
      let common = percpu_row_word(counter.slots, Int(PERCPU_ROW_COMMON))
      var folded = percpu_word_load_relaxed(common + 1)
      for cpu in CPU.rows {
        let row = percpu_row_word(counter.slots, cpu.rawValue)
        require(percpu_word_load_relaxed(row) == 0, "a gate was left closed")
        let difference = percpu_word_load_relaxed(row + 2) - percpu_word_load_relaxed(row + 3)
        require(abs(difference) <= threshold, "a difference is larger than the threshold")
        folded += percpu_word_load_relaxed(row + 3)
      }
      require(counter.approximate == folded, "the global count is not what was folded")
    }
  }

  extension ModelScenarios {
    @Suite struct DifferentialCounterScenarios {}
  }

  extension ModelScenarios.DifferentialCounterScenarios {
    @Test func additionsOfOneCPU() {
      expectPass(
        Use(threads: [(0, [.add(1), .add(1)]), (0, [.add(1)])]).check(), executions: 31_228,
        "differential, a CPU")
      expectPass(
        Use(threads: [(nil, [.add(1), .add(1)]), (nil, [.add(1)])]).check(), executions: 21,
        "differential, unbound")
      expectPass(
        Use(threads: [(0, [.add(1), .add(1)]), (0, [.add(1)])], engine: .atomic).check(),
        executions: 1577, "differential, a CPU, atomic")
    }

    @Test func additionsInAMigration() {
      expectPass(
        Use(threads: [(0, [.add(1), .add(1)]), (1, [.add(1)])], migrating: true).check(),
        executions: 143_565, "differential, migration")
    }

    @Test func aHandlerThatAdds() {
      expectPass(
        Use(threads: [(0, [.add(2), .quiesce])], signaled: 1).check(), executions: 106,
        "differential, handler")
    }

    // MARK: Folding

    @Test func anAdderAndAFolder() {
      expectPass(
        Use(threads: [(0, [.add(1), .add(1)]), (1, [.fold(0)])]).check(), executions: 49_843,
        "differential, adder and folder")
      expectPass(
        Use(threads: [(0, [.add(1), .add(1)]), (1, [.fold(0)])], engine: .atomic).check(),
        executions: 15_923, "differential, adder and folder, atomic")
    }

    /// An addition that is right beside the old `folded`, and wrong beside the new one.
    private func bothSigns(_ weakening: Weakening? = nil) -> Use {
      Use(
        threads: [(0, [.add(2), .add(-4), .add(1)]), (1, [.fold(0)])], threshold: 2,
        weakening: weakening)
    }

    @Test func aFolderAmongAdditionsOfBothSigns() {
      expectPass(bothSigns().check(), executions: 527, "differential, both signs and folder")
    }

    @Test func foldsNeedTheRestart() {
      expectFailure("", "differential, a plain fence") {
        bothSigns(.plainRestartFences).check($0)
      }
    }

    @Test func sectionsNeedTheOrderOfTheGate() {
      expectFailure("", "differential, no acquire in sections") {
        bothSigns(.noAcquireInSections).check($0)
      }
      expectFailure("", "differential, relaxed release of the gate") {
        bothSigns(.noReleaseStores).check($0)
      }
    }

    @Test func whoComesToRestWhileItsRowIsFoldedFindsItFolded() {
      expectPass(
        Use(threads: [(0, [.add(1), .quiesce]), (1, [.fold(0)])], aborts: 0).check(),
        executions: 137_738, "differential, rest and folder")
      expectPass(
        Use(threads: [(0, [.quiesce]), (1, [.fold(0)])], difference: 1, engine: .atomic).check(),
        executions: 4110, "differential, rest and folder, atomic")
    }

    private func twoFolders(_ weakening: Weakening? = nil) -> Use {
      Use(
        threads: [(1, [.fold(0)]), (2, [.fold(0)])], difference: 1, weakening: weakening, aborts: 0)
    }

    @Test func whoFindsNothingToFoldFindsItFolded() {
      expectPass(
        twoFolders().check(), executions: 58_050, "differential, 2 folders")
      expectFailure("a fold left something behind", "differential, 2 folders, no acquire") {
        twoFolders(.noAcquireLoads).check($0)
      }
    }

    // MARK: Reading

    @Test func twoAddersAndTheBound() {
      expectPass(
        Use(
          threads: [(0, [.add(1)]), (0, [.add(1)]), (1, [.approximate])], difference: 1, aborts: 0
        ).check(), executions: 23_508, "differential, 2 adders and the bound")
      expectPass(
        Use(threads: [(nil, [.add(1), .add(1)]), (nil, [.add(1)]), (1, [.approximate])]).check(),
        executions: 1540, "differential, 2 unbound adders and the bound")
    }

    @Test func anAdderAFolderAndASummer() {
      let threads: [(cpu: Int?, [Step])] = [(0, [.add(1)]), (1, [.fold(0)]), (2, [.sum])]
      expectPass(
        Use(threads: threads, threshold: 2, difference: 1).check(), executions: 6653,
        "differential, adder, folder, summer")
      expectPass(
        Use(threads: threads, difference: 1, engine: .atomic).check(), executions: 165_708,
        "differential, adder, folder, summer, atomic")
    }

    /// In full where no addition passes the threshold; with a bound on preemptions, where the second
    /// one does: without, that has millions of states.
    @Test func twoAddersAFolderAndASummer() {
      let threads: [(cpu: Int?, [Step])] = [
        (0, [.add(1)]), (0, [.add(1)]), (1, [.fold(0)]), (2, [.sum]),
      ]
      expectPass(
        Use(threads: threads, threshold: 2, aborts: 0).check(), executions: 67_818,
        "differential, 2 adders, folder, summer, within")
      expectPass(
        Use(threads: threads, aborts: 0).check(states(orPreemptionsAtMost: 2)), executions: 132_648,
        isBounded: true,
        "differential, 2 adders, folder, summer")
    }
  }

#endif
