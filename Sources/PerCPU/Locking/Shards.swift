// SPDX-License-Identifier: Apache-2.0

public import CAtomicsShim

/// The shards of a ``ShardedLock``, whatever their state is made of: who holds them, and how they are
/// taken from each other.
///
/// A row holds
///
///     word      see ShardWord
///     sleepers  how many threads wait for a fixed or stealing word
///     steals, losses   statistics
///     buffer 0, buffer 1
///
/// ## Invariants
/// - A buffer is written only while it is the inactive one, and only in a commit. So the active one is
///   stable until the second commit from now begins.
/// - A free word becomes another free one by an optimistic commit, held by a claim; a held one free by
///   its holder, or held by a thief.
/// - Of the free words no two have the same count, and the counts of those only grow.
///
/// ## An optimistic transaction
/// On the restartable engine a transaction first tries without holding anything: it reads a free
/// word, copies the active buffer, looks at the word again, runs the body, and commits in a section
/// that is this CPU's: "if I am on the CPU I began on and the word is what I read, write the inactive
/// buffer and store the word with count + 1 and the other buffer active". Sections of one CPU exclude
/// each other, so of two such transactions one commits first and the other finds the word changed. A
/// thread that is preempted in between is in nobody's way: there is nothing to steal. Count and buffer
/// of a free word never come back, so "what I read" means that nothing happened.
///
/// ## A claimed transaction
/// A thread that was overtaken, has been moved, or cannot run sections, holds the shard:
///  1. claim: "if the own row's word is still what I read, store it with my number".
///  2. copy the active buffer; acquire fence; the word must still be exactly mine. (A thief may have
///     come and committed twice meanwhile; the body must not run on a torn copy.)
///  3. the body works on the copy.
///  4. commit: if the word is still mine, write the copy to the inactive buffer and store the word,
///     free, with count + 1 and the other buffer active. One store publishes and releases: the
///     linearization point. It may happen on another CPU than the claim.
///
/// ## A steal
///  1. compare-exchange of the held word to {thief, count + 1, stealing}.
///  2. whatever commit of the holder is under way must be over, or see 1 (below).
///  3. compare-exchange of exactly what 1 stored to the same without `stealing`: the shard is the
///     thief's, and the holder's transaction will find itself lost. If that fails, a commit was
///     stored over it: the holder came first, and the thief starts over. (A plain store instead would
///     bring an old count back.)
/// A free row is taken from afar in the same way; what may then be under way is a claim, or an
/// optimistic commit.
///
/// ## What ends the commit of a holder: two ways
/// - *restart fence*: the commit is a restartable section. After the fence each has committed or
///   starts again and sees the thief's word; a holder that is preempted inside of one is aborted
///   when it comes back, so nobody waits for it. This covers everybody's sections, so a stealing
///   word may itself be stolen from.
/// - *announcement*: the holder counts its record's `commits` odd, notes the word beside it, light
///   fence, looks at the word, commits, counts even. The thief changes the word, heavy fence, looks at
///   `commits`. Even, or about another word: the holder will see the thief's word, or has been there.
///   Odd: the thief waits until the number changes, or the word does. So a holder preempted inside of
///   these few instructions is waited for, and one preempted anywhere else in its transaction is not.
///   The thief asks the record of one holder, so a stealing word, whose former holder it does not
///   know, is left alone (if the thief is gone, everybody's record is asked).
///
/// The proposal of 2015 sends the holder a signal. With the announcement there is nothing left for a
/// signal to do: what it could abort has to be waited for anyhow, since the signal may be blocked, or
/// its handler may run on top of another one that interrupted the commit.
///
/// ## The mixing hazard
/// Locked instructions of others meet plain stores of sections here: the store of a claim or a commit
/// may fall on top of the thief's word. That is what step 3 detects, after the fence. Claims of the
/// unbound row are locked instructions themselves.
///
/// ## Progress
/// A thread that has lost its claim or its steal a few times in a row fixes the next one from its
/// first step on, and is waited for: two thieves could otherwise take the shard from each other for
/// ever. So is everybody with `stealing: .never`. Fixed and stealing words are *pinned* in the record
/// of the thread, from before the word is stored until after it is replaced: if the thread ends, or is
/// not there after a fork, its number is never used again, and its words may be taken like any other.
///
/// Signals are kept from a thread while it is pinned. So whoever is waited for goes on, and ends.
///
/// A signal handler that interrupted an announced commit must wait for nobody who may wait for that.
/// It takes any row that is free, or that it can steal at once; one that it would have to wait for it
/// gives back by storing the old word again. It fixes what it has taken, so that it is not robbed: its
/// own commit would have to be announced inside of the other one.
@safe
@frozen
@usableFromInline
struct Shards {
  // After so many losses in a row a transaction is fixed; after so many torn copies a reader holds the
  // shard; after so many looks at a word a waiter sleeps.
  #if PERCPU_MODEL
    // All of it must happen in a few steps, and a pause lasts until something has changed.
    static let lossesAllowed = 1
    private static let readsAllowed = 2
    static let spins = 0
  #else
    static let lossesAllowed = 8
    private static let readsAllowed = 64
    static let spins = 32
  #endif

  @inlinable static var bufferOffset: Int { 32 }

  @usableFromInline
  let slots: UnsafeMutableRawPointer
  /// Bytes of the state; a buffer has room for whole words.
  let size: Int
  @usableFromInline
  let stealing: Stealing

  @usableFromInline
  enum Stealing: Sendable {
    case restartFence, announcement, never
  }

  /// A shard that this thread holds, or held until somebody took it.
  @frozen
  @usableFromInline
  struct Claim {
    @usableFromInline
    let row: Int
    @usableFromInline
    let word: ShardWord

    @inlinable
    init(row: Int, word: ShardWord) {
      self.row = row
      self.word = word
    }
  }

  init(stateSize: Int, stealing: Stealing) {
    size = stateSize
    self.stealing = stealing
    unsafe slots = PerCPUArena.shared.allocate(byteCount: Self.byteCount(stateSize))
    // Made here, because making it allocates, and an update may happen in a signal handler.
    _ = CPU.rows
  }

  private static func byteCount(_ size: Int) -> Int { bufferOffset + 2 * stride(of: size) }

  func deallocate() {
    unsafe PerCPUArena.shared.deallocate(slots, byteCount: Self.byteCount(size))
  }

  // MARK: Transactions

  /// What an optimistic transaction starts from: the own row's word if it is free.
  @inlinable
  @inline(__always)
  func begin() -> Claim? {
    let row = percpu_thread_cpu()
    guard _fastPath(row >= 0 && stealing == .restartFence) else { return nil }
    let word = load(Int(row))
    return _fastPath(word.isFree) ? Claim(row: Int(row), word: word) : nil
  }

  /// Copies the state out for an optimistic transaction; false if the shard was changed meanwhile. One
  /// word cannot be torn, and that it is out of date is noticed at the end.
  @inlinable
  @inline(__always)
  func copyOptimistically(
    _ start: Claim, to state: UnsafeMutableRawPointer, size: Int
  ) -> Bool {
    if size > MemoryLayout<Int>.size { return unsafe copy(start, to: state, size: size) }
    unsafe percpu_copy_from_shared(state, buffer(start.row, start.word.active, size), size)
    return true
  }

  /// Publishes the state if this thread is on the CPU it began on and nothing has happened there.
  @inlinable
  @inline(__always)
  func finish(_ claim: Claim, from state: UnsafeRawPointer, size: Int) -> Bool {
    unsafe percpu_sequence_commit_once(
      Int32(truncatingIfNeeded: claim.row), word(claim.row), claim.word.bits,
      claim.word.successor().bits,
      percpu_copy_plan(buffer(claim.row, claim.word.active ^ 1, size), state, size))
  }

  /// Copies the state out; false if the shard was taken meanwhile, and the copy is worth nothing.
  @inlinable
  @inline(__always)
  func copy(_ claim: Claim, to state: UnsafeMutableRawPointer, size: Int) -> Bool {
    unsafe percpu_copy_from_shared(state, buffer(claim.row, claim.word.active, size), size)
    // Pairs with the release fence of a commit: who saw something of it sees that the word was taken.
    percpu_fence_acquire()
    // Relaxed: ordered by the fence.
    return unsafe percpu_word_load_relaxed(word(claim.row)) == claim.word.bits
  }

  /// Publishes the state and releases the shard; false if the shard was taken meanwhile.
  @usableFromInline
  func commit(_ claim: Claim, from state: UnsafeRawPointer, size: Int) -> Bool {
    let new = claim.word.released(committed: true)
    let copy = unsafe percpu_copy_plan(
      buffer(claim.row, claim.word.active ^ 1, size), state, size)
    if claim.word.isFixed {
      unsafe percpu_commit_owned(word(claim.row), new.bits, copy)
      unpin()
      wakeSleepers(claim.row)
      return true
    }
    if stealing == .announcement {
      let committed = unsafe percpu_commit_announced(
        percpu_participant_number(), word(claim.row), claim.word.bits, new.bits, copy)
      if !committed { noteLoss() }
      return committed
    }
    switch unsafe percpu_sequence_commit(word(claim.row), claim.word.bits, new.bits, copy) {
    case PERCPU_COMMITTED: return true
    case PERCPU_MISMATCH: break
    default:
      // Sections do not get through on this thread. A fixed word needs none.
      if let fixed = fix(claim) { return unsafe commit(fixed, from: state, size: size) }
    }
    noteLoss()
    return false
  }

  private func fix(_ claim: Claim) -> Claim? {
    pin()
    let fixed = Claim(row: claim.row, word: claim.word.fixed())
    // Acquire: nothing of the commit may be seen before. Only this thread's own sections write a word
    // that it holds, and none is under way.
    if unsafe percpu_word_compare_exchange_acquire(
      word(claim.row), claim.word.bits, fixed.word.bits
    ).exchanged {
      return fixed
    }
    unpin()
    return nil
  }

  /// Releases the shard as it was.
  @usableFromInline
  func abandon(_ claim: Claim) {
    let new = claim.word.released(committed: false)
    if claim.word.isFixed {
      unsafe percpu_word_store_release(word(claim.row), new.bits)
      unpin()
      wakeSleepers(claim.row)
    } else if unsafe !percpu_word_compare_exchange_release(
      word(claim.row), claim.word.bits, new.bits
    ).exchanged {
      noteLoss()
    }
  }

  // MARK: Reading

  /// Copies out a state as it was at one moment, of any row, without making anybody wait.
  func read(_ row: Int, to state: UnsafeMutableRawPointer) {
    var losses = 0
    while true {
      for _ in 0..<Self.readsAllowed {
        let before = load(row)
        unsafe percpu_copy_from_shared(state, buffer(row, before.active, size), size)
        // Pairs with the release fence of a commit: who saw something of the second commit from now
        // sees the word of the first.
        percpu_fence_acquire()
        // Relaxed: ordered by the fence.
        let after = ShardWord(bits: unsafe percpu_word_load_relaxed(word(row)))
        if before.vouches(until: after) { return }
        percpu_pause()
      }
      // The shard changes faster than it can be copied. While it is held, it does not.
      if mustNotWait(percpu_participant_number()) { continue }
      if let claim = acquire(row: row, losses: losses) {
        let isWhole = unsafe copy(claim, to: state, size: size)
        abandon(claim)
        if isWhole { return }
        losses &+= 1
      }
    }
  }

  func statistic(at offset: Int) -> Int {
    // Relaxed: counters.
    CPU.rows.reduce(0) {
      unsafe $0 &+ percpu_word_load_relaxed(percpu_row_word(slots + offset, $1.rawValue))
    }
  }

  @usableFromInline
  func noteLoss() { unsafe percpu_sequence_add(slots + 24, 1) }

  // MARK: Memory

  @inlinable
  @inline(__always)
  func word(_ row: Int) -> UnsafeMutablePointer<Int> { unsafe percpu_row_word(slots, row) }

  /// Acquire: pairs with the release of a commit.
  @inlinable
  @inline(__always)
  func load(_ row: Int) -> ShardWord {
    ShardWord(bits: unsafe percpu_word_load_acquire(word(row)))
  }

  /// The size is that of the state; given again, because a caller knows it at compile time.
  @inlinable
  @inline(__always)
  func buffer(_ row: Int, _ index: Int, _ size: Int) -> UnsafeMutableRawPointer {
    unsafe UnsafeMutableRawPointer(percpu_row_word(slots, row)) + Self.bufferOffset
      + index &* Self.stride(of: size)
  }

  @inlinable
  static func stride(of size: Int) -> Int { max(8, (size &+ 7) & -8) }

  func sleepers(_ row: Int) -> UnsafeMutablePointer<UInt32> {
    unsafe UnsafeMutableRawPointer(percpu_row_word(slots, row) + 1)
      .assumingMemoryBound(to: UInt32.self)
  }
}
