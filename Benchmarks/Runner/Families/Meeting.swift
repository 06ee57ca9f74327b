// SPDX-License-Identifier: Apache-2.0

import CAtomicsShim
import CBenchmarkPeers

/// Two threads on one CPU. One stays in critical sections most of its time. The other one
/// sleeps, and when it wakes up and finds the first one inside, it knows that it does not run.
final class Meeting: Sendable {
  private enum State {
    static let outside: UInt32 = 0
    static let inside: UInt32 = 1
    /// The other one got past: it need not stay any longer.
    static let passed: UInt32 = 2
  }

  /// That of the thread which measures: the last one, as a crew has it.
  let cpu = Machine.allowedCPUs().last ?? 0
  private let state = Lines(State.outside)
  private let pillow = Lines<UInt32>(0)
  private let tenth = Work(microseconds: 50)

  /// Inside of a critical section: half a millisecond of computing.
  func stay() {
    percpu_u32_store_relaxed(state.pointer, State.inside)
    var bits: UInt64 = 1
    for _ in 0..<10 {
      bits = tenth.run(bits)
      if percpu_u32_load_relaxed(state.pointer) == State.passed { break }
    }
    peer_consume(Int(truncatingIfNeeded: bits))
    percpu_u32_store_relaxed(state.pointer, State.outside)
  }

  /// Between two critical sections: long enough for whoever waits to come in.
  func leave() { sleep(nanoseconds: 200_000) }

  private func sleep(nanoseconds: Int64) {
    percpu_futex_wait(pillow.pointer, 0, nanoseconds)
  }

  /// Waits until the other thread is found inside, and gets past it. `pass` says how long it took,
  /// or nil if it did not count.
  func time(_ pass: () -> UInt64?) -> UInt64 {
    let start = bench_now()
    while bench_now() &- start < 20_000_000_000 {
      sleep(nanoseconds: 300_000)
      guard percpu_u32_load_relaxed(state.pointer) == State.inside, let time = pass() else {
        continue
      }
      _ = percpu_u32_compare_exchange_acq_rel(state.pointer, State.inside, State.passed)
      return time
    }
    fail("no thread was preempted in its critical section in 20 s")
  }
}

extension Subject {
  /// A thread that holds something again and again, and one that gets past it. On every CPU there
  /// is one more thread that wants it.
  init(
    _ meeting: Meeting, hold: @escaping @Sendable () -> Void,
    pass: @escaping @Sendable () -> UInt64?, total: @escaping @Sendable () -> Int,
    note: @escaping @Sendable () -> String
  ) {
    self.init(run: { for _ in 0..<$0 { _ = meeting.time(pass) } }, total: total)
    time = { meeting.time(pass) }
    self.note = note
    companions = Machine.allowedCPUs().map { cpu in
      { stop in
        percpu_thread_pin(cpu)
        stop.spinUntilStopped()
      }
    }
    companions.append { stop in
      percpu_thread_pin(meeting.cpu)
      while !stop.isStopped {
        hold()
        meeting.leave()
      }
    }
  }
}
