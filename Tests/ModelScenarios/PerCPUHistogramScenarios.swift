// SPDX-License-Identifier: Apache-2.0
#if PERCPU_MODEL

  import CAtomicsShim
  import ModelChecker
  @testable import PerCPU
  import Testing

  extension ModelScenarios {
    @Suite struct PerCPUHistogramScenarios {}
  }

  extension ModelScenarios.PerCPUHistogramScenarios {
    /// Threads that record a value each, and one that takes a snapshot. There is one bucket: which one a
    /// value belongs to is no question of order.
    private func recording(
      _ values: [(cpu: Int?, Int)], isRead: Bool = true, migrating: Bool = false,
      engine: Engine = .restartable, weakening: Weakening? = nil, mode: SearchMode = .exhaustive()
    ) -> CheckResult {
      // One for all executions: what they store never gets to its memory.
      let histogram = PerCPUHistogram(bounds: [])
      return checkLibrary(mode, engine: engine, weakening: weakening) { scenario in
        scenario.limitAborts(to: 1)
        for cpu in CPU.rows {
          scenario.name(histogram.word(cpu.rawValue, 0), "sum of row", cpu.rawValue)
          scenario.name(histogram.word(cpu.rawValue, 8), "most of row", cpu.rawValue)
          scenario.name(histogram.word(cpu.rawValue, 16), "least of row", cpu.rawValue)
          scenario.name(histogram.word(cpu.rawValue, 24), "bucket of row", cpu.rawValue)
        }
        for (cpu, value) in values {
          scenario.thread("records", cpu: cpu) { histogram.record(value) }
        }
        if isRead {
          scenario.thread("reads", cpu: 2) {
            let seen = histogram.snapshot()
            guard seen.count > 0 else { return }
            let ascending = values.map(\.1).sorted()
            require(
              seen.sum >= ascending.prefix(seen.count).reduce(0, +),
              "a value was counted and not in the sum")
            require(
              (seen.min ?? .max) <= ascending[ascending.count - seen.count]
                && (seen.max ?? .min) >= ascending[seen.count - 1],
              "a value was counted and not between the extremes")
          }
        }
        if migrating { scenario.thread("migrates") { migrate(0, to: 1) } }
        scenario.finally {
          let seen = histogram.snapshot()
          require(
            seen.count == values.count && seen.sum == values.reduce(0) { $0 + $1.1 }
              && seen.min == values.map(\.1).min() && seen.max == values.map(\.1).max(),
            "something was lost")
        }
      }
    }

    @Test func whatIsCountedIsInTheRest() {
      expectPass(recording([(0, 5)]), executions: 26, "histogram, recorder and reader")
      expectPass(recording([(nil, 5)]), executions: 26, "histogram, unbound recorder and reader")
      expectPass(
        recording([(0, 5)], engine: .atomic), executions: 26,
        "histogram, recorder and reader, atomic")
    }

    @Test func nothingIsLost() {
      expectPass(
        recording([(0, 5), (0, 7)], isRead: false, mode: .states), states: 446_197,
        "histogram, 2 recorders of a CPU")
      expectPass(
        recording([(nil, 5), (nil, 7)], isRead: false), executions: 144,
        "histogram, 2 unbound recorders")
      expectPass(
        recording([(0, 5)], isRead: false, migrating: true), executions: 12, "histogram, migration")
    }

    @Test func countsNeedTheirOrder() {
      expectFailure("a value was counted", "histogram, relaxed counts") {
        recording([(0, 5)], weakening: .relaxedPublication, mode: $0)
      }
      expectFailure("a value was counted", "histogram, no acquire of counts") {
        recording([(0, 5)], weakening: .noAcquireLoads, mode: $0)
      }
    }
  }

#endif
