// SPDX-License-Identifier: Apache-2.0

import CAtomicsShim
import CStressSupport
import PerCPU
import StressSupport
import Testing

/// Waits until something is so, for a while.
func eventually(_ condition: () -> Bool) -> Bool {
  let end = stress_nanoseconds() + 20_000_000_000
  while !condition() {
    if stress_nanoseconds() > end { return false }
    stress_sleep(100_000)
  }
  return true
}

extension PerCPUTests {
  /// Sections, and who waits for them.
  @Suite struct GracePeriodSectionTests {
    @Test func resultsAndErrorsComeBackAndTheSectionIsLeft() {
      let domain = GracePeriodDomain()
      #expect(domain.withReadSection { 4 } == 4)
      let thrown: Refusal? = error { () throws(Refusal) in
        try domain.withReadSection { () throws(Refusal) in throw Refusal() }
      }
      #expect(thrown == Refusal())
      domain.synchronize()
      #expect(domain.statistics.gracePeriods == 1)
    }

    @Test func aGracePeriodWaitsForSectionsThatAreOpen() {
      let domain = GracePeriodDomain()
      let isInside = Gate()
      let mayLeave = Gate()
      let isOver = Tally()
      let wasEarly = Tally()
      var threads = Threads()
      threads.start {
        domain.withReadSection {
          isInside.open()
          mayLeave.wait()
          wasEarly.add(isOver.loadPublished())
        }
      }
      threads.start {
        isInside.wait()
        domain.synchronize()
        isOver.publish(1)
      }
      isInside.wait()
      stress_sleep(20_000_000)
      #expect(domain.statistics.gracePeriods == 0)
      mayLeave.open()
      threads.join()
      #expect(wasEarly.count == 0)
      #expect(isOver.count == 1)
    }

    @Test func sectionsThatBeginLaterAreNotWaitedFor() {
      let domain = GracePeriodDomain()
      let first = domain.enter()
      let ticket = domain.startGracePeriod()
      #expect(!domain.poll(ticket))
      let second = domain.enter()
      domain.leave(first)
      #expect(eventually { domain.poll(ticket) })
      let next = domain.startGracePeriod()
      #expect(!domain.poll(next))
      domain.leave(second)
      #expect(eventually { domain.poll(next) })
    }

    @Test func sectionsNest() {
      let domain = GracePeriodDomain()
      let ticket = domain.withReadSection {
        domain.withReadSection {}
        let ticket = domain.startGracePeriod()
        #expect(!domain.poll(ticket))
        // Of the other kind.
        domain.withReadSection { #expect(!domain.poll(ticket)) }
        #expect(!domain.poll(ticket))
        return ticket
      }
      #expect(eventually { domain.poll(ticket) })
    }

    @Test func aSectionMayEndOnAnotherThreadAndCPU() {
      let domain = GracePeriodDomain()
      let parcel = Parcel<GracePeriodDomain.ReadSection>(nil)
      onThreads(1) { _ in
        percpu_thread_pin(Int32(allowedCPUs.first!))
        parcel.put(domain.enter())
      }
      let ticket = domain.startGracePeriod()
      #expect(!domain.poll(ticket))
      onThreads(1) { _ in
        percpu_thread_pin(Int32(allowedCPUs.last!))
        // By its end.
        _ = parcel.take()
      }
      #expect(eventually { domain.poll(ticket) })
    }

    @Test func aSectionMayBeHeldAcrossAnAwait() async {
      let domain = GracePeriodDomain()
      let section = domain.enter()
      let ticket = domain.startGracePeriod()
      await Task.yield()
      #expect(!domain.poll(ticket))
      domain.leave(section)
      await domain.synchronize()
      #expect(domain.poll(ticket))
    }

    @Test func threadsWithoutSequencesReadAndWait() {
      let domain = GracePeriodDomain()
      onThreads(1) { _ in
        _ = stress_thread_unregister()
        let section = domain.enter()
        let ticket = domain.startGracePeriod()
        if domain.poll(ticket) { fatalError("a section without sequences was not seen") }
        domain.leave(section)
        domain.synchronize()
        if !domain.poll(ticket) { fatalError("a section without sequences was not left") }
      }
    }

    /// (The thread that was in it is gone.)
    @Test func aSectionOutlivesItsThread() {
      let domain = GracePeriodDomain()
      let parcel = Parcel<GracePeriodDomain.ReadSection>(nil)
      onThreads(1) { _ in parcel.put(domain.enter()) }
      let ticket = domain.startGracePeriod()
      #expect(!domain.poll(ticket))
      _ = parcel.take()
      domain.synchronize()
      #expect(domain.poll(ticket))
    }

    @Test func countersMayWrapAround() {
      let domain = GracePeriodDomain(counterBits: 2)
      for _ in 0..<20 {
        let first = domain.enter()
        for _ in 0..<3 { domain.withReadSection { domain.withReadSection {} } }
        let ticket = domain.startGracePeriod()
        #expect(!domain.poll(ticket))
        domain.leave(first)
        domain.synchronize()
        #expect(domain.poll(ticket))
      }
    }

    @Test func aGracePeriodEndsAlthoughNobodyAsks() {
      let domain = GracePeriodDomain()
      _ = domain.startGracePeriod()
      #expect(eventually { domain.statistics.gracePeriods == 1 })
    }

    @Test func manyThreadsShareGracePeriods() {
      let domain = GracePeriodDomain()
      let ended = Tally()
      let section = domain.enter()
      var threads = Threads()
      for _ in 0..<16 {
        threads.start {
          domain.synchronize()
          ended.addPublished(1)
        }
      }
      stress_sleep(50_000_000)
      #expect(ended.loadPublished() == 0)
      domain.leave(section)
      threads.join()
      #expect(domain.statistics.gracePeriods < 16)
    }

    @Test func ticketsOfAnotherDomainAreAClearError() async {
      let result = await #expect(
        processExitsWith: .failure, observing: [\.standardErrorContent]
      ) {
        let (mine, other) = (GracePeriodDomain(), GracePeriodDomain())
        _ = mine.poll(other.startGracePeriod())
      }
      #expect(printed(result).contains("another GracePeriodDomain's"))
    }

    @Test func aSectionThatOutlivesItsDomainIsAClearError() async {
      let result = await #expect(
        processExitsWith: .failure, observing: [\.standardErrorContent]
      ) {
        let parcel = Parcel<GracePeriodDomain.ReadSection>(nil)
        parcel.put(GracePeriodDomain().enter())
      }
      #expect(printed(result).contains("outlives its GracePeriodDomain"))
    }
  }
}
