// SPDX-License-Identifier: Apache-2.0

import CAtomicsShim
import CBenchmarkPeers
import CEventLoop
import PerCPU
import Synchronization

extension Family {
  static let drain = Family(
    "drain", "everything that was appended, delivered when the call returns",
    [
      Operation(
        "drain all, owners parked", .latency, threads: .one, weight: 4, baseline: "post and wait",
        [
          .ours("PerCPUBatch") { parkedBatch(.automatic) },
          .ours("PerCPUBatch spin") { parkedBatch(.spin) },
          .peer("post and wait") { parkedOwners() },
        ]),
      Operation(
        "drain all, owners busy", .latency, threads: .one, weight: 4, baseline: "post and wait",
        [
          .ours("PerCPUBatch") { busyBatch(.automatic) },
          .ours("PerCPUBatch spin") { busyBatch(.spin) },
          .peer("post and wait") { busyOwners() },
        ]),
    ])
}

private let capacity = 256
/// Threads that have appended something, or do so all the time.
private let owners = max(1, CPU.possible.count - 1)

// MARK: The batch

private final class CountedBatch: Sendable {
  let batch: PerCPUBatch<Int>
  private let drains = Lines(Atomic(0))

  init(_ locking: PerCPUBatch<Int>.Locking) {
    batch = PerCPUBatch(capacityPerCPU: capacity, locking: locking) { peer_consume($1.count) }
  }

  var count: Int { drains.pointer.pointee.load(ordering: .relaxed) }

  func drain() {
    batch.append(1)
    batch.drainAll()
    drains.pointer.pointee.wrappingAdd(1, ordering: .relaxed)
  }

  var subject: Subject {
    Subject(run: { [self] in for _ in 0..<$0 { drain() } }, total: { [self] in count })
  }
}

private func parkedBatch(_ locking: PerCPUBatch<Int>.Locking) -> Subject {
  let counted = CountedBatch(locking)
  let sources = EventSources(owners)
  let loops = ParkedLoops(owners) { number in
    counted.batch.append(1)
    _ = event_source_wait(sources[number], -1)
  } wake: { number in
    event_source_kick(sources[number])
  }
  let before = loops.sleeps
  var subject = counted.subject
  subject.note = {
    let wakeUps = loops.sleeps - before
    if wakeUps != 0 { fail("a drain woke somebody, \(wakeUps) times") }
    return "\(counted.count) drains: 0 wake-ups of \(owners) owners"
  }
  return subject
}

private func busyBatch(_ locking: PerCPUBatch<Int>.Locking) -> Subject {
  let counted = CountedBatch(locking)
  var subject = counted.subject
  subject.companions = (0..<owners).map { _ in
    { stop in while !stop.isStopped { counted.batch.append(1) } }
  }
  return subject
}

// MARK: Owners that are asked

/// Buffers of which each belongs to a thread, which delivers it when it is asked to.
private final class Owners: Sendable {
  let sources = EventSources(owners)
  private let buffers = (0..<owners).map { _ in Lines([Int]()) }
  private let asked = (0..<owners).map { _ in Lines(Atomic(0)) }
  private let answered = (0..<owners).map { _ in Lines(Atomic(0)) }
  private let answers = Lines<UInt32>(0)
  private let drains = Lines(Atomic(0))

  var count: Int { drains.pointer.pointee.load(ordering: .relaxed) }

  func drain(kicking: Bool) {
    let start = percpu_u32_load_acquire(answers.pointer)
    for number in 0..<owners {
      asked[number].pointer.pointee.wrappingAdd(1, ordering: .releasing)
      if kicking { event_source_kick(sources[number]) }
    }
    while true {
      let now = percpu_u32_load_acquire(answers.pointer)
      if now &- start >= UInt32(owners) { break }
      percpu_futex_wait(answers.pointer, now, -1)
    }
    drains.pointer.pointee.wrappingAdd(1, ordering: .relaxed)
  }

  /// For the owner of a buffer.
  @inline(__always)
  func append(_ number: Int) {
    let buffer = buffers[number].pointer
    buffer.pointee.append(1)
    if buffer.pointee.count == capacity { deliver(number) }
  }

  /// For the owner of a buffer.
  @inline(__always)
  func answer(_ number: Int) {
    let request = asked[number].pointer.pointee.load(ordering: .acquiring)
    if request == answered[number].pointer.pointee.load(ordering: .relaxed) { return }
    answered[number].pointer.pointee.store(request, ordering: .relaxed)
    deliver(number)
    percpu_u32_fetch_add_release(answers.pointer, 1)
    percpu_futex_wake(answers.pointer, 1)
  }

  private func deliver(_ number: Int) {
    let buffer = buffers[number].pointer
    peer_consume(buffer.pointee.count)
    buffer.pointee.removeAll(keepingCapacity: true)
  }
}

private func parkedOwners() -> Subject {
  let all = Owners()
  let loops = ParkedLoops(owners) { number in
    all.append(number)
    _ = event_source_wait(all.sources[number], -1)
    all.answer(number)
  } wake: { number in
    event_source_kick(all.sources[number])
  }
  let before = loops.sleeps
  var subject = Subject(
    run: { for _ in 0..<$0 { all.drain(kicking: true) } }, total: { all.count })
  subject.time = {
    // Whoever gets its answer may be faster than the owner that goes back to sleep.
    loops.settle(after: all.count * owners)
    let start = bench_now()
    all.drain(kicking: true)
    return bench_now() &- start
  }
  subject.note = { "\(all.count) drains: \(loops.sleeps - before) wake-ups of \(owners) owners" }
  return subject
}

private func busyOwners() -> Subject {
  let all = Owners()
  var subject = Subject(
    run: { for _ in 0..<$0 { all.drain(kicking: false) } }, total: { all.count })
  subject.companions = (0..<owners).map { number in
    { stop in
      while !stop.isStopped {
        all.append(number)
        all.answer(number)
      }
    }
  }
  return subject
}
