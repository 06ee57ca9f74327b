// SPDX-License-Identifier: Apache-2.0

import Atomics
import CAtomicsShim
import NIOConcurrencyHelpers

// Each reading finds 1, so that the sum tells how many there were; none may be left out.

let counterReadPeers: [Implementation] = [
  .peer("swift-atomics") {
    let counter = ManagedAtomic(1)
    return .tallied { count in
      var sum = 0
      for _ in 0..<count {
        sum &+= counter.load(ordering: .relaxed)
        percpu_compiler_barrier()
      }
      return sum
    }
  },
  .peer("NIOLockedValueBox") {
    let box = NIOLockedValueBox(1)
    return .tallied { count in
      var sum = 0
      for _ in 0..<count { sum &+= box.withLockedValue { $0 } }
      return sum
    }
  },
]

func recordingPeers(_ scale: PlainHistogram.Scale) -> [Implementation] {
  [
    .peer("swift-atomics, a word each") {
      let histogram = AtomicHistogram(scale)
      return Subject(
        run: { for index in 0..<$0 { histogram.record(PlainHistogram.value(index)) } },
        total: { histogram.count })
    },
    .peer("NIOLockedValueBox") {
      let box = NIOLockedValueBox(PlainHistogram(scale))
      return Subject(
        run: {
          for index in 0..<$0 {
            let value = PlainHistogram.value(index)
            box.withLockedValue { $0.record(value) }
          }
        },
        total: { box.withLockedValue { $0.count } })
    },
  ]
}

/// A histogram as one writes it without a lock. What is recorded at the same time is seen in part.
private final class AtomicHistogram: @unchecked Sendable {
  // Sendable: all words are atomic.
  private let scale: PlainHistogram.Scale
  private let buckets: [UnsafeAtomic<Int>]
  private let sum = ManagedAtomic(0)
  private let least = ManagedAtomic(Int.max)
  private let most = ManagedAtomic(Int.min)

  init(_ scale: PlainHistogram.Scale) {
    self.scale = scale
    buckets = (0..<PlainHistogram.bucketCount(scale)).map { _ in .create(0) }
  }

  deinit { for bucket in buckets { bucket.destroy() } }

  @inline(__always)
  func record(_ value: Int) {
    buckets[PlainHistogram.bucket(of: value, scale)].wrappingIncrement(ordering: .relaxed)
    sum.wrappingIncrement(by: value, ordering: .relaxed)
    // Rarely so.
    if value < least.load(ordering: .relaxed) { replace(least) { min($0, value) } }
    if value > most.load(ordering: .relaxed) { replace(most) { max($0, value) } }
  }

  var count: Int { buckets.reduce(0) { $0 &+ $1.load(ordering: .relaxed) } }

  private func replace(_ word: ManagedAtomic<Int>, _ new: (Int) -> Int) {
    var known = word.load(ordering: .relaxed)
    while true {
      let (exchanged, original) = word.compareExchange(
        expected: known, desired: new(known), ordering: .relaxed)
      if exchanged { return }
      known = original
    }
  }
}
