// SPDX-License-Identifier: Apache-2.0

public import CAtomicsShim

/// The words of a batch's row. All but `delivered` belong to whoever holds the row's lock.
///
///     0   lock       see BatchLocks
///     16  next       where the next element goes
///     24  limit      where that is done without a further look: in front of the half's last place;
///                    0 while elements are delivered at once
///     32  half       where the half that is filled begins
///     40  other      where the other one begins
///     48  taken      delivery tickets drawn
///     52  delivered  delivery tickets done with; its lowest bit: somebody sleeps until it changes
///     64  (of the unbound row) the lock that a drain of all holds
///
/// Tickets are counted in steps of 2 and wrap around.
@safe
@frozen
@usableFromInline
struct BatchRow {
  static let headerSize = PerCPUArena.lineSize
  static let drainLockOffset = 64
  private static let step: UInt32 = 2
  private static let sleeping: UInt32 = 1

  @usableFromInline
  let word: UnsafeMutablePointer<Int>

  @inlinable
  @inline(__always)
  init(_ word: UnsafeMutablePointer<Int>) {
    unsafe self.word = word
  }

  // Relaxed, all of them: ordered by the row's lock.

  @inlinable
  @inline(__always)
  var next: UnsafeMutableRawPointer {
    get { unsafe percpu_pointer_load_relaxed(place(16)).unsafelyUnwrapped }
    nonmutating set { unsafe percpu_pointer_store_relaxed(place(16), newValue) }
  }

  @inlinable
  @inline(__always)
  var limit: Int {
    get { unsafe percpu_word_load_relaxed(word + 3) }
    nonmutating set { unsafe percpu_word_store_relaxed(word + 3, newValue) }
  }

  var half: UnsafeMutableRawPointer {
    get { unsafe percpu_pointer_load_relaxed(place(32)).unsafelyUnwrapped }
    nonmutating set { unsafe percpu_pointer_store_relaxed(place(32), newValue) }
  }

  var other: UnsafeMutableRawPointer {
    get { unsafe percpu_pointer_load_relaxed(place(40)).unsafelyUnwrapped }
    nonmutating set { unsafe percpu_pointer_store_relaxed(place(40), newValue) }
  }

  @inlinable
  @inline(__always)
  func place(_ offset: Int) -> UnsafeMutablePointer<UnsafeMutableRawPointer?> {
    unsafe (UnsafeMutableRawPointer(word) + offset)
      .assumingMemoryBound(to: UnsafeMutableRawPointer?.self)
  }

  /// Bytes of the half that are filled.
  var filled: Int { unsafe next - half }

  /// Goes on with the other half, which must be free, or begins.
  func fill(_ half: UnsafeMutableRawPointer, other: UnsafeMutableRawPointer) {
    unsafe self.half = half
    unsafe self.other = other
    unsafe next = half
  }

  var taken: UnsafeMutablePointer<UInt32> {
    unsafe UnsafeMutableRawPointer(word + 6).assumingMemoryBound(to: UInt32.self)
  }

  var delivered: UnsafeMutablePointer<UInt32> { unsafe taken + 1 }

  // MARK: Tickets

  /// The number of tickets drawn. For the holder of the lock.
  var ticketsDrawn: UInt32 { unsafe percpu_u32_load_relaxed(taken) }

  /// Draws the next ticket and returns how many are done with when it is. For the holder of the
  /// lock.
  func drawTicket() -> UInt32 {
    let end = ticketsDrawn &+ Self.step
    unsafe percpu_u32_store_relaxed(taken, end)
    return end
  }

  /// The number that will be done with when what lies in the row now is.
  var ticketsAfterNext: UInt32 { ticketsDrawn &+ Self.step }

  /// How many are done with.
  var ticketsDone: UInt32 {
    // Acquire: pairs with the release of `finish`: the half is free, and its elements were
    // delivered.
    unsafe percpu_u32_load_acquire(delivered) & ~Self.sleeping
  }

  /// Whether a ticket is drawn and not done with. For the holder of the lock.
  var isInFlight: Bool { ticketsDone != ticketsDrawn }

  func finish(_ ticket: UInt32) {
    // Release: pairs with the acquire of `ticketsDone`.
    let before = unsafe percpu_u32_exchange_release(delivered, ticket)
    if before & Self.sleeping != 0 { _ = unsafe percpu_futex_wake(delivered, Int32.max) }
  }

  /// Whether so many are done with.
  func isDone(_ ticket: UInt32) -> Bool {
    Self.reaches(ticketsDone, ticket)
  }

  /// Waits until so many are done with.
  func wait(for ticket: UInt32) {
    for _ in 0..<Waiting.spins {
      if isDone(ticket) { return }
      percpu_pause()
    }
    while true {
      // Acquire: as in `ticketsDone`.
      let now = unsafe percpu_u32_load_acquire(delivered)
      if Self.reaches(now & ~Self.sleeping, ticket) { return }
      let asleep = now | Self.sleeping
      // Relaxed: nothing is published.
      if unsafe now == asleep
        || percpu_u32_compare_exchange_relaxed(delivered, now, asleep).exchanged
      {
        _ = unsafe percpu_futex_wait(delivered, asleep, -1)
      }
    }
  }

  /// They wrap around, and differ by far less than half of what there are.
  private static func reaches(_ done: UInt32, _ ticket: UInt32) -> Bool {
    Int32(bitPattern: done &- ticket) >= 0
  }
}
