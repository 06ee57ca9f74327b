// SPDX-License-Identifier: Apache-2.0

import CBenchmarkPeers
import PerCPU
import Synchronization

extension Family {
  static let read = Family(
    "read", "a field of an object that everybody reads and hardly anybody replaces",
    [
      reading("without a writer", writer: nil),
      reading("with a writer, every ms", writer: 1_000_000),
    ])
}

/// What is read: 1, so that the sum tells how many readings there were.
private final class Settings: Sendable {
  let limit: Int

  init() { limit = 1 }
}

private func reading(_ name: String, writer interval: Int64?) -> Operation {
  Operation(
    name, threads: .perCPU([1, 2, 4]), baseline: "Synchronization.Mutex, copy",
    [
      .ours("SnapshotCell") {
        let cell = SnapshotCell(Settings())
        return .reading({ cell.withSnapshot { $0.limit } }, interval) { cell.store(Settings()) }
      },
      .ours("SnapshotCell, copy") {
        let cell = SnapshotCell(Settings())
        return .reading({ cell.load().limit }, interval) { cell.store(Settings()) }
      },
      .ours("HazardPointerSource") {
        let (domain, source) = (HazardDomain.shared, HazardPointerSource(Settings()))
        return .reading({ domain.withProtected(source) { $0.limit } ?? 0 }, interval) {
          source.exchange(Settings())
        }
      },
      .ours("HazardGuard") {
        let (domain, source) = (HazardDomain.shared, HazardPointerSource(Settings()))
        return .reading(
          {
            guard let settings = domain.tryProtect(source) else { return 0 }
            return settings.withValue { $0.limit }
          }, interval
        ) { source.exchange(Settings()) }
      },
      .ours("PerCPUReadWriteLock") {
        let lock = PerCPUReadWriteLock(Settings())
        return .reading({ lock.withRead { $0.limit } }, interval) {
          lock.withWrite { $0 = Settings() }
        }
      },
      // What it is compared with: one addition, of nothing that is read.
      .ours("PerCPUCounter.add") {
        let counter = PerCPUCounter()
        return .counting { counter.add(1) }
      },
      .peer("Synchronization.Mutex, copy") {
        let lock = Lines(Mutex(Settings()))
        return .reading({ copy(lock).limit }, interval) {
          lock.pointer.pointee.withLock { $0 = Settings() }
        }
      },
      .peer("pthread_mutex, copy") { locked(PEER_PTHREAD_MUTEX, interval) },
      .peer("pthread_rwlock, copy") { locked(PEER_PTHREAD_RWLOCK, interval) },
      .peer("unprotected load") { .counting { peer_consume(settingsOfNobody.limit) } },
    ])
}

private let settingsOfNobody = Settings()

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
  return .reading({ copy(settings, lock).limit }, interval) {
    let new = Settings()
    peer_locked_hold(lock.pointer, false)
    let old = settings.pointer.pointee
    settings.pointer.pointee = new
    peer_locked_release(lock.pointer)
    withExtendedLifetime(old) {}
  }
}

extension Subject {
  /// A loop of readings, beside a thread that writes every so many nanoseconds.
  @inline(__always)
  fileprivate static func reading(
    _ read: @escaping @Sendable () -> Int, _ interval: Int64?,
    write: @escaping @Sendable () -> Void
  ) -> Subject {
    var subject = Subject.tallied { count in
      var sum = 0
      for _ in 0..<count { sum &+= read() }
      return sum
    }
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
