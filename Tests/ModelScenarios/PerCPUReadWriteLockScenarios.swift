// SPDX-License-Identifier: Apache-2.0
#if PERCPU_MODEL

  import CAtomicsShim
  import ModelChecker
  @testable import PerCPU
  import Testing

  /// Readers and writers of plain data, which a writer makes odd for a moment: a reader that meets a
  /// writer is found as a race or by what it reads.
  private struct Use {
    /// The CPUs they run on.
    var readers: [Int?], writers: [Int?]
    var engine = Engine.restartable
    var weakening: Weakening?
    var aborts = 1

    func check(_ mode: SearchMode = .exhaustive()) -> CheckResult {
      // One for all executions: what they store never gets to its memory.
      let lock = PerCPUReadWriteLock(())
      return checkLibrary(mode, engine: engine, weakening: weakening) { scenario in
        scenario.limitAborts(to: aborts)
        for cpu in CPU.rows {
          let words = percpu_row_word(lock.readers.slots, cpu.rawValue)
          scenario.name(words, "entered, row", cpu.rawValue)
          scenario.name(words + 1, "left, row", cpu.rawValue)
        }
        scenario.name(lock.readers.writer, "writer", bytes: 4)
        let state = scenario.plain("state")
        for cpu in readers {
          scenario.thread("reader", cpu: cpu) {
            lock.withRead { require(state.read() % 2 == 0, "a reader meets a writer") }
          }
        }
        for cpu in writers {
          scenario.thread("writer", cpu: cpu) {
            lock.withWrite { _ in
              let value = state.read()
              state.write(value + 1)
              state.write(value + 2)
            }
          }
        }
        scenario.finally { require(state.read() == 2 * writers.count, "a write was lost") }
      }
    }
  }

  extension ModelScenarios {
    @Suite struct PerCPUReadWriteLockScenarios {}
  }

  extension ModelScenarios.PerCPUReadWriteLockScenarios {
    @Test func aReaderAndAWriterExcludeEachOther() {
      expectPass(
        Use(readers: [0], writers: [1]).check(), executions: 3250, "read-write lock, 1 and 1")
      expectPass(
        Use(readers: [0], writers: [1], engine: .atomic).check(), executions: 2076,
        "read-write lock, 1 and 1, atomic")
    }

    /// With a bound on preemptions: writers touch all rows, and fences meet all threads.
    @Test func readersAndWritersExcludeEachOther() {
      let bound = states(orPreemptionsAtMost: 2)
      for (engine, executions) in [
        (Engine.restartable, [25_093, 86_090]), (.atomic, [22_675, 73_498]),
      ] {
        expectPass(
          Use(readers: [0, 1], writers: [2], engine: engine, aborts: 0).check(bound),
          executions: executions[0], isBounded: true, "read-write lock, 2 readers, \(engine)")
        expectPass(
          Use(readers: [0], writers: [1, 2], engine: engine, aborts: 0).check(bound),
          executions: executions[1], isBounded: true, "read-write lock, 2 writers, \(engine)")
      }
    }

    @Test func readersOfOneCPUAndAWriterExcludeEachOther() {
      let bound = states(orPreemptionsAtMost: 2)
      expectPass(
        Use(readers: [0, 0], writers: [1], aborts: 0).check(bound), executions: 13_343,
        isBounded: true, "read-write lock, 2 readers of a CPU")
    }

    @Test func readersAndWritersNeedFencesAndOrder() {
      for weakening in [Weakening.noHeavyFences, .relaxedPublication, .noAcquireLoads] {
        let use = Use(readers: [0], writers: [1], weakening: weakening)
        expectFailure("", "read-write lock, \(weakening)") { use.check($0) }
      }
    }
  }

#endif
