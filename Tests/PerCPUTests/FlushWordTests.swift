// SPDX-License-Identifier: Apache-2.0

import CAtomicsShim
import CStressSupport
import PerCPU
import StressSupport
import Testing

extension PerCPUTests {
  @Suite struct FlushWordTests {
    @Test func aContextIsParkedUntilItIsActivated() {
      let word = FlushWord()
      #expect(word.state == .parked)
      #expect(!word.activate())
      #expect(word.state == .active)
      word.park()
      #expect(word.state == .parked)
    }

    @Test func requestsToAParkedContextAreDeferredAndCostOneFlush() {
      let word = FlushWord()
      for _ in 0..<3 { #expect(word.requestFlush() == .deferred) }
      #expect(word.state == .parkedFlushPending)
      #expect(word.activate())
      word.park()
      #expect(!word.activate())
    }

    @Test func anActiveContextIsInterruptedAndNoRequestIsLeft() {
      let word = FlushWord()
      _ = word.activate()
      #expect(word.requestFlush() == .mustInterrupt)
      #expect(word.state == .active)
      word.park()
      #expect(!word.activate())
    }

    @Test func wordsAreApart() {
      let first = FlushWord()
      let second = FlushWord()
      _ = first.requestFlush()
      #expect(second.state == .parked)
      #expect(!second.activate())
      #expect(first.activate())
    }

    @Test func whatEachRequesterDidIsSeenByTheOneFlush() {
      let word = FlushWord()
      let changes = (0..<4).map { _ in Tally() }
      let deferred = Tally()
      onThreads(4) { index in
        changes[index].store(1)
        if word.requestFlush() == .deferred { deferred.add() }
      }
      #expect(deferred.count == 4)
      #expect(word.activate())
      #expect(changes.allSatisfy { $0.count == 1 })
    }

    /// (The thread sanitizer delivers signals late.)
    @Test(.enabled(if: !stress_has_thread_sanitizer()))
    func aSignalHandlerMayAskForAFlush() {
      let asked = Asked()
      // Never released: the handler stays.
      stress_handle_signals(askInHandler, Unmanaged.passRetained(asked).toOpaque())
      onThreads(1) { _ in
        stress_block_signals(false)
        _ = stress_signal_thread(Int32(percpu_thread_id()))
        if asked.word.activate() { asked.flushes.add() }
        _ = stress_signal_thread(Int32(percpu_thread_id()))
      }
      #expect(asked.flushes.count == 1)
      #expect(asked.deferred.count == 1)
      #expect(asked.interrupts.count == 1)
    }
  }
}

private final class Asked: Sendable {
  let word = FlushWord()
  let flushes = Tally()
  let deferred = Tally()
  let interrupts = Tally()
}

private func askInHandler(_ context: UnsafeMutableRawPointer?) {
  Unmanaged<Asked>.fromOpaque(context!)._withUnsafeGuaranteedRef {
    ($0.word.requestFlush() == .deferred ? $0.deferred : $0.interrupts).add()
  }
}
