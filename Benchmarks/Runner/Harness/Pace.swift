// SPDX-License-Identifier: Apache-2.0

/// How often and how long a row is measured, in its share of the time.
struct Pace: Sendable {
  let repetitions: Int
  /// Of one repetition.
  let nanoseconds: Double
  /// Of all repetitions of a row. One that takes longer gets no more than the fewest.
  let limit: Double

  /// Fewer say nothing about a p99.
  static let fewestRepetitions = 9

  init(_ nanoseconds: Double, threads: Int, cpus: Int) {
    // Calibration costs about three repetitions, and starting threads and processes something.
    let share = 0.97 * nanoseconds
    // Threads that share a CPU take turns of some milliseconds, and each should have a few.
    let turns = threads > cpus ? Double(threads) / Double(cpus) : 0
    let wanted = max(4e6, 4e6 * turns)
    repetitions = min(51, max(Self.fewestRepetitions, Int(share / wanted) - 3))
    self.nanoseconds = max(0.2e6, 1.5e6 * turns, share / Double(repetitions + 3))
    limit = 1.5 * share
  }
}

/// Finds how many operations fill a repetition, and follows if that changes: a lock that breaks
/// down under contention does so in the middle of a measurement, and only now and then.
struct Calibration {
  private(set) var iterations = 64
  private let nanoseconds: Double

  init(of seat: any Seat, nanoseconds: Double) {
    self.nanoseconds = nanoseconds
    while true {
      let time = max(0.01, seat.run(iterations: iterations, limit: 4 * nanoseconds))
      let elapsed = time * Double(iterations)
      if elapsed >= nanoseconds / 3 {
        follow(time)
        return
      }
      let factor = min(50, max(2, nanoseconds / 2 / elapsed))
      iterations = Int(Double(iterations) * factor)
    }
  }

  mutating func follow(_ nanosecondsPerOperation: Double) {
    let wanted = nanoseconds / max(0.01, nanosecondsPerOperation)
    let ratio = wanted / Double(iterations)
    if ratio < 0.67 || ratio > 1.5 { iterations = max(1, Int(wanted)) }
  }
}
