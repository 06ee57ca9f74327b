// SPDX-License-Identifier: Apache-2.0

import CAtomicsShim
import PerCPU
import Synchronization

let generationScenarios: [Scenario] = [
  Scenario(
    "generation-order",
    "two resources that change one after the other: who has seen the second change sees the first"
  ) { run in
    OrderedResources(run).stress()
  },

  Scenario(
    "generation-storage",
    "storage that is poisoned once its invalidation was waited for: no active context reads poison"
  ) { run in
    CachedStorage(run).stress()
  },
]

/// What both scenarios have: event loops that take part in a generation, and one thread in eight
/// that invalidates.
private final class Participants: Sendable {
  let generation = FlushGeneration()
  let interrupts = Tally()
  let flushes = Tally()
  let endings = Tally()
  private let run: StressRun
  private let events: [EventLoop]
  private let interrupted: [Tally]

  init(_ run: StressRun) {
    self.run = run
    events = (0..<run.threads).map { _ in EventLoop() }
    interrupted = (0..<run.threads).map { _ in Tally() }
  }

  /// Has every worker that does not invalidate be active and parked for a few rounds at a time, with a
  /// participant of its own.
  func stress(
    invalidating: @escaping @Sendable (inout Worker) -> Void,
    active: @escaping @Sendable (inout FlushGeneration.Participant, inout Worker) -> Void
  ) {
    run.demand("interrupts", interrupts, perSecond: 10)
    run.demand("flushes", flushes, perSecond: 20)
    run.demand("endings", endings, perSecond: 5)
    run.work(disturbed: .allButSignals) { [self] worker in
      if worker.index % 8 == 0 { return invalidating(&worker) }
      var participant = generation.register()
      for _ in 0..<20 {
        active(&participant, &worker)
        participant.park()
        if worker.random.below(4) == 0 { events[participant.number].wait(milliseconds: 1) }
      }
      // Some end while they are active.
      if worker.random.below(2) == 0 { _ = participant.activate() }
      endings.add()
      run.operations.add(20)
    }
  }

  func interrupt(_ number: Int) {
    interrupted[number].publish(1)
    events[number].kick()
    interrupts.add()
  }

  func isInterrupted(_ participant: borrowing FlushGeneration.Participant) -> Bool {
    interrupted[participant.number].loadPublished() != 0
  }

  /// Takes note of an interruption. It may have been for one that has ended.
  func takeInterruption(_ participant: borrowing FlushGeneration.Participant) -> Bool {
    interrupted[participant.number].take() != 0
  }
}

/// A changes before B does, each followed by an invalidation. Contexts keep a copy of A, and look at B
/// itself, so that a copy that should have been dropped is older than what they see.
private final class OrderedResources: Sendable {
  private let run: StressRun
  private let participants: Participants
  private let first = Tally()
  private let second = Tally()
  private let isChanging = Mutex(())

  init(_ run: StressRun) {
    self.run = run
    participants = Participants(run)
  }

  func stress() {
    participants.stress(
      invalidating: { [self] _ in for _ in 0..<10 { change() } },
      active: { [self] participant, worker in read(&participant, &worker) })
    run.expect(first.count == second.count, "\(first.count) and \(second.count) changes")
  }

  private func change() {
    isChanging.withLock { _ in
      for resource in [first, second] {
        resource.addPublished(1)
        participants.generation.invalidate { participants.interrupt($0) }
      }
    }
  }

  private func read(
    _ participant: inout FlushGeneration.Participant, _ worker: inout Worker
  ) {
    // A copy from the last time the context was active, unless it was out of date by then.
    var copy = first.loadPublished()
    for round in 0..<8 {
      participant.park()
      if round % 4 == 3 { Pace.random(&worker.random).spend() }
      if participant.activate() {
        participants.flushes.add()
        copy = first.loadPublished()
        participant.acknowledge()
      }
      if round % 4 == 1 { Pace.random(&worker.random).spend() }
      for _ in 0..<20 {
        let other = second.loadPublished()
        if copy < other && !participants.isInterrupted(participant) {
          run.fail("an active context that nobody has interrupted sees \(copy), then \(other)")
        }
        percpu_pause()
      }
      if participants.takeInterruption(participant), participant.needsFlush() {
        copy = first.loadPublished()
        participant.acknowledge()
      }
    }
  }
}

/// Places, one of which is the current one. One that is not current any more is poisoned as soon as
/// its invalidation is over, and later used again.
private final class CachedStorage: Sendable {
  private static let poison = -1
  private let run: StressRun
  private let participants: Participants
  private let places = (0..<4).map { _ in Tally() }
  private let current = Tally()
  private let isChanging = Mutex(())

  init(_ run: StressRun) {
    self.run = run
    participants = Participants(run)
  }

  func stress() {
    run.nameExtra("poisonings")
    run.demand("poisonings", run.extra, perSecond: 5)
    participants.stress(
      invalidating: { [self] _ in replace() },
      active: { [self] participant, worker in read(&participant, &worker) })
  }

  private func replace() {
    isChanging.withLock { _ in
      let old = current.loadPublished()
      let new = (old + 1) % places.count
      places[new].publish(run.extra.count)
      current.publish(new)
      participants.generation.invalidateAndWait { participants.interrupt($0) }
      places[old].publish(Self.poison)
      run.extra.add()
    }
  }

  private func read(
    _ participant: inout FlushGeneration.Participant, _ worker: inout Worker
  ) {
    if participant.activate() {
      participants.flushes.add()
      participant.acknowledge()
    }
    // Cached as long as it is active.
    var place = places[current.loadPublished()]
    for _ in 0...worker.random.below(4) {
      Pace.random(&worker.random).spend()
      run.expect(place.loadPublished() != Self.poison, "an active context reads freed storage")
      if participants.takeInterruption(participant) || worker.random.below(4) == 0 {
        guard participant.needsFlush() else { continue }
        // It is still used here: only the acknowledgment says that it is not any more.
        Pace.random(&worker.random).spend()
        run.expect(place.loadPublished() != Self.poison, "storage was freed during the flush")
        participant.acknowledge()
        place = places[current.loadPublished()]
      }
    }
  }
}
