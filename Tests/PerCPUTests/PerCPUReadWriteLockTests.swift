// SPDX-License-Identifier: Apache-2.0

import CAtomicsShim
import CStressSupport
import PerCPU
import StressSupport
import Synchronization
import Testing

extension PerCPUTests {
  @Suite struct PerCPUReadWriteLockTests {
    @Test func whatIsWrittenIsRead() {
      let lock = PerCPUReadWriteLock(["a"])
      lock.withWrite { $0.append("b") }
      let state = lock.withRead { $0 }
      #expect(state == ["a", "b"])
    }

    @Test func errorsComeBackAndTheLockIsReleased() {
      let lock = PerCPUReadWriteLock(1)
      let thrown: Refusal? = error { () throws(Refusal) in
        try lock.withRead { _ throws(Refusal) in throw Refusal() }
      }
      #expect(thrown == Refusal())
      #expect(throws: Refusal.self) { try lock.withWrite { _ in throw Refusal() } }
      #expect(lock.withWrite { state in state + 1 } == 2)
    }

    @Test func aStateThatCannotBeCopiedIsDestroyedOnce() {
      let before = Counted.alive.load(ordering: .relaxed)
      do {
        let lock = PerCPUReadWriteLock(Counted(0))
        lock.withWrite { $0.value = 4 }
        #expect(lock.withRead { $0.value } == 4)
        #expect(Counted.alive.load(ordering: .relaxed) == before + 1)
      }
      #expect(Counted.alive.load(ordering: .relaxed) == before)
    }

    @Test func readersOfOneCPUAreInsideAtTheSameTime() {
      let lock = PerCPUReadWriteLock(0)
      let inside = Tally()
      onThreads(2) { _ in
        percpu_thread_pin(Int32(allowedCPUs[0]))
        lock.withRead { _ in
          inside.addPublished(1)
          while inside.loadPublished() < 2 { percpu_thread_yield() }
        }
      }
      #expect(inside.count == 2)
    }

    @Test func threadsWithoutSequencesReadAndWrite() {
      let lock = PerCPUReadWriteLock(0)
      onThreads(1) { _ in
        _ = stress_thread_unregister()
        for _ in 0..<100 { lock.withWrite { $0 += 1 } }
        if lock.withRead({ $0 }) != 100 { fatalError("a write was lost") }
      }
      #expect(lock.withRead { $0 } == 100)
    }

    @Test func aWriterWaitsForReadersAndReadersForIt() {
      let lock = PerCPUReadWriteLock(0)
      let reading = Gate()
      let writing = Tally()
      let seen = Tally()
      var threads = Threads()
      threads.start {
        lock.withRead { state in
          reading.open()
          while writing.loadPublished() == 0 { percpu_thread_yield() }
          stress_sleep(20_000_000)
          if state == 0 { seen.addPublished(1) }
        }
      }
      threads.start {
        reading.wait()
        writing.publish(1)
        lock.withWrite { $0 = 1 }
        if lock.withRead({ $0 }) == 1 { seen.addPublished(1) }
      }
      threads.join()
      #expect(seen.count == 2)
    }

    @Test func whatWouldWaitForItselfTraps() async {
      let write = await #expect(
        processExitsWith: .failure, observing: [\.standardErrorContent]
      ) {
        let lock = PerCPUReadWriteLock(0)
        lock.withWrite { _ in lock.withWrite { $0 += 1 } }
      }
      #expect(printed(write).contains("this thread is writing"))
      let read = await #expect(
        processExitsWith: .failure, observing: [\.standardErrorContent]
      ) {
        let lock = PerCPUReadWriteLock(0)
        lock.withWrite { _ in lock.withRead { _ in } }
      }
      #expect(printed(read).contains("this thread is writing"))
    }
  }
}
