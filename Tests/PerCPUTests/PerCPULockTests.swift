// SPDX-License-Identifier: Apache-2.0

import CAtomicsShim
import CStressSupport
import PerCPU
import StressSupport
import Synchronization
import Testing

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

private final class Object {
  static let alive = Atomic<Int>(0)
  init() { Self.alive.wrappingAdd(1, ordering: .relaxed) }
  deinit { Self.alive.wrappingSubtract(1, ordering: .relaxed) }
}

/// A one-time signal between threads.
final class Gate: Sendable {
  private let isOpen = Tally()

  var isOpenNow: Bool { isOpen.loadPublished() != 0 }

  func open() { isOpen.publish(1) }
  func wait() {
    while isOpen.loadPublished() == 0 { percpu_thread_yield() }
  }
}

/// What an exit test printed.
func printed(_ result: ExitTest.Result?) -> String {
  String(decoding: result?.standardErrorContent ?? [], as: UTF8.self)
}

/// The error that a body throws, whose type the compiler knows.
func error<Failure: Error>(of body: () throws(Failure) -> Void) -> Failure? {
  do throws(Failure) {
    try body()
    return nil
  } catch {
    return error
  }
}

extension PerCPUTests {
  @Suite struct PerCPULockTests {
    @Test func eachRowHasAStateThatIsMadeForItAndKept() {
      let lock = PerCPULock { [$0.rawValue] }
      for cpu in CPU.rows { lock.withLock(on: cpu) { $0.append(1) } }
      var rows: [CPU] = []
      var right = 0
      lock.forEach { cpu, state in
        rows.append(cpu)
        if state == [cpu.rawValue, 1] { right += 1 }
      }
      #expect(rows == CPU.rows)
      #expect(right == rows.count)
    }

    @Test func theLocalStateIsThatOfTheCPUItIsSaidToBe() {
      let lock = PerCPULock { $0 }
      let stays = lock.withLocal { state, cpu in state == cpu }
      #expect(stays)
      let tried = lock.tryWithLocal { state, cpu in state == cpu }
      #expect(tried == true)
    }

    @Test(arguments: [true, false])
    func bothKindsOfThreadLockAndRelease(registered: Bool) {
      let lock = PerCPULock { _ in 0 }
      onThreads(1) { _ in
        if !registered { _ = stress_thread_unregister() }
        for _ in 0..<100 { lock.withLocal { state, _ in state += 1 } }
        for _ in 0..<100 { _ = lock.tryWithLocal { state, _ in state += 1 } }
        for cpu in CPU.rows { lock.withLock(on: cpu) { $0 += 1 } }
      }
      var sum = 0
      lock.forEach { sum += $1 }
      #expect(sum == 200 + CPU.rows.count)
    }

    @Test func resultsAndErrorsComeBackAndTheLockIsReleased() {
      let lock = PerCPULock { _ in 7 }
      #expect(lock.withLocal { state, _ in state } == 7)
      let thrown: Refusal? = error { () throws(Refusal) in
        try lock.withLocal { _, _ throws(Refusal) in throw Refusal(number: 3) }
      }
      #expect(thrown == Refusal(number: 3))
      #expect(throws: Refusal(number: 4)) {
        try lock.tryWithLocal { _, _ in throw Refusal(number: 4) }
      }
      for cpu in CPU.rows {
        #expect(throws: Refusal(number: 5)) {
          try lock.withLock(on: cpu) { _ in throw Refusal(number: 5) }
        }
      }
      var visited = 0
      #expect(throws: Refusal(number: 6)) {
        try lock.forEach { _, _ in
          visited += 1
          throw Refusal(number: 6)
        }
      }
      #expect(visited == 1)
      visited = 0
      lock.forEach { _, _ in visited += 1 }
      #expect(visited == CPU.rows.count)
    }

    @Test func statesThatCannotBeCopiedAreMadeAndDestroyedOnce() {
      let before = Counted.alive.load(ordering: .relaxed)
      do {
        let lock = PerCPULock { Counted($0.rawValue) }
        lock.withLock(on: .unbound) { $0 = Counted(100) }
        let value = lock.withLock(on: .unbound) { $0.value }
        #expect(value == 100)
        #expect(Counted.alive.load(ordering: .relaxed) == before + CPU.rows.count)
      }
      #expect(Counted.alive.load(ordering: .relaxed) == before)
    }

    @Test func referencesAreReleased() {
      let before = Object.alive.load(ordering: .relaxed)
      do {
        let lock = PerCPULock { _ in [Object(), Object()] }
        for cpu in CPU.rows { lock.withLock(on: cpu) { _ = $0.popLast() } }
        #expect(Object.alive.load(ordering: .relaxed) == before + CPU.rows.count)
      }
      #expect(Object.alive.load(ordering: .relaxed) == before)
    }

    @Test func statesOfEverySizeAndAlignmentStandApart() {
      #expect(PerCPULock { _ in }.withLocal { state, _ in state == () })
      let wide = PerCPULock { SIMD16<Double>(repeating: Double($0.rawValue)) }
      let large = PerCPULock { cpu in InlineArray<512, Int>(repeating: cpu.rawValue) }
      let odd = PerCPULock { cpu in (UInt8(truncatingIfNeeded: cpu.rawValue), UInt32(7), UInt32(9))
      }
      var right = 0
      wide.forEach { cpu, state in
        let isAligned = withUnsafeMutablePointer(to: &state) { pointer in
          Int(bitPattern: pointer) % MemoryLayout<SIMD16<Double>>.alignment == 0
        }
        if isAligned && state == SIMD16(repeating: Double(cpu.rawValue)) { right += 1 }
      }
      large.forEach { cpu, state in
        if state.indices.allSatisfy({ state[$0] == cpu.rawValue }) { right += 1 }
      }
      odd.forEach { cpu, state in
        if state == (UInt8(truncatingIfNeeded: cpu.rawValue), 7, 9) { right += 1 }
      }
      #expect(right == 3 * CPU.rows.count)
    }

    @Test func aBusyLockIsWaitedForOrPassedBy() {
      let waiting = PerCPULock { _ in 0 }
      let passing = PerCPULock(whenBusy: .neighbor) { _ in 0 }
      let row = allowedCPUs[0]
      let held = Gate()
      let tried = Gate()
      let order = Tally()
      let rows = Mutex<[CPU]>([])
      var threads = Threads()
      threads.start {
        waiting.withLock(on: CPU(rawValue: row)) { _ in
          passing.withLock(on: CPU(rawValue: row)) { _ in
            held.open()
            tried.wait()
            order.publish(1)
          }
        }
      }
      threads.start {
        percpu_thread_pin(Int32(row))
        held.wait()
        let busy: Void? = waiting.tryWithLocal { _, _ in }
        passing.withLocal { _, cpu in rows.withLock { $0.append(cpu) } }
        tried.open()
        waiting.withLocal { _, cpu in rows.withLock { $0.append(cpu) } }
        if busy == nil && order.loadPublished() == 1 { order.publish(2) }
      }
      threads.join()
      #expect(order.count == 2)
      let taken = rows.withLock { $0 }
      #expect(taken.count == 2 && taken[0].rawValue != row && taken[1].rawValue == row)
    }

    @Test func whatAThreadHoldsItMayNotLockAgain() async {
      let remote = await #expect(
        processExitsWith: .failure, observing: [\.standardErrorContent]
      ) {
        let lock = PerCPULock { _ in 0 }
        lock.withLock(on: .unbound) { _ in lock.withLock(on: .unbound) { $0 += 1 } }
      }
      #expect(
        printed(remote).contains("this thread holds the lock of unbound already"))
      let local = await #expect(
        processExitsWith: .failure, observing: [\.standardErrorContent]
      ) {
        let lock = PerCPULock { _ in 0 }
        percpu_thread_pin(Int32(CPU.current.rawValue))
        lock.withLocal { _, _ in lock.withLocal { state, _ in state += 1 } }
      }
      #expect(printed(local).contains("holds the lock of CPU "))
      let each = await #expect(
        processExitsWith: .failure, observing: [\.standardErrorContent]
      ) {
        let lock = PerCPULock { _ in 0 }
        lock.forEach { _, _ in lock.forEach { _, _ in } }
      }
      #expect(printed(each).contains("tryWithLocal is safe there"))
    }

    @Test func tryingAgainIsAllowed() {
      let lock = PerCPULock { _ in 0 }
      onThreads(1) { _ in
        percpu_thread_pin(Int32(allowedCPUs[0]))
        lock.withLocal { _, _ in
          if lock.tryWithLocal({ _, _ in }) != nil { fatalError("the lock was held") }
        }
      }
    }

    @Test func aCPUThatDoesNotExistIsAClearError() async {
      let finished = await #expect(
        processExitsWith: .failure, observing: [\.standardErrorContent]
      ) {
        PerCPULock { _ in 0 }.withLock(on: CPU(rawValue: 1_000_000)) { $0 += 1 }
      }
      #expect(
        printed(finished).contains("there is no CPU 1000000 on this system"))
      await #expect(processExitsWith: .failure) {
        PerCPULock { _ in 0 }.withLock(on: CPU(rawValue: -2)) { $0 += 1 }
      }
    }

    @Test func aStateThatIsTooLargeIsAClearError() async {
      let finished = await #expect(
        processExitsWith: .failure, observing: [\.standardErrorContent]
      ) {
        _ = PerCPULock { _ in InlineArray<8192, Int>(repeating: 0) }
      }
      #expect(printed(finished).contains("states of less than 64 KiB"))
    }

    @Test(.enabled(if: !stress_has_thread_sanitizer()))
    func theChildOfAForkReleasesWhatItHolds() {
      let lock = PerCPULock { _ in 0 }
      let status = Tally()
      onThreads(1) { _ in
        let child = lock.withLocal { state, _ in
          state += 1
          return stress_fork_here()
        }
        var sum = 0
        lock.forEach { sum += $1 }
        if child == 0 { _exit(sum == 1 ? 0 : 1) }
        status.publish(Int(stress_wait_for(child)))
      }
      #expect(status.count == 0)
    }
  }
}
