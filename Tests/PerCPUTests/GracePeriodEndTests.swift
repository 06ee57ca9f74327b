// SPDX-License-Identifier: Apache-2.0

import CStressSupport
import PerCPU
import StressSupport
import Testing

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

private struct NoWork: OptionSet {
  let rawValue: UInt16
}

/// A context that keeps its own registration.
private final class Registered: ParkableContexts, @unchecked Sendable {
  // Sendable: the registration is set before, and taken after, anybody else looks.
  let word = ContextWord<NoWork>()
  var registration: GracePeriodDomain.ContextRegistration?
  let ended: Tally

  init(_ ended: Tally) { self.ended = ended }
  deinit { ended.addPublished(1) }

  func noteActive() -> UInt64 { word.noteActive() }
  func haveParked(since note: UInt64) -> Bool { word.haveParked(since: note) }
}

extension PerCPUTests {
  /// Ends of domains, what they share with others, and numbers near the largest one.
  @Suite struct GracePeriodEndTests {
    @Test func aDomainThatEndsDuringATickLeavesNothing() {
      weak var ended: Housekeeper?
      func play() {
        let housekeeper = Housekeeper(name: "ends")
        ended = housekeeper
        for round in 0..<3000 {
          let domain = GracePeriodDomain(housekeeper: housekeeper)
          domain.afterGracePeriod(urgency: .urgent) {}
          // Until about when the tick is over.
          for _ in 0..<(round * 37 % 1000) { _ = domain.statistics.gracePeriods }
          domain.afterGracePeriod {}
        }
        housekeeper.shutdown()
      }
      play()
      // A tick that goes on keeps its domain's state, and that keeps the housekeeper.
      #expect(eventually { ended == nil })
    }

    @Test func aRegisteredContextKeepsTheDomain() {
      let context = ContextWord<NoWork>()
      let done = Tally()
      let registration: GracePeriodDomain.ContextRegistration
      do {
        let domain = GracePeriodDomain()
        registration = domain.register(context)
        _ = context.enter()
        domain.afterGracePeriod(urgency: .urgent) { done.addPublished(1) }
      }
      stress_sleep(5_000_000)
      #expect(done.loadPublished() == 0)
      context.exit()
      registration.unregister()
      #expect(eventually { done.loadPublished() == 1 })
    }

    @Test func aContextMayKeepItsRegistrationUntilItIsTakenFromIt() {
      let ended = Tally()
      do {
        let domain = GracePeriodDomain()
        let context = Registered(ended)
        context.registration = domain.register(context)
        domain.synchronize()
        context.registration = nil
        domain.synchronize()
      }
      #expect(ended.loadPublished() == 1)
    }

    @Test func aCallThatDefersItselfLeavesOthersTheirTurn() {
      let housekeeper = Housekeeper(name: "again")
      let domain = GracePeriodDomain(housekeeper: housekeeper)
      let (calls, ticks, isOver) = (Tally(), Tally(), Tally())
      @Sendable func again() {
        calls.addPublished(1)
        if isOver.loadPublished() == 0 { domain.afterGracePeriod(urgency: .urgent, again) }
      }
      domain.afterGracePeriod(urgency: .urgent, again)
      let other = housekeeper.register(every: .milliseconds(1)) { ticks.addPublished(1) }
      #expect(eventually { ticks.loadPublished() > 20 && calls.loadPublished() > 20 })
      isOver.addPublished(1)
      housekeeper.shutdown()
      other.stop()
    }

    @Test func thereMayBeNoLimit() {
      let domain = GracePeriodDomain(limit: .max)
      let done = Tally()
      let section = domain.enter()
      for _ in 0..<200 {
        domain.afterGracePeriod(bytes: .max, mayWait: false) { done.addPublished(1) }
      }
      domain.leave(section)
      domain.barrier()
      #expect(done.loadPublished() == 200)
    }

    /// What the parent has announced, no thread of the child sees to. If the housekeeper was just driving the grace period
    /// on, the child waits for it, for ever: then another one is born.
    @Test(.enabled(if: !stress_has_thread_sanitizer()), arguments: [false, true])
    func aChildDoesWhatItDefers(isUrgent: Bool) {
      let urgency: GracePeriodDomain.Urgency = isUrgent ? .urgent : .lazy
      let domain = GracePeriodDomain(housekeeper: Housekeeper(name: "parent"))
      let done = Tally()
      let section = domain.enter()
      domain.afterGracePeriod(urgency: urgency) {}
      stress_sleep(5_000_000)
      var isDone = false
      for _ in 0..<20 where !isDone {
        let child = stress_fork_here()
        if child == 0 {
          alarm(10)
          domain.leave(section)
          domain.afterGracePeriod(urgency: urgency) { done.addPublished(1) }
          _exit(eventually { done.loadPublished() == 1 } ? 0 : 1)
        }
        isDone = stress_wait_for(child) == 0
      }
      domain.leave(section)
      #expect(isDone)
    }
  }
}
