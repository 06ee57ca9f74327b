// SPDX-License-Identifier: Apache-2.0

public import CAtomicsShim

/// Readers that are counted, and a writer that waits until there are none.
///
/// In each row stand
///
///     entered, left    how many readers came and went on this CPU
///
/// and in the common row
///
///     writer           0 none, 1 one, 2 one and somebody sleeps until it is gone
///     departures       changes when a reader leaves while there is a writer
///     owner            the writer's token
///
/// A reader may come on one CPU and go on another, so only the sums over the rows mean something.
///
///     reader                                writer
///     entered += 1                          writer := 1 (compare-exchange)
///     light fence                           heavy fence
///     writer? then leave again, and wait    sum of left, then sum of entered: the same?
///     ... reads ...
///     left += 1 (release)
///
/// Linearization of a read: its addition to `entered`, if it then finds no writer. Of a write: the
/// moment at which the sums were found equal.
///
/// - The fences pair: a reader that came in without seeing the writer is in the writer's sum.
/// - `left` is summed up first. Whoever is counted there is also counted in `entered`, since it came
///   before it went. So a reader that is inside makes the second sum larger, whatever other readers
///   come and go meanwhile. With one counter that goes up and down, a reader that comes on a CPU that
///   was read already and goes on one that was not would hide one that is inside.
/// - The writer acquires `left`: the reads are over. A reader acquires `writer`: it sees the writes.
/// - No wake-up is lost: a leaving reader adds to `left`, light fence, looks for a writer. If the writer
///   had not run its fence yet, its sum contains the reader; otherwise the reader sees it, and changes
///   `departures`, which the writer read before it summed up and which its futex compares.
@safe
@frozen
@usableFromInline
struct ReaderCounts {
  /// Lines of its own: all readers look at `writer`, which lies in the common row.
  private static let byteCount = PerCPUArena.lineSize

  @usableFromInline
  let slots: UnsafeMutableRawPointer

  init() {
    unsafe slots = PerCPUArena.shared.allocate(byteCount: Self.byteCount)
  }

  func deallocate() {
    unsafe PerCPUArena.shared.deallocate(slots, byteCount: Self.byteCount)
  }

  // MARK: Readers

  @inlinable
  @inline(__always)
  func enter() {
    unsafe percpu_sequence_add(slots, 1)
    // Pairs with the heavy fence of `exclude`.
    percpu_fence_light()
    // Acquire: pairs with the release in `admit`.
    if _slowPath(unsafe percpu_u32_load_acquire(writer) != 0) { enterSlowly() }
  }

  @inlinable
  @inline(__always)
  func leave() {
    // Release: pairs with the acquire of the writer's sum.
    unsafe percpu_sequence_add_release(slots + 8, 1)
    // Pairs with the heavy fence of `exclude`.
    percpu_fence_light()
    // Relaxed: ordered by the fences.
    if _slowPath(unsafe percpu_u32_load_relaxed(writer) != 0) { noteDeparture() }
  }

  /// For a reader that has counted itself and found a writer.
  @usableFromInline
  func enterSlowly() {
    repeat {
      leave()
      trapIfOwner()
      waitForWriter()
      unsafe percpu_sequence_add(slots, 1)
      // As in `enter`.
      percpu_fence_light()
    } while unsafe percpu_u32_load_acquire(writer) != 0
  }

  private func waitForWriter() {
    for _ in 0..<Waiting.spins {
      // Relaxed: the next attempt acquires.
      if unsafe percpu_u32_load_relaxed(writer) == 0 { return }
      percpu_pause()
    }
    // Relaxed: the next attempt acquires. Whoever releases the word sees the 2.
    let state = unsafe percpu_u32_compare_exchange_relaxed(writer, 1, 2).original
    if state != 0 { _ = unsafe percpu_futex_wait(writer, 2, -1) }
  }

  @usableFromInline
  func noteDeparture() {
    // Release: the writer that reads it finds the reader in its sum.
    _ = unsafe percpu_u32_fetch_add_release(departures, 1)
    _ = unsafe percpu_futex_wake(departures, 1)
  }

  // MARK: Writers

  /// Waits until nobody is inside, and keeps everybody out.
  func exclude() {
    acquireWriter()
    unsafe percpu_word_store_relaxed(owner, percpu_thread_token())
    percpu_fence_heavy()
    var turn = 0
    while true {
      // Acquire: pairs with the release in `noteDeparture`.
      let before = unsafe percpu_u32_load_acquire(departures)
      // In this order.
      let left = sum(at: 8)
      if left == sum(at: 0) { return }
      turn += 1
      if turn < Waiting.spins {
        percpu_pause()
      } else {
        _ = unsafe percpu_futex_wait(departures, before, -1)
      }
    }
  }

  func admit() {
    unsafe percpu_word_store_relaxed(owner, 0)
    // Release: pairs with the acquire of readers and of the next writer.
    if unsafe percpu_u32_exchange_release(writer, 0) == 2 {
      _ = unsafe percpu_futex_wake(writer, Int32.max)
    }
  }

  private func acquireWriter() {
    // Acquire: pairs with the release in `admit`.
    if unsafe percpu_u32_compare_exchange_acquire(writer, 0, 1).exchanged { return }
    trapIfOwner()
    // Acquire: the same. 2, as others may sleep, too.
    while unsafe percpu_u32_exchange_acquire(writer, 2) != 0 {
      _ = unsafe percpu_futex_wait(writer, 2, -1)
    }
  }

  private func trapIfOwner() {
    // Relaxed: only this thread stores its token, and takes it away.
    if unsafe percpu_word_load_relaxed(owner) == percpu_thread_token() {
      fatalError(
        """
        PerCPU: this thread is writing, and would wait for itself for ever. Do not use a \
        PerCPUReadWriteLock inside of its own withWrite.
        """)
    }
  }

  /// Acquire: pairs with the release in `leave`.
  private func sum(at offset: Int) -> Int {
    CPU.rows.reduce(0) {
      unsafe $0 &+ percpu_word_load_acquire(percpu_row_word(slots + offset, $1.rawValue))
    }
  }

  // MARK: The common row

  private var common: UnsafeMutableRawPointer {
    unsafe UnsafeMutableRawPointer(percpu_row_word(slots, Int(PERCPU_ROW_COMMON)))
  }

  @inlinable
  var writer: UnsafeMutablePointer<UInt32> {
    unsafe UnsafeMutableRawPointer(percpu_row_word(slots, Int(PERCPU_ROW_COMMON)))
      .assumingMemoryBound(to: UInt32.self)
  }

  private var departures: UnsafeMutablePointer<UInt32> {
    unsafe (common + 4).assumingMemoryBound(to: UInt32.self)
  }

  private var owner: UnsafeMutablePointer<Int> {
    unsafe (common + 8).assumingMemoryBound(to: Int.self)
  }
}
