// SPDX-License-Identifier: Apache-2.0

import CAtomicsShim
import CStressSupport
import PerCPU
import StressSupport
import Testing

extension PerCPUTests {
  /// Who runs a body, and when.
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
      let context = BigLockContext()
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
      let context = BigLockContext(runsDeferred: false)
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
      let context = BigLockContext(runsDeferred: false)
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
  }
}
