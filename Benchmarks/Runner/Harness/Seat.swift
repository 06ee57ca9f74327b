// SPDX-License-Identifier: Apache-2.0

import CBenchmarkPeers

/// One implementation, made ready to be measured on a number of threads, here or elsewhere.
protocol Seat: AnyObject {
  /// Does `iterations` operations on each thread, or as many as fit in `limit` nanoseconds. Returns
  /// nanoseconds per operation: the elapsed time of a thread over its operations, as the average of
  /// all threads.
  func run(iterations: Int, limit: Double) -> Double

  /// Times single operations for a while.
  func sample(nanoseconds: Double) -> Histogram

  /// What there is to say beside the figures.
  var note: String? { get }
}

/// A seat in this process.
final class LocalSeat: Seat {
  private let name: String
  private let subject: Subject
  private let crew: Crew

  init(_ implementation: Implementation, name: String, crew: Crew) {
    self.name = name
    self.crew = crew
    subject = implementation.prepare()
  }

  func run(iterations: Int, limit: Double) -> Double {
    let before = subject.total()
    let stop = StopSignal()
    let helper = subject.background.map { background in startThread { background(stop) } }
    let run = subject.run
    // In a few steps, with a look at the clock in between. One look costs a thousandth of a step.
    let step = max(1, iterations / 16)
    let shares = crew.run { _ in
      let start = bench_now()
      var done = 0
      while done < iterations {
        run(min(step, iterations - done))
        done += min(step, iterations - done)
        if Double(bench_now() &- start) > limit { break }
      }
      return done
    }
    stop.stop()
    if let helper { bench_thread_join(helper) }
    check(subject.total() &- before, shares.reduce(0) { $0 + $1.result })
    let time = shares.reduce(0) { $0 + $1.nanoseconds / Double($1.result) } / Double(shares.count)
    // No CPU does many operations in one cycle: the optimizer has found a way around the check.
    if iterations > 1_000_000, time < 0.03 {
      fail("\(name) takes \(time) ns: the compiler has deleted the work")
    }
    return time
  }

  func sample(nanoseconds: Double) -> Histogram {
    let before = subject.total()
    let stop = StopSignal()
    let result = Lines(Histogram())
    let companions = subject.companions.map { body in startThread { body(stop) } }
    let (run, time, background) = (subject.run, subject.time, subject.background)
    _ = crew.run { member in
      guard member == 0 else {
        if let background { background(stop) } else { stop.spinUntilStopped() }
        return 0
      }
      let overhead = Self.clockOverhead
      let start = bench_now()
      var now = start
      repeat {
        let before = bench_now()
        let part = time?()
        if part == nil { run(1) }
        now = bench_now()
        let nanoseconds = part ?? now &- before
        result.pointer.pointee.record(nanoseconds > overhead ? nanoseconds - overhead : 0)
      } while Double(now &- start) < nanoseconds
      stop.stop()
      return 0
    }
    for thread in companions { bench_thread_join(thread) }
    let histogram = result.pointer.pointee
    check(subject.total() &- before, histogram.count)
    return histogram
  }

  var note: String? { subject.note?() }

  /// What two readings of the clock are apart with nothing in between.
  private static let clockOverhead: UInt64 = {
    var smallest = UInt64.max
    for _ in 0..<1000 {
      let before = bench_now()
      smallest = min(smallest, bench_now() &- before)
    }
    return smallest
  }()

  private func check(_ done: Int, _ wanted: Int) {
    guard done != wanted else { return }
    fail(
      "\(name) on \(Text.threads(crew.size)) did \(done) operations where \(wanted) were asked for."
        + " Its figures would be worthless.")
  }
}
