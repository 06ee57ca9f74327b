// SPDX-License-Identifier: Apache-2.0

import CAtomicsShim
import PerCPU
import Synchronization

extension Family {
  static let statistics = Family(
    "statistics", "counts with a value that is known at all times, and histograms",
    [
      Operation(
        "add", threads: threads, baseline: "Synchronization.Atomic",
        [
          .ours("DifferentialCounter") { differentialAdd(threshold: 32) },
          .ours("DifferentialCounter, threshold 1024") { differentialAdd(threshold: 1024) },
          .ours("PerCPUCounter") {
            let counter = PerCPUCounter()
            return Subject(
              run: { for _ in 0..<$0 { counter.add(1) } }, total: { counter.load() })
          },
          .peer("Synchronization.Atomic") { atomicAdd() },
        ]),
      Operation(
        "read", threads: threads, baseline: "Synchronization.Atomic",
        [
          .ours("DifferentialCounter approximate") { approximateRead() },
          .ours("DifferentialCounter sum") { exactRead() },
          .peer("Synchronization.Atomic") { atomicRead() },
        ]),
      Operation(
        "record, exponential", threads: threads, baseline: "Synchronization.Mutex",
        [
          .ours("PerCPUHistogram") { recording(PerCPUHistogram()) },
          .peer("Synchronization.Mutex") { mutexRecording(.exponential) },
        ]),
      Operation(
        "record, 16 bounds", threads: threads, baseline: "Synchronization.Mutex",
        [
          .ours("PerCPUHistogram") { recording(PerCPUHistogram(bounds: PlainHistogram.bounds)) },
          .ours("ShardedLock") { shardedRecording() },
          .ours("PerCPULock") { lockedRecording() },
          .peer("Synchronization.Mutex") { mutexRecording(.bounds) },
        ]),
      Operation(
        "snapshot, 16 bounds", threads: .one, baseline: "Synchronization.Mutex",
        [
          .ours("PerCPUHistogram") { snapshots() },
          .peer("Synchronization.Mutex") { mutexSnapshots() },
        ]),
    ])
}

private let threads = Operation.Threads.perCPU([1, 2, 4])

// MARK: Counters

private func differentialAdd(threshold: Int) -> Subject {
  let counter = DifferentialCounter(threshold: threshold)
  return Subject(run: { for _ in 0..<$0 { counter.add(1) } }, total: { counter.sum() })
}

private func atomicAdd() -> Subject {
  let counter = Lines(Atomic(0))
  return Subject(
    run: {
      let counter = counter.pointer
      for _ in 0..<$0 { counter.pointee.wrappingAdd(1, ordering: .relaxed) }
    },
    total: { counter.pointer.pointee.load(ordering: .relaxed) })
}

// Each reading finds 1, so that the sum tells how many there were; none may be left out.

private func approximateRead() -> Subject {
  let counter = DifferentialCounter(threshold: 32)
  counter.add(1)
  counter.foldAll()
  return .tallied { count in
    var sum = 0
    for _ in 0..<count {
      sum &+= counter.approximate
      percpu_compiler_barrier()
    }
    return sum
  }
}

private func exactRead() -> Subject {
  let counter = DifferentialCounter(threshold: 32)
  counter.add(1)
  return .tallied { count in
    var sum = 0
    for _ in 0..<count { sum &+= counter.sum() }
    return sum
  }
}

private func atomicRead() -> Subject {
  let counter = Lines(Atomic(1))
  return .tallied { count in
    let counter = counter.pointer
    var sum = 0
    for _ in 0..<count {
      sum &+= counter.pointee.load(ordering: .relaxed)
      percpu_compiler_barrier()
    }
    return sum
  }
}

// MARK: Histograms

/// A histogram of the 16 bounds as plain bits.
private struct Bits: BitwiseCopyable {
  var count = 0
  var sum = 0
  var least = Int.max
  var most = Int.min
  var buckets = InlineArray<17, Int>(repeating: 0)

  @inline(__always)
  mutating func record(_ value: Int, _ bucket: Int) {
    count &+= 1
    sum &+= value
    least = min(least, value)
    most = max(most, value)
    buckets[bucket] &+= 1
  }
}

@inline(__always)
private func recording(_ histogram: PerCPUHistogram) -> Subject {
  Subject(
    run: { for index in 0..<$0 { histogram.record(PlainHistogram.value(index)) } },
    total: { histogram.snapshot().count })
}

private func shardedRecording() -> Subject {
  let lock = ShardedLock(initial: Bits())
  return Subject(
    run: {
      for index in 0..<$0 {
        let value = PlainHistogram.value(index)
        let bucket = PlainHistogram.bucket(of: value)
        lock.update { $0.record(value, bucket) }
      }
    },
    total: { lock.reduce(into: 0) { $0 &+= $1.count } })
}

private func lockedRecording() -> Subject {
  let lock = PerCPULock { _ in Bits() }
  return Subject(
    run: {
      for index in 0..<$0 {
        let value = PlainHistogram.value(index)
        let bucket = PlainHistogram.bucket(of: value)
        lock.withLocal { state, _ in state.record(value, bucket) }
      }
    },
    total: {
      var count = 0
      lock.forEach { _, state in count &+= state.count }
      return count
    })
}

private func mutexRecording(_ scale: PlainHistogram.Scale) -> Subject {
  let histogram = Lines(Mutex(PlainHistogram(scale)))
  return Subject(
    run: {
      let histogram = histogram.pointer
      for index in 0..<$0 {
        let value = PlainHistogram.value(index)
        histogram.pointee.withLock { $0.record(value) }
      }
    },
    total: { histogram.pointer.pointee.withLock { $0.count } })
}

/// One value was recorded, so that the counts tell how many snapshots there were.
private func snapshots() -> Subject {
  let histogram = PerCPUHistogram(bounds: PlainHistogram.bounds)
  histogram.record(1)
  return .tallied { count in
    var sum = 0
    for _ in 0..<count { sum &+= histogram.snapshot().count }
    return sum
  }
}

private func mutexSnapshots() -> Subject {
  let histogram = Lines(Mutex(PlainHistogram(.bounds)))
  histogram.pointer.pointee.withLock { $0.record(1) }
  return .tallied { count in
    let histogram = histogram.pointer
    var sum = 0
    for _ in 0..<count {
      // A copy is made when the histogram is changed; this is what that costs.
      let seen = histogram.pointee.withLock { Array($0.buckets[...]) }
      sum &+= seen.reduce(0, &+)
    }
    return sum
  }
}
