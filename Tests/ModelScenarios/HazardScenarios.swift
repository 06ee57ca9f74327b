// SPDX-License-Identifier: Apache-2.0
#if PERCPU_MODEL

  import CAtomicsShim
  import ModelChecker
  @testable import PerCPU
  import Testing

  extension ModelScenarios {
    /// Readers, and one who retires.
    @Suite struct HazardScenarios {}
  }

  extension ModelScenarios.HazardScenarios {
    @Test func aReaderAndARetirer() {
      expectPass(HazardUse(readers: [0]).check(), executions: 264, "hazard")
      expectPass(
        HazardUse(readers: [0], retirer: 1).check(), executions: 264, "hazard, CPUs 0 and 1")
      expectPass(
        HazardUse(readers: [0], retirer: 0).check(preemptions(atMost: 3)), executions: 505,
        isBounded: true, "hazard, same CPU")
      expectPass(
        HazardUse(readers: [0], times: 2, endsEmpty: false).check(), executions: 11_803,
        "hazard, twice, 2 objects")
      expectPass(
        HazardUse(readers: [0], times: 2, replacements: 2).check(preemptions(atMost: 4)),
        executions: 6905, isBounded: true, "hazard, twice, replaced twice")
      expectPass(
        HazardUse(readers: [0], migrating: true).check(), executions: 138_981, "hazard, migration")
      expectPass(
        HazardUse(readers: [0], dropsAreKept: true).check(), executions: 240,
        "hazard, drops are kept")
    }

    @Test func aReaderWithoutSectionsAndARetirer() {
      expectPass(HazardUse(readers: [nil]).check(), executions: 654, "hazard, unbound")
      expectPass(
        HazardUse(readers: [nil], endsEmpty: false).check(), executions: 2177,
        "hazard, unbound, 2 objects")
      expectPass(
        HazardUse(readers: [0], engine: .atomic).check(), executions: 662, "hazard, atomic engine")
      expectPass(
        HazardUse(readers: [0], engine: .atomic, fences: .symmetric).check(), executions: 212,
        "hazard, atomic engine, symmetric")
      expectPass(
        HazardUse(readers: [0], endsEmpty: false, engine: .atomic, fences: .symmetric).check(),
        executions: 831, "hazard, atomic engine, 2 objects, symmetric")
    }

    @Test func twoReadersAndARetirer() {
      expectPass(
        HazardUse(readers: [0, 0]).check(preemptions(atMost: 3)), executions: 57_192,
        isBounded: true,
        "hazard, 2 readers of a CPU")
      expectPass(
        HazardUse(readers: [0, 1]).check(preemptions(atMost: 3)), executions: 9498, isBounded: true,
        "hazard, 2 CPUs")
      expectPass(
        HazardUse(readers: [0, nil]).check(preemptions(atMost: 3)), executions: 10_595,
        isBounded: true,
        "hazard, bound and unbound")
      expectPass(
        HazardUse(readers: [nil, nil]).check(preemptions(atMost: 2)), executions: 3332,
        isBounded: true, "hazard, 2 unbound")
    }

    @Test func protectionNeedsItsOrder() {
      let reader = HazardUse(readers: [0], times: 2, endsEmpty: false)
      for weakening in [
        Weakening.noAcquireLoads, .noReleaseStores, .noReleaseUpdates, .noAcquireInSections,
        .relaxedPublication, .plainRestartFences,
      ] {
        expectFailure("data race on object", "hazard, \(weakening)") {
          var weak = reader
          weak.weakening = weakening
          return weak.check($0)
        }
      }
      for forLong in [false, true] {
        for weakening in [Weakening.noAcquireLoads, .noReleaseStores, .noReleaseUpdates] {
          expectFailure(
            "data race on object", "hazard, unbound, for long: \(forLong), \(weakening)"
          ) {
            HazardUse(readers: [nil], endsEmpty: false, forLong: forLong, weakening: weakening)
              .check($0)
          }
        }
      }
    }

    @Test func handingOverNeedsFencesAndOrder() {
      expectFailure("an object is stranded", "hazard, no heavy fences") {
        HazardUse(readers: [0], weakening: .noHeavyFences).check($0)
      }
      expectFailure("an object is stranded", "hazard, no light fences") {
        HazardUse(readers: [0], engine: .atomic, fences: .symmetric, weakening: .noLightFences)
          .check($0)
      }
      for weakening in [Weakening.noAcquireUpdates, .noReleaseUpdates] {
        expectFailure("data race on retiree", "hazard, handed over, \(weakening)") {
          handedOver(.membarrier, weakening: weakening, $0)
        }
      }
    }

    /// A record that is made behind the look at the slots.
    private func handedOver(
      _ fences: AsymmetricFences, weakening: Weakening? = nil, _ mode: SearchMode = .exhaustive()
    ) -> CheckResult {
      HazardParts(fences: fences, weakening: weakening) { play in
        let object = play.raw()
        let protection = play.protectAtFirst(object)
        play.scenario.thread("reader") { play.end(protection) }
        play.scenario.thread("retirer") {
          play.stage.table.handOver([(play.record(object), protection.slot)])
        }
      }.check(mode)
    }

    @Test func aRecordIsHandedOver() {
      expectPass(handedOver(.membarrier), executions: 33, "hazard, handed over")
      expectPass(handedOver(.symmetric), executions: 13, "hazard, handed over, symmetric")
    }

    /// A guard that is handed to another thread.
    private func moved(_ mode: SearchMode = .exhaustive()) -> CheckResult {
      HazardParts { play in
        play.put(play.raw())
        let isMoved = play.scenario.word("is moved")
        var moved: Protection?
        play.scenario.thread("begins", cpu: 0) {
          moved = play.stage.sources[0].protect()
          isMoved.store(1, .releasing)
        }
        play.scenario.thread("ends", cpu: 1) {
          isMoved.awaitChange(from: 0, .acquiring)
          if moved!.value != 0 { play.end(moved!) }
        }
        play.scenario.thread("retirer") { play.replace() }
      }.check(mode)
    }

    @Test func aGuardThatEndsElsewhere() {
      expectPass(moved(), executions: 6216, "hazard, moved")
    }

    @Test func whoWaitsForReaders() {
      let result = HazardParts { play in
        play.put(play.raw())
        play.scenario.thread("reader", cpu: 0) { play.read() }
        play.scenario.thread("waits") { play.synchronize() }
      }.check()
      expectPass(result, executions: 52, "hazard, waiting")
    }

    /// A domain ends while a reader leaves something to its retirers.
    @Test func aDomainThatEnds() {
      let stage = HazardStage(reclaimer: .retirer)
      let result = HazardParts(stage: stage) { play in
        let record = play.record(play.raw())
        play.scenario.thread("reader") { record.home.drop(record, by: .reader) }
        play.scenario.thread("ends") { record.home.close() }
      }.check()
      expectPass(result, executions: 8, "hazard, a domain ends")
    }

    /// A reader that may be a signal handler leaves a record to a retirer, and with it the last reference.
    @Test func aReaderDestroysNoRecord() {
      let stage = HazardStage(reclaimer: .retirer)
      let result = HazardParts(stage: stage) { play in
        play.dropsAreKept = true
        let object = play.raw()
        let protection = play.protectAtFirst(object)
        var reader: UInt32 = 0
        let retiree = play.retiree(object)
        let end = End {
          require(percpu_participant_number() != reader, "a reader destroys a record")
        }
        let kept = Retiree(object: retiree.object) { [retiree, end] _ in
          retiree.perform()
          withExtendedLifetime(end) {}
        }
        _ = protection.slot.place(HandedOver(kept, from: stage.domains[0].retirement))
        play.scenario.thread("reader") {
          reader = percpu_participant_number()
          play.end(protection)
        }
        play.scenario.thread("retirer") { stage.domains[0].retirement.lookThrough([]) }
      }.check()
      expectPass(result, executions: 23, "hazard, a record's end")
    }
  }

  /// Says when it ends.
  private final class End: @unchecked Sendable {
    // Sendable: all simulated threads are one.

    private let body: () -> Void

    init(_ body: @escaping () -> Void) { self.body = body }

    deinit { body() }
  }

#endif
