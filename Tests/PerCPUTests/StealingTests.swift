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
#endif

extension PerCPUTests {
  /// Why no signal is used: a holder that it does not reach in time, and what becomes of it.
  @Suite(.enabled(if: !stress_has_thread_sanitizer()))
  struct StealingTests {
    private static let attempts: Int64 = 20_000

    @Test func aSignalStopsAHolderThatItReaches() {
      let (steals, violations) = stealBySignal(STRESS_NAIVE_NOTHING, seconds: 3)
      print("stealing by signal: \(violations) violations in \(steals)")
      #expect(steals > 10)
      #expect(violations == 0)
    }

    @Test func aSignalThatTheHolderBlocksStopsNothing() {
      let (steals, violations) = stealBySignal(STRESS_NAIVE_BLOCKED, seconds: 5)
      print("stealing by signal, which is blocked: \(violations) violations in \(steals)")
      // Most, where both run at the same time; a busy machine makes it fewer.
      #expect(violations > 10 && violations * 20 > steals)
    }

    @Test(.enabled(if: allowedCPUs.count > 1, "both handlers have to meet on a running thread"))
    func aSignalOnTopOfAnotherHandlerStopsNothing() {
      var (steals, violations) = (0, 0)
      for _ in 0..<20 where violations == 0 {
        let more = stealBySignal(STRESS_NAIVE_STORM, seconds: 1)
        (steals, violations) = (steals + more.steals, violations + more.violations)
      }
      print("stealing by signal, under a storm: \(violations) violations in \(steals)")
      #expect(violations > 0)
    }

    /// Holder and thief on CPUs of their own if there are several.
    private func stealBySignal(
      _ trouble: stress_naive_trouble, seconds: Double
    ) -> (steals: Int, violations: Int) {
      let steals = Tally()
      let violations = Tally()
      onThreads(1) { _ in
        percpu_thread_pin(Int32(allowedCPUs.last!))
        let result = stress_naive_steals(
          trouble, Int32(allowedCPUs[0]), Self.attempts, seconds)
        steals.add(Int(result.steals))
        violations.add(Int(result.violations))
      }
      return (steals.count, violations.count)
    }

    @Test func anAnnouncedCommitNeedsNoSignal() {
      let outcome = stealFromHolder(signals: false)
      print("stealing from a holder that blocks all signals: \(outcome)")
      #expect(outcome.isExact)
      #expect(outcome.steals > 20)
    }

    @Test func anAnnouncedCommitIsExactUnderAStorm() {
      let outcome = stealFromHolder(signals: true)
      print("stealing from a holder that a storm interrupts: \(outcome)")
      #expect(outcome.isExact)
      #expect(outcome.steals > 20)
    }

    /// A handler that interrupted a commit may wait for nobody who waits for that, and finds all other
    /// shards held by threads that ended in their updates.
    @Test func aHandlerWithinACommitTakesWhatEndedThreadsHeld() async {
      await #expect(processExitsWith: .success) {
        alarm(20)
        let lock = Handled()
        stress_handle_signals(Handled.update, Unmanaged.passUnretained(lock).toOpaque())
        let tid = Tally()
        var threads = Threads()
        threads.start {
          percpu_thread_pin(Int32(allowedCPUs[0]))
          stress_block_signals(false)
          for cpu in CPU.rows where cpu.rawValue != allowedCPUs[0] {
            onThreads(1) { _ in lock.lock.update(on: cpu) { _ -> Void in pthread_exit(nil) } }
          }
          tid.publish(Int(percpu_thread_id()))
          while lock.interruptions.loadPublished() < 100 { lock.lock.update { $0[0] += 1 } }
          tid.publish(0)
        }
        while tid.loadPublished() == 0 { stress_sleep(100_000) }
        while tid.loadPublished() != 0 {
          _ = stress_signal_thread(Int32(tid.count))
          stress_sleep(100_000)
        }
        threads.join()
        exit(lock.mistakes.count == 0 ? EXIT_SUCCESS : EXIT_FAILURE)
      }
    }

    private final class Handled: Sendable {
      let lock = ShardedLock(initial: InlineArray<512, Int>(repeating: 0), stealing: .announcement)
      /// Handlers that ended although they had interrupted a commit.
      let interruptions = Tally()
      /// Those that others could have robbed.
      let mistakes = Tally()

      static let update: @convention(c) (UnsafeMutableRawPointer?) -> Void = { context in
        Unmanaged<Handled>.fromOpaque(context!)._withUnsafeGuaranteedRef { handled in
          let me = percpu_participant_number()
          let isInCommit = percpu_participant_commits(me) % 2 != 0
          handled.lock.update {
            $0[0] += 1
            if isInCommit && percpu_participant_pinned(me) == 0 { handled.mistakes.add() }
          }
          if isInCommit { handled.interruptions.addPublished(1) }
        }
      }
    }

    private struct Outcome {
      let isExact: Bool
      let steals: Int
    }

    private struct Pair: BitwiseCopyable {
      var number = 0
      var negative = 0
    }

    /// One thread commits again and again; another steals from it.
    private func stealFromHolder(signals: Bool) -> Outcome {
      let lock = ShardedLock(initial: Pair(), stealing: .announcement)
      let row = CPU(rawValue: allowedCPUs[0])
      let tid = Tally()
      let isOver = Tally()
      let updates = Tally()
      let torn = Tally()
      stress_handle_signals({ _ in for _ in 0..<1000 { percpu_pause() } }, nil)
      @Sendable func update(_ pauses: Int, yields: Bool) {
        lock.update(on: row) { state in
          if state.negative != -state.number { torn.add() }
          state.number += 1
          for _ in 0..<pauses { percpu_pause() }
          if yields { percpu_thread_yield() }
          state.negative = -state.number
        }
        updates.add()
      }
      var threads = Threads()
      threads.start {
        percpu_thread_pin(Int32(row.rawValue))
        if signals { stress_block_signals(false) } else { stress_block_all_signals() }
        tid.publish(Int(percpu_thread_id()))
        var turn = 0
        while isOver.loadPublished() == 0 {
          turn += 1
          update(500, yields: turn % 2 == 0)
        }
      }
      threads.start {
        percpu_thread_pin(Int32(allowedCPUs.last!))
        let end = stress_nanoseconds() + 5_000_000_000
        while tid.loadPublished() == 0 { percpu_thread_yield() }
        var attempt = 0
        while lock.statistics.steals < Self.attempts && stress_nanoseconds() < end {
          attempt += 1
          if signals && attempt % 4 == 0 { _ = stress_signal_thread(Int32(tid.count)) }
          update(0, yields: attempt % 8 == 0)
        }
        isOver.publish(1)
      }
      threads.join()
      let state = lock.snapshot(cpu: row)
      let statistics = lock.statistics
      return Outcome(
        isExact: torn.count == 0 && state.number == updates.count
          && state.negative == -state.number && statistics.losses <= statistics.steals,
        steals: statistics.steals)
    }
  }
}
