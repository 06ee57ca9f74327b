// SPDX-License-Identifier: Apache-2.0

import CStressSupport
import PerCPU

final class CellReaders: Sendable {
  private struct Value: Sendable {
    let number: Int
    let square: Int
    let canary: Canary

    init(_ number: Int, _ ends: Tally) {
      self.number = number
      square = number &* number
      canary = Canary(number, ends)
    }

    var isWhole: Bool { square == number &* number && canary.number == number && canary.isAlive }
  }

  private let run: StressRun
  private let domain = HazardDomain(batchSize: 8, reclaimer: .retirer)
  private let ends = Tally()
  private let made = Tally()
  private let inHandlers = Tally()
  /// A number that has been in the cell.
  private let known = Tally()
  private let current: SnapshotCell<Value>

  init(_ run: StressRun) {
    self.run = run
    made.add()
    current = SnapshotCell(Value(0, ends), domain: domain)
  }

  func stress() {
    run.demand("signals", run.signals, perSecond: 5)
    run.demand("reads in handlers", inHandlers, perSecond: 5)
    let handedOver = Tally()
    run.demand("handed over", handedOver, perSecond: 5)
    // Whatever is made at its first use is not made in a handler.
    readInHandler()
    // Never released: a late signal may still find it.
    stress_handle_signals(
      { Unmanaged<CellReaders>.fromOpaque($0!)._withUnsafeGuaranteedRef { $0.readInHandler() } },
      Unmanaged.passRetained(self).toOpaque())
    run.work(
      disturbed: .all,
      start: { worker in
        if worker.index % 8 == 7 { _ = stress_thread_unregister() }
      },
      step: { [self] worker in
        if worker.index % 4 == 0 { replace(&worker) } else { read(&worker) }
      })
    current.store(make(known.count + 1))
    domain.drain()
    let statistics = domain.statistics
    handedOver.store(statistics.handedOver)
    run.expect(statistics.unreclaimed == 0, "\(statistics.unreclaimed) are left")
    run.expect(ends.count == made.count - 1, "\(ends.count) of \(made.count - 1) values ended")
  }

  private func make(_ number: Int) -> Value {
    made.add()
    return Value(number, ends)
  }

  private func replace(_ worker: inout Worker) {
    for _ in 0..<10 {
      let number = current.update { value in
        if !value.isWhole { run.fail("an update has seen a value that has ended") }
        value = make(value.number + 1)
        return value.number
      }
      if number > known.loadPublished() { known.publish(number) }
      run.operations.add()
    }
  }

  private func read(_ worker: inout Worker) {
    for _ in 0..<10 { read(Pace.random(&worker.random)) }
    let value = current.load()
    if !value.isWhole { run.fail("a copy has ended") }
    run.operations.add(11)
  }

  private func read(_ pace: Pace) {
    let oldest = known.loadPublished()
    let isRight = current.withSnapshot { value in
      let number = value.number
      // (Who has updated later may have published earlier.)
      guard value.isWhole, number >= oldest - run.threads else { return false }
      pace.spend()
      return value.isWhole && value.number == number
    }
    if !isRight { run.fail("a value has ended under its reader, or was too old") }
  }

  private func readInHandler() {
    read(inHandlers.count % 16 == 0 ? .yields : .nothing)
    inHandlers.add()
  }
}
