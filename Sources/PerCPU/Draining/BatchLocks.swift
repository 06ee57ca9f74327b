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

  // MARK: Locally

  /// Acquires the lock of the row this thread is on unless it is held.
  @inlinable
  @inline(__always)
  func tryAcquireLocal() -> Int? {
    if isSpinning { return spinLocal() }
    return unsafe rows.tryAcquireLocal().map { unsafe rows.row(of: $0) }
  }

  @inlinable
  @inline(__always)
  func spinLocal() -> Int? {
    let row = percpu_row_hint()
    return trySpin(row) ? row : nil
  }

  @inlinable
  @inline(__always)
  func trySpin(_ row: Int) -> Bool {
    // Acquire: pairs with the release of the last holder.
    unsafe percpu_word_compare_exchange_acquire(rows.word(row), 0, percpu_thread_token()).exchanged
  }

  @inlinable
  @inline(__always)
  func release(_ row: Int) {
    if isSpinning {
      // Release: pairs with the acquire of the next holder.
      unsafe percpu_word_store_release(rows.word(row), 0)
    } else {
      unsafe rows.release(rows.word(row))
    }
  }

  // MARK: From anywhere

  func tryAcquire(_ row: Int) -> Bool {
    isSpinning ? trySpin(row) : rows.tryAcquire(row, percpu_thread_token())
  }

  /// Waits for the lock, which this thread must not hold.
  func acquire(_ row: Int) {
    if !isSpinning {
      _ = unsafe rows.acquire(row)
      return
    }
    var turn = 0
    while !trySpin(row) {
      // Relaxed: the compare-exchange acquires.
      while unsafe percpu_word_load_relaxed(rows.word(row)) != 0 {
        turn += 1
        // The holder may need our CPU.
        if turn % Self.spins == 0 { percpu_thread_yield() } else { percpu_pause() }
      }
    }
  }

  func isMine(_ row: Int) -> Bool {
    // Relaxed: only this thread stores its token, and takes it away.
    unsafe percpu_word_load_relaxed(rows.word(row)) == percpu_thread_token()
  }
}
