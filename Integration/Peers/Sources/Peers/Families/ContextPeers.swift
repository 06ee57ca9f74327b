// SPDX-License-Identifier: Apache-2.0

import Atomics
import CBenchmarkPeers
import CReclamationPeers
import NIOConcurrencyHelpers
import NIOCore
import NIOPosix

/// Who else has threads of which others know whether they are to be waited for.
let contextPeers: [Implementation] = [
  .peer("liburcu qsbr") { .tallied { peer_urcu_qsbr_online_loop($0) } },
  .peer("swift-atomics") {
    .tallied { count in
      let word = ManagedAtomic<UInt32>(2)
      var (done, flushes) = (0, 0)
      for _ in 0..<count {
        if word.exchange(1, ordering: .acquiring) == 2 { flushes &+= 1 }
        word.store(0, ordering: .releasing)
        done &+= 1
      }
      return flushes == 1 ? done : -1
    }
  },
  .peer("NIOLockedValueBox") {
    .tallied { count in
      let box = NIOLockedValueBox(())
      var done = 0
      for _ in 0..<count {
        box.withLockedValue { _ in }
        done &+= 1
      }
      return done
    }
  },
]

/// What one tells event loops today: something to run, which wakes those that are parked.
let flushPeers: [Implementation] = [
  .peer("NIO, execute on all") {
    let loops = NIOLoops(Crowd.parked)
    let crowd = Crowd()
    let told = ManagedAtomic(0)
    var subject = Subject(
      crowd, ParkedLoops(0, block: { _ in }, wake: { _ in }), isWaking: false,
      turn: { _, work in work() },
      tell: { for loop in loops.all { loop.execute { loops.count() } } })
    let tell = subject.time!
    subject.time = {
      let time = tell()
      loops.settle(after: told.wrappingIncrementThenLoad(ordering: .relaxed) * Crowd.parked)
      return time
    }
    subject.note = { "\(loops.done) bodies, each run by a loop that was woken for it" }
    return subject
  }
]

let performPeers: [Implementation] = [
  .peer("NIO, submit and wait") {
    let loops = NIOLoops(1)
    var subject = submitting(to: loops)
    subject.time = {
      loops.settle(after: loops.done)
      let start = bench_now()
      submit(to: loops)
      return bench_now() &- start
    }
    return subject
  }
]

let activePerformPeers: [Implementation] = [
  .peer("NIO, submit and wait") {
    let loops = NIOLoops(1)
    var subject = submitting(to: loops)
    subject.companions = [{ stop in loops.keepBusy(until: stop) }]
    return subject
  }
]

private func submitting(to loops: NIOLoops) -> Subject {
  Subject(run: { for _ in 0..<$0 { submit(to: loops) } }, total: { loops.done })
}

private func submit(to loops: NIOLoops) {
  do {
    try loops.all[0].submit { loops.count() }.wait()
  } catch {
    fail("an event loop does not do what it is told: \(error)")
  }
}

/// Event loops of NIO. They live as long as this object.
private final class NIOLoops: Sendable {
  let all: [any EventLoop]
  private let group: MultiThreadedEventLoopGroup
  private let bodies = ManagedAtomic(0)

  init(_ count: Int) {
    bench_allow_files(4096)
    group = MultiThreadedEventLoopGroup(numberOfThreads: count)
    all = Array(group.makeIterator())
  }

  deinit { try? group.syncShutdownGracefully() }

  var done: Int { bodies.load(ordering: .acquiring) }

  func count() { bodies.wrappingIncrement(ordering: .releasing) }

  /// Waits until the loops have run so many bodies, and gives them time to fall asleep again.
  func settle(after bodies: Int) {
    let pause = StopSignal()
    repeat { pause.wait(nanoseconds: 200_000) } while done < bodies
  }

  /// Has the first loop find something to do in each turn, so that it never blocks.
  func keepBusy(until stop: StopSignal) {
    let loop = all[0]
    @Sendable func turn() {
      if !stop.isStopped { loop.execute(turn) }
    }
    loop.execute(turn)
    while !stop.isStopped { stop.wait(nanoseconds: 100_000_000) }
  }
}
