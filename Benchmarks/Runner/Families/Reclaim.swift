// SPDX-License-Identifier: Apache-2.0

import CAtomicsShim
import CBenchmarkPeers
import PerCPU
import Synchronization

extension Family {
  static let reclaim = Family(
    "reclaim", "objects that are taken out of use, and given back when nobody reads them",
    [1, 8, 64, 512, 4096].map(retiring) + [2, 8, 64, 256].map(looking) + [replacing])
}

private final class Object: Sendable {
  let number = 1
}

/// An object is made, retired and reclaimed, against made and released.
private func retiring(batchSize: Int) -> Operation {
  Operation(
    "retire, batch of \(batchSize)", threads: .perCPU([1]), baseline: "release",
    [
      .ours("HazardDomain") {
        let domain = HazardDomain(batchSize: batchSize)
        return Subject(
          run: { for _ in 0..<$0 { domain.retire(Object()) } },
          total: { domain.statistics.retired })
      },
      .peer("release") {
        .counting { peer_consume(unsafeBitCast(Object(), to: Int.self)) }
      },
    ])
}

/// The look at all slots that a full batch takes, by the number of CPUs that there may be.
private func looking(rows: Int) -> Operation {
  Operation(
    "look at the slots of \(rows) CPUs", threads: .one, baseline: "heavy fence",
    [
      .ours("loads") {
        let slots = Lines(PerCPUSlots())
        return .counting {
          var held = 0
          for row in 0..<rows {
            let words = percpu_row_word(slots.pointer.pointee.address, row)
            for index in 0..<7 where percpu_word_load_acquire(words + index) != 0 { held += 1 }
          }
          peer_consume(held)
        }
      },
      .peer("heavy fence") { .counting { percpu_fence_heavy() } },
    ])
}

/// Each replacement looks through a batch of one, while others read what it replaces and one of them has
/// fallen asleep.
private let replacing = Operation(
  "replace, while others read", .latency, baseline: "Synchronization.Mutex",
  [
    .ours("SnapshotCell") {
      let domain = HazardDomain(batchSize: 1)
      let cell = SnapshotCell(Object(), domain: domain)
      let most = Lines(0)
      var subject = Subject(
        run: {
          for _ in 0..<$0 {
            cell.store(Object())
            most.pointer.pointee = max(most.pointer.pointee, domain.statistics.unreclaimed)
          }
        }, total: { domain.statistics.retired })
      subject.time = {
        let start = bench_now()
        cell.store(Object())
        let time = bench_now() &- start
        most.pointer.pointee = max(most.pointer.pointee, domain.statistics.unreclaimed)
        return time
      }
      subject.background = { stop in
        while !stop.isStopped { cell.withSnapshot { peer_consume($0.number) } }
      }
      subject.companions = [
        { stop in
          cell.withSnapshot { _ in stop.wait(nanoseconds: .max) }
        }
      ]
      subject.note = { "at most \(most.pointer.pointee) objects unreclaimed, a reader asleep" }
      return subject
    },
    .peer("Synchronization.Mutex") {
      let lock = Lines(Mutex((object: Object(), writes: 0)))
      var subject = Subject(
        run: {
          for _ in 0..<$0 {
            let new = Object()
            lock.pointer.pointee.withLock { $0 = (new, $0.writes + 1) }
          }
        }, total: { lock.pointer.pointee.withLock { $0.writes } })
      subject.background = { stop in
        while !stop.isStopped {
          peer_consume(lock.pointer.pointee.withLock { $0.object }.number)
        }
      }
      return subject
    },
  ])
