// SPDX-License-Identifier: Apache-2.0

import CBenchmarkPeers
import PerCPU

/// Measures cells: all implementations of an operation on a number of threads, A B C A B C ..., so
/// that whatever else the machine does meets them alike.
final class Session {
  private let cpus: [Int32]
  private let deadline: Double
  /// What a row of rare events gets at least for each of its weight, even if others took too long.
  private let leastOfRare: Double
  /// Of the cells that are still to be measured.
  private var weightLeft: Double
  private var worker: Worker?

  init(cpus: [Int32], seconds: Double, weight: Double) {
    self.cpus = cpus
    deadline = Double(bench_now()) + seconds * 1e9
    leastOfRare = seconds * 1e9 / 600
    weightLeft = weight
  }

  func measure(_ cell: Cell) -> [Measurement] {
    let oversubscribed = cell.isOversubscribed(cpus: cpus.count)
    let timeLeft = max(0, deadline - Double(bench_now()))
    let weight = cell.operation.weight
    let share = timeLeft * weight / max(cell.weight, weightLeft)
    let pace = Pace(
      weight > 1 ? max(share, leastOfRare * weight) : share, threads: cell.threads, cpus: cpus.count
    )
    weightLeft -= cell.weight
    let crew = Crew(size: cell.threads, cpus: cpus)
    let seats = cell.rows.map { seat(for: $0, crew) }
    let spreads =
      switch cell.operation.kind {
      case .throughput: measureLoops(seats, pace)
      case .latency: measureSingly(seats, pace)
      }
    let notes = seats.map(\.note)
    worker?.closeSeats()
    let isPinned = crew.isPinned
    crew.dismiss()

    let baseline = zip(cell.rows, spreads).first { $0.0.isBaseline }!.1
    return zip(zip(cell.rows, spreads), notes).map { row, note in
      let (row, spread) = row
      return Measurement(
        family: cell.family.name, operation: cell.operation.name,
        implementation: row.implementation.name, engine: "\(row.engine)", threads: cell.threads,
        oversubscribed: oversubscribed, isPinned: isPinned, spread: spread,
        baseline: cell.operation.baseline,
        ratio: baseline.p50 / max(spread.p50, 0.001), note: note, row: row)
    }
  }

  private func seat(for row: Row, _ crew: Crew) -> any Seat {
    if row.isLocal { return LocalSeat(row.implementation, name: row.name, crew: crew) }
    if worker == nil { worker = Worker() }
    return worker!.open(row)
  }

  private func measureLoops(_ seats: [any Seat], _ pace: Pace) -> [Spread] {
    var calibrations = seats.map { Calibration(of: $0, nanoseconds: pace.nanoseconds) }
    var samples: [[Double]] = seats.map { _ in [] }
    var spent = seats.map { _ in 0.0 }
    for repetition in 0..<pace.repetitions {
      for (index, seat) in seats.enumerated() {
        if repetition >= Pace.fewestRepetitions, spent[index] > pace.limit { continue }
        let start = bench_now()
        let time = seat.run(
          iterations: calibrations[index].iterations, limit: 4 * pace.nanoseconds)
        samples[index].append(time)
        spent[index] += Double(bench_now() &- start)
        calibrations[index].follow(time)
      }
    }
    return samples.map(Spread.init(samples:))
  }

  private func measureSingly(_ seats: [any Seat], _ pace: Pace) -> [Spread] {
    var histograms = seats.map { _ in Histogram() }
    var repetitions = seats.map { _ in 0 }
    var spent = seats.map { _ in 0.0 }
    for repetition in 0..<pace.repetitions {
      for (index, seat) in seats.enumerated() {
        if repetition >= Pace.fewestRepetitions, spent[index] > pace.limit { continue }
        let start = bench_now()
        histograms[index].merge(seat.sample(nanoseconds: pace.nanoseconds))
        repetitions[index] += 1
        spent[index] += Double(bench_now() &- start)
      }
    }
    return zip(histograms, repetitions).map { Spread(histogram: $0, repetitions: $1) }
  }
}
