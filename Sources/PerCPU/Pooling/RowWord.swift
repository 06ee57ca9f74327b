// SPDX-License-Identifier: Apache-2.0

internal import CAtomicsShim

/// The first word of one row of a stack or list, as others than its own CPU's sections see it.
///
/// It is an index or an address while the row is free, and negative, a token, while a thread holds
/// it. Sections leave a row alone that is held. To hold a row that sections write:
///  1. compare-exchange of what the word is, if that is not negative, to my token. A held word is
///     never replaced, so this does not get in the way of a holder's plain store.
///  2. a restart fence on that CPU: each section that was in flight has committed, or starts again
///     and finds my token.
///  3. the word again. Still my token: the row is mine, as it was at the compare-exchange.
///     Otherwise a section that had loaded the word before committed over it; nothing is lost, as I
///     have touched nothing.
/// Nobody else stores a thread's token, and the thread itself waits for the outcome, so finding it
/// again means that nothing was stored in between. (A signal handler of this thread may hold the
/// row meanwhile, if a section has committed over the token; it gives it back before it returns.)
/// The unbound row, and every row on the atomic engine, is only written by holders: step 1 is all.
///
/// A holder waits for nothing. It is *pinned*: if the process forks meanwhile,
/// the child knows that this row is never given back there.
@safe
package struct RowWord {
  let address: UnsafeMutablePointer<Int>
  let row: Int

  package init(_ slots: UnsafeMutableRawPointer, _ cpu: CPU) {
    unsafe address = percpu_row_word(slots, cpu.rawValue)
    row = cpu.rawValue
  }

  /// Negative if somebody holds the row. Relaxed: a hint.
  package var hint: Int { unsafe percpu_word_load_relaxed(address) }

  /// How often to try while others come in between: each time one of them got on.
  private static var tries: Int { 16 }

  /// Holds the row unless somebody else does. Returns what the word was. Nil also if others came in
  /// between each time.
  package func tryHold() -> Int? {
    let own = percpu_participant_number()
    let token = percpu_holder_token()
    percpu_participant_pin(own, 1)
    var tries = 0
    while tries < Self.tries {
      let value = hint
      if value < 0 { break }
      // Acquire: pairs with the release of the last commit, or of the last holder.
      if unsafe percpu_word_compare_exchange_acquire(address, value, token).exchanged,
        isHeld(by: token)
      {
        return value
      }
      tries += 1
    }
    percpu_participant_pin(own, -1)
    return nil
  }

  private func isHeld(by token: Int) -> Bool {
    if row == CPU.unbound.rawValue || !percpu_engine_is_restartable() { return true }
    percpu_fence_restart_cpu(Int32(truncatingIfNeeded: row))
    // Acquire: as that of the compare-exchange.
    return unsafe percpu_word_load_acquire(address) == token
  }

  /// Holds the row as soon as nobody else does. Returns what the word was; nil if its holder was
  /// lost in a fork, and nobody ever will hold it again.
  package func hold() -> Int? {
    var looks = 0
    while true {
      if let value = tryHold() { return value }
      let word = hint
      if word < 0 {
        if percpu_participant_is_dead(percpu_holder_of(word)) { return nil }
        rest(word, looks)
        looks += 1
      }
    }
  }

  /// Waits for a holder. It gives no notice: it is rare that somebody waits. At last asleep, since a
  /// thread of lower priority may have to run first.
  private func rest(_ word: Int, _ looks: Int) {
    if looks < 64 { return percpu_pause() }
    if looks < 256 { return percpu_thread_yield() }
    let half = unsafe UnsafeRawPointer(address).assumingMemoryBound(to: UInt32.self)
    _ = unsafe percpu_futex_wait(half, UInt32(truncatingIfNeeded: word), 1_000_000)
  }

  /// Gives a row back that this thread holds.
  package func giveBack(_ value: Int) {
    // Release: pairs with the acquire of the next section, or of the next holder.
    unsafe percpu_word_store_release(address, value)
    percpu_participant_pin(percpu_participant_number(), -1)
  }
}
