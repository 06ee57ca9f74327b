// SPDX-License-Identifier: Apache-2.0

import CAtomicsShim
import CStressSupport
import PerCPU
import StressSupport
import Synchronization
import Testing

extension PerCPUTests {
  @Suite struct FlushGenerationTests {
    @Test func aNewParticipantHasNothingToFlush() {
      let generation = FlushGeneration()
      generation.invalidate { _ in }
      var participant = generation.register()
      let mustFlush = participant.activate()
      #expect(!mustFlush)
    }

    @Test func invalidationsThatFoundItParkedCostOneFlush() {
      let generation = FlushGeneration()
      var participant = generation.register()
      var interrupted: [Int] = []
      for _ in 0..<3 {
        let count = generation.invalidate { interrupted.append($0) }
        #expect(count == 0)
      }
      let first = participant.activate()
      participant.park()
      let second = participant.activate()
      #expect(first && !second)
      #expect(interrupted == [])
    }

    @Test func anActiveParticipantIsInterruptedUntilItHasAcknowledged() {
      let generation = FlushGeneration()
      var participant = generation.register()
      _ = participant.activate()
      let before = participant.needsFlush()
      #expect(!before)
      var interrupted: [Int] = []
      #expect(generation.invalidate { interrupted.append($0) } == 1)
      let needed = participant.needsFlush()
      let again = participant.needsFlush()
      #expect(needed && !again)
      // It may still be flushing.
      #expect(generation.invalidate { interrupted.append($0) } == 1)
      #expect(interrupted == [participant.number, participant.number])
      let neededSince = participant.needsFlush()
      #expect(neededSince)
      participant.acknowledge()
      participant.park()
      #expect(generation.invalidate { interrupted.append($0) } == 0)
    }

    @Test func flushingAtTheActivationCountsOnceItIsAcknowledged() {
      let generation = FlushGeneration()
      var participant = generation.register()
      generation.invalidate { _ in }
      let mustFlush = participant.activate()
      participant.acknowledge()
      let isBehind = participant.needsFlush()
      #expect(mustFlush && !isBehind)
      #expect(generation.invalidateAndWait { _ in participant.park() } == 1)
    }

    @Test func eachOfSeveralParticipantsIsToldApart() {
      let generation = FlushGeneration()
      var first = generation.register()
      var second = generation.register()
      let third = generation.register()
      #expect([first.number, second.number, third.number] == [0, 1, 2])
      _ = second.activate()
      var interrupted: [Int] = []
      generation.invalidate { interrupted.append($0) }
      #expect(interrupted == [1])
      let parked = first.activate()
      let active = second.needsFlush()
      #expect(parked && active)
    }

    @Test func recordsAreUsedAgainWhenTheirParticipantsHaveEnded() {
      let generation = FlushGeneration()
      let first = generation.register()
      do {
        var second = generation.register()
        generation.invalidate { _ in }
        // It ends while it is active, and has not flushed.
        _ = second.activate()
        #expect(second.number == 1)
      }
      // Nobody waits for one that is gone.
      #expect(generation.invalidateAndWait { _ in } == 0)
      var next = generation.register()
      #expect(next.number == 1)
      let mustFlush = next.activate()
      #expect(!mustFlush)
      let last = generation.register()
      #expect(last.number == 2)
      #expect(first.number == 0)
    }

    @Test func theNumbersOfThreadsThatComeAndGoStaySmall() {
      let generation = FlushGeneration()
      let largest = Guarded(0)
      for _ in 0..<20 {
        onThreads(3) { _ in
          var participant = generation.register()
          _ = participant.activate()
          let number = participant.number
          largest.withLock { $0 = max($0, number) }
          percpu_thread_yield()
          participant.park()
        }
      }
      #expect(largest.withLock { $0 } <= 2)
    }

    @Test func aParticipantKeepsItsGenerationAlive() {
      var participant = FlushGeneration().register()
      let mustFlush = participant.activate()
      participant.acknowledge()
      participant.park()
      #expect(!mustFlush)
    }

    @Test func aParticipantMayBeHandedToAnotherThread() {
      let generation = FlushGeneration()
      let slot = Mutex<FlushGeneration.Participant?>(generation.register())
      generation.invalidate { _ in }
      let flushes = Tally()
      onThreads(1) { _ in
        guard var participant = slot.withLock({ $0.take() }) else { return }
        if participant.activate() { flushes.add() }
      }
      #expect(flushes.count == 1)
      #expect(generation.register().number == 0)
    }

    @Test func anInterruptionMayRegisterParticipants() {
      let generation = FlushGeneration()
      var participant = generation.register()
      _ = participant.activate()
      var numbers: [Int] = []
      let count = generation.invalidate { _ in
        var other = generation.register()
        // It comes after the invalidation.
        if other.activate() { fatalError("a new participant has to flush") }
        numbers.append(other.number)
      }
      #expect(count == 1)
      #expect(numbers == [1])
    }

    @Test(arguments: [2, 3])
    func generationsWrapAround(bits: Int) {
      let generation = FlushGeneration(generationBits: bits)
      var parked = generation.register()
      var active = generation.register()
      _ = active.activate()
      var wrong = 0
      for _ in 0..<20 {
        var interrupted: [Int] = []
        generation.invalidate { interrupted.append($0) }
        if interrupted != [active.number] { wrong += 1 }
        if !parked.activate() || parked.needsFlush() { wrong += 1 }
        parked.park()
        if !active.needsFlush() || active.needsFlush() { wrong += 1 }
        active.acknowledge()
        let waited = generation.invalidateAndWait { _ in
          if !active.needsFlush() { wrong += 1 }
          active.acknowledge()
        }
        if waited != 1 || !parked.activate() { wrong += 1 }
        parked.park()
      }
      #expect(wrong == 0)
    }

    // MARK: Waiting

    private enum End: CaseIterable {
      case acknowledges, parks, isGone
    }

    /// Whether somebody who waits, and sleeps by then, goes on when the participant does this, and not
    /// before it.
    private func wakes(_ end: End) -> Bool {
      let generation = FlushGeneration()
      let isActive = Gate()
      let interrupted = Gate()
      let order = Tally()
      var threads = Threads()
      threads.start {
        var participant = generation.register()
        _ = participant.activate()
        isActive.open()
        interrupted.wait()
        stress_sleep(20_000_000)
        let mustFlush = participant.needsFlush()
        if mustFlush { order.publish(1) }
        switch end {
        case .acknowledges: participant.acknowledge()
        case .parks: participant.park()
        case .isGone: return
        }
        while order.loadPublished() < 2 { percpu_thread_yield() }
      }
      threads.start {
        isActive.wait()
        let count = generation.invalidateAndWait { _ in interrupted.open() }
        order.publish(order.loadPublished() == 1 && count == 1 ? 2 : 3)
      }
      threads.join()
      return order.count == 2
    }

    @Test func whoWaitsGoesOnWhenAParticipantAcknowledgesParksOrEnds() {
      let waking = End.allCases.filter { wakes($0) }
      #expect(waking == End.allCases)
    }

    @Test func severalWaitAtATime() {
      let generation = FlushGeneration()
      let isActive = Gate()
      let interrupts = Tally()
      let done = Tally()
      var threads = Threads()
      threads.start {
        var participant = generation.register()
        _ = participant.activate()
        isActive.open()
        while interrupts.loadPublished() < 3 { percpu_thread_yield() }
        stress_sleep(10_000_000)
        _ = participant.needsFlush()
        participant.acknowledge()
        while done.loadPublished() < 3 { percpu_thread_yield() }
      }
      for _ in 0..<3 {
        threads.start {
          isActive.wait()
          generation.invalidateAndWait { _ in interrupts.addPublished(1) }
          done.addPublished(1)
        }
      }
      threads.join()
      #expect(done.count == 3)
    }

    @Test func waitingForNobodyReturnsAtOnce() {
      let generation = FlushGeneration()
      #expect(generation.invalidateAndWait { _ in } == 0)
      var participant = generation.register()
      #expect(generation.invalidateAndWait { _ in } == 0)
      let mustFlush = participant.activate()
      #expect(mustFlush)
    }
  }
}
