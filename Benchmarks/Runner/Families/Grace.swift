// SPDX-License-Identifier: Apache-2.0

import CAtomicsShim
import CBenchmarkPeers
import PerCPU
import Synchronization

extension Family {
  static let grace = Family(
    "grace", "sections of readers, and what is done when all of them have left",
    [entering, waiting, deferring, flooding])
}

/// Nothing is read inside.
private let entering = Operation(
  "enter and leave", threads: .perCPU([1, 2, 4]), baseline: "pthread_rwlock",
  [
    .ours("GracePeriodDomain") {
      let domain = GracePeriodDomain()
      return .tallied { count in
        var done = 0
        for _ in 0..<count { domain.withReadSection { done &+= 1 } }
        return done
      }
    },
    .ours("GracePeriodDomain, token") {
      let domain = GracePeriodDomain()
      return .tallied { count in
        var done = 0
        for _ in 0..<count {
          let section = domain.enter()
          done &+= 1
          domain.leave(section)
        }
        return done
      }
    },
    // What it is compared with: one addition.
    .ours("PerCPUCounter.add") {
      let counter = PerCPUCounter()
      return Subject(run: { for _ in 0..<$0 { counter.add(1) } }, total: { counter.load() })
    },
    .peer("pthread_rwlock") {
      let lock = Owned(peer_locked_create(PEER_PTHREAD_RWLOCK, 1, 1), peer_locked_destroy)
      return .tallied { peer_locked_read_loop(lock.pointer, $0) }
    },
  ])

/// How long it takes until all have left, beside readers that come and go.
private let waiting = Operation(
  "wait for readers", .latency, baseline: "pthread_rwlock, written",
  [
    .ours("GracePeriodDomain") {
      let domain = GracePeriodDomain()
      var subject = Subject.counting { domain.synchronize() }
      subject.background = { stop in
        while !stop.isStopped { domain.withReadSection { percpu_pause() } }
      }
      return subject
    },
    .peer("pthread_rwlock, written") {
      let lock = Owned(peer_locked_create(PEER_PTHREAD_RWLOCK, 1, 0), peer_locked_destroy)
      var subject = Subject(
        run: { peer_locked_increment_loop(lock.pointer, $0) },
        total: { peer_locked_value(lock.pointer) })
      subject.background = { stop in
        while !stop.isStopped {
          peer_locked_hold(lock.pointer, true)
          percpu_pause()
          peer_locked_release(lock.pointer)
        }
      }
      return subject
    },
    .peer("heavy fence") { .counting { percpu_fence_heavy() } },
  ])

/// With room for all: what it costs the thread that defers, and whoever does it.
private let deferring = Operation(
  "defer", threads: .perCPU([1, 2]), baseline: "Synchronization.Mutex, array",
  [
    .ours("GracePeriodDomain") { flood(GracePeriodDomain()) },
    .peer("Synchronization.Mutex, array") {
      // Who fills it does it all, and waits for nobody.
      let list = Lines(Mutex<[@Sendable () -> Void]>([]))
      let done = Lines(Atomic(0))
      return Subject(
        run: {
          for _ in 0..<$0 {
            let full = list.pointer.pointee.withLock { list in
              list.append { done.pointer.pointee.wrappingAdd(1, ordering: .relaxed) }
              defer { if list.count == 64 { list = [] } }
              return list.count == 64 ? list : []
            }
            for body in full { body() }
          }
        },
        total: {
          list.pointer.pointee.withLock { list in
            for body in list { body() }
            list = []
          }
          return done.pointer.pointee.load(ordering: .relaxed)
        })
    },
  ])

/// More than the limit allows: who defers has to help, or to wait.
private let flooding = Operation(
  "defer, at the limit", threads: .perCPU([1, 2]), baseline: "GracePeriodDomain, room for all",
  [
    .ours("GracePeriodDomain, 64 KiB") { flood(GracePeriodDomain(limit: 1 << 16)) },
    .ours("GracePeriodDomain, room for all") { flood(GracePeriodDomain()) },
  ])

private func flood(_ domain: GracePeriodDomain) -> Subject {
  let done = Lines(Atomic(0))
  let most = Lines(Atomic(0))
  var subject = Subject(
    run: {
      for number in 0..<$0 {
        domain.afterGracePeriod(bytes: 64) {
          done.pointer.pointee.wrappingAdd(1, ordering: .relaxed)
        }
        if number % 256 == 0 {
          most.pointer.pointee.max(domain.statistics.backlog, ordering: .relaxed)
        }
      }
    },
    total: {
      domain.barrier()
      return done.pointer.pointee.load(ordering: .relaxed)
    })
  subject.note = {
    "a backlog of at most \(most.pointer.pointee.load(ordering: .relaxed)) bytes, "
      + "\(domain.statistics.gracePeriods) grace periods, \(domain.statistics.waits) waits"
  }
  return subject
}
