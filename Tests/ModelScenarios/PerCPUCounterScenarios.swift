// SPDX-License-Identifier: Apache-2.0
#if PERCPU_MODEL

  import CAtomicsShim
  import ModelChecker
  import PerCPU
  import Testing

  extension ModelScenarios {
    @Suite struct PerCPUCounterScenarios {
      /// A counter whose words have names in traces.
      private func counter(_ scenario: Scenario) -> PerCPUCounter {
        let counter = PerCPUCounter()
        scenario.name(percpu_row_word(counter.slots, Int(PERCPU_ROW_COMMON)), "baseline")
        scenario.name(percpu_row_word(counter.slots, Int(PERCPU_ROW_UNBOUND)), "unbound row")
        for cpu in 0..<PERCPU_MODEL_CPUS {
          scenario.name(percpu_row_word(counter.slots, cpu), "row", cpu)
        }
        return counter
      }

      // MARK: Additions

      private func additions(
        cpus: [Int?], migrating: Bool = false, engine: Engine = .restartable
      ) -> CheckResult {
        checkLibrary(engine: engine) { scenario in
          let counter = counter(scenario)
          for cpu in cpus {
            scenario.thread("adds", cpu: cpu) { counter.add(1) }
          }
          if migrating { scenario.thread("migrates") { migrate(0, to: 1) } }
          scenario.finally { require(counter.load() == cpus.count, "an addition was lost") }
        }
      }

      @Test func additionsOnOneCPUAreNotLost() {
        expectPass(additions(cpus: [0, 0]), executions: 18)
        expectPass(additions(cpus: [0, 0, 1]), executions: 86)
      }

      @Test func additionsOnSeveralCPUsAreNotLost() {
        expectPass(additions(cpus: [0, 1, nil]), executions: 1)
        expectPass(additions(cpus: [0, 0, nil, nil]), executions: 36)
      }

      @Test func additionsAreNotLostInAMigration() {
        expectPass(additions(cpus: [0, 1], migrating: true), executions: 47)
      }

      @Test func additionsAreNotLostOnTheAtomicEngine() {
        expectPass(additions(cpus: [0, 0, 1], engine: .atomic), executions: 4)
      }

      // MARK: Reading

      @Test func readingsNeverGoBack() {
        let result = checkLibrary { scenario in
          let counter = counter(scenario)
          scenario.thread("adds", cpu: 0) { counter.add(1) }
          scenario.thread("adds", cpu: 1) { counter.add(1) }
          scenario.thread("reads", cpu: 2) {
            let first = counter.load()
            let second = counter.load()
            require(first >= 0 && first <= second && second <= 2, "a reading went back")
          }
        }
        expectPass(result, executions: 36)
      }

      /// What is added after an exchange must not count on top of what the exchange took away.
      private func readingDuringExchange(_ weakening: Weakening? = nil) -> CheckResult {
        checkLibrary(weakening: weakening) { scenario in
          let counter = counter(scenario)
          counter.add(5)
          scenario.thread("exchanges", cpu: 0) {
            require(counter.exchange(0) == 5, "not all was taken")
            counter.add(1)
          }
          scenario.thread("reads", cpu: 1) {
            require([5, 0, 1].contains(counter.load()), "a value that the counter never had")
          }
        }
      }

      @Test func readingDuringAnExchangeIsOneOrTheOther() {
        expectPass(readingDuringExchange(), executions: 20)
      }

      @Test(arguments: [Weakening.noAcquireFences, .noReleaseFences])
      func readingDuringAnExchangeNeedsBothFences(_ weakening: Weakening) {
        let failure = readingDuringExchange(weakening).failure
        #expect(failure?.message == "a value that the counter never had")
      }

      // MARK: Exchanging

      private func exchanges(_ weakening: Weakening? = nil) -> CheckResult {
        checkLibrary(weakening: weakening) { scenario in
          let counter = counter(scenario)
          var taken = [0, 0]
          scenario.thread("adds", cpu: 0) {
            counter.add(1)
            counter.add(1)
          }
          for i in 0..<2 {
            scenario.thread("exchanges", cpu: 1 + i) {
              taken[i] = counter.exchange(0)
              require(taken[i] >= 0, "a negative number of additions")
            }
          }
          scenario.finally {
            require(taken[0] + taken[1] + counter.load() == 2, "an addition in two exchanges")
          }
        }
      }

      @Test func eachAdditionIsInOneExchange() {
        expectPass(exchanges(), executions: 224)
      }

      @Test(arguments: [Weakening.noAcquireLoads, .noReleaseUpdates])
      func exchangesNeedTheirOrder(_ weakening: Weakening) {
        #expect(exchanges(weakening).failure?.message == "a negative number of additions")
      }
    }
  }

#endif
