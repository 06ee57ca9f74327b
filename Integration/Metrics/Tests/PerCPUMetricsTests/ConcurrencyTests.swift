// SPDX-License-Identifier: Apache-2.0

import CoreMetrics
import Foundation
import PerCPUMetrics
import Synchronization
import Testing

/// Many threads, which look their metrics up again and again.
@Suite(.serialized) struct ConcurrencyTests {
  let metrics = PerCPUMetricsFactory()

  @Test func nothingIsLost() {
    let (threads, rounds) = (8, 5000)
    onThreads(threads) { [metrics] thread in
      for round in 0..<rounds {
        // The same for all, and created by many at the same time.
        let dimensions = [("round", "\(round % 50)"), ("kind", "shared")]
        Counter(label: "c", dimensions: dimensions, factory: metrics).increment()
        FloatingPointCounter(label: "f", dimensions: dimensions, factory: metrics)
          .increment(by: 0.5)
        Recorder(label: "r", factory: metrics).record(Int64(thread))
        Timer(label: "t", factory: metrics).recordNanoseconds(Int64(round))
        let meter = Meter(label: "m", factory: metrics)
        meter.increment(by: 2)
        meter.decrement(by: 1)
      }
    }
    let total = threads * rounds
    let counters = metrics.families().filter { $0.label == "c" }.flatMap(\.series)
    #expect(counters.count == 50)
    #expect(counters.allSatisfy { $0.value == .integer(total / 50) })
    let fractions = metrics.families().filter { $0.label == "f" }.flatMap(\.series)
    #expect(fractions.allSatisfy { $0.value == .number(Double(total) / 100) })
    #expect(metrics.number("m") == Double(total))
    #expect(metrics.histogram("r")?.count == total)
    #expect(metrics.histogram("r")?.sum == Double(rounds * (0..<threads).reduce(0, +)))
    #expect(metrics.histogram("t")?.count == total)
    #expect(metrics.histogram("t")?.sum == Double(threads * (0..<rounds).reduce(0, +)) / 1e9)
  }

  /// Each addition comes before a setting or behind it, in the order of its thread.
  @Test func steppingAndSetting() {
    let threads = 6
    let finished = Count()
    onThreads(threads + 2) { [metrics] thread in
      let meter = Meter(label: "m", factory: metrics)
      if thread < threads {
        for _ in 0..<20_000 {
          meter.increment()
          meter.decrement()
        }
        finished.value.add(1, ordering: .relaxed)
      } else {
        while finished.value.load(ordering: .relaxed) < threads { meter.set(0) }
      }
    }
    // What counts behind the last setting are whole pairs, and the second halves of those that it cut in two.
    let value = metrics.number("m")!
    #expect(value <= 0 && value >= -Double(threads))
    Meter(label: "m", factory: metrics).set(3)
    #expect(metrics.number("m") == 3)
  }

  /// One thread sets and goes up, another one down again, in turn. So the value is 0 or 1 at any time.
  @Test func readingWhileItIsSet() {
    let turn = Count()
    let rounds = 2000
    let wrong = Count()
    onThreads(3) { [metrics] thread in
      let meter = Meter(label: "m", factory: metrics)
      func waitForTurn(_ number: Int) {
        while turn.value.load(ordering: .acquiring) != number { sched_yield() }
      }
      switch thread {
      case 0:
        for round in 0..<rounds {
          waitForTurn(2 * round)
          meter.set(0)
          meter.increment()
          turn.value.store(2 * round + 1, ordering: .releasing)
        }
      case 1:
        for round in 0..<rounds {
          waitForTurn(2 * round + 1)
          meter.decrement()
          turn.value.store(2 * round + 2, ordering: .releasing)
        }
      default:
        while turn.value.load(ordering: .relaxed) < 2 * rounds {
          if ![0, 1].contains(metrics.number("m")) { wrong.value.add(1, ordering: .relaxed) }
        }
      }
    }
    #expect(wrong.value.load(ordering: .relaxed) == 0)
  }

  @Test func manyCreateTheSame() {
    let threads = 4
    let rounds = 2000
    let arrived = Count()
    onThreads(threads) { [metrics] _ in
      for round in 0..<rounds {
        arrived.value.add(1, ordering: .acquiringAndReleasing)
        while arrived.value.load(ordering: .acquiring) < threads * (round + 1) { sched_yield() }
        Counter(label: "c", dimensions: [("round", "\(round)")], factory: metrics).increment()
      }
    }
    let series = metrics.families()[0].series
    #expect(series.count == rounds)
    #expect(series.allSatisfy { $0.value == .integer(threads) })
  }

  @Test func destroyingAndCreating() {
    onThreads(4) { [metrics] thread in
      for _ in 0..<2000 {
        let counter = Counter(label: "c", factory: metrics)
        counter.increment()
        if thread == 0 { counter.destroy() }
      }
    }
    let families = metrics.families()
    #expect(families.count <= 1)
    Counter(label: "c", factory: metrics).destroy()
    #expect(metrics.families().isEmpty)
  }
}

private final class Count: Sendable {
  let value = Atomic(0)
}
