// SPDX-License-Identifier: Apache-2.0

import PerCPU
import StressSupport
import Testing

extension PerCPUTests {
  @Suite struct BigPerCPULockMisuseTests {
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
        let context = BigLockContext()
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
