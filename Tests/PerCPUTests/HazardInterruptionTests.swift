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

extension PerCPUTests {
  /// Signal handlers and forks, in the midst of reading.
  @Suite struct HazardInterruptionTests {
    /// (The thread sanitizer delivers signals late.)
    @Test(.enabled(if: !stress_has_thread_sanitizer()))
    func handlersReadWhileThreadsReadAndRetire() {
      let handled = HandledReads()
      // Never released: the handler stays.
      stress_handle_signals(readInHandler, Unmanaged.passRetained(handled).toOpaque())
      let workers = (0..<4).map { _ in Tally() }
      let isOver = Gate()
      var threads = Threads()
      for index in 0..<4 {
        threads.start {
          stress_block_signals(false)
          workers[index].publish(Int(percpu_thread_id()))
          var number = 0
          while !isOver.isOpenNow {
            number += 1
            if index == 0 {
              handled.source.exchange(Mortal(number, handled.ends))
              handled.made.add()
            } else {
              handled.read()
            }
          }
          stress_block_signals(true)
        }
      }
      threads.start {
        while workers.contains(where: { $0.loadPublished() == 0 }) { percpu_thread_yield() }
        let end = stress_nanoseconds() + 300_000_000
        while stress_nanoseconds() < end {
          for worker in workers { _ = stress_signal_thread(Int32(worker.loadPublished())) }
          // So that they come to something else as well.
          stress_sleep(50_000)
        }
        isOver.open()
      }
      threads.join()
      #expect(handled.wrong.count == 0)
      #expect(handled.readInHandlers.count > 0)
      handled.source.exchange(nil)
      handled.domain.drain()
      #expect(handled.ends.count == handled.made.count)
      #expect(handled.domain.statistics.unreclaimed == 0)
      #expect(handled.domain.statistics.handedOver > 0)
    }

    @Test func theChildOfAForkReadsAndRetires() {
      let ends = Tally()
      let domain = HazardDomain(batchSize: 4)
      let source = Source(Mortal(1, ends), domain: domain)
      let held = Source(Mortal(2, ends), domain: domain)
      let isHeld = Gate()
      let mayEnd = Gate()
      var threads = Threads()
      threads.start {
        domain.withProtected(held) { _ in
          isHeld.open()
          mayEnd.wait()
        }
      }
      isHeld.wait()
      let guardian = Parcel(domain.tryProtect(source))
      let child = stress_fork_here()
      if child == 0 {
        _exit(statusOfChild())
      }
      func statusOfChild() -> Int32 {
        source.exchange(Mortal(3, ends))
        domain.drain()
        if ends.count != 0 { return 1 }
        _ = guardian.take()
        if ends.count != 1 { return 2 }
        for number in 0..<100 { source.exchange(Mortal(number, ends)) }
        if domain.withProtected(source, { $0.number }) != 99 { return 3 }
        // Its reader does not exist here: this stays protected.
        held.exchange(nil)
        domain.drain()
        if domain.statistics.unreclaimed != 1 { return 4 }
        return ends.count == 101 ? 0 : 5
      }
      #expect(stress_wait_for(child) == 0)
      mayEnd.open()
      threads.join()
      _ = guardian.take()
      #expect(ends.count == 0)
    }
  }
}

private final class HandledReads: Sendable {
  let domain = HazardDomain(batchSize: 1, reclaimer: .retirer)
  let source: Source
  let ends = Tally()
  let made = Tally()
  let wrong = Tally()
  let readInHandlers = Tally()

  init() {
    source = Source(nil, domain: domain)
  }

  /// What is protected does not change.
  func read() {
    domain.withProtected(source) { node in
      let before = node.number
      if before % 4 == 0 { percpu_thread_yield() }
      if node.number != before { wrong.add() }
    }
  }
}

private func readInHandler(_ context: UnsafeMutableRawPointer?) {
  Unmanaged<HandledReads>.fromOpaque(context!)._withUnsafeGuaranteedRef {
    $0.read()
    $0.readInHandlers.add()
  }
}
