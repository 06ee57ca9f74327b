// SPDX-License-Identifier: Apache-2.0

internal import CAtomicsShim

/// How a shard is acquired when it is not free, from afar, or by whoever must not wait; how others are
/// waited for. The protocol stands in Shards.
extension Shards {
  // MARK: Acquiring

  /// Acquires the shard of the row this thread is on.
  @usableFromInline
  func acquire(losses: Int) -> Claim {
    let me = percpu_participant_number()
    if stealing == .announcement && mustNotWait(me) { return acquireElsewhere(me) }
    var losses = losses
    var row = percpu_row_hint()
    while true {
      let word = load(row)
      if word.isFree {
        if let claim = claim(&row, word, me, fixed: mustFix(losses)) { return claim }
        continue
      } else if isTakeable(row, word, by: me) {
        if let claim = takeOver(row, word, me, fixed: mustFix(losses)) { return claim }
        // A steal that was stolen is a loss as well.
        losses &+= 1
      } else if word.holder == me || mustNotWait(me) {
        return acquireElsewhere(me)
      } else {
        wait(row, while: word)
      }
      row = percpu_row_hint()
    }
  }

  /// Acquires the shard of a row, whichever this thread is on. Nil if this thread holds it in a way
  /// that nobody can take it.
  func acquire(row: Int, losses: Int) -> Claim? {
    let me = percpu_participant_number()
    var losses = losses
    while true {
      let word = load(row)
      if word.isFree || isTakeable(row, word, by: me) {
        // An announced commit cannot be part of another one.
        let fixed = mustFix(losses) || stealing == .announcement && mustNotWait(me)
        if let claim = takeOver(row, word, me, fixed: fixed) { return claim }
        losses &+= 1
      } else if word.holder == me {
        return nil
      } else {
        wait(row, while: word)
      }
    }
  }

  /// For whoever must not wait for a certain row: any that is free, or can be taken without waiting.
  private func acquireElsewhere(_ me: UInt32) -> Claim {
    // Nobody may come to wait for a handler that others wait for already.
    let fixed = stealing != .restartFence
    var turn = 0
    while true {
      var claim: Claim?
      _ = CPU.firstRow { cpu in
        let word = load(cpu.rawValue)
        if word.isFree || isTakeable(cpu.rawValue, word, by: me) {
          claim = takeOver(cpu.rawValue, word, me, fixed: fixed)
        }
        return claim != nil
      }
      if let claim { return claim }
      let other = CPU.firstRow { cpu in
        let word = load(cpu.rawValue)
        return word.holder != me || isTakeable(cpu.rawValue, word, by: me)
      }
      if other == nil {
        fatalError(
          """
          PerCPU: this thread holds every shard of a ShardedLock. Do not update it inside of its \
          own update.
          """)
      }
      rest(turn, CPU.unbound.rawValue, while: load(CPU.unbound.rawValue))
      turn += 1
    }
  }

  private func mustFix(_ losses: Int) -> Bool {
    stealing == .never || losses >= Self.lossesAllowed
  }

  /// Claims the row this thread is on if its word is this free one; `row` is then where to look next.
  func claim(
    _ row: inout Int, _ word: ShardWord, _ me: UInt32, fixed: Bool
  ) -> Claim? {
    if fixed { pin() }
    let claimed = word.claimed(by: me, fixed: fixed)
    let unbound = CPU.unbound.rawValue
    if row == unbound && percpu_engine_is_restartable() {
      // Acquire: pairs with the release of the last commit.
      if unsafe percpu_word_compare_exchange_acquire(
        self.word(row), word.bits, claimed.bits
      ).exchanged {
        return Claim(row: row, word: claimed)
      }
    } else {
      let claim = unsafe percpu_sequence_claim_if(slots, word.bits, claimed.bits)
      let place = unsafe percpu_row_of(slots, claim.word.unsafelyUnwrapped)
      if unsafe claim.committed { return Claim(row: place, word: claimed) }
      // Sections do not get through, and the unbound row's word is another one.
      row = place == unbound ? unbound : percpu_row_hint()
    }
    if fixed { unpin() }
    return nil
  }

  // MARK: Stealing

  func isTakeable(_ row: Int, _ word: ShardWord, by me: UInt32) -> Bool {
    if percpu_participant_is_dead(word.holder) { return true }
    if word.isFixed { return false }
    switch stealing {
    case .never: return false
    case .restartFence: return true
    // Our own commit, if that was interrupted, goes on after us.
    case .announcement:
      return !word.isStealing && !(word.holder == me && isCommitting(me, row) != nil)
    }
  }

  /// Takes a shard that is free or held by somebody else. Nil if it changed meanwhile, or would have to
  /// be waited for by whoever must not wait.
  func takeOver(_ row: Int, _ old: ShardWord, _ me: UInt32, fixed: Bool) -> Claim? {
    let waits = stealing != .announcement || !mustNotWait(me)
    pin()
    let token = old.stolen(by: me, fixed: fixed)
    // Acquire: pairs with the release of the last commit. Release: for whoever steals from us.
    guard
      unsafe percpu_word_compare_exchange_acq_rel(word(row), old.bits, token.bits).exchanged
    else {
      unpin()
      return nil
    }
    // Claims and commits that are sections have committed now, or will see the token; and the heavy
    // half of the pair whose light half is in the announced commit.
    percpu_fence_restart_all()
    let isOver =
      stealing != .announcement || old.isFree || commitsAreOver(old, row, token, waits: waits)
    // If not, the former holder may find the shard in its hands again, as if nothing had happened. If it
    // has seen the token, nobody is in that transaction any more, and the next one takes the shard.
    let new = isOver ? token.secured() : old
    // Acquire: if it succeeds, nothing was stored since; what was copied before is ours to overwrite.
    let isMine = unsafe percpu_word_compare_exchange_acquire(
      word(row), token.bits, new.bits
    ).exchanged
    // What is given back has cost the holder a transaction as well.
    if isMine && !old.isFree { unsafe percpu_sequence_add(slots + 16, 1) }
    let isSecured = isMine && isOver
    if !(isSecured && fixed) { unpin() }
    wakeSleepers(row)
    return isSecured ? Claim(row: row, word: new) : nil
  }

  /// Whether the commit that the former holder has announced is over, if need be after waiting for it.
  /// The former holder of a shard whose thief is gone is not known: then everybody's.
  private func commitsAreOver(
    _ old: ShardWord, _ row: Int, _ token: ShardWord, waits: Bool
  ) -> Bool {
    if !old.isStealing { return commitIsOver(of: old.holder, row, token, waits: waits) }
    // Our own included, which a handler may have interrupted.
    let limit = percpu_participant_limit()
    var holder: UInt32 = 1
    while holder <= limit {
      if !commitIsOver(of: holder, row, token, waits: waits) { return false }
      holder += 1
    }
    return true
  }

  /// Whether a commit to this shard that a thread has announced is over, or the word shows that it was.
  private func commitIsOver(
    of holder: UInt32, _ row: Int, _ token: ShardWord, waits: Bool
  ) -> Bool {
    guard let first = isCommitting(holder, row) else { return true }
    var turn = 0
    while percpu_participant_commits(holder) == first, load(row) == token {
      if !waits { return false }
      rest(turn, row, while: token)
      turn += 1
    }
    return true
  }

  /// The count of commits of a thread that has announced one to this row; nil if it has not.
  private func isCommitting(_ holder: UInt32, _ row: Int) -> UInt32? {
    let commits = percpu_participant_commits(holder)
    guard commits % 2 != 0, unsafe percpu_participant_commits_to(holder, word(row)) else {
      return nil
    }
    return commits
  }

  /// Whether this is a signal handler that interrupted an announced commit of its own thread, for which
  /// others may wait, or an update inside of one that is pinned.
  func mustNotWait(_ me: UInt32) -> Bool {
    percpu_participant_pinned(me) != 0 || percpu_participant_commits(me) % 2 != 0
  }

  // MARK: Waiting

  /// Waits until a word that cannot be taken has changed, or its holder is gone.
  private func wait(_ row: Int, while word: ShardWord) {
    for turn in 0..<Self.spins {
      if load(row) != word { return }
      rest(turn, row, while: word)
    }
    // Relaxed: ordered by the fence, which pairs with the light one of `wakeSleepers`.
    _ = unsafe percpu_u32_fetch_add_relaxed(sleepers(row), 1)
    percpu_fence_heavy()
    // With a limit: a holder whose thread ends wakes nobody.
    if load(row) == word { sleep(row, while: word, nanoseconds: 20_000_000) }
    _ = unsafe percpu_u32_fetch_add_relaxed(sleepers(row), UInt32.max)
  }

  /// One of many turns of waiting for something of which there is no notice: a thread of lower priority
  /// may have to run first.
  private func rest(_ turn: Int, _ row: Int, while word: ShardWord) {
    switch turn {
    case ..<32: percpu_pause()
    case ..<256: percpu_thread_yield()
    default: sleep(row, while: word, nanoseconds: 1_000_000)
    }
  }

  private func sleep(_ row: Int, while word: ShardWord, nanoseconds: Int64) {
    let half = unsafe UnsafePointer<UInt32>(OpaquePointer(self.word(row)))
    _ = unsafe percpu_futex_wait(half, UInt32(truncatingIfNeeded: word.bits), nanoseconds)
  }

  /// For whoever has replaced a fixed or stealing word.
  func wakeSleepers(_ row: Int) {
    // Pairs with the heavy fence of a waiter between its count and its look at the word.
    percpu_fence_light()
    // Relaxed: ordered by the fences.
    if unsafe percpu_u32_load_relaxed(sleepers(row)) != 0 {
      let half = unsafe UnsafePointer<UInt32>(OpaquePointer(word(row)))
      _ = unsafe percpu_futex_wake(half, Int32.max)
    }
  }

  // No handler runs on a pinned thread: it might wait for rows that are all pinned by threads in whose
  // handlers somebody waits, too. Without stealing all is pinned, and handlers may not come.

  func pin() {
    if stealing != .never { percpu_signals_defer() }
    percpu_participant_pin(percpu_participant_number(), 1)
  }

  func unpin() {
    percpu_participant_pin(percpu_participant_number(), -1)
    if stealing != .never { percpu_signals_resume() }
  }
}
