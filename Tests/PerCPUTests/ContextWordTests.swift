// SPDX-License-Identifier: Apache-2.0

import CAtomicsShim
import CStressSupport
import PerCPU
import StressSupport
import Testing

private struct Work: OptionSet {
  let rawValue: UInt16
  static let first = Work(rawValue: 1)
  static let second = Work(rawValue: 1 << 1)
  static let last = Work(rawValue: 1 << 15)
}

private struct Wide: OptionSet {
  let rawValue: UInt64
}

private struct Signed: OptionSet {
  let rawValue: Int
}

private struct Narrow: OptionSet {
  let rawValue: UInt8
}

extension PerCPUTests {
  @Suite struct ContextWordTests {
    @Test func aContextIsActiveBetweenEntryAndExit() {
      let context = ContextWord<Work>()
      #expect(!context.isActive)
      #expect(context.counter == 0)
      for entry in 1...3 {
        #expect(context.enter() == [])
        #expect(context.isActive)
        #expect(context.counter == UInt64(entry))
        context.exit()
        #expect(!context.isActive)
        #expect(context.counter == UInt64(entry))
      }
    }

    @Test func workAddsUpWhileParkedAndIsFoundOnce() {
      let context = ContextWord<Work>()
      #expect(context.set(.first) == .deferred)
      #expect(context.set(.last) == .deferred)
      #expect(context.set(.first) == .deferred)
      #expect(context.set([]) == .deferred)
      #expect(context.enter() == [.first, .last])
      context.didCatchUp()
      context.exit()
      #expect(context.enter() == [])
    }

    @Test func anActiveContextIsInterruptedAndNoWorkIsLeft() {
      let context = ContextWord<Work>()
      _ = context.enter()
      #expect(context.set(.second) == .mustInterrupt)
      #expect(context.set([]) == .mustInterrupt)
      context.exit()
      #expect(context.enter() == [])
    }

    @Test func noWorkIsLostWhenTheCounterWrapsAround() {
      for bits in [1, 2, 3, 47] {
        let context = ContextWord<Work>(counterBits: bits)
        var wrong = 0
        for entry in 1...40 {
          let left: Work = [[], .first, .last, [.second, .last]][entry % 4]
          if context.set(left) != .deferred || context.isActive { wrong += 1 }
          if context.enter() != left || !context.isActive { wrong += 1 }
          if context.counter != UInt64(entry) % (1 << UInt64(bits)) { wrong += 1 }
          if context.withNestedEntry({ $0 }) != left { wrong += 1 }
          context.exit()
        }
        #expect(wrong == 0, "\(bits) bits")
      }
    }

    @Test func rawValuesOfEveryWidthCarrySixteenBits() {
      let wide = ContextWord<Wide>()
      _ = wide.set(Wide(rawValue: 0xFFFF))
      #expect(wide.enter() == Wide(rawValue: 0xFFFF))
      let signed = ContextWord<Signed>()
      _ = signed.set(Signed(rawValue: 1 << 15))
      #expect(signed.enter() == Signed(rawValue: 1 << 15))
      let narrow = ContextWord<Narrow>()
      _ = narrow.set(Narrow(rawValue: 0xFF))
      #expect(narrow.enter() == Narrow(rawValue: 0xFF))
    }

    // MARK: Nested entries

    @Test func aNestedEntryIntoAParkedContextIsAnEntry() {
      let context = ContextWord<Work>()
      let seen = context.withNestedEntry { work in work == [] && context.isActive }
      #expect(seen)
      #expect(!context.isActive)
      #expect(context.counter == 1)
    }

    @Test func aHandlerThatRunsWhileParkedCountsAsActive() {
      let context = ContextWord<Work>()
      let request = context.withNestedEntry { _ in context.set(.first) }
      #expect(request == .mustInterrupt)
      #expect(context.enter() == [])
    }

    @Test func theOwnerDoesAgainWhatANestedEntryFound() {
      let context = ContextWord<Work>()
      _ = context.set([.first, .last])
      #expect(context.withNestedEntry { $0 } == [.first, .last])
      #expect(context.withNestedEntry { $0 } == [.first, .last])
      #expect(context.set(.second) == .deferred)
      #expect(context.enter() == [.first, .second, .last])
    }

    @Test func aNestedEntryIntoAnActiveContextFindsWhatIsNotDone() {
      let context = ContextWord<Work>()
      _ = context.set(.first)
      _ = context.enter()
      let counter = context.counter
      #expect(context.withNestedEntry { $0 } == .first)
      let twice = context.withNestedEntry { outer in
        context.withNestedEntry { inner in outer == .first && inner == .first }
      }
      #expect(twice)
      context.didCatchUp()
      #expect(context.withNestedEntry { $0 } == [])
      #expect(context.isActive)
      #expect(context.counter == counter)
      context.exit()
      #expect(context.enter() == [])
    }

    @Test func havingCaughtUpIsForgottenAtTheExit() {
      let context = ContextWord<Work>()
      // Once without work, and once with it.
      for left: Work in [[], .second] {
        _ = context.set(left)
        _ = context.enter()
        context.didCatchUp()
        context.exit()
        _ = context.set(.first)
        _ = context.enter()
        #expect(context.withNestedEntry { $0 } == .first, "after \(left)")
        context.exit()
      }
    }

    @Test func resultsAndErrorsOfNestedEntriesComeBack() {
      let context = ContextWord<Work>()
      _ = context.set(.last)
      let unique = context.withNestedEntry { Counted(Int($0.rawValue)) }
      #expect(unique.value == 1 << 15)
      let thrown: Refusal? = error { () throws(Refusal) in
        try context.withNestedEntry { _ throws(Refusal) in throw Refusal() }
      }
      #expect(thrown == Refusal())
      #expect(!context.isActive)
      _ = context.enter()
      #expect(throws: Refusal.self) { try context.withNestedEntry { _ in throw Refusal() } }
      #expect(context.isActive)
    }

    /// (The thread sanitizer delivers signals late.)
    @Test(.enabled(if: !stress_has_thread_sanitizer()))
    func handlersEnterWhereverTheyInterruptTheOwner() {
      let handled = Handled()
      // Never released: the handler stays.
      stress_handle_signals(enterInHandler, Unmanaged.passRetained(handled).toOpaque())
      onThreads(1) { _ in
        stress_block_signals(false)
        let me = Int32(percpu_thread_id())
        _ = handled.context.set(.first)
        _ = stress_signal_thread(me)
        if handled.context.enter() != .first { fatalError("the work is gone") }
        _ = stress_signal_thread(me)
        handled.context.didCatchUp()
        _ = stress_signal_thread(me)
        handled.context.exit()
        _ = stress_signal_thread(me)
      }
      #expect(handled.withWork.count == 2)
      #expect(handled.withoutWork.count == 2)
      #expect(handled.context.counter == 3)
    }

    // MARK: Misuse

    @Test func enteringTwiceIsAClearError() async {
      let finished = await #expect(
        processExitsWith: .failure, observing: [\.standardErrorContent]
      ) {
        let context = ContextWord<Work>()
        _ = context.enter()
        _ = context.enter()
      }
      #expect(printed(finished).contains("PerCPU: this context is active already"))
      #expect(printed(finished).contains("enter with withNestedEntry"))
    }

    @Test func leavingTwiceIsAClearError() async {
      let finished = await #expect(
        processExitsWith: .failure, observing: [\.standardErrorContent]
      ) {
        let context = ContextWord<Work>()
        _ = context.enter()
        context.exit()
        context.exit()
      }
      #expect(printed(finished).contains("PerCPU: this context is not active"))
    }

    @Test func bitsThereIsNoRoomForAreAClearError() async {
      let next = await #expect(
        processExitsWith: .failure, observing: [\.standardErrorContent]
      ) {
        _ = ContextWord<Wide>().set(Wide(rawValue: 1 << 16))
      }
      #expect(printed(next).contains("room for the work bits 0 to 15 only"))
      let last = await #expect(
        processExitsWith: .failure, observing: [\.standardErrorContent]
      ) {
        _ = ContextWord<Wide>().set(Wide(rawValue: 1 << 63))
      }
      #expect(printed(last).contains("room for the work bits 0 to 15 only"))
      let negative = await #expect(
        processExitsWith: .failure, observing: [\.standardErrorContent]
      ) {
        _ = ContextWord<Signed>().set(Signed(rawValue: -1))
      }
      #expect(printed(negative).contains("room for the work bits 0 to 15 only"))
    }
  }
}

private final class Handled: Sendable {
  let context = ContextWord<Work>()
  let withWork = Tally()
  let withoutWork = Tally()
}

private func enterInHandler(_ context: UnsafeMutableRawPointer?) {
  Unmanaged<Handled>.fromOpaque(context!)._withUnsafeGuaranteedRef { handled in
    handled.context.withNestedEntry { work in
      (work == .first ? handled.withWork : handled.withoutWork).add()
    }
  }
}
