// SPDX-License-Identifier: Apache-2.0

import CAtomicsShim
import CBenchmarkPeers
import CEventLoop
import PerCPU
import Synchronization

extension Family {
  static let perform = Family(
    "perform", "work on the state of a loop, done when the call returns",
    [
      Operation(
        "for a parked loop", .latency, threads: .one, weight: 4, baseline: "post and wait",
        [
          .ours("BigPerCPULock") { parkedLock() },
          .peer("post and wait") { parkedMailbox() },
        ]),
      Operation(
        "for an active loop", .latency, threads: .one, weight: 4, baseline: "post and wait",
        [
          .ours("BigPerCPULock") { activeLock() },
          .peer("post and wait") { activeMailbox() },
        ]),
    ])
}

/// A loop's turns between two looks at what it waits for.
private let turns = 1000

// MARK: The big lock

/// A loop and the kicks it was sent.
private final class KickedLoop: Sendable {
  let lock: BigPerCPULock<Int>
  let sources = EventSources(1)
  private let kicksSent = Lines(Atomic(0))

  init() {
    lock = BigPerCPULock(0) { [sources, kicksSent] in
      kicksSent.pointer.pointee.wrappingAdd(1, ordering: .relaxed)
      event_source_kick(sources[0])
    }
  }

  var kicks: Int { kicksSent.pointer.pointee.load(ordering: .relaxed) }
  var bodies: Int { lock.perform { $0 } }
}

private func parkedLock() -> Subject {
  let loop = KickedLoop()
  let loops = ParkedLoops(1) { _ in
    _ = event_source_wait(loop.sources[0], -1)
    loop.lock.enter()
    loop.lock.exit()
  } wake: { _ in
    event_source_kick(loop.sources[0])
  }
  let before = loops.sleeps
  var subject = Subject(
    run: { for _ in 0..<$0 { loop.lock.perform { $0 &+= 1 } } }, total: { loop.bodies })
  subject.note = {
    // Something that must never happen was not seen to happen: the more there were, the better.
    while loop.bodies < 10_000_000 { loop.lock.perform { $0 &+= 1 } }
    if loop.kicks != 0 { fail("a parked loop was kicked \(loop.kicks) times") }
    return "\(loop.bodies) bodies: 0 kicks, \(loops.sleeps - before) wake-ups"
  }
  return subject
}

private func activeLock() -> Subject {
  let loop = KickedLoop()
  let late = Lines(Atomic(0))
  // Only what the loop itself has run counts: it is parked at times.
  let once: @Sendable () -> UInt64 = {
    let me = percpu_thread_token()
    while true {
      var isDeferred = false
      let start = bench_now()
      loop.lock.perform { count in
        isDeferred = percpu_thread_token() != me
        count &+= isDeferred ? 1 : 0
      }
      let time = bench_now() &- start
      if isDeferred { return time }
    }
  }
  var subject = Subject(run: { for _ in 0..<$0 { _ = once() } }, total: { loop.bodies })
  subject.time = once
  subject.companions = [
    { stop in
      while !stop.isStopped {
        loop.lock.enter()
        for _ in 0..<turns {
          loop.lock.runDeferred()
          percpu_pause()
        }
        loop.lock.exit()
        _ = event_source_wait(loop.sources[0], 0)
        // Parked, and kicked by nobody.
        for _ in 0..<turns / 10 { percpu_pause() }
        let kicks = event_source_wait(loop.sources[0], 0)
        late.pointer.pointee.wrappingAdd(Int(kicks), ordering: .relaxed)
      }
    }
  ]
  subject.note = {
    let late = late.pointer.pointee.load(ordering: .relaxed)
    if late != 0 { fail("a loop was kicked \(late) times while it was parked") }
    return "\(loop.bodies) bodies: \(loop.kicks) kicks, 0 of them while it was parked"
  }
  return subject
}

// MARK: A queue

/// What others want a loop to do: the queue that every event loop has.
private final class Mailbox: Sendable {
  let sources = EventSources(1)
  private let bodies = Lines(Mutex<[@Sendable () -> Void]>([]))

  /// Has the loop run `body`, and waits until it has.
  func perform(_ body: @escaping @Sendable () -> Void) {
    let isDone = Lines<UInt32>(0)
    let isFirst = bodies.pointer.pointee.withLock { bodies in
      bodies.append {
        body()
        percpu_u32_store_release(isDone.pointer, 1)
        percpu_futex_wake(isDone.pointer, 1)
      }
      return bodies.count == 1
    }
    if isFirst { event_source_kick(sources[0]) }
    while percpu_u32_load_acquire(isDone.pointer) == 0 {
      percpu_futex_wait(isDone.pointer, 0, -1)
    }
  }

  /// For the loop.
  func runAll() {
    let bodies = bodies.pointer.pointee.withLock { waiting in
      defer { waiting = [] }
      return waiting
    }
    for body in bodies { body() }
  }
}

private func parkedMailbox() -> Subject {
  let (mailbox, done) = (Mailbox(), Lines(0))
  let loops = ParkedLoops(1) { _ in
    _ = event_source_wait(mailbox.sources[0], -1)
    mailbox.runAll()
  } wake: { _ in
    event_source_kick(mailbox.sources[0])
  }
  let before = loops.sleeps
  var subject = Subject(mailbox, done)
  subject.time = {
    // Whoever gets its answer may be faster than the loop that goes back to sleep.
    loops.settle(after: done.pointer.pointee)
    let start = bench_now()
    mailbox.perform { done.pointer.pointee &+= 1 }
    return bench_now() &- start
  }
  subject.note = { "\(done.pointer.pointee) bodies: \(loops.sleeps - before) wake-ups" }
  return subject
}

private func activeMailbox() -> Subject {
  let (mailbox, done) = (Mailbox(), Lines(0))
  var subject = Subject(mailbox, done)
  subject.companions = [
    { stop in
      while !stop.isStopped {
        for _ in 0..<turns {
          mailbox.runAll()
          percpu_pause()
        }
        _ = event_source_wait(mailbox.sources[0], 0)
      }
    }
  ]
  return subject
}

extension Subject {
  fileprivate init(_ mailbox: Mailbox, _ done: Lines<Int>) {
    self.init(
      run: { for _ in 0..<$0 { mailbox.perform { done.pointer.pointee &+= 1 } } },
      total: { done.pointer.pointee })
  }
}
