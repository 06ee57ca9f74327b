// SPDX-License-Identifier: Apache-2.0

import CAtomicsShim
import CStressSupport
import PerCPU
import StressSupport
import Testing

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

private struct NoWork: OptionSet {
  let rawValue: UInt16
  static let some = Self(rawValue: 1)
}

extension PerCPUTests {
  /// Contexts that read without entering, signal handlers, and forks.
  @Suite struct GracePeriodContextTests {
    @Test func anActiveContextIsWaitedForUntilItHasParked() {
      let domain = GracePeriodDomain()
      let context = ContextWord<NoWork>()
      let registration = domain.register(context)
      domain.synchronize()
      _ = context.enter()
      let ticket = domain.startGracePeriod()
      #expect(!domain.poll(ticket))
      stress_sleep(5_000_000)
      #expect(!domain.poll(ticket))
      context.exit()
      #expect(eventually { domain.poll(ticket) })
      registration.unregister()
    }

    @Test func aContextThatHasParkedMeanwhileIsNotWaitedFor() {
      let domain = GracePeriodDomain()
      let context = ContextWord<NoWork>()
      let registration = domain.register(context)
      _ = context.enter()
      let ticket = domain.startGracePeriod()
      #expect(!domain.poll(ticket))
      // Before anybody looks again, perhaps.
      context.exit()
      _ = context.enter()
      #expect(eventually { domain.poll(ticket) })
      context.exit()
      registration.unregister()
    }

    @Test func aParkedContextIsLeftAlone() {
      let domain = GracePeriodDomain()
      let context = ContextWord<NoWork>()
      let registration = domain.register(context)
      _ = context.enter()
      context.exit()
      let counter = context.counter
      for _ in 0..<100 { domain.synchronize() }
      #expect(context.counter == counter)
      #expect(!context.isActive)
      #expect(context.set(.some) == .deferred)
      registration.unregister()
    }

    /// What the kernel counts of threads that have parked and gone to sleep.
    @Test func aParkedThreadSleepsThroughGracePeriods() {
      let domain = GracePeriodDomain()
      let word = ContextWord<NoWork>()
      let generation = FlushGeneration()
      let asleep = (0..<2).map { _ in Sleeper() }
      var threads = Threads()
      threads.start {
        let registration = domain.register(word)
        _ = word.enter()
        word.exit()
        asleep[0].sleep()
        registration.unregister()
      }
      threads.start {
        var context = generation.register()
        let registration = domain.register(generation)
        _ = context.activate()
        context.park()
        asleep[1].sleep()
        registration.unregister()
      }
      #expect(eventually { asleep.allSatisfy { $0.isReady } })
      stress_sleep(10_000_000)
      for _ in 0..<100 {
        domain.synchronize()
        domain.afterGracePeriod(urgency: .urgent) {}
        domain.barrier()
      }
      for sleeper in asleep { sleeper.wake() }
      threads.join()
      for sleeper in asleep {
        // Each time somebody wakes it, it returns, and sleeps again.
        #expect(sleeper.returns <= 1)
        // The kernel may have reasons of its own.
        #expect(sleeper.sleeps < 10)
      }
    }

    @Test func participantsOfAGenerationParkOrAcknowledge() {
      let domain = GracePeriodDomain()
      let generation = FlushGeneration()
      var context = generation.register()
      let registration = domain.register(generation)
      let isOutOfDate = context.activate()
      context.park()
      domain.synchronize()
      // What it has cached may be gone.
      let isOutOfDateNow = context.activate()
      #expect(!isOutOfDate && isOutOfDateNow)
      let ticket = domain.startGracePeriod()
      #expect(!domain.poll(ticket))
      let mustFlush = context.needsFlush()
      #expect(mustFlush)
      #expect(!domain.poll(ticket))
      context.acknowledge()
      #expect(eventually { domain.poll(ticket) })
      let next = domain.startGracePeriod()
      #expect(!domain.poll(next))
      context.park()
      #expect(eventually { domain.poll(next) })
      registration.unregister()
    }

    @Test func aRegistrationEnds() {
      let domain = GracePeriodDomain()
      let context = ContextWord<NoWork>()
      do {
        let registration = domain.register(context)
        _ = context.enter()
        let ticket = domain.startGracePeriod()
        #expect(!domain.poll(ticket))
        registration.unregister()
        #expect(eventually { domain.poll(ticket) })
      }
      domain.synchronize()
      context.exit()
    }

    /// (The thread sanitizer delivers signals late.)
    @Test(.enabled(if: !stress_has_thread_sanitizer()))
    func handlersEnterAndLeave() {
      let domain = GracePeriodDomain()
      stress_handle_signals(enterInHandler, Unmanaged.passRetained(domain).toOpaque())
      let worker = Tally()
      let isOver = Gate()
      var threads = Threads()
      threads.start {
        stress_block_signals(false)
        worker.publish(Int(percpu_thread_id()))
        while !isOver.isOpenNow { domain.withReadSection { domain.withReadSection {} } }
        stress_block_signals(true)
      }
      while worker.loadPublished() == 0 { percpu_thread_yield() }
      let before = stress_signals_handled()
      for _ in 0..<200 {
        _ = stress_signal_thread(Int32(worker.loadPublished()))
        domain.synchronize()
      }
      isOver.open()
      threads.join()
      #expect(stress_signals_handled() > before)
      domain.synchronize()
    }

    /// (The thread sanitizer lets the child of a program with threads start none.)
    @Test(.enabled(if: !stress_has_thread_sanitizer()))
    func theChildOfAForkReadsAndDefers() {
      let domain = GracePeriodDomain(limit: 4096)
      let done = Tally()
      domain.afterGracePeriod { done.addPublished(1) }
      let section = domain.enter()
      let child = stress_fork_here()
      if child == 0 {
        let ticket = domain.startGracePeriod()
        if domain.poll(ticket) { _exit(1) }
        domain.leave(section)
        domain.synchronize()
        if !domain.poll(ticket) { _exit(2) }
        for _ in 0..<100 { domain.afterGracePeriod(bytes: 1000) { done.addPublished(1) } }
        domain.barrier()
        _exit(done.loadPublished() == 101 ? 0 : 3)
      }
      domain.leave(section)
      #expect(stress_wait_for(child) == 0)
      domain.barrier()
      #expect(done.loadPublished() == 1)
    }
  }
}

/// A thread that sleeps in the kernel until it is told to go on.
private final class Sleeper: @unchecked Sendable {
  // Sendable: an atomic word; the numbers are the thread's, which is joined before they are read.

  private let line = UnsafeMutablePointer<UInt32>.allocate(capacity: 2)
  private(set) var returns = 0
  private(set) var sleeps: Int64 = 0

  init() { line.initialize(repeating: 0, count: 2) }
  deinit { line.deallocate() }

  var isReady: Bool { percpu_u32_load_acquire(line + 1) != 0 }

  func sleep() {
    let before = stress_sleeps()
    percpu_u32_store_release(line + 1, 1)
    while percpu_u32_load_acquire(line) == 0 {
      _ = percpu_futex_wait(line, 0, -1)
      returns += 1
    }
    sleeps = stress_sleeps() - before
  }

  func wake() {
    percpu_u32_store_release(line, 1)
    _ = percpu_futex_wake(line, 1)
  }
}

private func enterInHandler(_ context: UnsafeMutableRawPointer?) {
  Unmanaged<GracePeriodDomain>.fromOpaque(context!)._withUnsafeGuaranteedRef { domain in
    domain.withReadSection { domain.leave(domain.enter()) }
  }
}
