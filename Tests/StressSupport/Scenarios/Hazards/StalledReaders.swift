// SPDX-License-Identifier: Apache-2.0

import CStressSupport
import PerCPU

/// A writer, and readers none of which leaves before the writer is done.
final class StalledReaders: Sendable {
  private static let batchSize = 64
  private let run: StressRun
  private let readers: Int
  private let domain = HazardDomain(batchSize: batchSize)
  private let cell: SnapshotCell<Canary>
  private let ends = Tally()
  private let found = Tally()
  private let isOver = Tally()

  init(_ run: StressRun) {
    self.run = run
    // More than there are slots in the rows, so that some are in the overflow.
    readers = max(1, min(run.threads - 1, 7 * CPU.rows.count + 2))
    cell = SnapshotCell(Canary(0, ends), domain: domain)
  }

  func stress() {
    run.nameExtra("most unreclaimed")
    run.demand("operations", run.operations, perSecond: 1000)
    run.demand("values held", found, perSecond: 0)
    var threads = Threads()
    for index in 0..<readers {
      threads.start { [self] in
        // One after the other, so that each finds another value.
        stress_sleep(Int64(index) * 1_000_000)
        read()
      }
    }
    threads.start { [self] in
      update()
      isOver.publish(1)
    }
    threads.join()
    domain.drain()
    let statistics = domain.statistics
    run.expect(statistics.unreclaimed == 0, "\(statistics.unreclaimed) are left")
    run.expect(
      ends.count == statistics.retired, "\(ends.count) of \(statistics.retired) values ended")
  }

  private func read() {
    cell.withSnapshot { value in
      found.add()
      while isOver.loadPublished() == 0 { stress_sleep(1_000_000) }
      if !value.isAlive { run.fail("a value has ended under a reader that sleeps") }
    }
  }

  private func update() {
    // The batches, and what the readers hold.
    let bound = Self.batchSize * CPU.rows.count + readers
    while !run.isOver {
      for _ in 0..<100 {
        cell.store(Canary(run.operations.count, ends))
        run.operations.add()
      }
      let unreclaimed = domain.statistics.unreclaimed
      run.extra.store(max(run.extra.count, unreclaimed))
      if unreclaimed > bound {
        run.fail("\(unreclaimed) values, and not \(bound), are unreclaimed")
      }
    }
  }
}
