// SPDX-License-Identifier: Apache-2.0

import CAtomicsShim
import CStressSupport
import PerCPU

let flushScenarios: [Scenario] = [
  Scenario(
    "flush-word",
    "event loops that are asked to flush: an active one has seen every change that was deferred"
  ) { run in
    FlushedLoops(run).stress()
  }
]

/// A context with a cache, and the thread that waits in its event loop.
private final class FlushedContext: Sendable {
  let word = FlushWord()
  let events = EventLoop()
  let interruptions = Tally()
  let witness: Witness

  init(_ changes: Changes) {
    witness = Witness(of: changes)
  }

  func interrupt() {
    interruptions.publish(1)
    events.kick()
  }
}

private final class FlushedLoops: Sendable {
  private let run: StressRun
  private let changes: Changes
  private let contexts: [FlushedContext]
  private let requests = Tally()
  private let deferred = Tally()
  private let interrupts = Tally()
  private let flushes = Tally()

  /// Every fourth worker is an event loop; the others ask all of them to flush.
  init(_ run: StressRun) {
    self.run = run
    let changes = Changes(requesters: run.threads)
    self.changes = changes
    contexts = stride(from: 0, to: run.threads, by: 4).map { _ in FlushedContext(changes) }
  }

  func stress() {
    run.demand("signals", run.signals, perSecond: 5)
    run.demand("deferred", deferred, perSecond: 200)
    run.demand("interrupts", interrupts, perSecond: 50)
    run.demand("flushes", flushes, perSecond: 20)
    // Never released: a late signal may still find it.
    stress_handle_signals(requestInHandler, Unmanaged.passRetained(self).toOpaque())
    run.work(disturbed: .all) { [self] worker in
      if worker.index % 4 == 0 {
        loop(contexts[worker.index / 4], &worker)
      } else {
        request(&worker)
      }
    }
    for context in contexts {
      if context.word.activate() || context.interruptions.take() != 0 { context.witness.flush() }
      run.expect(context.witness.isComplete, "a change was neither deferred nor interrupted for")
    }
    run.expect(
      requests.count == deferred.count + interrupts.count,
      "\(requests.count) requests, \(deferred.count) deferred, \(interrupts.count) interrupts")
    run.expect(
      flushes.count <= deferred.count, "\(flushes.count) flushes for \(deferred.count) requests")
  }

  private func loop(_ context: FlushedContext, _ worker: inout Worker) {
    if context.word.activate() {
      Pace.random(&worker.random).spend()
      context.witness.flush()
      flushes.add()
    }
    for _ in 0...worker.random.below(4) {
      if context.interruptions.take() != 0 { context.witness.flush() }
      Pace.random(&worker.random).spend()
      run.expect(!context.witness.hasMissed, "an active context is without a deferred change")
      run.expect(context.word.state == .active, "somebody else has parked a context")
    }
    context.word.park()
    context.events.waitAWhile(&worker.random)
    run.operations.add()
  }

  private func request(_ worker: inout Worker) {
    let change = changes.make(by: worker.index)
    for context in contexts {
      requests.add()
      switch context.word.requestFlush() {
      case .deferred:
        context.witness.promise(change, to: worker.index)
        deferred.add()
      case .mustInterrupt:
        context.interrupt()
        interrupts.add()
      }
    }
  }

  /// A request for nothing: on the thread of a context it is as likely to find that one as another.
  func requestFromHandler() {
    let context = contexts[run.operations.count % contexts.count]
    requests.add()
    switch context.word.requestFlush() {
    case .deferred: deferred.add()
    case .mustInterrupt:
      context.interrupt()
      interrupts.add()
    }
  }
}

private func requestInHandler(_ context: UnsafeMutableRawPointer?) {
  Unmanaged<FlushedLoops>.fromOpaque(context!)._withUnsafeGuaranteedRef { $0.requestFromHandler() }
}
