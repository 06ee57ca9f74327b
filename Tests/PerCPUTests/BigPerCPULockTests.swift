// SPDX-License-Identifier: Apache-2.0

import CAtomicsShim
import CStressSupport
import PerCPU
import StressSupport
import Synchronization
import Testing

private struct Refusal: Error, Equatable {
  let number: Int
}

private struct Unique: ~Copyable {
  static let alive = Atomic<Int>(0)
  var value: Int

  init(_ value: Int) {
    self.value = value
    Self.alive.wrappingAdd(1, ordering: .relaxed)
  }

  deinit {
    Self.alive.wrappingSubtract(1, ordering: .relaxed)
  }
}

/// A context on a thread of its own: it enters, runs what is deferred whenever it is kicked, and
/// leaves when it is told to.
private final class Context: Sendable {
  let lock: BigPerCPULock<[Int]>
  let kicks = Tally()
  let isActive = Gate()
  let mayLeave = Gate()
  let thread = Tally()
  private let runsDeferred: Bool

  /// - Parameter runsDeferred: Whether it does so before it leaves.
  init(runsDeferred: Bool = true) {
    self.runsDeferred = runsDeferred
    lock = BigPerCPULock([]) { [kicks] in kicks.addPublished(1) }
  }

  func run() {
    thread.publish(Int(percpu_thread_id()))
    lock.enter()
    isActive.open()
    var seen = 0
    while !mayLeave.isOpenNow {
      if runsDeferred && kicks.loadPublished() != seen {
        seen = kicks.loadPublished()
        lock.runDeferred()
      }
      percpu_thread_yield()
    }
    lock.exit()
  }
}

extension PerCPUTests {
  @Suite struct BigPerCPULockTests {
    @Test func theOwnerUsesTheStateWhileItIsActive() {
      let lock = BigPerCPULock(1) {}
      lock.enter()
      lock.withOwner { $0 += 1 }
      lock.runDeferred()
      #expect(lock.withOwner { $0 } == 2)
      lock.exit()
      lock.enter()
      #expect(lock.withOwner { $0 } == 2)
      lock.exit()
    }

    @Test func whoPerformsOnAParkedContextDoesItHereAndKicksNobody() {
      let kicks = Tally()
      let lock = BigPerCPULock([0]) { kicks.add() }
      let me = percpu_thread_id()
      let runner = lock.perform { state in
        state.append(1)
        return percpu_thread_id()
      }
      #expect(runner == me)
      #expect(lock.perform { $0 } == [0, 1])
      lock.enter()
      lock.exit()
      _ = lock.perform { $0.count }
      #expect(kicks.count == 0)
    }

    @Test func whatIsPerformedOnAnActiveContextRunsThereAfterOneKick() {
      let context = Context()
      let runner = Tally()
      var threads = Threads()
      threads.start { context.run() }
      threads.start {
        context.isActive.wait()
        let thread = context.lock.perform { state in
          state.append(1)
          return Int(percpu_thread_id())
        }
        runner.publish(thread)
        context.mayLeave.open()
      }
      threads.join()
      #expect(runner.count == context.thread.count)
      #expect(context.kicks.count == 1)
      #expect(context.lock.perform { $0 } == [1])
    }

    @Test func whatIsDeferredRunsBeforeTheContextLeaves() {
      let context = Context(runsDeferred: false)
      var threads = Threads()
      threads.start { context.run() }
      threads.start {
        context.isActive.wait()
        context.lock.perform { $0.append(1) }
      }
      threads.start {
        while context.kicks.loadPublished() == 0 { percpu_thread_yield() }
        context.mayLeave.open()
      }
      threads.join()
      #expect(context.lock.perform { $0 } == [1])
    }

    /// The order in which bodies ran that were deferred one after the other, and the kicks for them.
    private func orderOfDeferred() -> ([Int], kicks: Int) {
      let context = Context(runsDeferred: false)
      let ready = Tally()
      var threads = Threads()
      threads.start { context.run() }
      for number in 1...3 {
        threads.start {
          context.isActive.wait()
          while ready.loadPublished() < number { percpu_thread_yield() }
          context.lock.perform { $0.append(number) }
        }
      }
      threads.start {
        for _ in 1...3 {
          ready.addPublished(1)
          stress_sleep(20_000_000)
        }
        context.mayLeave.open()
      }
      threads.join()
      return (context.lock.perform { $0 }, context.kicks.count)
    }

    @Test func whatIsDeferredRunsInOrderAfterOneKick() {
      // On a busy machine one may be late.
      let isRight = (0..<10).contains { _ in orderOfDeferred() == ([1, 2, 3], kicks: 1) }
      #expect(isRight)
    }

    @Test func leavingWaitsForAKickThatIsUnderWay() {
      let kicking = Gate()
      let mayReturn = Gate()
      let isActive = Gate()
      let order = Tally()
      let lock = BigPerCPULock(0) {
        kicking.open()
        mayReturn.wait()
        order.publish(1)
      }
      var threads = Threads()
      threads.start {
        lock.enter()
        isActive.open()
        kicking.wait()
        lock.exit()
        order.publish(order.loadPublished() + 1)
      }
      threads.start {
        isActive.wait()
        lock.perform { $0 += 1 }
      }
      threads.start {
        kicking.wait()
        stress_sleep(20_000_000)
        mayReturn.open()
      }
      threads.join()
      #expect(order.count == 2)
      #expect(lock.perform { $0 } == 1)
    }

    @Test func enteringWaitsForARemoteBody() {
      let lock = BigPerCPULock(0) {}
      let inside = Gate()
      var threads = Threads()
      let seen = Tally()
      threads.start {
        lock.perform { state in
          inside.open()
          stress_sleep(20_000_000)
          state = 1
        }
      }
      threads.start {
        inside.wait()
        lock.enter()
        seen.publish(lock.withOwner { $0 })
        lock.exit()
      }
      threads.join()
      #expect(seen.count == 1)
    }

    @Test func whoFindsAnotherRemoteBodyLeavesItsOwnToThatOne() {
      let kicks = Tally()
      let lock = BigPerCPULock(0) { kicks.add() }
      let inside = Gate()
      let runs = Tally()
      var threads = Threads()
      threads.start {
        lock.perform { state in
          inside.open()
          stress_sleep(20_000_000)
          state = 1
        }
      }
      for _ in 0..<2 {
        threads.start {
          inside.wait()
          lock.perform { state in if state >= 1 { state += 1 } }
          runs.addPublished(1)
        }
      }
      threads.join()
      #expect(runs.count == 2)
      #expect(lock.perform { $0 } == 3)
      #expect(kicks.count == 0)
    }

    // MARK: Values

    @Test func aStateThatCannotBeCopiedIsDestroyedOnce() {
      let before = Unique.alive.load(ordering: .relaxed)
      do {
        let lock = BigPerCPULock(Unique(1)) {}
        lock.perform { $0 = Unique(2) }
        lock.enter()
        lock.withOwner { $0.value += 1 }
        lock.exit()
        #expect(lock.perform { $0.value } == 3)
        #expect(Unique.alive.load(ordering: .relaxed) == before + 1)
      }
      #expect(Unique.alive.load(ordering: .relaxed) == before)
    }

    @Test func resultsThatCannotBeCopiedComeBackFromEverywhere() {
      let before = Unique.alive.load(ordering: .relaxed)
      do {
        let context = Context()
        let here = context.lock.perform { Unique($0.count) }
        #expect(here.value == 0)
        let sum = Tally()
        var threads = Threads()
        threads.start { context.run() }
        threads.start {
          context.isActive.wait()
          let there = context.lock.perform { _ in Unique(5) }
          sum.publish(there.value)
          context.mayLeave.open()
        }
        threads.join()
        #expect(sum.count == 5)
        context.lock.enter()
        let own = context.lock.withOwner { _ in Unique(6) }
        #expect(own.value == 6)
        context.lock.exit()
      }
      #expect(Unique.alive.load(ordering: .relaxed) == before)
    }

    @Test func errorsComeBackAndTheLockIsReleased() {
      let lock = BigPerCPULock(0) {}
      let thrown: Refusal? = error { () throws(Refusal) in
        try lock.perform { _ throws(Refusal) in throw Refusal(number: 1) }
      }
      #expect(thrown == Refusal(number: 1))
      lock.enter()
      let own: Refusal? = error { () throws(Refusal) in
        try lock.withOwner { _ throws(Refusal) in throw Refusal(number: 2) }
      }
      #expect(own == Refusal(number: 2))
      lock.withOwner { $0 += 1 }
      lock.exit()
      #expect(lock.perform { $0 } == 1)
    }

    @Test func errorsOfDeferredBodiesComeBackToThoseWhoPerformedThem() {
      let context = Context()
      let thrown = Tally()
      var threads = Threads()
      threads.start { context.run() }
      threads.start {
        context.isActive.wait()
        let refusal: Refusal? = error { () throws(Refusal) in
          try context.lock.perform { state throws(Refusal) in
            state.append(1)
            throw Refusal(number: 7)
          }
        }
        thrown.publish(refusal?.number ?? 0)
        context.mayLeave.open()
      }
      threads.join()
      #expect(thrown.count == 7)
      #expect(context.lock.perform { $0 } == [1])
    }

    @Test func contextsMayBeHandedFromThreadToThread() {
      let lock = BigPerCPULock(0) {}
      for _ in 0..<3 {
        onThreads(1) { _ in
          lock.enter()
          lock.withOwner { $0 += 1 }
          lock.exit()
        }
      }
      #expect(lock.perform { $0 } == 3)
    }

    // MARK: Tasks

    @Test func tasksPerformOnAParkedContext() async {
      let lock = BigPerCPULock(1) {}
      let result = await lock.perform { state in
        state += 1
        return state
      }
      #expect(result == 2)
      await #expect(throws: Refusal(number: 1)) {
        try await lock.perform { _ throws(Refusal) in throw Refusal(number: 1) }
      }
    }

    @Test func tasksAreSuspendedUntilAnActiveContextHasRunTheirBodies() async {
      let context = Context()
      var threads = Threads()
      threads.start { context.run() }
      while !context.isActive.isOpenNow { await Task.yield() }
      let runner = await context.lock.perform { state in
        state.append(1)
        return Int(percpu_thread_id())
      }
      #expect(runner == context.thread.loadPublished())
      await #expect(throws: Refusal(number: 2)) {
        try await context.lock.perform { state throws(Refusal) in
          state.append(2)
          throw Refusal(number: 2)
        }
      }
      context.mayLeave.open()
      threads.join()
      #expect(context.kicks.count == 2)
      let state = await context.lock.perform { $0 }
      #expect(state == [1, 2])
    }

    @Test func whatATaskHandedOverRunsAlthoughTheTaskIsCancelled() async {
      let context = Context(runsDeferred: false)
      var threads = Threads()
      threads.start { context.run() }
      while !context.isActive.isOpenNow { await Task.yield() }
      let task = Task { await context.lock.perform { $0.append(1) } }
      while context.kicks.loadPublished() == 0 { await Task.yield() }
      task.cancel()
      context.mayLeave.open()
      await task.value
      threads.join()
      let state = await context.lock.perform { $0 }
      #expect(state == [1])
    }

    // MARK: Misuse

    @Test func usingTheStateOfAParkedContextIsAClearError() async {
      let use = await #expect(
        processExitsWith: .failure, observing: [\.standardErrorContent]
      ) { BigPerCPULock(0) {}.withOwner { $0 += 1 } }
      #expect(printed(use).contains("PerCPU: this thread is not active in this context"))
      let leave = await #expect(
        processExitsWith: .failure, observing: [\.standardErrorContent]
      ) { BigPerCPULock(0) {}.exit() }
      #expect(printed(leave).contains("Call enter() first"))
      let run = await #expect(
        processExitsWith: .failure, observing: [\.standardErrorContent]
      ) { BigPerCPULock(0) {}.runDeferred() }
      #expect(printed(run).contains("Call enter() first"))
      let twice = await #expect(
        processExitsWith: .failure, observing: [\.standardErrorContent]
      ) {
        let lock = BigPerCPULock(0) {}
        lock.enter()
        lock.exit()
        lock.exit()
      }
      #expect(printed(twice).contains("Call enter() first"))
    }

    @Test func usingTheStateTwiceAtATimeIsAClearError() async {
      let nested = await #expect(
        processExitsWith: .failure, observing: [\.standardErrorContent]
      ) {
        let lock = BigPerCPULock(0) {}
        lock.enter()
        lock.withOwner { _ in lock.withOwner { $0 += 1 } }
      }
      #expect(printed(nested).contains("or is inside of withOwner"))
      let run = await #expect(
        processExitsWith: .failure, observing: [\.standardErrorContent]
      ) {
        let lock = BigPerCPULock(0) {}
        lock.enter()
        lock.withOwner { _ in lock.runDeferred() }
      }
      #expect(printed(run).contains("or is inside of withOwner"))
      let leave = await #expect(
        processExitsWith: .failure, observing: [\.standardErrorContent]
      ) {
        let lock = BigPerCPULock(0) {}
        lock.enter()
        lock.withOwner { _ in lock.exit() }
      }
      #expect(printed(leave).contains("or is inside of withOwner"))
    }

    /// A task that runs on the context's own thread is suspended, and does not wait for it.
    @Test func aTaskOfTheActiveOwnerDefers() async {
      let lock = BigPerCPULock(1) {}
      lock.enter()
      let task = Task.immediate { await lock.perform { $0 + 1 } }
      lock.runDeferred()
      lock.exit()
      #expect(await task.value == 2)
    }

    @Test func waitingForItselfIsAClearError() async {
      let owner = await #expect(
        processExitsWith: .failure, observing: [\.standardErrorContent]
      ) {
        let lock = BigPerCPULock(0) {}
        lock.enter()
        lock.perform { $0 += 1 }
      }
      #expect(printed(owner).contains("PerCPU: this thread holds the lock of this context"))
      let using = await #expect(
        processExitsWith: .failure, observing: [\.standardErrorContent]
      ) {
        let lock = BigPerCPULock(0) {}
        lock.enter()
        lock.withOwner { _ in lock.perform { $0 += 1 } }
      }
      #expect(printed(using).contains("this thread holds the lock of this context"))
      let nested = await #expect(
        processExitsWith: .failure, observing: [\.standardErrorContent]
      ) {
        let lock = BigPerCPULock(0) {}
        lock.perform { _ in lock.perform { $0 += 1 } }
      }
      #expect(printed(nested).contains("do not perform anything and wait for it as the active"))
      let enter = await #expect(
        processExitsWith: .failure, observing: [\.standardErrorContent]
      ) {
        let lock = BigPerCPULock(0) {}
        lock.perform { _ in lock.enter() }
      }
      #expect(printed(enter).contains("this thread holds the lock of this context"))
      let twice = await #expect(
        processExitsWith: .failure, observing: [\.standardErrorContent]
      ) {
        let lock = BigPerCPULock(0) {}
        lock.enter()
        lock.enter()
      }
      #expect(printed(twice).contains("Do not enter twice"))
    }

    @Test func performingInsideOfADeferredBodyIsAClearError() async {
      let finished = await #expect(
        processExitsWith: .failure, observing: [\.standardErrorContent]
      ) {
        let context = Context()
        var threads = Threads()
        threads.start { context.run() }
        threads.start {
          context.isActive.wait()
          context.lock.perform { _ in context.lock.perform { $0.append(1) } }
        }
        threads.join()
      }
      #expect(printed(finished).contains("this thread holds the lock of this context"))
    }

    @Test func aSecondOwnerIsAClearError() async {
      let finished = await #expect(
        processExitsWith: .failure, observing: [\.standardErrorContent]
      ) {
        let lock = BigPerCPULock(0) {}
        lock.enter()
        onThreads(1) { _ in lock.enter() }
      }
      #expect(printed(finished).contains("PerCPU: another thread is active in this context"))
    }
  }
}
