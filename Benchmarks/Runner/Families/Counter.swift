// SPDX-License-Identifier: Apache-2.0

import CBenchmarkPeers
import PerCPU
import Synchronization

extension Family {
  static let counter = Family(
    "counter", "a number that all threads add to",
    [
      Operation(
        "add", baseline: "Synchronization.Atomic",
        [
          perCPUCounter(),
          sectionLoop,
          .peer("Synchronization.Atomic") { atomicAdd() },
          .peer("Synchronization.Mutex") { mutexAdd() },
          .peer("pthread_mutex") { pthreadMutexAdd() },
          .peer("striped atomics") { stripesAdd() },
          .peer("pthread key") { keyAdd() },
          .peer("plain increment") { .tallied { peer_plain_loop($0) } },
          .peer("empty loop") { .emptyLoop },
        ]),
      Operation(
        "add while reading", baseline: "Synchronization.Atomic",
        [
          perCPUCounter(isRead: true),
          .peer("Synchronization.Atomic") { atomicAdd(isRead: true) },
          .peer("Synchronization.Mutex") { mutexAdd(isRead: true) },
          .peer("pthread_mutex") { pthreadMutexAdd(isRead: true) },
          .peer("striped atomics") { stripesAdd(isRead: true) },
        ]),
      Operation(
        "load", threads: .one, baseline: "Synchronization.Atomic",
        [
          .ours("PerCPUCounter") { counterLoad() },
          .peer("Synchronization.Atomic") { atomicLoad() },
          .peer("Synchronization.Mutex") { mutexLoad() },
          .peer("pthread_mutex") { pthreadMutexLoad() },
        ]),
    ])
}

// MARK: Adding

private func perCPUCounter(isRead: Bool = false) -> Implementation {
  .ours("PerCPUCounter") {
    let counter = PerCPUCounter()
    return Subject(
      run: { for _ in 0..<$0 { counter.add(1) } },
      total: { counter.load() },
      background: reader(isRead) { counter.load() })
  }
}

/// What the compiler makes of the same sequence in C: the Swift loop should cost no more.
private let sectionLoop = Implementation.peer("C section loop") {
  let slots = Lines(PerCPUSlots())
  return Subject(
    run: { peer_section_loop(slots.pointer.pointee.address, $0) },
    total: { slots.pointer.pointee.sum })
}

private func atomicAdd(isRead: Bool = false) -> Subject {
  let counter = Lines(Atomic(0))
  return Subject(
    run: {
      let counter = counter.pointer
      for _ in 0..<$0 { counter.pointee.wrappingAdd(1, ordering: .relaxed) }
    },
    total: { counter.pointer.pointee.load(ordering: .relaxed) },
    background: reader(isRead) { counter.pointer.pointee.load(ordering: .relaxed) })
}

private func mutexAdd(isRead: Bool = false) -> Subject {
  let counter = Lines(Mutex(0))
  return Subject(
    run: {
      let counter = counter.pointer
      for _ in 0..<$0 { counter.pointee.withLock { $0 &+= 1 } }
    },
    total: { counter.pointer.pointee.withLock { $0 } },
    background: reader(isRead) { counter.pointer.pointee.withLock { $0 } })
}

private func pthreadMutexAdd(isRead: Bool = false) -> Subject {
  let counter = Owned(peer_mutex_create(), peer_mutex_destroy)
  return Subject(
    run: { peer_mutex_add_loop(counter.pointer, $0) },
    total: { peer_mutex_value(counter.pointer) },
    background: reader(isRead) { peer_mutex_value(counter.pointer) })
}

/// With two stripes for each CPU, so that few threads that run at the same time meet in one.
private func stripesAdd(isRead: Bool = false) -> Subject {
  let stripes = UInt32(2 * CPU.possible.count)
  let counter = Owned(peer_stripes_create(stripes), peer_stripes_destroy)
  return Subject(
    run: { peer_stripes_add_loop(counter.pointer, $0) },
    total: { peer_stripes_value(counter.pointer) },
    background: reader(isRead) { peer_stripes_value(counter.pointer) })
}

private func keyAdd() -> Subject {
  guard let key = peer_key_create() else { fail("no pthread key is left") }
  let counter = Owned(key, peer_key_destroy)
  return Subject(
    run: { peer_key_add_loop(counter.pointer, $0) },
    total: { peer_key_value(counter.pointer) })
}

/// Reads every millisecond or so, if at all.
private func reader(
  _ isRead: Bool, _ load: @escaping @Sendable () -> Int
) -> (@Sendable (StopSignal) -> Void)? {
  guard isRead else { return nil }
  return { stop in
    while !stop.isStopped {
      peer_consume(load())
      stop.wait(nanoseconds: 1_000_000)
    }
  }
}

// MARK: Reading. Each finds 1, so that the sum tells how many there were.

private func counterLoad() -> Subject {
  let counter = PerCPUCounter()
  counter.add(1)
  return .tallied { count in
    var sum = 0
    for _ in 0..<count { sum &+= counter.load() }
    return sum
  }
}

private func atomicLoad() -> Subject {
  let counter = Lines(Atomic(1))
  return .tallied { count in
    let counter = counter.pointer
    var sum = 0
    for _ in 0..<count { sum &+= counter.pointee.load(ordering: .relaxed) }
    return sum
  }
}

private func mutexLoad() -> Subject {
  let counter = Lines(Mutex(1))
  return .tallied { count in
    let counter = counter.pointer
    var sum = 0
    for _ in 0..<count { sum &+= counter.pointee.withLock { $0 } }
    return sum
  }
}

private func pthreadMutexLoad() -> Subject {
  let counter = Owned(peer_mutex_create(), peer_mutex_destroy)
  peer_mutex_add_loop(counter.pointer, 1)
  return .tallied { peer_mutex_load_loop(counter.pointer, $0) }
}
