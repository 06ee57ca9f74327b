// SPDX-License-Identifier: Apache-2.0

import CAtomicsShim
import PerCPU
import StressSupport
import Synchronization
import Testing

extension PerCPUTests {
  /// What comes back from a body, to a thread or to a task.
  @Suite struct BigPerCPULockResultTests {
    @Test func aStateThatCannotBeCopiedIsDestroyedOnce() {
      let before = Counted.alive.load(ordering: .relaxed)
      do {
        let lock = BigPerCPULock(Counted(1)) {}
        lock.perform { $0 = Counted(2) }
        lock.enter()
        lock.withOwner { $0.value += 1 }
        lock.exit()
        #expect(lock.perform { $0.value } == 3)
        #expect(Counted.alive.load(ordering: .relaxed) == before + 1)
      }
      #expect(Counted.alive.load(ordering: .relaxed) == before)
    }

    @Test func resultsThatCannotBeCopiedComeBackFromEverywhere() {
      let before = Counted.alive.load(ordering: .relaxed)
      do {
        let context = BigLockContext()
        let here = context.lock.perform { Counted($0.count) }
        #expect(here.value == 0)
        let sum = Tally()
        var threads = Threads()
        threads.start { context.run() }
        threads.start {
          context.isActive.wait()
          let there = context.lock.perform { _ in Counted(5) }
          sum.publish(there.value)
          context.mayLeave.open()
        }
        threads.join()
        #expect(sum.count == 5)
        context.lock.enter()
        let own = context.lock.withOwner { _ in Counted(6) }
        #expect(own.value == 6)
        context.lock.exit()
      }
      #expect(Counted.alive.load(ordering: .relaxed) == before)
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
      let context = BigLockContext()
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
      let context = BigLockContext()
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
      let context = BigLockContext(runsDeferred: false)
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

    /// A task that runs on the context's own thread is suspended, and does not wait for it.
    @Test func aTaskOfTheActiveOwnerDefers() async {
      let lock = BigPerCPULock(1) {}
      lock.enter()
      let task = Task.immediate { await lock.perform { $0 + 1 } }
      lock.runDeferred()
      lock.exit()
      #expect(await task.value == 2)
    }
  }
}
