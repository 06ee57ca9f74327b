// SPDX-License-Identifier: Apache-2.0

import CAtomicsShim
import CStressSupport
import PerCPU

/// Threads that defer more than can be done in time, readers that take theirs, and a limit.
final class Flood: Sendable {
  private static let limit = 1 << 18
  private let run: StressRun
  private let domain = GracePeriodDomain(limit: limit)
  private let outstanding = Tally()
  private let most = Tally()
  private let calls = Tally()
  private let barriers = Tally()
  private let exceeding = Tally()

  init(_ run: StressRun) {
    self.run = run
  }

  func stress() {
    run.nameExtra("most outstanding")
    run.demand("calls", calls, perSecond: 1000)
    run.demand("barriers", barriers, perSecond: 1)
    run.demand("exits", run.exits, perSecond: 1)
    run.work(
      disturbed: .allButSignals,
      start: { worker in
        if worker.index % 4 == 3 { _ = stress_thread_unregister() }
      },
      step: { [self] worker in
        switch worker.index % 8 {
        case 0: read(&worker)
        case 1 where worker.random.below(16) == 0: testBarrier()
        default: deferSome(&worker)
        }
      })
    domain.barrier()
    // What calls have deferred.
    domain.barrier()
    let statistics = domain.statistics
    run.extra.store(most.count)
    run.expect(outstanding.count == 0, "\(outstanding.count) bytes were not given back")
    run.expect(
      calls.count == statistics.deferred && statistics.finished == calls.count,
      "\(calls.count) calls were done of \(statistics.deferred), counted as \(statistics.finished)")
    // Each thread counts what it is about to defer.
    let bound = Self.limit + run.threads * 2000 + exceeding.count
    run.expect(most.count <= bound, "\(most.count) bytes were outstanding")
  }

  private func read(_ worker: inout Worker) {
    let pace = Pace.random(&worker.random)
    domain.withReadSection { pace.spend() }
    run.operations.add()
  }

  /// All that this thread has deferred is done when it returns.
  private func testBarrier() {
    let done = (0..<20).map { _ in Tally() }
    for one in done { deferOne(100) { one.addPublished(1) } }
    domain.barrier()
    for one in done where one.loadPublished() != 1 {
      run.fail("a barrier did not wait, or a call was done \(one.count) times")
    }
    barriers.add()
  }

  private func deferSome(_ worker: inout Worker) {
    for _ in 0..<10 {
      // Some do it again, once.
      let isRepeated = worker.random.below(8) == 0
      deferOne(worker.random.below(2000), urgent: worker.random.below(64) == 0) { [self] in
        if isRepeated {
          exceeding.add(100)
          deferOne(100)
        }
      }
    }
    if worker.random.below(64) == 0 {
      onThreads(1) { [self] _ in deferOne(100) }
      run.exits.add()
    }
    run.operations.add(10)
  }

  private func deferOne(
    _ bytes: Int, urgent: Bool = false, _ body: @escaping @Sendable () -> Void = {}
  ) {
    let isDone = Tally()
    outstanding.add(bytes)
    domain.afterGracePeriod(bytes: bytes, urgency: urgent ? .urgent : .lazy) { [self] in
      outstanding.add(-bytes)
      calls.add()
      if isDone.take() != 0 { run.fail("a call was done twice") }
      isDone.add()
      body()
    }
    let now = outstanding.count
    if now > most.count { most.store(now) }
  }
}
