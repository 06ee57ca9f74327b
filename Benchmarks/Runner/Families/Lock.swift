// SPDX-License-Identifier: Apache-2.0

import CBenchmarkPeers
import PerCPU
import Synchronization

extension Family {
  static let lock = Family(
    "lock", "a state that all threads change, or read, under a lock",
    [
      increment("increment, 1 word", OneWord.self),
      increment("increment, 8 words", EightWords.self),
      reading("read, 1 word", OneWord.self),
      reading("read, 8 words", EightWords.self),
    ])
}

/// From a lock that nobody else wants to one whose holder is often preempted.
private let threads = Operation.Threads.perCPU([1, 2, 4])

// MARK: Changing

@inline(__always)
private func increment<State: Words>(_ name: String, _: State.Type) -> Operation {
  Operation(
    name, threads: threads, baseline: "Synchronization.Mutex",
    [
      .ours("PerCPULock") { perCPULock(State.self, .wait) },
      .ours("PerCPULock neighbor") { perCPULock(State.self, .neighbor) },
      .ours("ShardedLock") { shardedLock(State.self) },
      .peer("Synchronization.Mutex") { mutex(State.self) },
      .peer("pthread_mutex") { locked(PEER_PTHREAD_MUTEX, State.self) },
    ] + spinlocks(State.self) + [
      .peer("per-CPU compare-exchange") { cpuLocks(State.self) },
      .peer("plain increment") {
        let words = State.wordCount
        return .tallied { peer_plain_words_loop(words, $0) }
      },
    ])
}

@inline(__always)
private func perCPULock<State: Words>(
  _: State.Type, _ policy: PerCPULock<State>.BusyPolicy
) -> Subject {
  let lock = PerCPULock(whenBusy: policy) { _ in State(repeating: 0) }
  return Subject(
    run: { for _ in 0..<$0 { lock.withLocal { state, _ in state.increment() } } },
    total: {
      var sum = 0
      lock.forEach { _, state in sum &+= state.value }
      return sum
    })
}

@inline(__always)
private func shardedLock<State: Words>(_: State.Type) -> Subject {
  let lock = ShardedLock(initial: State(repeating: 0))
  return Subject(
    run: { for _ in 0..<$0 { lock.update { $0.increment() } } },
    total: { lock.reduce(into: 0) { $0 &+= $1.value } })
}

@inline(__always)
private func mutex<State: Words>(_: State.Type) -> Subject {
  let lock = Lines(Mutex(State(repeating: 0)))
  return Subject(
    run: {
      let lock = lock.pointer
      for _ in 0..<$0 { lock.pointee.withLock { $0.increment() } }
    },
    total: { lock.pointer.pointee.withLock { $0.value } })
}

private func locked<State: Words>(_ kind: peer_lock_kind, _: State.Type) -> Subject {
  let lock = Owned(peer_locked_create(kind, State.wordCount, 0), peer_locked_destroy)
  return Subject(
    run: { peer_locked_increment_loop(lock.pointer, $0) },
    total: { peer_locked_value(lock.pointer) })
}

private func spinlocks<State: Words>(_: State.Type) -> [Implementation] {
  #if os(Linux)
    [.peer("pthread_spinlock") { locked(PEER_PTHREAD_SPINLOCK, State.self) }]
  #else
    []
  #endif
}

private func cpuLocks<State: Words>(_: State.Type) -> Subject {
  let cpus = CPU.possible.reduce(0) { max($0, $1.rawValue) } + 1
  let lock = Owned(peer_cpu_locks_create(cpus, State.wordCount), peer_cpu_locks_destroy)
  return Subject(
    run: { peer_cpu_locks_increment_loop(lock.pointer, $0) },
    total: { peer_cpu_locks_value(lock.pointer) })
}

// MARK: Reading. Each word is 1, so that the sum tells how many readings there were.

@inline(__always)
private func reading<State: Words>(_ name: String, _: State.Type) -> Operation {
  Operation(
    name, threads: threads, baseline: "Synchronization.Mutex",
    [
      .ours("PerCPUReadWriteLock") {
        let lock = PerCPUReadWriteLock(State(repeating: 1))
        return .tallied { count in
          var sum = 0
          for _ in 0..<count { sum &+= lock.withRead { $0.value } }
          return sum
        }
      },
      .peer("Synchronization.Mutex") {
        let lock = Lines(Mutex(State(repeating: 1)))
        return .tallied { count in
          let lock = lock.pointer
          var sum = 0
          for _ in 0..<count { sum &+= lock.pointee.withLock { $0.value } }
          return sum
        }
      },
      .peer("pthread_mutex") { lockedRead(PEER_PTHREAD_MUTEX, State.self) },
      .peer("pthread_rwlock") { lockedRead(PEER_PTHREAD_RWLOCK, State.self) },
    ])
}

private func lockedRead<State: Words>(_ kind: peer_lock_kind, _: State.Type) -> Subject {
  let lock = Owned(peer_locked_create(kind, State.wordCount, 1), peer_locked_destroy)
  return .tallied { peer_locked_read_loop(lock.pointer, $0) }
}
