// SPDX-License-Identifier: Apache-2.0

import CAtomicsShim
import CStressSupport
import PerCPU
import StressSupport
import Synchronization
import Testing

extension PerCPUTests {
  /// What is deferred, when it is done, and how much of it there may be.
  @Suite struct GracePeriodDeferringTests {
    @Test(arguments: [GracePeriodDomain.Urgency.lazy, .urgent])
    func aCallIsDoneWhenSectionsAreLeft(urgency: GracePeriodDomain.Urgency) {
      let domain = GracePeriodDomain()
      let calls = Tally()
      let section = domain.enter()
      domain.afterGracePeriod(urgency: urgency) { calls.addPublished(1) }
      stress_sleep(150_000_000)
      #expect(calls.loadPublished() == 0)
      domain.leave(section)
      #expect(eventually { calls.loadPublished() == 1 })
      domain.barrier()
      #expect(calls.loadPublished() == 1)
      #expect(domain.statistics.finished == 1)
      #expect(domain.statistics.deferred == 1)
    }

    @Test func whatIsDeferredMeanwhileWaitsForTheNextOne() {
      let domain = GracePeriodDomain()
      let first = Tally()
      let second = Tally()
      let before = domain.enter()
      domain.afterGracePeriod { first.addPublished(1) }
      #expect(!domain.poll(domain.startGracePeriod()))
      let meanwhile = domain.enter()
      domain.afterGracePeriod { second.addPublished(1) }
      domain.leave(before)
      #expect(eventually { first.loadPublished() == 1 })
      #expect(second.loadPublished() == 0)
      domain.leave(meanwhile)
      #expect(eventually { second.loadPublished() == 1 })
    }

    @Test func callsOfACPUAreDoneInOrder() {
      let domain = GracePeriodDomain()
      let order = Mutex<[Int]>([])
      onThreads(1) { _ in
        percpu_thread_pin(Int32(allowedCPUs[0]))
        for number in 0..<1000 {
          domain.afterGracePeriod { order.withLock { $0.append(number) } }
        }
      }
      domain.barrier()
      #expect(order.withLock { $0 } == Array(0..<1000))
    }

    @Test func urgentWorkTakesLazyWorkAlong() {
      let domain = GracePeriodDomain()
      let lazy = Tally()
      let order = Tally()
      onThreads(1) { _ in
        percpu_thread_pin(Int32(allowedCPUs[0]))
        domain.afterGracePeriod { lazy.publish(1) }
        domain.afterGracePeriod(urgency: .urgent) { order.publish(lazy.loadPublished() + 1) }
      }
      #expect(eventually { order.loadPublished() != 0 })
      #expect(order.loadPublished() == 2)
    }

    @Test func aCallMayDeferItself() {
      let domain = GracePeriodDomain()
      let calls = Tally()
      @Sendable func again() {
        calls.addPublished(1)
        if calls.loadPublished() < 5 { domain.afterGracePeriod(urgency: .urgent, again) }
      }
      domain.afterGracePeriod(urgency: .urgent, again)
      #expect(eventually { calls.loadPublished() == 5 })
      domain.barrier()
      #expect(domain.statistics.finished == 5)
    }

    @Test func aCallMayWaitForAGracePeriod() {
      let domain = GracePeriodDomain()
      let calls = Tally()
      domain.afterGracePeriod {
        domain.synchronize()
        calls.add()
      }
      domain.barrier()
      #expect(calls.count == 1)
    }

    @Test func aBarrierWaitsForAllThatWasDeferred() {
      let domain = GracePeriodDomain()
      let done = Tally()
      domain.barrier()
      #expect(domain.statistics.gracePeriods == 0)
      onThreads(4) { index in
        for _ in 0..<500 { domain.afterGracePeriod(bytes: index) { done.addPublished(1) } }
      }
      domain.barrier()
      #expect(done.loadPublished() == 2000)
      #expect(domain.statistics.deferred == 2000)
      #expect(domain.statistics.finished == 2000)
    }

    @Test func aBarrierInsideOfACallIsAClearError() async {
      let result = await #expect(
        processExitsWith: .failure, observing: [\.standardErrorContent]
      ) {
        let domain = GracePeriodDomain()
        domain.afterGracePeriod { domain.barrier() }
        domain.barrier()
      }
      #expect(printed(result).contains("barrier() waits for the call it is in"))
    }

    @Test func aFloodStaysWithinTheLimit() {
      let limit = 1 << 16
      let domain = GracePeriodDomain(limit: limit)
      let outstanding = Tally()
      let most = Tally()
      onThreads(4) { index in
        for _ in 0..<2000 {
          outstanding.addPublished(1000)
          domain.afterGracePeriod(bytes: 1000) { outstanding.addPublished(-1000) }
          let now = outstanding.loadPublished()
          if now > most.count { most.store(now) }
          if index == 0 { domain.withReadSection { percpu_thread_yield() } }
        }
      }
      domain.barrier()
      // What each thread was about to defer besides.
      #expect(most.count <= limit + 4 * 1000)
      #expect(domain.statistics.waits > 0)
      #expect(domain.statistics.finished == 8000)
      #expect(outstanding.count == 0)
    }

    @Test func whoMayNotWaitExceedsTheLimit() {
      let domain = GracePeriodDomain(limit: 4096)
      let done = Tally()
      let section = domain.enter()
      for _ in 0..<100 {
        domain.afterGracePeriod(bytes: 1000, mayWait: false) { done.addPublished(1) }
      }
      #expect(domain.statistics.backlog >= 100 * 1000)
      #expect(domain.statistics.waits == 0)
      domain.leave(section)
      domain.barrier()
      #expect(done.loadPublished() == 100)
      #expect(domain.statistics.backlog <= 4096)
    }

    @Test func whatIsLargerThanTheLimitWaitsUntilThereIsNothingElse() {
      let domain = GracePeriodDomain(limit: 4096)
      let done = Tally()
      for bytes in [1, 1 << 40, 1, Int.max, 4096] {
        domain.afterGracePeriod(bytes: bytes) { done.addPublished(1) }
      }
      domain.barrier()
      #expect(done.loadPublished() == 5)
      #expect(domain.statistics.backlog <= 4096)
    }

    @Test func whoWaitsForRoomDoesItHimself() {
      // One that holds the housekeeper up.
      let domain = GracePeriodDomain(limit: 4096)
      let isBusy = Gate()
      let mayEnd = Gate()
      Housekeeper.shared.perform {
        isBusy.open()
        mayEnd.wait()
      }
      isBusy.wait()
      let done = Tally()
      for _ in 0..<100 { domain.afterGracePeriod(bytes: 1000) { done.addPublished(1) } }
      #expect(done.loadPublished() >= 96)
      mayEnd.open()
      domain.barrier()
      #expect(done.loadPublished() == 100)
    }

    @Test func aCallThatIsDoneIsDestroyed() {
      let domain = GracePeriodDomain()
      let ends = Tally()
      do {
        let object = Mortal(1, ends)
        domain.afterGracePeriod { _ = object.number }
      }
      #expect(ends.count == 0)
      domain.barrier()
      #expect(eventually { ends.count == 1 })
    }

    @Test func theEndOfADomainDoesTheRest() {
      let done = Tally()
      do {
        let domain = GracePeriodDomain()
        for _ in 0..<100 { domain.afterGracePeriod { done.addPublished(1) } }
      }
      #expect(done.loadPublished() == 100)
    }

    @Test func aCallMayEndItsDomain() {
      let done = Tally()
      let parcel = Parcel(GracePeriodDomain())
      do {
        let domain = parcel.take()!
        domain.afterGracePeriod(urgency: .urgent) { [domain] in
          for _ in 0..<10 { domain.afterGracePeriod { done.addPublished(1) } }
        }
      }
      #expect(eventually { done.loadPublished() == 10 })
    }

    @Test func lessThanNothingIsAClearError() async {
      let result = await #expect(
        processExitsWith: .failure, observing: [\.standardErrorContent]
      ) {
        GracePeriodDomain().afterGracePeriod(bytes: -1) {}
      }
      #expect(printed(result).contains("no less than 0 bytes"))
      let small = await #expect(
        processExitsWith: .failure, observing: [\.standardErrorContent]
      ) {
        _ = GracePeriodDomain(limit: 100)
      }
      #expect(printed(small).contains("4096 bytes or more"))
    }
  }
}
