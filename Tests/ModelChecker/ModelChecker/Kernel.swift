// SPDX-License-Identifier: Apache-2.0

import CModelChecker

// MARK: Processors

/// The processor the calling thread runs on. Outside of a restartable section it is a hint.
public func currentCPU() -> Int { Int(cmc_current_cpu()) }

/// Takes the processor from a thread for a moment, which aborts its open section.
public func preempt(_ thread: Int) { cmc_preempt(Int32(thread)) }

/// Moves a thread to another processor, which aborts its open section.
public func migrate(_ thread: Int, to cpu: Int) { cmc_migrate(Int32(thread), Int32(cpu)) }

// MARK: Restartable sections

/// A restartable section was aborted.
public struct Aborted: Error {}

/// The accesses of an open restartable section. Each throws when the section was aborted before it,
/// and then has no effect.
public struct RestartableSection {
  fileprivate init() {}

  /// A load.
  public func load(_ word: Word, _ ordering: Ordering) throws(Aborted) -> Int {
    var value: UInt64 = 0
    guard cmc_section_load(word.location, ordering.order, &value) else { throw Aborted() }
    return Int(bits: value)
  }

  /// A store before the last one: others may see it although the section is aborted later.
  public func store(_ word: Word, _ value: Int, _ ordering: Ordering) throws(Aborted) {
    guard cmc_section_store(word.location, value.bits, ordering.order) else { throw Aborted() }
  }

  /// The last access of the section.
  public func commit(_ word: Word, _ value: Int, _ ordering: Ordering) throws(Aborted) {
    guard cmc_section_commit(word.location, value.bits, ordering.order) else { throw Aborted() }
  }
}

/// Runs a restartable section, again if it is aborted. After `attempts` of them the execution is
/// not pursued: two threads of one processor could abort each other for ever.
public func restartable<Result>(
  attempts: Int = 3, _ body: (RestartableSection) throws(Aborted) -> Result
) -> Result {
  var attempt = 0
  while true {
    if attempt == attempts { assume(false) }
    attempt += 1
    cmc_section_begin()
    do throws(Aborted) {
      let result = try body(RestartableSection())
      cmc_section_end()
      return result
    } catch {}
  }
}

// MARK: Membarrier

/// What a membarrier does to the threads that it interrupts.
public enum Membarrier: Sendable {
  /// A full fence in all other threads.
  case plain
  /// The same, and it aborts the restartable sections that it meets.
  case restart
}

/// The heavy half of an asymmetric pair of fences: for all other threads, or only for the one that
/// runs on `cpu`.
public func membarrier(_ kind: Membarrier = .plain, cpu: Int? = nil) {
  cmc_membarrier(kind == .plain ? CMC_BARRIER : CMC_RESTART_BARRIER, Int32(cpu ?? -1))
}

// MARK: Signals

/// Sends a signal; false when the thread has ended.
@discardableResult
public func signal(_ thread: Int, _ number: Int) -> Bool {
  cmc_signal(Int32(thread), Int32(number))
}

/// Runs a part of a thread during which signals wait.
public func blockingSignals<Result>(_ signals: Int..., body: () -> Result) -> Result {
  var mask: UInt32 = 0
  for number in signals { mask |= 1 << UInt32(number) }
  let former = cmc_block_signals(mask)
  let result = body()
  _ = cmc_block_signals(former)
  return result
}

// MARK: Futexes

/// How a futex wait ended.
public enum FutexResult: Sendable {
  case woken
  /// The word was not what the caller expected.
  case notEqual
  /// A signal was handled.
  case interrupted
}

extension Word {
  /// Sleeps if the low 32 bits of the word are those of `expected`.
  @discardableResult
  public func futexWait(_ expected: Int) -> FutexResult {
    switch cmc_futex_wait(location, UInt32(truncatingIfNeeded: expected)) {
    case CMC_WOKEN: .woken
    case CMC_NOT_EQUAL: .notEqual
    default: .interrupted
    }
  }

  /// Wakes up to `count` threads that sleep on the word; returns how many.
  @discardableResult
  public func futexWake(_ count: Int = .max) -> Int {
    Int(cmc_futex_wake(location, Int32(clamping: count)))
  }
}
