// SPDX-License-Identifier: Apache-2.0

import CAtomicsShim
import CBenchmarkPeers
import PerCPU
import Synchronization

/// What costs a fence, and is done rarely. On one thread all locks are free; on more, the others use
/// the same ones locally all the time.
let remoteLocks = [
  Operation(
    "lock of one CPU, from another", .latency, baseline: "Synchronization.Mutex",
    [
      .ours("PerCPULock") {
        let lock = PerCPULock { _ in 0 }
        let cpu = firstCPU()
        return Subject(
          remotely: { lock.withLock(on: cpu) { $0 &+= remote } },
          locally: { lock.withLocal { count, _ in count &+= local } }, sum: sum(of: lock))
      },
      .ours("ShardedLock") {
        let lock = ShardedLock(initial: 0)
        let cpu = firstCPU()
        return Subject(
          remotely: { lock.update(on: cpu) { $0 &+= remote } },
          locally: { lock.update { $0 &+= local } },
          sum: { lock.reduce(into: 0) { $0 &+= $1 } })
      },
      .peer("Synchronization.Mutex") { mutex() },
    ]),
  Operation(
    "locks of all CPUs, in turn", .latency, baseline: "Synchronization.Mutex",
    [
      .ours("PerCPULock") {
        let lock = PerCPULock { _ in 0 }
        return Subject(
          remotely: { lock.forEach { cpu, count in count &+= cpu == .unbound ? remote : 0 } },
          locally: { lock.withLocal { count, _ in count &+= local } }, sum: sum(of: lock))
      },
      .peer("Synchronization.Mutex") { mutex() },
    ]),
  Operation(
    "write, while others read", .latency, baseline: "pthread_rwlock",
    [
      .ours("PerCPUReadWriteLock") {
        let lock = PerCPUReadWriteLock(0)
        return Subject(
          remotely: { lock.withWrite { $0 &+= remote } },
          locally: { peer_consume(lock.withRead { $0 }) }, sum: { lock.withRead { $0 } })
      },
      .peer("pthread_rwlock") {
        let lock = Owned(peer_locked_create(PEER_PTHREAD_RWLOCK, 1, 0), peer_locked_destroy)
        return Subject(
          remotely: { peer_locked_increment_loop(lock.pointer, 1) },
          locally: { peer_consume(peer_locked_read_loop(lock.pointer, 1)) },
          sum: { peer_locked_value(lock.pointer) })
      },
      .peer("Synchronization.Mutex") { mutex() },
    ]),
]

/// What a remote access adds, and a local one: the sum tells how many there were of either.
private let remote = 1
private let local = 1 << 32

/// The thread that measures is on the last one, and would say that there is no other: not to be
/// called from there.
private func firstCPU() -> CPU {
  CPU(rawValue: Int(Machine.allowedCPUs().first ?? 0))
}

private func sum(of lock: PerCPULock<Int>) -> @Sendable () -> Int {
  {
    var sum = 0
    lock.forEach { _, count in sum &+= count }
    return sum
  }
}

/// One lock for everybody.
private func mutex() -> Subject {
  let lock = Lines(Mutex(0))
  return Subject(
    remotely: { lock.pointer.pointee.withLock { $0 &+= remote } },
    locally: { lock.pointer.pointee.withLock { $0 &+= local } },
    sum: { lock.pointer.pointee.withLock { $0 } })
}

extension Subject {
  /// - Parameter sum: Of what all accesses have added.
  fileprivate init(
    remotely: @escaping @Sendable () -> Void, locally: @escaping @Sendable () -> Void,
    sum: @escaping @Sendable () -> Int
  ) {
    self.init(
      run: { for _ in 0..<$0 { remotely() } },
      total: { sum() & (local - 1) },
      background: { stop in
        while !stop.isStopped {
          locally()
          // Nobody does nothing but lock.
          for _ in 0..<4 { percpu_pause() }
        }
      })
  }
}
