// SPDX-License-Identifier: Apache-2.0

import CStressSupport
import PerCPU

/// Where a guard waits for another thread.
private final class Parcel: Sendable {
  private let content = Guarded<HazardGuard<Canary>?>(nil)

  func exchange(_ new: consuming HazardGuard<Canary>?) -> HazardGuard<Canary>? {
    var new: HazardGuard<Canary>? = new
    return content.withLock { content in
      let old = content.take()
      content = new.take()
      return old
    }
  }
}

final class GuardedObjects: Sendable {
  private let run: StressRun
  private let domain: HazardDomain
  private let sources: [HazardPointerSource<Canary>]
  /// Guards on their way to another thread.
  private let parcels: [Parcel]
  private let ends = Tally()
  private let made = Tally()

  init(_ run: StressRun, _ reclaimer: HazardDomain.Reclaimer) {
    self.run = run
    let domain = HazardDomain(batchSize: 4, reclaimer: reclaimer)
    self.domain = domain
    sources = (0..<8).map { _ in HazardPointerSource(nil, domain: domain) }
    parcels = (0..<40).map { _ in Parcel() }
  }

  func stress() {
    let outcomes = HazardOutcomes()
    outcomes.demand(of: run)
    let displaced = Tally()
    run.demand("displaced", displaced, perSecond: 1)
    stress_handle_signals({ _ in }, nil)
    run.work(
      disturbed: .all,
      start: { worker in
        if worker.index % 8 == 7 { _ = stress_thread_unregister() }
      },
      step: { [self] worker in
        for _ in 0..<10 { step(&worker) }
        run.operations.add(10)
      })
    for source in sources { source.exchange(nil) }
    for parcel in parcels { end(parcel.exchange(nil)) }
    domain.drain()
    let statistics = domain.statistics
    outcomes.note(statistics)
    displaced.store(statistics.displaced)
    run.expect(statistics.unreclaimed == 0, "\(statistics.unreclaimed) are left")
    run.expect(ends.count == made.count, "\(ends.count) of \(made.count) objects ended")
  }

  private func step(_ worker: inout Worker) {
    let source = sources[worker.random.below(sources.count)]
    switch worker.random.below(8) {
    case 0, 1: source.exchange(make(), tag: worker.random.below(4))
    case 2: move(from: source, &worker)
    case 3: compareExchange(source, &worker)
    case 4: nest(worker.random.below(10), &worker)
    case 5: send(source, &worker)
    default:
      let pace = Pace.random(&worker.random)
      let isRight = domain.withProtected(source) { check($0, pace) }
      if isRight == false { run.fail("an object has ended under its reader") }
    }
  }

  private func make() -> Canary {
    made.add()
    return Canary(made.count, ends)
  }

  private func check(_ object: borrowing Canary, _ pace: Pace) -> Bool {
    let number = object.number
    guard object.isAlive else { return false }
    pace.spend()
    return object.isAlive && object.number == number
  }

  /// Puts an object into another source, where it is found again while it is still retired.
  private func move(from source: HazardPointerSource<Canary>, _ worker: inout Worker) {
    guard let node = source.exchange(nil).node else { return }
    if !node.isAlive { run.fail("what was exchanged has ended") }
    sources[worker.random.below(sources.count)].exchange(node)
  }

  private func compareExchange(_ source: HazardPointerSource<Canary>, _ worker: inout Worker) {
    let (old, tag) = source.load()
    if let old, !old.isAlive { run.fail("what was loaded has ended") }
    let new = worker.random.below(4) == 0 ? old : make()
    _ = source.compareExchange(
      expected: old, expectedTag: tag, desired: new, desiredTag: worker.random.below(4))
  }

  private func nest(_ depth: Int, _ worker: inout Worker) {
    let source = sources[worker.random.below(sources.count)]
    let pace = Pace.random(&worker.random)
    let isRight = domain.withProtected(source) { object in
      if depth > 0 { nest(depth - 1, &worker) }
      return check(object, pace)
    }
    if isRight == false { run.fail("an object has ended under its nested reader") }
  }

  /// Leaves a guard to another thread, and ends the one that was left there.
  private func send(_ source: HazardPointerSource<Canary>, _ worker: inout Worker) {
    let new = domain.tryProtect(source, forLong: worker.random.below(4) == 0)
    end(parcels[worker.random.below(parcels.count)].exchange(new))
  }

  private func end(_ guardian: consuming HazardGuard<Canary>?) {
    guard let guardian else { return }
    let isRight = guardian.withValue { check($0, .nothing) }
    if !isRight { run.fail("an object has ended under a guard from another thread") }
  }
}
