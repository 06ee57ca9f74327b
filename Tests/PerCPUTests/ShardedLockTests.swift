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
  @Suite struct ShardedLockTests {
    typealias Stealing = ShardedLock<Int>.Stealing

    @Test(arguments: [Stealing.automatic, .restartFence, .announcement, .never])
    func everyUpdateChangesOneShardOnce(stealing: Stealing) {
      for registered in [true, false] {
        let lock = ShardedLock(initial: 0, stealing: stealing)
        onThreads(1) { _ in
          if !registered { _ = stress_thread_unregister() }
          for _ in 0..<1000 { lock.update { $0 += 1 } }
          for cpu in CPU.rows { lock.update(on: cpu) { $0 += 1 } }
        }
        #expect(lock.reduce(into: 0) { $0 += $1 } == 1000 + CPU.rows.count)
        #expect(lock.statistics.steals == 0 && lock.statistics.losses == 0)
      }
    }

    @Test func aGivenShardIsChangedAndRead() {
      let lock = ShardedLock(initial: 3)
      for cpu in CPU.rows { lock.update(on: cpu) { $0 = 10 + cpu.rawValue } }
      #expect(CPU.rows.map { lock.snapshot(cpu: $0) } == CPU.rows.map { 10 + $0.rawValue })
      let all = lock.reduce(into: []) { $0.append($1) }
      #expect(all == CPU.rows.map { 10 + $0.rawValue })
    }

    @Test(arguments: [Stealing.automatic, .announcement, .never])
    func resultsAndErrorsComeBackAndErrorsChangeNothing(stealing: Stealing) {
      let lock = ShardedLock(initial: 1, stealing: stealing)
      #expect(lock.update { $0 + 1 } == 2)
      let thrown: Refusal? = error { () throws(Refusal) in
        try lock.update { state throws(Refusal) in
          state = 99
          throw Refusal()
        }
      }
      #expect(thrown == Refusal())
      for cpu in CPU.rows {
        #expect(throws: Refusal.self) {
          try lock.update(on: cpu) { state in
            state = 99
            throw Refusal()
          }
        }
      }
      #expect(throws: Refusal.self) { try lock.reduce(into: 0) { _, _ in throw Refusal() } }
      #expect(lock.reduce(into: 0) { $0 += $1 } == CPU.rows.count)
      lock.update { $0 += 1 }
      #expect(lock.reduce(into: 0) { $0 += $1 } == CPU.rows.count + 1)
    }

    @Test func resultsThatCannotBeCopiedComeBack() {
      struct Unique: ~Copyable { let value: Int }
      let lock = ShardedLock(initial: 4)
      let local = lock.update { Unique(value: $0) }
      let remote = lock.update(on: .unbound) { Unique(value: $0 + 1) }
      #expect([local.value, remote.value] == [4, 5])
    }

    @Test func statesOfEverySize() {
      #expect(keeps(()) { _ in true })
      #expect(keeps(UInt8(7)) { $0 == 7 })
      #expect(keeps((UInt32(1), UInt32(2), UInt32(3))) { $0 == (1, 2, 3) })
      #expect(keeps(SIMD16<Double>(repeating: 1.5)) { $0 == SIMD16(repeating: 1.5) })
      #expect(keeps(SIMD4<Int32>(1, 2, 3, 4)) { $0 == SIMD4(1, 2, 3, 4) })
      #expect(
        keeps(InlineArray<512, Int> { $0 * 3 }) { state in
          state.indices.allSatisfy { state[$0] == $0 * 3 }
        })
      #expect(
        keeps(InlineArray<4093, UInt8> { UInt8(truncatingIfNeeded: $0) }) { state in
          state.indices.allSatisfy { state[$0] == UInt8(truncatingIfNeeded: $0) }
        })
    }

    /// Whether a state comes back from every shard, from the beginning and after updates.
    private func keeps<State: BitwiseCopyable>(
      _ state: State, _ isRight: (State) -> Bool
    ) -> Bool {
      [ShardedLock<State>.Stealing.automatic, .announcement, .never].allSatisfy { stealing in
        let lock = ShardedLock(initial: state, stealing: stealing)
        var right = lock.reduce(into: true) { if !isRight($1) { $0 = false } }
        for _ in 0..<3 {
          for cpu in CPU.rows { lock.update(on: cpu) { $0 = state } }
          lock.update { if !isRight($0) { right = false } }
          right = lock.reduce(into: right) { if !isRight($1) { $0 = false } }
        }
        return right
      }
    }

    @Test func aBodyThatIsOvertakenRunsAgain() {
      for stealing in [Stealing.automatic, .announcement] {
        let lock = ShardedLock(initial: 0, stealing: stealing)
        var runs = 0
        lock.update { state in
          runs += 1
          state += 1
          if runs == 1 {
            // On this very row, wherever the thread may be.
            for cpu in CPU.rows { onThreads(1) { _ in lock.update(on: cpu) { $0 += 10 } } }
          }
        }
        #expect(runs == 2)
        #expect(lock.reduce(into: 0) { $0 += $1 } == 10 * CPU.rows.count + 1)
        let statistics = lock.statistics
        #expect(statistics.steals == statistics.losses)
        // An optimistic update holds nothing that could be stolen.
        #expect(statistics.steals == (runsOptimistically(stealing) ? 0 : 1))
      }
    }

    private func runsOptimistically(_ stealing: Stealing) -> Bool {
      stealing == .automatic && Engine.current == .restartable
    }

    @Test func withoutStealingOthersWait() {
      let lock = ShardedLock(initial: 0, stealing: .never)
      let held = Gate()
      let order = Tally()
      var threads = Threads()
      threads.start {
        lock.update(on: .unbound) { state in
          held.open()
          stress_sleep(50_000_000)
          state = 1
          order.publish(1)
        }
      }
      threads.start {
        held.wait()
        lock.update(on: .unbound) { state in
          if state == 1 && order.loadPublished() == 1 { state = 2 }
        }
      }
      threads.join()
      #expect(lock.snapshot(cpu: .unbound) == 2)
      #expect(lock.statistics.steals == 0)
    }

    @Test(arguments: [Stealing.automatic, .announcement, .never])
    func aThreadThatEndsInItsUpdateLeavesNothingBehind(stealing: Stealing) {
      let lock = ShardedLock(initial: 0, stealing: stealing)
      for cpu in CPU.rows {
        onThreads(1) { _ in
          lock.update(on: cpu) { state in
            state = 99
            pthread_exit(nil)
          }
        }
      }
      let start = stress_nanoseconds()
      onThreads(1) { _ in
        for cpu in CPU.rows { lock.update(on: cpu) { $0 += 1 } }
      }
      let seconds = Double(stress_nanoseconds() - start) / 1e9
      #expect(seconds < 2)
      #expect(CPU.rows.allSatisfy { lock.snapshot(cpu: $0) == 1 })
      #expect(lock.statistics.steals == CPU.rows.count && lock.statistics.losses == 0)
    }

    @Test(
      .enabled(if: !stress_has_thread_sanitizer()),
      arguments: [Stealing.automatic, .announcement, .never])
    func theChildOfAForkTakesWhatOthersHeld(stealing: Stealing) {
      let lock = ShardedLock(initial: 0, stealing: stealing)
      let held = Tally()
      let end = Gate()
      var threads = Threads()
      for cpu in CPU.rows {
        threads.start {
          var isFirst = true
          lock.update(on: cpu) { state in
            state += 1
            if isFirst { held.addPublished(1) }
            isFirst = false
            end.wait()
          }
        }
      }
      while held.loadPublished() < CPU.rows.count { percpu_thread_yield() }
      let child = stress_fork_here()
      if child == 0 {
        for cpu in CPU.rows { lock.update(on: cpu) { $0 += 10 } }
        for _ in 0..<10 { lock.update { $0 += 100 } }
        _exit(lock.reduce(into: 0) { $0 += $1 } == 10 * CPU.rows.count + 1000 ? 0 : 1)
      }
      end.open()
      threads.join()
      #expect(stress_wait_for(child) == 0)
      #expect(lock.reduce(into: 0) { $0 += $1 } == CPU.rows.count)
    }

    @Test(.enabled(if: !stress_has_thread_sanitizer()))
    func aForkInsideOfAnUpdateGoesOnInBoth() {
      for stealing in [Stealing.automatic, .announcement, .never] {
        let lock = ShardedLock(initial: 0, stealing: stealing)
        let status = Tally()
        onThreads(1) { _ in
          var child: Int32 = -1
          lock.update(on: .unbound) { state in
            state += 1
            if child < 0 { child = stress_fork_here() }
          }
          lock.update(on: .unbound) { $0 += 1 }
          if child == 0 { _exit(lock.snapshot(cpu: .unbound) == 2 ? 0 : 1) }
          status.publish(Int(stress_wait_for(child)))
        }
        #expect(status.count == 0)
        #expect(lock.snapshot(cpu: .unbound) == 2)
      }
    }

    /// Signals wait while a thread insists. If those waited that tell of its own faults, the kernel
    /// would end the process instead of running their handlers.
    @Test func aFaultWhileAThreadInsistsReachesItsHandler() async {
      await #expect(processExitsWith: .success) {
        for stealing in [Stealing.automatic, .announcement] {
          ShardedLock(initial: 0, stealing: stealing).insist(on: .unbound) { _ in stress_fault() }
        }
      }
    }

    @Test func whatWouldWaitForItselfTraps() async {
      let one = await #expect(
        processExitsWith: .failure, observing: [\.standardErrorContent]
      ) {
        let lock = ShardedLock(initial: 0, stealing: .never)
        lock.update(on: .unbound) { _ in lock.update(on: .unbound) { $0 += 1 } }
      }
      #expect(printed(one).contains("this thread is updating unbound"))
      let all = await #expect(
        processExitsWith: .failure, observing: [\.standardErrorContent]
      ) {
        let lock = ShardedLock(initial: 0, stealing: .never)
        func nest() { lock.update { _ in nest() } }
        nest()
      }
      #expect(printed(all).contains("holds every shard of a ShardedLock"))
    }

    @Test func aCPUThatDoesNotExistIsAClearError() async {
      let finished = await #expect(
        processExitsWith: .failure, observing: [\.standardErrorContent]
      ) {
        ShardedLock(initial: 0).update(on: CPU(rawValue: 1_000_000)) { $0 += 1 }
      }
      #expect(printed(finished).contains("there is no CPU 1000000"))
      await #expect(processExitsWith: .failure) {
        _ = ShardedLock(initial: 0).snapshot(cpu: CPU(rawValue: -2))
      }
    }

    @Test func aStateThatIsTooLargeIsAClearError() async {
      let finished = await #expect(
        processExitsWith: .failure, observing: [\.standardErrorContent]
      ) {
        _ = ShardedLock(initial: InlineArray<513, Int>(repeating: 0))
      }
      #expect(printed(finished).contains("at most 4096 bytes"))
    }
  }
}
