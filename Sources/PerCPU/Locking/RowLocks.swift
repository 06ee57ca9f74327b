// SPDX-License-Identifier: Apache-2.0

public import CAtomicsShim

/// A lock for each row: what the locks of this family, and the gates of `DifferentialCounter`, have in
/// common.
///
/// In each row stand
///
///     word      0, or the token of the thread that holds the lock, which no other thread has
///     sleepers  how many threads wait for this row in the kernel, or are about to
///
/// Local acquisition is the sequence "if the own-CPU word is 0, store my token": no locked
/// instruction on the restartable engine. Release is a plain store of 0, which is why sleepers are
/// counted beside the word and not in it.
///
/// Remote acquisition of a row that sequences write:
///  1. compare-exchange of 0 to my token. Only 0 is replaced, so this never gets in the way of a
///     holder's plain release.
///  2. a restart fence on that CPU: each claim that was in flight has committed, or starts again and
///     finds my token.
///  3. the word again. Still my token: I hold the lock. Otherwise a claim was committed over it, and
///     its thread holds or held the lock.
/// Nobody else stores a thread's token, and the thread itself waits for the outcome; so finding it
/// again means that nothing was stored in between. The unbound row, and every row on the
/// atomic engine, is only accessed with atomic instructions: step 1 is all.
///
/// Linearization: acquisition at the commit of the claim, or at the second look of a remote one;
/// release at the store of 0.
///
/// Sleeping, and why no wake-up is lost:
///
///     waiter                              holder
///     sleepers += 1                       word := 0 (release)
///     heavy fence                         light fence
///     word still held? sleep              sleepers not 0? wake one
///
/// The fences pair: the holder sees the sleeper, or the waiter sees the word free. The waiter's
/// futex compares the word once more, so a release in between is noticed, too. If the same thread
/// has acquired again by then, the comparison finds its token once more and the waiter sleeps on;
/// but it is counted, so that the next release wakes.
///
/// A release wakes one sleeper. Whoever was woken and does not take *this* row, because it runs on
/// another CPU by now, passes the wake-up on; otherwise the row could lie free while the others
/// sleep. Whoever takes it releases it, and that wakes the next.
@safe
@frozen
@usableFromInline
struct RowLocks {
  /// What a local acquisition does when the own row is held.
  @usableFromInline
  enum BusyPolicy: Sendable {
    /// Waits for it.
    case wait
    /// Takes any row that is free; waits otherwise.
    case anyRow
  }

  /// Bytes of a row that belong to the lock.
  static let byteCount = 16

  /// The word of a row, by which it is held.
  @usableFromInline
  typealias Word = UnsafeMutablePointer<Int>

  @usableFromInline
  let slots: UnsafeMutableRawPointer

  init(slots: UnsafeMutableRawPointer) {
    unsafe self.slots = slots
    // Made here, because making it allocates, and locking may happen in a signal handler.
    _ = CPU.rows
  }

  // MARK: Locally

  /// Acquires the lock of the row this thread is on, or, depending on the policy, another one.
  @inlinable
  @inline(__always)
  func acquireLocal(_ policy: BusyPolicy) -> Word {
    let claim = unsafe percpu_sequence_claim_once(slots, 0, percpu_thread_token())
    if _fastPath(unsafe claim.committed) { return unsafe claim.word.unsafelyUnwrapped }
    return unsafe acquireLocalSlowly(policy)
  }

  /// Acquires the lock of the row this thread is on unless it is held.
  @inlinable
  @inline(__always)
  func tryAcquireLocal() -> Word? {
    let claim = unsafe percpu_sequence_claim_if(slots, 0, percpu_thread_token())
    return unsafe claim.committed ? claim.word : nil
  }

  @inlinable
  @inline(__always)
  func release(_ word: Word) {
    // Release: pairs with the acquire of the next claim, local or remote.
    unsafe percpu_word_store_release(word, 0)
    // Pairs with the heavy fence of a waiter between its count and its look at the word.
    percpu_fence_light()
    // Relaxed: ordered by the fences.
    if _slowPath(unsafe percpu_u32_load_relaxed(sleepers(word)) != 0) { unsafe wake(word) }
  }

  @usableFromInline
  func acquireLocalSlowly(_ policy: BusyPolicy) -> Word {
    let me = percpu_thread_token()
    while true {
      let claim = unsafe percpu_sequence_claim_if(slots, 0, me)
      let word = unsafe claim.word.unsafelyUnwrapped
      if unsafe claim.committed { return unsafe word }
      if let other = unsafe tryOther(than: row(of: word), policy, me) { return unsafe other }
      unsafe trapIfMine(word)
      if unsafe spin(word) { continue }
      if let taken = unsafe sleepLocally(word, me) { return unsafe taken }
    }
  }

  /// Sleeps until a local claim succeeds; nil if this thread has come to another row, and that one
  /// is held as well.
  private func sleepLocally(_ word: Word, _ me: Int) -> Word? {
    unsafe beginSleep(word)
    while true {
      let claim = unsafe percpu_sequence_claim_if(slots, 0, me)
      let isHere = unsafe claim.word == word
      if unsafe claim.committed || !isHere {
        unsafe endSleep(word, taken: claim.committed && isHere)
        return unsafe claim.committed ? claim.word : nil
      }
      unsafe sleep(word)
    }
  }

  private func tryOther(than row: Int, _ policy: BusyPolicy, _ me: Int) -> Word? {
    if policy == .wait { return nil }
    let unbound = CPU.unbound.rawValue
    if row != unbound, tryAcquire(unbound, me) { return unsafe word(unbound) }
    // Those behind the own one first, so that not everybody turns to the same.
    for cpu in CPU.possible where cpu.rawValue > row && tryAcquire(cpu.rawValue, me) {
      return unsafe word(cpu.rawValue)
    }
    for cpu in CPU.possible where cpu.rawValue < row && tryAcquire(cpu.rawValue, me) {
      return unsafe word(cpu.rawValue)
    }
    return nil
  }

  // MARK: From anywhere

  /// Acquires the lock of a row, whichever this thread is on.
  @usableFromInline
  func acquire(_ row: Int) -> Word {
    let me = percpu_thread_token()
    let word = unsafe word(row)
    while true {
      if tryAcquire(row, me) { return unsafe word }
      unsafe trapIfMine(word)
      if unsafe spin(word) { continue }
      unsafe beginSleep(word)
      while true {
        if tryAcquire(row, me) {
          unsafe endSleep(word, taken: true)
          return unsafe word
        }
        unsafe sleep(word)
      }
    }
  }

  func tryAcquire(_ row: Int, _ me: Int) -> Bool {
    let word = unsafe word(row)
    // Acquire: pairs with the release of the last holder.
    guard unsafe percpu_word_compare_exchange_acquire(word, 0, me).exchanged else {
      return false
    }
    if row == CPU.unbound.rawValue || !percpu_engine_is_restartable() { return true }
    percpu_fence_restart_cpu(Int32(truncatingIfNeeded: row))
    return unsafe isHeld(word, by: me)
  }

  /// Whether this thread holds the lock of a row.
  func isMine(_ row: Int) -> Bool {
    // Relaxed: only this thread stores its token, and takes it away.
    unsafe percpu_word_load_relaxed(word(row)) == percpu_thread_token()
  }

  private func isHeld(_ word: Word, by me: Int) -> Bool {
    // Acquire: as that of the compare-exchange.
    unsafe percpu_word_load_acquire(word) == me
  }

  private func trapIfMine(_ word: Word) {
    let row = unsafe row(of: word)
    if isMine(row) {
      fatalError(
        """
        PerCPU: this thread holds the lock of \(CPU(rawValue: row)) already and \
        would wait for itself for ever. Do not lock again inside of the closure, or lock or fold in a \
        signal handler that can interrupt it; tryWithLocal is safe there.
        """)
    }
  }

  // MARK: Waiting

  /// Waits a moment; true if the row was seen free.
  private func spin(_ word: Word) -> Bool {
    for _ in 0..<Waiting.spins {
      // Relaxed: the claim that follows acquires.
      if unsafe percpu_word_load_relaxed(word) == 0 { return true }
      percpu_pause()
    }
    return false
  }

  private func beginSleep(_ word: Word) {
    // Relaxed: ordered by the fence, which pairs with the light one of `release`.
    _ = unsafe percpu_u32_fetch_add_relaxed(sleepers(word), 1)
    percpu_fence_heavy()
  }

  private func sleep(_ word: Word) {
    // Relaxed: the kernel compares again.
    let holder = unsafe percpu_word_load_relaxed(word)
    if holder == 0 { return }
    _ = unsafe percpu_futex_wait(half(of: word), UInt32(truncatingIfNeeded: holder), -1)
  }

  private func endSleep(_ word: Word, taken: Bool) {
    // Relaxed: a count that is seen too high costs a needless wake-up.
    let others = unsafe percpu_u32_fetch_add_relaxed(sleepers(word), UInt32.max) &- 1
    if !taken && others > 0 { unsafe wake(word) }
  }

  @usableFromInline
  func wake(_ word: Word) {
    _ = unsafe percpu_futex_wake(half(of: word), 1)
  }

  private func half(of word: Word) -> UnsafePointer<UInt32> {
    unsafe UnsafePointer<UInt32>(OpaquePointer(word))
  }

  // MARK: Memory

  @inlinable
  @inline(__always)
  func word(_ row: Int) -> Word {
    unsafe percpu_row_word(slots, row)
  }

  @inlinable
  @inline(__always)
  func row(of word: Word) -> Int {
    unsafe percpu_row_of(slots, word)
  }

  @inlinable
  @inline(__always)
  func sleepers(_ word: Word) -> UnsafeMutablePointer<UInt32> {
    unsafe UnsafeMutableRawPointer(word + 1).assumingMemoryBound(to: UInt32.self)
  }
}
