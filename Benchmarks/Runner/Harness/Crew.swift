// SPDX-License-Identifier: Apache-2.0

import CAtomicsShim
import CBenchmarkPeers

/// Threads that do the same thing at the same time, again and again.
///
/// They sleep between jobs, so that crews of other processes may work meanwhile. For a job they
/// gather at a gate, spinning, and the last to arrive reads the clock and opens it.
final class Crew: @unchecked Sendable {
  // Sendable: `job`, `ends` and `opened` are written by one thread at a time, and each handover
  // goes through one of the words below, with release and acquire.

  let size: Int
  /// Whether each thread has a CPU to itself.
  private(set) var isPinned: Bool

  private let cpus: [Int32]
  private var threads: [uintptr_t] = []
  private var job: (@Sendable (Int) -> Int)?
  private var opened: UInt64 = 0
  private let ends: UnsafeMutableBufferPointer<(time: UInt64, result: Int)>

  /// The number of the current job.
  private let round = Lines<UInt32>(0)
  private let arrived = Lines<UInt32>(0)
  /// The number of the job that the gate is open for.
  private let gate = Lines<UInt32>(0)
  private let finished = Lines<UInt32>(0)
  private let refusedPins = Lines<UInt32>(0)

  /// One thread on each CPU, from the last one down: the first ones serve most interrupts. Where
  /// there are more threads than CPUs, the scheduler places them.
  init(size: Int, cpus: [Int32]) {
    self.size = size
    self.cpus = size <= cpus.count ? cpus.suffix(size).reversed() : []
    isPinned = !self.cpus.isEmpty
    ends = .allocate(capacity: size)
    ends.initialize(repeating: (0, 0))
    for index in 0..<size {
      threads.append(startThread { self.work(index) })
    }
    _ = run { _ in 0 }
    if percpu_u32_load_acquire(refusedPins.pointer) != 0 { isPinned = false }
  }

  /// The threads refer to the crew, so it lives until it is told to go.
  func dismiss() {
    begin(nil)
    for thread in threads { bench_thread_join(thread) }
    ends.deallocate()
  }

  /// Runs `body` once on each thread, with the thread's index. Returns what each returned and the
  /// time it took, from the opening of the gate to the end of its `body`.
  func run(_ body: @escaping @Sendable (Int) -> Int) -> [(nanoseconds: Double, result: Int)] {
    percpu_u32_store_release(finished.pointer, 0)
    begin(body)
    while true {
      let count = percpu_u32_load_acquire(finished.pointer)
      if count == UInt32(size) { break }
      percpu_futex_wait(finished.pointer, count, -1)
    }
    return ends.map { (Double($0.time &- opened), $0.result) }
  }

  private func begin(_ body: (@Sendable (Int) -> Int)?) {
    job = body
    percpu_u32_fetch_add_release(round.pointer, 1)
    percpu_futex_wake(round.pointer, .max)
  }

  private func work(_ index: Int) {
    if !cpus.isEmpty, percpu_thread_pin(cpus[index]) != 0 {
      percpu_u32_fetch_add_relaxed(refusedPins.pointer, 1)
    }
    var number: UInt32 = 0
    while true {
      number &+= 1
      while percpu_u32_load_acquire(round.pointer) != number {
        percpu_futex_wait(round.pointer, number &- 1, -1)
      }
      guard let job else { return }
      passGate(number)
      let result = job(index)
      ends[index] = (bench_now(), result)
      if percpu_u32_fetch_add_acq_rel(finished.pointer, 1) == UInt32(size) - 1 {
        percpu_futex_wake(finished.pointer, 1)
      }
    }
  }

  private func passGate(_ number: UInt32) {
    if percpu_u32_fetch_add_acq_rel(arrived.pointer, 1) == UInt32(size) - 1 {
      percpu_u32_store_relaxed(arrived.pointer, 0)
      opened = bench_now()
      percpu_u32_store_release(gate.pointer, number)
      return
    }
    var spins = 0
    while percpu_u32_load_acquire(gate.pointer) != number {
      spins += 1
      // Whom we wait for may need our CPU.
      if cpus.isEmpty || spins % 4096 == 0 { percpu_thread_yield() } else { percpu_pause() }
    }
  }
}

/// Starts a thread. A function of its own, outside of any actor, so that the body has no isolation.
func startThread(_ body: @escaping @Sendable () -> Void) -> uintptr_t {
  var handle: uintptr_t = 0
  let box = Unmanaged.passRetained(ThreadBody(body))
  let error = bench_thread_start(runThread, box.toOpaque(), &handle)
  guard error == 0 else {
    fail("no thread could be created: \(String(cString: percpu_error_text(error)))")
  }
  return handle
}

private final class ThreadBody: Sendable {
  let body: @Sendable () -> Void
  init(_ body: @escaping @Sendable () -> Void) { self.body = body }
}

private func runThread(_ context: UnsafeMutableRawPointer) {
  Unmanaged<ThreadBody>.fromOpaque(context).takeRetainedValue().body()
}
