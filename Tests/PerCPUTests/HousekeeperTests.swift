// SPDX-License-Identifier: Apache-2.0

import CAtomicsShim
import CStressSupport
import PerCPU
import StressSupport
import Synchronization
import Testing

extension PerCPUTests {
  @Suite struct HousekeeperTests {
    @Test func doesWorkEverySoOften() {
      let housekeeper = Housekeeper()
      let runs = Tally()
      let began = stress_nanoseconds()
      let registration = housekeeper.register(every: .milliseconds(5)) { runs.add() }
      #expect(becomesTrue { runs.count >= 4 })
      let elapsed = stress_nanoseconds() - began
      // The first when a period has passed, and never early.
      #expect(runs.count <= Int(elapsed / 5_000_000) + 1)
      registration.unregister()
      let runsThen = runs.count
      stress_sleep(20_000_000)
      #expect(runs.count == runsThen)
    }

    @Test func doesWorkThatIsAskedForSoon() {
      let housekeeper = Housekeeper()
      let runs = Tally()
      let registration = housekeeper.register { runs.add() }
      for expected in 1...100 {
        registration.runSoon()
        #expect(becomesTrue { runs.loadPublished() >= expected })
      }
    }

    @Test func askingAgainBeforeItHasBegunIsAskingOnce() {
      let housekeeper = Housekeeper()
      let stay = Stay()
      let runs = Tally()
      let registration = housekeeper.register { runs.add() }
      stay.begin(on: housekeeper)
      for _ in 0..<100 { registration.runSoon() }
      stay.end()
      #expect(becomesTrue { runs.count >= 1 })
      // In the last round once more.
      housekeeper.shutdown()
      #expect((1...2).contains(runs.count))
    }

    @Test func performsOnceAndInOrder() {
      let housekeeper = Housekeeper()
      let all = Array(0..<1000)
      let notes = Notes()
      for number in all { housekeeper.perform { notes.add(number) } }
      housekeeper.shutdown()
      #expect(notes.all == all)
    }

    @Test func shutdownDoesEverythingALastTimeInOrderOfRegistration() {
      let housekeeper = Housekeeper()
      let notes = Notes()
      let first = housekeeper.register(every: .seconds(3600)) {
        notes.add(1)
      }
      let second = housekeeper.register { notes.add(2) }
      housekeeper.shutdown()
      #expect(notes.all == [1, 2])
      // And again without a thread.
      housekeeper.shutdown()
      #expect(notes.all == [1, 2, 1, 2])
      first.unregister()
      second.unregister()
    }

    @Test func whatWasRegisteredStaysSoAfterAShutdown() {
      let housekeeper = Housekeeper()
      let runs = Tally()
      let registration = housekeeper.register { runs.addPublished(1) }
      housekeeper.shutdown()
      registration.runSoon()
      #expect(becomesTrue { runs.loadPublished() == 2 })
    }

    @Test func unregisteringWaitsForARunThatIsGoingOn() {
      let housekeeper = Housekeeper()
      let isInside = Tally(), isOver = Tally()
      let registration = housekeeper.register {
        isInside.publish(1)
        stress_sleep(20_000_000)
        isOver.publish(1)
      }
      registration.runSoon()
      #expect(becomesTrue { isInside.loadPublished() == 1 })
      registration.unregister()
      #expect(isOver.loadPublished() == 1)
    }

    @Test func unregisteringDestroysTheWork() {
      let housekeeper = Housekeeper()
      let before = Counted.alive.load(ordering: .relaxed)
      let object = Holder()
      #expect(Counted.alive.load(ordering: .relaxed) == before + 1)
      let registration = housekeeper.register { [object] in _ = object }
      _ = consume object
      registration.unregister()
      #expect(Counted.alive.load(ordering: .relaxed) == before)
    }

    @Test func workMayUnregisterItself() {
      let housekeeper = Housekeeper()
      let before = Counted.alive.load(ordering: .relaxed)
      let runs = Tally()
      let owner = Owner()
      let object = Holder()
      owner.take(
        housekeeper.register(every: .milliseconds(1)) { [owner, object] in
          _ = object
          runs.addPublished(1)
          owner.release()
        })
      _ = consume object
      #expect(becomesTrue { runs.loadPublished() == 1 })
      #expect(becomesTrue { Counted.alive.load(ordering: .relaxed) == before })
      stress_sleep(10_000_000)
      #expect(runs.loadPublished() == 1)
    }

    @Test func workMayRegisterAskAndPerform() {
      let housekeeper = Housekeeper()
      let runs = Tally()
      let owner = Owner()
      housekeeper.perform {
        owner.take(housekeeper.register { runs.addPublished(1) })
        owner.runSoon()
        housekeeper.perform { runs.addPublished(10) }
      }
      #expect(becomesTrue { runs.loadPublished() >= 11 })
      owner.release()
    }

    @Test func workThatIsSlowDelaysOthersAndLosesNone() {
      let housekeeper = Housekeeper()
      let runs = Tally()
      let slow = housekeeper.register(every: .milliseconds(1)) { stress_sleep(5_000_000) }
      let other = housekeeper.register { runs.addPublished(1) }
      for expected in 1...10 {
        other.runSoon()
        #expect(becomesTrue { runs.loadPublished() >= expected })
      }
      slow.unregister()
      other.unregister()
    }

    @Test func stoppedWorkIsNotDoneUntilItIsStarted() {
      let housekeeper = Housekeeper()
      let runs = Tally()
      let registration = housekeeper.register { runs.addPublished(1) }
      registration.stop()
      registration.runSoon()
      housekeeper.shutdown()
      #expect(runs.loadPublished() == 0)
      registration.start()
      #expect(becomesTrue { runs.loadPublished() == 1 })
      for _ in 0..<100 {
        registration.stop()
        registration.start()
      }
      let before = runs.loadPublished()
      housekeeper.shutdown()
      #expect(runs.loadPublished() == before + 1)
    }

    @Test func whatIsAskedForInTheLastRoundIsStillDone() {
      let housekeeper = Housekeeper()
      let runs = Tally()
      housekeeper.perform {
        housekeeper.perform { housekeeper.perform { runs.addPublished(1) } }
      }
      housekeeper.shutdown()
      #expect(becomesTrue { runs.loadPublished() == 1 })
    }

    @Test func aHousekeeperThatIsReleasedDoesWhatIsLeft() {
      let runs = Tally()
      for _ in 0..<100 { Housekeeper().perform { runs.addPublished(1) } }
      #expect(becomesTrue { runs.loadPublished() == 100 })
    }

    @Test func itsThreadHasANameAndNoSignals() {
      let housekeeper = Housekeeper(name: "a housekeeper of a long name")
      let notes = Notes()
      stress_handle_signals({ _ in }, nil)
      let before = stress_signals_handled()
      housekeeper.perform {
        let id = percpu_thread_id()
        notes.add(Int(id))
        _ = stress_signal_thread(id)
        percpu_thread_yield()
      }
      housekeeper.shutdown()
      #expect(stress_signals_handled() == before)
    }
  }
}
