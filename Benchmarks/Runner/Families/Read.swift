// SPDX-License-Identifier: Apache-2.0

import CAtomicsShim
import CBenchmarkPeers
import PerCPU
import Synchronization

extension Family {
  static let read = read { _ in [] }

  /// - Parameter peers: Who else there is, beside a writer that writes every so many nanoseconds.
  static func read(_ peers: (_ writer: Int64?) -> [Implementation]) -> Family {
    Family(
      "read", "a field of an object that everybody reads and hardly anybody replaces",
      [
        reading("without a writer", writer: nil, peers(nil)),
        reading("with a writer, every ms", writer: 1_000_000, peers(1_000_000)),
      ])
  }
}

/// What is read: 1, so that the sum tells how many readings there were.
final class Settings: Sendable {
  let limit: Int

  init() { limit = 1 }
}

private func reading(
  _ name: String, writer interval: Int64?, _ peers: [Implementation]
) -> Operation {
  Operation(
    name, threads: .perCPU([1, 2, 4]), baseline: "Synchronization.Mutex, copy",
    [
      .ours("SnapshotCell") {
        let cell = SnapshotCell(Settings())
        return .reading(interval) {
          cell.store(Settings())
        } loop: { count in
          var sum = 0
          for _ in 0..<count { sum &+= cell.withSnapshot { $0.limit } }
          return sum
        }
      },
      .ours("SnapshotCell, copy") {
        let cell = SnapshotCell(Settings())
        return .reading(interval) {
          cell.store(Settings())
        } loop: { count in
          var sum = 0
          for _ in 0..<count { sum &+= cell.load().limit }
          return sum
        }
      },
      .ours("HazardPointerSource") {
        let (domain, source) = (HazardDomain.shared, HazardPointerSource(Settings()))
        return .reading(interval) {
          source.exchange(Settings())
        } loop: { count in
          var sum = 0
          for _ in 0..<count { sum &+= domain.withProtected(source) { $0.limit } ?? 0 }
          return sum
        }
      },
      .ours("HazardGuard") {
        let (domain, source) = (HazardDomain.shared, HazardPointerSource(Settings()))
        return .reading(interval) {
          source.exchange(Settings())
        } loop: { count in
          var sum = 0
          for _ in 0..<count {
            guard let settings = domain.tryProtect(source) else { return 0 }
            sum &+= settings.withValue { $0.limit }
          }
          return sum
        }
      },
      .ours("PerCPUReadWriteLock") {
        let lock = PerCPUReadWriteLock(Settings())
        return .reading(interval) {
          lock.withWrite { $0 = Settings() }
        } loop: { count in
          var sum = 0
          for _ in 0..<count { sum &+= lock.withRead { $0.limit } }
          return sum
        }
      },
      // What it is compared with: one addition, of nothing that is read.
      .ours("PerCPUCounter.add") {
        let counter = PerCPUCounter()
        return Subject(
          run: { for _ in 0..<$0 { counter.add(1) } }, total: { counter.load() })
      },
      .peer("Synchronization.Mutex, copy") {
        let lock = Lines(Mutex(Settings()))
        return .reading(interval) {
          lock.pointer.pointee.withLock { $0 = Settings() }
        } loop: { count in
          var sum = 0
          for _ in 0..<count { sum &+= copy(lock).limit }
          return sum
        }
      },
      .peer("pthread_mutex, copy") { locked(PEER_PTHREAD_MUTEX, interval) },
      .peer("pthread_rwlock, copy") { locked(PEER_PTHREAD_RWLOCK, interval) },
      .peer("unprotected load") {
        let word = Lines(Settings())
        return .reading(nil) {
        } loop: { count in
          var sum = 0
          for _ in 0..<count {
            sum &+= word.pointer.pointee.limit
            percpu_compiler_barrier()
          }
          return sum
        }
      },
    ] + peers)
}

/// What leaves the lock is a reference of its own. In line the optimizer takes that away, and reads an
/// object that another thread may have freed.
@inline(never)
private func copy(_ lock: Lines<Mutex<Settings>>) -> Settings {
  lock.pointer.pointee.withLock { $0 }
}

@inline(never)
private func copy(_ settings: Lines<Settings>, _ lock: Owned) -> Settings {
  peer_locked_hold(lock.pointer, true)
  defer { peer_locked_release(lock.pointer) }
  return settings.pointer.pointee
}

private func locked(_ kind: peer_lock_kind, _ interval: Int64?) -> Subject {
  let lock = Owned(peer_locked_create(kind, 1, 0), peer_locked_destroy)
  let settings = Lines(Settings())
  return .reading(interval) {
    let new = Settings()
    peer_locked_hold(lock.pointer, false)
    let old = settings.pointer.pointee
    settings.pointer.pointee = new
    peer_locked_release(lock.pointer)
    withExtendedLifetime(old) {}
  } loop: { count in
    var sum = 0
    for _ in 0..<count { sum &+= copy(settings, lock).limit }
    return sum
  }
}

extension Subject {
  /// A loop of readings, beside a thread that writes every so many nanoseconds. The loop is written where
  /// the reading is: a closure for each reading would be measured along.
  static func reading(
    _ interval: Int64?, write: @escaping @Sendable () -> Void,
    loop: @escaping @Sendable (Int) -> Int
  ) -> Subject {
    var subject = Subject.tallied(loop)
    if let interval {
      subject.background = { stop in
        while !stop.isStopped {
          stop.wait(nanoseconds: interval)
          write()
        }
      }
    }
    return subject
  }
}
