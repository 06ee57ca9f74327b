// SPDX-License-Identifier: Apache-2.0
#if PERCPU_MODEL

  import CAtomicsShim
  import ModelChecker
  @testable import PerCPU

  /// Readers of a source, and one who replaces what it refers to.
  struct HazardUse {
    /// Their CPUs.
    var readers: [Int?]
    var times = 1
    var retirer: Int? = nil
    var replacements = 1
    /// What the source refers to at last is nothing.
    var endsEmpty = true
    /// The first reader moves to CPU 1.
    var migrating = false
    /// Readers take slots of the overflow.
    var forLong = false
    /// Whether what readers drop is left to those who retire.
    var dropsAreKept = false
    var aborts = 1
    var engine = Engine.restartable
    var fences = AsymmetricFences.membarrier
    var weakening: Weakening?

    func check(_ mode: SearchMode = .exhaustive()) -> CheckResult {
      let stage = HazardStage(
        reclaimer: dropsAreKept ? .retirer : .inline, overflowIsThere: forLong)
      let unbound = engine == .restartable ? Int(PERCPU_ROW_UNBOUND) : 0
      let rows = Set(readers.map { $0 ?? unbound } + (migrating ? [1] : [])).sorted()
      return checkLibrary(mode, engine: engine, fences: fences, weakening: weakening) { scenario in
        let play = HazardPlay(stage, scenario, rows: forLong ? [] : rows)
        play.dropsAreKept = dropsAreKept
        scenario.limitAborts(to: aborts)
        let objects = (0..<replacements + (endsEmpty ? 0 : 1)).map { _ in play.raw() }
        play.put(objects[0])
        for cpu in readers {
          scenario.thread("reader", cpu: cpu) {
            if forLong {
              for _ in 0..<times { readForLong(play) }
            } else {
              play.read(times: times)
            }
          }
        }
        scenario.thread("retirer", cpu: retirer) {
          for i in 1...replacements { play.replace(by: i < objects.count ? objects[i] : nil) }
        }
        if migrating { scenario.thread("migrates") { migrate(0, to: 1) } }
        scenario.finally { play.finish(rows: forLong ? [] : rows) }
      }
    }

    private func readForLong(_ play: HazardPlay) {
      let protection = play.stage.sources[0].protectForLong()
      if protection.value == 0 { return }
      play.use(protection)
      play.stage.sources[0].end(protection)
    }
  }

  /// Parts of what goes on, from a state in the middle of it.
  struct HazardParts {
    var stage = HazardStage()
    var rows = [0]
    var fences = AsymmetricFences.membarrier
    var weakening: Weakening?
    var aborts = 1
    let declare: (HazardPlay) -> Void

    func check(_ mode: SearchMode = .exhaustive()) -> CheckResult {
      // Where fences are symmetric nobody runs sections.
      let engine = fences == .symmetric ? Engine.atomic : .restartable
      return checkLibrary(mode, engine: engine, fences: fences, weakening: weakening) { scenario in
        let play = HazardPlay(stage, scenario, rows: rows)
        scenario.limitAborts(to: aborts)
        declare(play)
        scenario.finally { play.finish(rows: rows) }
      }
    }
  }

#endif
