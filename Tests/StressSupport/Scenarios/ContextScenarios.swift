// SPDX-License-Identifier: Apache-2.0

import CAtomicsShim
import CStressSupport
import PerCPU
import Synchronization

let contextScenarios: [Scenario] = [
  Scenario(
    "context-word",
    "event loops with several kinds of work left for them, which signal handlers need done as well"
  ) { run in
    WorkingLoops(run).stress()
  },

  Scenario(
    "context-grace",
    "storage that is poisoned when all contexts were inactive or entered anew: no active one reads it"
  ) { run in
    GracePeriods(run).stress()
  },
]

/// Kinds of work: the first bit, the last one, and some in between.
private struct Kinds: OptionSet {
  let rawValue: UInt16

  static let count = 4
  static let all = Kinds(number: 15)

  init(rawValue: UInt16) {
    self.rawValue = rawValue
  }

  init(index: Int) {
    rawValue = 1 << UInt16(index * 5)
  }

  /// A set by its number, of 0 to 15.
  init(number: Int) {
    self = []
    var index = 0
    while index < Self.count {
      if number >> index & 1 == 1 { insert(Kinds(index: index)) }
      index += 1
    }
  }
}

/// A context whose counter wraps around with every fourth entry.
private final class WorkingContext: Sendable {
  let word = ContextWord<Kinds>(counterBits: 2)
  let events = EventLoop()
  let interruptions = Tally()
  /// The kernel's number of the thread that owns it.
  let owner = Tally()
  /// One for each kind of work.
  let witnesses: [Witness]

  init(_ changes: [Changes]) {
    witnesses = changes.map { Witness(of: $0) }
  }

  func interrupt() {
    interruptions.publish(1)
    events.kick()
  }

  // Handlers call these as well, so they allocate nothing: no `for`, which does in a debug build.

  func work(_ kinds: Kinds) {
    var index = 0
    while index < Kinds.count {
      if kinds.contains(Kinds(index: index)) { witnesses[index].flush() }
      index += 1
    }
  }

  func hasMissed(_ kinds: Kinds) -> Bool {
    var index = 0
    while index < Kinds.count {
      if kinds.contains(Kinds(index: index)) && witnesses[index].hasMissed { return true }
      index += 1
    }
    return false
  }
}

private final class WorkingLoops: Sendable {
  private let run: StressRun
  private let changes: [Changes]
  private let contexts: [WorkingContext]
  private let requests = Tally()
  private let deferred = Tally()
  private let interrupts = Tally()
  private let nestedActive = Tally()
  private let nestedParked = Tally()
  private let nestedWork = Tally()
  private let missedByHandlers = Tally()

  /// Every fourth worker is an event loop; the others leave work for all of them.
  init(_ run: StressRun) {
    self.run = run
    let changes = (0..<Kinds.count).map { _ in Changes(requesters: run.threads) }
    self.changes = changes
    contexts = stride(from: 0, to: run.threads, by: 4).map { _ in WorkingContext(changes) }
  }

  func stress() {
    run.demand("deferred", deferred, perSecond: 200)
    run.demand("interrupts", interrupts, perSecond: 50)
    run.demand("handlers of active contexts", nestedActive, perSecond: 5)
    run.demand("handlers of parked contexts", nestedParked, perSecond: 5)
    run.demand("handlers with work", nestedWork, perSecond: 1)
    // Whatever is made at its first use is not made in a handler.
    requestFromHandler(contexts[0], 15)
    touch(contexts[0], 15)
    // Never released: a late signal may still find it.
    stress_handle_signals(workInHandler, Unmanaged.passRetained(self).toOpaque())
    run.work(
      disturbed: .all,
      start: { [self] worker in
        guard worker.index % 4 == 0 else { return }
        contexts[worker.index / 4].owner.publish(Int(percpu_thread_id()))
      },
      step: { [self] worker in
        if worker.index % 4 == 0 {
          loop(contexts[worker.index / 4], &worker)
          run.expect(missedByHandlers.count == 0, "a handler is without a deferred change")
        } else {
          request(&worker)
        }
      })
    for context in contexts {
      let work = context.word.enter()
      context.work(context.interruptions.take() != 0 ? .all : work)
      let isComplete = context.witnesses.allSatisfy(\.isComplete)
      run.expect(isComplete, "a change was neither deferred nor interrupted for")
    }
    run.expect(
      requests.count == deferred.count + interrupts.count,
      "\(requests.count) requests, \(deferred.count) deferred, \(interrupts.count) interrupts")
  }

  private func loop(_ context: WorkingContext, _ worker: inout Worker) {
    let work = context.word.enter()
    let counter = context.word.counter
    // A handler that comes now finds what is not done.
    Pace.random(&worker.random).spend()
    let found = context.word.withNestedEntry { $0 }
    run.expect(found == work, "work came to an active context: \(work), then \(found)")
    context.work(work)
    // For nothing, if there was no work.
    if worker.random.below(4) != 0 { context.word.didCatchUp() }
    for _ in 0...worker.random.below(4) {
      if context.interruptions.take() != 0 { context.work(.all) }
      Pace.random(&worker.random).spend()
      run.expect(!context.hasMissed(.all), "an active context is without a deferred change")
    }
    run.expect(context.word.isActive, "somebody else has parked a context")
    run.expect(context.word.counter == counter, "an active context was entered")
    context.word.exit()
    context.events.waitAWhile(&worker.random)
    run.operations.add()
  }

  private func request(_ worker: inout Worker) {
    let kinds = Kinds(number: 1 + worker.random.below(15))
    let made = (0..<Kinds.count).filter { kinds.contains(Kinds(index: $0)) }
      .map { ($0, changes[$0].make(by: worker.index)) }
    for context in contexts {
      requests.add()
      switch context.word.set(kinds) {
      case .deferred:
        for (kind, change) in made {
          context.witnesses[kind].promise(change, to: worker.index)
        }
        deferred.add()
      case .mustInterrupt:
        context.interrupt()
        interrupts.add()
      }
    }
  }

  /// On the thread of a context it touches some of what is cached, and does the work that is left for
  /// that alone. On another thread it leaves work.
  func workFromHandler() {
    let me = Int(percpu_thread_id())
    let handled = Int(stress_signals_handled())
    var index = 0
    while index < contexts.count {
      if contexts[index].owner.loadPublished() == me { return touch(contexts[index], handled) }
      index += 1
    }
    requestFromHandler(contexts[handled % contexts.count], handled)
  }

  private func touch(_ context: WorkingContext, _ handled: Int) {
    let touched = Kinds(number: handled % 16)
    (context.word.isActive ? nestedActive : nestedParked).add()
    context.word.withNestedEntry { work in
      if !work.isEmpty { nestedWork.add() }
      context.work(work.intersection(touched))
      if context.hasMissed(touched) { missedByHandlers.add() }
    }
  }

  private func requestFromHandler(_ context: WorkingContext, _ handled: Int) {
    requests.add()
    switch context.word.set(Kinds(number: handled % 16)) {
    case .deferred: deferred.add()
    case .mustInterrupt:
      context.interrupt()
      interrupts.add()
    }
  }
}

private func workInHandler(_ context: UnsafeMutableRawPointer?) {
  Unmanaged<WorkingLoops>.fromOpaque(context!)._withUnsafeGuaranteedRef { $0.workFromHandler() }
}

/// Places, one of which is the current one. An active context uses the one it found after it entered;
/// one that is not current any more is poisoned when each context was seen to be inactive, or to have
/// entered anew.
private final class GracePeriods: Sendable {
  private static let poison = -1
  private let run: StressRun
  private let contexts: [ContextWord<Kinds>]
  private let places = (0..<4).map { _ in Tally() }
  private let current = Tally()
  private let isChanging = Mutex(())
  private let waits = Tally()

  init(_ run: StressRun) {
    self.run = run
    // A counter of this width never comes round while somebody looks at it.
    contexts = (0..<run.threads).map { _ in ContextWord<Kinds>() }
  }

  func stress() {
    run.nameExtra("poisonings")
    run.demand("poisonings", run.extra, perSecond: 5)
    run.demand("waits", waits, perSecond: 1)
    run.work(disturbed: .allButSignals) { [self] worker in
      if worker.index % 8 == 0 { return replace() }
      use(contexts[worker.index], &worker)
    }
  }

  private func use(_ context: ContextWord<Kinds>, _ worker: inout Worker) {
    for _ in 0..<20 {
      _ = context.enter()
      let place = places[current.count]
      Pace.random(&worker.random).spend()
      run.expect(place.count != Self.poison, "an active context reads freed storage")
      context.exit()
    }
    run.operations.add(20)
    // Parked, mostly, so that a grace period does not take a turn of every worker.
    stress_sleep(200_000)
  }

  private func replace() {
    isChanging.withLock { _ in
      let old = current.count
      let new = (old + 1) % places.count
      places[new].publish(run.extra.count)
      current.publish(new)
      asymmetricMemoryFenceHeavy()
      for context in contexts { waitUntilItHasLeft(context) }
      places[old].publish(Self.poison)
      run.extra.add()
    }
  }

  private func waitUntilItHasLeft(_ context: ContextWord<Kinds>) {
    // The counter first: an entry between the two then counts as one anew.
    let before = context.counter
    guard context.isActive else { return }
    waits.add()
    while context.isActive && context.counter == before { percpu_thread_yield() }
  }
}
