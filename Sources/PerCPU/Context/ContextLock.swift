// SPDX-License-Identifier: Apache-2.0

internal import CAtomicsShim

/// The lock of a `BigPerCPULock`, and the list of what waits for its holder.
///
/// One word:
///
///     | kicks under way ... | sleeping | deferred | holder: none, owner, remote |
///      31                 4      3          2      1                           0
///
/// and beside it
///
///     token   the holder's thread; its complement while the state is in use
///     list    what was deferred, the newest first
///
///     owner, enter: none -> owner            remote: none -> remote, run the body, release
///     owner, exit, and remote, release:      otherwise put the body into the list, and then, by the
///       deferred? clear it, run the list,    word:
///         start over                           none -> remote, run the list, release
///       kicks under way? wait for them         owner -> deferred; if it was not set, also kicks + 1,
///       -> none                                          kick, kicks - 1
///                                              remote -> deferred
///
/// Invariants
/// - `none` implies that nothing is deferred and no kick is under way: the release is one
///   compare-exchange of a word that says neither. A kick becomes one that is under way in the same
///   step that finds the owner active, so the owner cannot have left before it.
/// - What is in the list is run: whoever put it there goes on until it has either set `deferred` while the
///   lock was held, and then its holder runs the list before it leaves, or holds the lock and runs
///   the list itself.
/// - What is in the list is run once: it is taken off as a whole, and only by the holder.
///
/// Linearization: of a body, the moment it runs; the holder's acquisition and release enclose it.
///
/// - `deferred` is set by a compare-exchange even if it is set. The holder that clears it synchronizes with
///   all that set it, and finds what they put into the list. A load that finds it set orders nothing.
/// - If it was set already by somebody who found the owner active, that one kicks, and the owner has
///   not cleared it since; so one kick is enough.
/// - Only the owner sleeps on the word: for a remote holder to release, or for kicks to return. Whoever
///   does that finds `sleeping`.
@safe
@usableFromInline
struct ContextLock {
  private static let none: UInt32 = 0
  private static let owner: UInt32 = 1
  private static let remote: UInt32 = 2
  private static let holderBits: UInt32 = 3
  private static let deferredBit: UInt32 = 4
  private static let sleepingBit: UInt32 = 8
  private static let kick: UInt32 = 16

  private let line: OwnLine
  private let sendKick: @Sendable () -> Void

  init(kick: @escaping @Sendable () -> Void) {
    line = OwnLine()
    sendKick = kick
  }

  func deallocate() {
    line.deallocate()
  }

  var word: UnsafeMutablePointer<UInt32> { unsafe line.u32(at: 0) }
  var token: UnsafeMutablePointer<Int> { unsafe line.word(at: 8) }
  var list: UnsafeMutablePointer<UnsafeMutableRawPointer?> {
    unsafe (line.address + 16).assumingMemoryBound(to: UnsafeMutableRawPointer?.self)
  }

  // MARK: The owner

  func enter() {
    // Acquire: pairs with the release of `leave`. Release: pairs with the acquire of `deferWork`.
    if unsafe !percpu_u32_compare_exchange_acq_rel(word, Self.none, Self.owner).exchanged {
      enterSlowly()
    }
    setToken(percpu_thread_token())
  }

  private func enterSlowly() {
    trapIfMine()
    while true {
      // Relaxed: the compare-exchange acquires.
      let now = unsafe percpu_u32_load_relaxed(word)
      switch now & Self.holderBits {
      case Self.none:
        // Acquire and release: as in `enter`. The owner does not sleep any more.
        if unsafe percpu_u32_compare_exchange_acq_rel(word, now, Self.owner).exchanged { return }
      case Self.owner:
        fatalError("PerCPU: another thread is active in this context. A context has one owner.")
      default:
        wait { $0 & Self.holderBits == Self.remote }
      }
    }
  }

  func exit() {
    requireOwner()
    leave(Self.owner)
  }

  func runDeferred() {
    requireOwner()
    // Relaxed: `runList` acquires; what is found later is found by a later call.
    if unsafe percpu_u32_load_relaxed(word) & Self.deferredBit == 0 { return }
    beginUse()
    runList()
    endUse()
  }

  @usableFromInline
  func beginUse() {
    requireOwner()
    setToken(~percpu_thread_token())
  }

  @usableFromInline
  func endUse() {
    setToken(percpu_thread_token())
  }

  // MARK: Remote threads

  /// Acquires the lock if nobody holds it.
  @usableFromInline
  func tryAcquire() -> Bool {
    // Acquire: pairs with the release of `leave`.
    guard unsafe percpu_u32_compare_exchange_acquire(word, Self.none, Self.remote).exchanged else {
      return false
    }
    setToken(~percpu_thread_token())
    return true
  }

  @usableFromInline
  func release() {
    leave(Self.remote)
  }

  /// Leaves work to the holder; does it here if there is none any more.
  func deferWork(_ work: DeferredWork) {
    push(work)
    // Relaxed: the compare-exchanges order.
    var now = unsafe percpu_u32_load_relaxed(word)
    while true {
      let holder = now & Self.holderBits
      if holder == Self.none {
        if tryAcquire() {
          runList()
          return release()
        }
        now = unsafe percpu_u32_load_relaxed(word)
        continue
      }
      let mustKick = holder == Self.owner && now & Self.deferredBit == 0
      // Release: pairs with the acquire of `runList`. Acquire: pairs with the release of `enter`, before
      // which the owner may have emptied the source of its kicks, and not after this one.
      let result = unsafe percpu_u32_compare_exchange_acq_rel(
        word, now, (now | Self.deferredBit) &+ (mustKick ? Self.kick : 0))
      if result.exchanged { return mustKick ? kickOwner() : () }
      now = result.original
    }
  }

  private func kickOwner() {
    sendKick()
    // Release: pairs with the acquire of `leave`, whose owner then empties the source of its kicks.
    let before = unsafe percpu_u32_fetch_add_release(word, 0 &- Self.kick)
    if before & Self.sleepingBit != 0 { _ = unsafe percpu_futex_wake(word, 1) }
  }

  // MARK: The list

  private func push(_ work: DeferredWork) {
    // Relaxed: only its value is used.
    var newest = unsafe percpu_pointer_load_relaxed(list)
    while true {
      unsafe work.next = newest
      // Release: pairs with the acquire of `runList`.
      let result = unsafe percpu_pointer_compare_exchange_release(list, newest, work.address)
      if unsafe result.exchanged { return }
      unsafe newest = result.original
    }
  }

  /// Runs all that is in the list, the oldest first. For the holder.
  private func runList() {
    // Acquire: pairs with the release in `deferWork`. Cleared first: what is put there later sets it again.
    _ = unsafe percpu_u32_fetch_and_acquire(word, ~Self.deferredBit)
    // Acquire: pairs with the release of `push`.
    var newest = unsafe percpu_pointer_exchange_acquire(list, nil)
    var oldest: UnsafeMutableRawPointer? = nil
    while let work = unsafe newest {
      unsafe newest = DeferredWork(at: work).next
      unsafe DeferredWork(at: work).next = oldest
      unsafe oldest = work
    }
    while let work = unsafe oldest {
      unsafe oldest = DeferredWork(at: work).next
      unsafe DeferredWork(at: work).run()
    }
  }

  // MARK: Both

  /// Releases the lock when nothing is deferred and no kick is under way.
  private func leave(_ holder: UInt32) {
    setToken(0)
    // Release: pairs with the acquire of the next holder. Acquire: pairs with the release of `kickOwner`.
    var result = unsafe percpu_u32_compare_exchange_acq_rel(word, holder, Self.none)
    while !result.exchanged {
      let now = result.original
      if now & Self.deferredBit != 0 {
        setToken(~percpu_thread_token())
        runList()
        setToken(0)
      } else if now >= Self.kick {
        wait { $0 >= Self.kick && $0 & Self.deferredBit == 0 }
      } else {
        // Only `sleeping` is left: the owner waits for a remote holder, or has waited for kicks.
        // Acquire and release: as above.
        result = unsafe percpu_u32_compare_exchange_acq_rel(word, now, Self.none)
        if result.exchanged && holder == Self.remote { _ = unsafe percpu_futex_wake(word, 1) }
        continue
      }
      result = unsafe percpu_u32_compare_exchange_acq_rel(word, holder, Self.none)
    }
  }

  /// Waits a while, spinning and then asleep, as long as `condition` holds. For the owner.
  private func wait(while condition: (UInt32) -> Bool) {
    for _ in 0..<Waiting.spins {
      // Relaxed: whoever waits for something acquires it afterwards.
      if unsafe !condition(percpu_u32_load_relaxed(word)) { return }
      percpu_pause()
    }
    // Relaxed: the same.
    let now = unsafe percpu_u32_load_relaxed(word)
    if !condition(now) { return }
    let asleep = now | Self.sleepingBit
    // Relaxed: nothing is published.
    if now != asleep,
      unsafe !percpu_u32_compare_exchange_relaxed(word, now, asleep).exchanged
    {
      return
    }
    _ = unsafe percpu_futex_wait(word, asleep, -1)
  }

  // MARK: Misuse

  private func setToken(_ value: Int) {
    // On the simulated machine nobody looks.
    #if !PERCPU_MODEL
      // Relaxed: a thread only looks for its own.
      unsafe percpu_word_store_relaxed(token, value)
    #endif
  }

  private func requireOwner() {
    #if !PERCPU_MODEL
      // Relaxed: only this thread stores its token, and takes it away.
      enforce(
        unsafe percpu_word_load_relaxed(token) == percpu_thread_token(),
        """
        this thread is not active in this context, or is inside of withOwner. Call enter() first, \
        and runDeferred() and exit() outside of withOwner.
        """)
    #endif
  }

  /// Traps if this thread would wait for itself.
  func trapIfMine() {
    #if !PERCPU_MODEL
      let me = percpu_thread_token()
      // Relaxed: the same.
      let holder = unsafe percpu_word_load_relaxed(token)
      enforce(
        holder != me && holder != ~me,
        """
        this thread holds the lock of this context and would wait for itself for ever. Do not enter \
        twice, and do not perform anything and wait for it as the active owner or inside of a body.
        """)
    #endif
  }
}
