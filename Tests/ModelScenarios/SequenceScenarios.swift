// SPDX-License-Identifier: Apache-2.0
#if PERCPU_MODEL

  import CAtomicsShim
  import ModelChecker
  import PerCPU
  import Testing

  /// The rows of an object, in memory of their own. Nothing is ever stored there outside of the
  /// simulated machine, so each execution finds them zero.
  struct Rows {
    private nonisolated(unsafe) static let memory: UnsafeMutableRawPointer = {
      let byteCount = (PERCPU_MODEL_CPUS + Int(PERCPU_EXTRA_ROWS)) << PERCPU_ROW_SHIFT
      let memory = UnsafeMutableRawPointer.allocate(byteCount: byteCount, alignment: 64)
      memory.initializeMemory(as: UInt8.self, repeating: 0, count: byteCount)
      return memory
    }()

    nonisolated(unsafe) static let slots = memory + Int(PERCPU_EXTRA_ROWS) << PERCPU_ROW_SHIFT
    /// A word that belongs to no CPU.
    nonisolated(unsafe) static let common = percpu_row_word(slots, Int(PERCPU_ROW_COMMON))

    let slots = Rows.slots, common = Rows.common
    /// Those that the scenario's threads use.
    let used: [Int]

    /// The rows of threads that run on `cpus`.
    init(_ scenario: Scenario, of cpus: [Int?], engine: Engine = .restartable) {
      let unbound = engine == .restartable ? Int(PERCPU_ROW_UNBOUND) : 0
      used = Set(cpus.map { $0 ?? unbound }).sorted()
      for row in used {
        if row >= 0 {
          scenario.name(word(row), "row", row)
        } else {
          scenario.name(word(row), "unbound row")
        }
      }
    }

    func word(_ row: Int) -> UnsafeMutablePointer<Int> { percpu_row_word(slots, row) }
  }

  // MARK: - The mixing hazard

  extension ModelScenarios {
    @Suite struct SequenceScenarios {}
  }

  extension ModelScenarios.SequenceScenarios {
    /// A thread of CPU 0 and one that cannot run sections add to the same object.
    private func mixedAdditions(
      _ mode: SearchMode = .exhaustive(),
      unboundAdds: @escaping (Rows) -> Void = { percpu_sequence_add($0.slots, 1) }
    ) -> CheckResult {
      checkLibrary(mode) { scenario in
        let rows = Rows(scenario, of: [0, nil])
        scenario.thread("bound", cpu: 0) { percpu_sequence_add(rows.slots, 1) }
        scenario.thread("unbound") { unboundAdds(rows) }
        scenario.finally {
          let sum = rows.used.reduce(0) { $0 + percpu_word_load_relaxed(rows.word($1)) }
          require(sum == 2, "an addition was lost")
        }
      }
    }

    @Test func threadsWithoutSectionsKeepAwayFromCPURows() {
      expectPass(mixedAdditions(), executions: 1)
    }

    @Test func anAtomicAdditionToACPURowIsLost() {
      expectFailure("an addition was lost") {
        mixedAdditions($0) { percpu_word_fetch_add_relaxed($0.word(0), 1) }
      }
    }
  }

  // MARK: - Publication

  /// Readers publish an object in a row; a writer replaces it and declares it dead when, after a
  /// fence, no row shows it.
  private struct Hazards {
    static let dead = 99
    /// The CPUs of the readers.
    var readers: [Int?]
    var rounds = 1
    /// Each of them replaces the object that is current.
    var replacements = 1
    var writer: Int? = 3
    /// The first reader moves to CPU 1.
    var migrating = false
    var engine = Engine.restartable
    var weakening: Weakening?
    var fence: () -> Void = percpu_fence_restart_all
    /// The last object is replaced by none.
    var endsEmpty = false

    func check(_ mode: SearchMode = .exhaustive()) -> CheckResult {
      checkLibrary(mode, engine: engine, weakening: weakening) { scenario in
        let rows = Rows(scenario, of: readers + (migrating ? [1] : []), engine: engine)
        scenario.name(rows.common, "source")
        percpu_word_store_relaxed(rows.common, 1)
        let objects = (1...replacements + 1).map { scenario.plain("object", $0) }
        if readers.count > 1 { scenario.limitAborts(to: 1) }
        for cpu in readers {
          scenario.thread("reader", cpu: cpu) {
            for _ in 0..<rounds { read(rows, objects) }
          }
        }
        scenario.thread("writer", cpu: writer) { replace(rows, objects) }
        if migrating { scenario.thread("migrates") { migrate(0, to: 1) } }
      }
    }

    private func read(_ rows: Rows, _ objects: [Plain]) {
      let publication = percpu_sequence_publish(rows.slots, rows.common)
      // Another reader's object is in the way, or there is none to read.
      guard publication.committed, publication.value != 0 else { return }
      let object = publication.value
      require(objects[object - 1].read() != Self.dead, "a published object is dead")
      require(
        percpu_sequence_store_if(publication.word!, object, 0),
        "a published object was replaced")
    }

    private func replace(_ rows: Rows, _ objects: [Plain]) {
      var retired: [Int] = []
      for old in 1...replacements {
        let next = endsEmpty && old == replacements ? 0 : old + 1
        if next != 0 { objects[next - 1].write(next) }
        retired.append(percpu_word_exchange_acq_rel(rows.common, next))
        fence()
        // Acquire: pairs with the release by which readers clear their rows.
        let shown = rows.used.map { percpu_word_load_acquire(rows.word($0)) }
        for object in retired where !shown.contains(object) {
          objects[object - 1].write(Self.dead)
        }
        retired.removeAll { !shown.contains($0) }
      }
    }
  }

  extension ModelScenarios.SequenceScenarios {
    @Test func aPublishedObjectLives() {
      expectPass(Hazards(readers: [0]).check(), executions: 108, "hazards, a reader")
      expectPass(
        Hazards(readers: [0], writer: 0).check(), executions: 2798, "hazards, the writer's CPU")
      expectPass(
        Hazards(readers: [0], rounds: 2, replacements: 2).check(), executions: 17_674,
        "hazards, 2 rounds of each")
      expectPass(Hazards(readers: [0, 1]).check(), executions: 30_096, "hazards, 2 CPUs")
      expectPass(
        Hazards(readers: [0], migrating: true).check(), executions: 14_219, "hazards, migration")
    }

    @Test func aPublishedObjectLivesAmongReadersOfOneCPU() {
      expectPass(
        Hazards(readers: [0, 0]).check(), executions: 275_966, "hazards, 2 readers of a CPU")
    }

    @Test func aPublishedObjectLivesWithoutSections() {
      expectPass(Hazards(readers: [nil]).check(), executions: 107, "hazards, unbound")
      expectPass(
        Hazards(readers: [nil], rounds: 2, replacements: 2).check(), executions: 28_082,
        "hazards, 2 rounds of each, unbound")
      expectPass(Hazards(readers: [nil, nil]).check(), executions: 20_808, "hazards, 2 unbound")
      expectPass(
        Hazards(readers: [0, nil]).check(), executions: 26_322, "hazards, bound and unbound")
      expectPass(
        Hazards(readers: [0, 0], engine: .atomic).check(), executions: 274_442,
        "hazards, 2 readers of a CPU, atomic engine")
      expectPass(
        Hazards(readers: [nil, nil], endsEmpty: true).check(), executions: 6108,
        "hazards, nothing left to read, 2 unbound")
    }

    @Test func publicationsNeedTheRestart() {
      expectFailure("object[1]", "hazards, a plain fence") {
        Hazards(readers: [0], fence: percpu_fence_heavy).check($0)
      }
    }

    @Test func publicationsWithoutSectionsNeedTheHeavyFence() {
      expectPass(
        Hazards(readers: [nil], fence: percpu_fence_heavy).check(), executions: 107,
        "hazards, a plain fence, unbound")
      expectFailure("object[1]", "hazards, a fence of the writer's alone, unbound") {
        Hazards(readers: [nil], fence: percpu_fence_seq_cst).check($0)
      }
    }

    /// A relaxed publication needs two rounds to fail: the scan then reads a row whose clearing was
    /// a release from a store that is none. The loads of rows need a reader that clears its row
    /// from another CPU, since the switch from one thread to the next orders them otherwise.
    @Test func publicationsNeedTheirOrder() {
      expectFailure("object[2]", "hazards, no acquire in sections") {
        Hazards(readers: [0], weakening: .noAcquireInSections).check($0)
      }
      expectFailure("object[1]", "hazards, no acquire of rows") {
        Hazards(readers: [0, 0], migrating: true, weakening: .noAcquireOfRows).check($0)
      }
      expectFailure("object[1]", "hazards, relaxed clearing") {
        Hazards(readers: [0], weakening: .relaxedClearing).check($0)
      }
      expectFailure("object[1]", "hazards, relaxed publication") {
        Hazards(readers: [0], rounds: 2, weakening: .relaxedPublication).check($0)
      }
    }
  }

#endif
