// SPDX-License-Identifier: Apache-2.0

import CBenchmarkPeers
import CEventLoop
import Synchronization

/// The loops that somebody wants to reach: the first ones are parked, the others active.
final class Crowd: Sendable {
  static let parked = 64

  let numbers: Range<Int>
  let sources: EventSources
  fileprivate let kicks = Lines(Atomic(0))
  private let running = Lines(Atomic(0))

  init() {
    // One of the CPUs is that of the thread which measures.
    let active = min(4, Machine.allowedCPUs().count - 1)
    numbers = 0..<Self.parked + active
    sources = EventSources(numbers.count)
  }

  /// Parked loops that do nothing when they are woken.
  func makeLoops() -> ParkedLoops {
    ParkedLoops(Self.parked) { [sources] in
      _ = event_source_wait(sources[$0], -1)
    } wake: { [sources] in
      event_source_kick(sources[$0])
    }
  }

  func interrupt(_ number: Int) {
    if number < Self.parked { fail("a parked loop is said to need an interruption") }
    kicks.pointer.pointee.wrappingAdd(1, ordering: .relaxed)
    event_source_kick(sources[number])
  }

  /// Runs an active loop on the calling thread, unless there are enough of them.
  fileprivate func runActive(_ stop: StopSignal, _ turn: (Int) -> Void) {
    let (before, _) = running.pointer.pointee.wrappingAdd(1, ordering: .relaxed)
    defer { running.pointer.pointee.wrappingSubtract(1, ordering: .relaxed) }
    let number = Self.parked + before
    if number >= numbers.upperBound { return stop.spinUntilStopped() }
    while !stop.isStopped { turn(number) }
  }
}

extension Subject {
  /// - Parameters:
  ///   - isWaking: Whether the parked loops wake up each time, and are waited for before the next.
  ///   - turn: A turn of the active loop of a number. It is given its work, of 5 microseconds.
  ///   - tell: What is measured.
  init(
    _ crowd: Crowd, _ loops: ParkedLoops, isWaking: Bool,
    turn: @escaping @Sendable (Int, () -> Void) -> Void, tell: @escaping @Sendable () -> Void
  ) {
    let work = Work(microseconds: 5)
    let before = loops.sleeps
    let told = Lines(Atomic(0))
    let once: @Sendable () -> UInt64 = {
      let start = bench_now()
      tell()
      let time = bench_now() &- start
      let times = told.pointer.pointee.wrappingAdd(1, ordering: .relaxed).newValue
      if isWaking { loops.settle(after: times * Crowd.parked) }
      return time
    }
    self.init(
      run: { for _ in 0..<$0 { _ = once() } },
      total: { told.pointer.pointee.load(ordering: .relaxed) },
      background: { stop in
        crowd.runActive(stop) { number in
          turn(number) { peer_consume(Int(truncatingIfNeeded: work.run(1))) }
        }
      })
    time = once
    note = {
      let times = told.pointer.pointee.load(ordering: .relaxed)
      let kicks = crowd.kicks.pointer.pointee.load(ordering: .relaxed)
      return "told \(times) times: \(loops.sleeps - before) wake-ups of parked loops"
        + (isWaking ? "" : ", \(kicks) kicks of active ones")
    }
  }
}
