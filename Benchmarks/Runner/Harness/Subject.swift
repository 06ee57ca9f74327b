// SPDX-License-Identifier: Apache-2.0

import CAtomicsShim
import Synchronization

/// An object under measurement and what is done with it.
struct Subject: Sendable {
  /// Does it so many times on the calling thread. It contains the loop: a call per operation would
  /// be measured along.
  let run: @Sendable (Int) -> Void

  /// How many were done so far, by the object's own account. It must grow by what was asked for, so
  /// an optimizer that deletes the work is found out.
  let total: @Sendable () -> Int

  /// Runs beside the measurement, on a thread of its own, until told to stop. Beside single
  /// operations it runs on each of the threads that do not measure.
  var background: (@Sendable (StopSignal) -> Void)?

  /// Run beside single operations, on threads of their own that are on whatever CPU they like.
  var companions: [@Sendable (StopSignal) -> Void] = []

  /// Does a single operation, and returns the nanoseconds of the part that is to be measured. If
  /// there is none, all of `run` is.
  var time: (@Sendable () -> UInt64)?

  /// What else there is to say when all is done.
  var note: (@Sendable () -> String)?

  init(
    run: @escaping @Sendable (Int) -> Void, total: @escaping @Sendable () -> Int,
    background: (@Sendable (StopSignal) -> Void)? = nil
  ) {
    self.run = run
    self.total = total
    self.background = background
  }

  /// A loop whose result tells how many it did.
  static func tallied(_ loop: @escaping @Sendable (Int) -> Int) -> Subject {
    let tally = Lines(Atomic(0))
    return Subject(
      run: { count in
        let done = loop(count)
        tally.pointer.pointee.wrappingAdd(done, ordering: .relaxed)
      },
      total: { tally.pointer.pointee.load(ordering: .relaxed) })
  }

  /// A loop over something without a result. Inlined, and so is the body: no call is measured.
  @inline(__always)
  static func counting(_ body: @escaping @Sendable () -> Void) -> Subject {
    .tallied { count in
      var done = 0
      while done < count {
        body()
        done &+= 1
      }
      return done
    }
  }
}

/// A value on cache lines of its own, so that peers do not suffer from their neighbors.
final class Lines<Value: ~Copyable>: @unchecked Sendable {
  // Sendable: the pointer is constant; what is behind it is atomic, or is a lock, or belongs to one
  // thread, as the user says.
  let pointer: UnsafeMutablePointer<Value>

  init(_ value: consuming Value) {
    // Two lines of most machines, which are fetched in pairs.
    let line = 128
    let size = (MemoryLayout<Value>.size + line - 1) & -line
    pointer = UnsafeMutableRawPointer.allocate(byteCount: size, alignment: line)
      .bindMemory(to: Value.self, capacity: 1)
    pointer.initialize(to: value)
  }

  deinit {
    pointer.deinitialize(count: 1)
    UnsafeMutableRawPointer(pointer).deallocate()
  }
}

/// Ends what runs beside a measurement.
final class StopSignal: Sendable {
  private let word = Lines<UInt32>(0)

  /// Relaxed would do: nothing else is read that the signal guards.
  var isStopped: Bool {
    percpu_u32_load_acquire(word.pointer) != 0
  }

  func stop() {
    percpu_u32_store_release(word.pointer, 1)
    percpu_futex_wake(word.pointer, .max)
  }

  /// Sleeps for a while, or until stopped.
  func wait(nanoseconds: Int64) {
    if !isStopped { percpu_futex_wait(word.pointer, 0, nanoseconds) }
  }

  /// Keeps a CPU busy.
  func spinUntilStopped() {
    while !isStopped { percpu_pause() }
  }
}
