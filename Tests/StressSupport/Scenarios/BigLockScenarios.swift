// SPDX-License-Identifier: Apache-2.0

import CAtomicsShim
import CStressSupport
import PerCPU
import Synchronization

let bigLockScenarios: [Scenario] = [
  Scenario(
    "big-lock-contexts",
    "contexts that come and go and others that work for them: each body once, alone, no parked one woken"
  ) { run in
    LockedContexts(run).stress()
  },

  Scenario(
    "big-lock-rounds", weight: 2,
    "a few threads that each perform once and then wait for the others: no body is left behind"
  ) { run in
    run.nameExtra("deferred")
    run.demand("deferred", run.extra, perSecond: 20)
    run.work(disturbed: [], threads: 2) { worker in
      run.extra.add(PerformedRounds(seed: worker.random.next()).run(rounds: 20))
      run.operations.add(20 * PerformedRounds.performers)
    }
  },
]

/// A body throws it in place of its result.
private struct Refusal: Error {
  let number: Int
}

/// What belongs to a context: nobody but the holder of its lock touches it.
private struct Ledger {
  var isInUse = false
  var bodies = 0
  /// The last body of each worker.
  var last: [Int]

  /// One body. False if somebody else is in another one.
  mutating func note(_ number: Int, of worker: Int, _ pace: Pace) -> Bool {
    let isRight = !isInUse && last[worker] == number - 1
    isInUse = true
    pace.spend()
    last[worker] = number
    bodies += 1
    isInUse = false
    return isRight
  }
}

private final class LockedContext: Sendable {
  let lock: BigPerCPULock<Ledger>
  let events = EventLoop()
  /// Whether a thread has taken it over.
  let isOwned = Atomic<Bool>(false)
  /// 0 from before it enters until after it has left.
  let isParked: Tally
  /// How many bodies each worker has given it.
  let numbers: [Tally]

  init(_ run: StressRun, _ kicks: Tally, _ lateKicks: Tally) {
    let isParked = Tally()
    let events = events
    isParked.publish(1)
    self.isParked = isParked
    numbers = (0..<run.threads).map { _ in Tally() }
    lock = BigPerCPULock(Ledger(last: numbers.map { _ in 0 })) {
      if isParked.loadPublished() != 0 { lateKicks.add() }
      events.kick()
      kicks.add()
      // The context must not leave before the call is over.
      if kicks.count % 4 == 0 { percpu_thread_yield() }
      if isParked.loadPublished() != 0 { lateKicks.add() }
    }
  }
}

private final class LockedContexts: Sendable {
  private let run: StressRun
  private let contexts: [LockedContext]
  private let kicks = Tally()
  private let lateKicks = Tally()
  private let here = Tally()
  private let elsewhere = Tally()
  private let refusals = Tally()

  /// One worker in four runs contexts, and there are fewer contexts than would keep those busy; worker 1
  /// does the housekeeping for all of them, and the others have something to do for one at a time.
  init(_ run: StressRun) {
    self.run = run
    contexts = (0...run.threads / 6).map { [kicks, lateKicks] _ in
      LockedContext(run, kicks, lateKicks)
    }
  }

  func stress() {
    run.demand("signals", run.signals, perSecond: 5)
    run.demand("kicks", kicks, perSecond: 20)
    run.demand("here", here, perSecond: 50)
    run.demand("elsewhere", elsewhere, perSecond: 20)
    run.demand("refusals", refusals, perSecond: 5)
    // They end waits early, which then have to go on.
    stress_handle_signals({ _ in }, nil)
    run.work(disturbed: .all) { [self] worker in
      if worker.index % 4 == 0 {
        own(contexts[worker.random.below(contexts.count)], &worker)
      } else if worker.index == 1 {
        for context in contexts { perform(context, &worker) }
      } else {
        perform(contexts[worker.random.below(contexts.count)], &worker)
      }
      run.expect(lateKicks.count == 0, "a parked context was kicked")
    }
    for context in contexts {
      let bodies = context.lock.perform { $0.bodies }
      let given = context.numbers.reduce(0) { $0 + $1.count }
      run.expect(bodies == given, "\(given) bodies ran \(bodies) times")
    }
  }

  /// Takes a context over for a few rounds.
  private func own(_ context: LockedContext, _ worker: inout Worker) {
    let claim = context.isOwned.compareExchange(
      expected: false, desired: true, ordering: .acquiringAndReleasing)
    guard claim.exchanged else { return }
    for _ in 0...worker.random.below(8) {
      context.isParked.publish(0)
      context.lock.enter()
      beActive(context, &worker)
      context.lock.exit()
      context.isParked.publish(1)
      context.events.wait(milliseconds: 0)
      let kicks = context.events.wait(milliseconds: worker.random.below(4) == 0 ? 1 : 0)
      run.expect(kicks == 0, "a kick has woken a parked context")
    }
    context.isOwned.store(false, ordering: .releasing)
  }

  private func beActive(_ context: LockedContext, _ worker: inout Worker) {
    context.lock.runDeferred()
    let pace = Pace.random(&worker.random)
    for _ in 0...worker.random.below(4) {
      let number = nextNumber(context, worker.index)
      let isRight = context.lock.withOwner { $0.note(number, of: worker.index, pace) }
      run.expect(isRight, "the owner is not alone")
    }
    // Nothing to do but what it is kicked for.
    if worker.random.below(4) == 0 { context.events.wait(milliseconds: 1) }
    if worker.random.below(2) == 0 { context.lock.runDeferred() }
  }

  private func perform(_ context: LockedContext, _ worker: inout Worker) {
    let pace = Pace.random(&worker.random)
    let index = worker.index
    let refuses = worker.random.below(8) == 0
    let number = nextNumber(context, index)
    let me = percpu_thread_id()
    var runner: Int32 = 0
    var isRight = false
    do throws(Refusal) {
      let result = try context.lock.perform { ledger throws(Refusal) -> Int in
        isRight = ledger.note(number, of: index, pace)
        runner = percpu_thread_id()
        if refuses { throw Refusal(number: number) }
        return number
      }
      run.expect(result == number && !refuses, "body \(number) returned \(result)")
    } catch {
      run.expect(error.number == number && refuses, "body \(number) has thrown \(error.number)")
      refusals.add()
    }
    run.expect(isRight, "a body is not alone, or not in order")
    (runner == me ? here : elsewhere).add()
    run.operations.add()
  }

  private func nextNumber(_ context: LockedContext, _ worker: Int) -> Int {
    context.numbers[worker].add()
    return context.numbers[worker].count
  }
}

/// A context that is active once a round, while others perform something once a round. A round ends
/// when all have, so that a body that is left behind is not run by whoever comes next.
private final class PerformedRounds: Sendable {
  static let performers = 4
  private static let patience: Int64 = 10_000_000_000

  private let lock: BigPerCPULock<Int>
  private let events: EventLoop
  private let arrived = Tally()
  private let elsewhere = Tally()
  private let seed: UInt64

  init(seed: UInt64) {
    self.seed = seed
    let events = EventLoop()
    self.events = events
    lock = BigPerCPULock(0) {
      events.kick()
      // So long that a context that leaves goes to sleep.
      for _ in 0..<4 { percpu_thread_yield() }
    }
  }

  /// Returns how many bodies were deferred.
  func run(rounds: Int) -> Int {
    onThreads(1 + Self.performers) { [self] index in
      var random = SeededGenerator(seed: seed &+ UInt64(index))
      for round in 1...rounds {
        for _ in 0..<random.below(4) { percpu_thread_yield() }
        if index == 0 { beActive(&random) } else { perform(&random) }
        arrived.addPublished(1)
        waitForAll(of: round)
      }
    }
    let bodies = lock.perform { $0 }
    precondition(bodies == rounds * Self.performers, "\(bodies) bodies have run")
    return elsewhere.count
  }

  private func beActive(_ random: inout SeededGenerator) {
    lock.enter()
    for _ in 0..<random.below(4) { percpu_thread_yield() }
    if random.below(4) == 0 { lock.runDeferred() }
    lock.exit()
  }

  private func perform(_ random: inout SeededGenerator) {
    let yields = random.below(4)
    let me = percpu_thread_id()
    lock.perform { bodies in
      let before = bodies
      for _ in 0..<yields { percpu_thread_yield() }
      bodies = before + 1
      if percpu_thread_id() != me { elsewhere.add() }
    }
  }

  private func waitForAll(of round: Int) {
    let end = stress_nanoseconds() + Self.patience
    while arrived.loadPublished() < round * (1 + Self.performers) {
      percpu_thread_yield()
      if stress_nanoseconds() > end { fatalError("a body was left behind in round \(round)") }
    }
  }
}
