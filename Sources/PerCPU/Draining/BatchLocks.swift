// SPDX-License-Identifier: Apache-2.0

public import CAtomicsShim

/// The locks of a batch's rows: restartable local locks (see RowLocks), or spinlocks.
///
/// A spinlock is one word, 0 or the token of the thread that holds it:
///
///     acquire   compare-exchange of 0 to my token (acquire)
///     release   store of 0 (release)
///
/// It is what a lock in memory shared with others takes at least, wherever its user comes from; so
/// there is no fence on the side of those that come from afar, and a locked instruction on the side
/// of everybody.
@safe
@frozen
@usableFromInline
struct BatchLocks {
  @usableFromInline
  let rows: RowLocks
  @usableFromInline
  let isSpinning: Bool
  #if PERCPU_MODEL
    // A pause of the simulated machine lasts until something has changed.
    private static let spins = Int.max
  #else
    private static let spins = 128
  #endif

  init(slots: UnsafeMutableRawPointer, isSpinning: Bool) {
    unsafe rows = RowLocks(slots: slots)
    self.isSpinning = isSpinning
  }

  @inlinable
  @inline(__always)
  func row(_ index: Int) -> BatchRow { unsafe BatchRow(rows.word(index)) }

  // MARK: Locally

  /// Acquires the lock of the row this thread is on, if that is a restartable one that is free, and
  /// nothing comes in between.
  @inlinable
  @inline(__always)
  func tryAcquireLocalOnce() -> BatchRow? {
    if _slowPath(isSpinning) { return nil }
    let claim = unsafe percpu_sequence_claim_once(rows.slots, 0, percpu_thread_token())
    return unsafe claim.committed ? BatchRow(claim.word.unsafelyUnwrapped) : nil
  }

  /// Acquires the lock of the row this thread is on unless it is held.
  @inlinable
  @inline(__always)
  func tryAcquireLocal() -> BatchRow? {
    if isSpinning {
      let row = row(percpu_row_hint())
      return trySpin(row) ? row : nil
    }
    return unsafe rows.tryAcquireLocal().map { unsafe BatchRow($0) }
  }

  @inlinable
  @inline(__always)
  func trySpin(_ row: BatchRow) -> Bool {
    // Acquire: pairs with the release of the last holder.
    unsafe percpu_word_compare_exchange_acquire(row.word, 0, percpu_thread_token()).exchanged
  }

  @inlinable
  @inline(__always)
  func release(_ row: BatchRow) {
    if isSpinning {
      // Release: pairs with the acquire of the next holder.
      unsafe percpu_word_store_release(row.word, 0)
    } else {
      unsafe rows.release(row.word)
    }
  }

  // MARK: From anywhere

  func tryAcquire(_ index: Int) -> BatchRow? {
    let row = row(index)
    let isMine = isSpinning ? trySpin(row) : rows.tryAcquire(index, percpu_thread_token())
    return isMine ? row : nil
  }

  /// Waits for the lock, which this thread must not hold.
  func acquire(_ index: Int) -> BatchRow {
    if !isSpinning { return unsafe BatchRow(rows.acquire(index)) }
    let row = row(index)
    var turn = 0
    while !trySpin(row) {
      // Relaxed: the compare-exchange acquires.
      while unsafe percpu_word_load_relaxed(row.word) != 0 {
        turn += 1
        // The holder may need our CPU.
        if turn % Self.spins == 0 { percpu_thread_yield() } else { percpu_pause() }
      }
    }
    return row
  }

  /// Whether anybody holds it.
  func isHeld(_ index: Int) -> Bool {
    // Relaxed: for whoever knows that nobody acquires or releases it.
    unsafe percpu_word_load_relaxed(row(index).word) != 0
  }

  func isMine(_ index: Int) -> Bool {
    // Relaxed: only this thread stores its token, and takes it away.
    unsafe percpu_word_load_relaxed(row(index).word) == percpu_thread_token()
  }
}
