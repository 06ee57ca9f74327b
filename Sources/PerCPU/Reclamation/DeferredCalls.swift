// SPDX-License-Identifier: Apache-2.0

internal import CAtomicsShim

/// Something to be done after a grace period.
struct DeferredCall {
  /// What it counts against the limit.
  let cost: Int
  private var body: (@Sendable () -> Void)?

  init(cost: Int, _ body: @escaping @Sendable () -> Void) {
    self.cost = cost
    self.body = body
  }

  /// Does it, and destroys it.
  mutating func perform() {
    let body = self.body.take()
    body?()
  }
}

/// What was deferred and waits for the beginning of a grace period, and how much of it there may be.
///
/// Each row has a list, behind a lock, and some *credit*. A call that is deferred costs credit, which it gives
/// back when it was done. A row that has too little gets more from the common store, for this call and for some
/// more. So
///
///     credit of the store + of all rows + cost of all calls that are not done  =  limit
///
/// and calls that are not done never cost more than the limit, but for those that are allowed to overdraw the store.
///
/// When a grace period begins it takes the lists, and the credit along with them: none is left with a CPU where
/// nothing happens. It visits the rows that were *touched* since, as each visit costs a fence. Whoever defers marks the
/// row under the row's lock. Whoever takes finds the mark of each call that was deferred before, in the sense of
/// happens-before; one that is deferred at the same time waits for the next grace period.
@safe
final class DeferredCalls: @unchecked Sendable {
  // Sendable: words, by atomic accesses, and what has a lock of its own.

  private struct Row: Sendable {
    var calls: [DeferredCall] = []
    var credit = 0
  }

  /// What each call costs besides the bytes it is about.
  static let ownCost = 64

  private static var largestLimit: Int { Int.max >> 16 }

  let limit: Int
  /// What a row takes in reserve at a time, while there is plenty.
  private let reserve: Int
  private let rows: PerCPULock<Row>
  private let marks: UnsafeMutableRawPointer
  private let line = OwnLine()

  /// - Parameters:
  ///   - limit: More than 2^47, which is more than there is memory, means that: so that sums do not overflow.
  ///   - marks: A word in each row.
  init(limit: Int, marks: UnsafeMutableRawPointer) {
    let limit = min(limit, Self.largestLimit)
    self.limit = limit
    reserve = min(64 * Self.ownCost, limit / (4 * CPU.rows.count))
    rows = PerCPULock(whenBusy: .neighbor) { _ in Row() }
    unsafe self.marks = marks
    // Relaxed: nobody else is here. Again, as on the simulated machine memory and words are two things.
    unsafe percpu_word_store_relaxed(store, limit)
  }

  deinit { line.deallocate() }

  // MARK: Lists

  /// Adds a call to this CPU's list, with that much credit more. False if there is too little.
  func add(_ call: DeferredCall, spending credit: Int) -> Bool {
    rows.withLocal { row, cpu in
      row.credit += credit
      guard row.credit >= call.cost else { return false }
      row.credit -= call.cost
      row.calls.append(call)
      // Relaxed: see above. What is stored later by another thread is stored under the lock.
      unsafe percpu_word_store_relaxed(mark(cpu), 1)
      return true
    }
  }

  /// Takes all there is, each CPU's in the order in which it came.
  func takeAll() -> [DeferredCall] {
    var all: [DeferredCall] = []
    var credit = 0
    for cpu in CPU.rows where isTouched(cpu) {
      rows.withLock(on: cpu) { row in
        all += row.calls
        credit += row.credit
        row = Row()
        unsafe percpu_word_store_relaxed(mark(cpu), 0)
      }
    }
    if credit > 0 { giveBack(credit) }
    return all
  }

  /// Whether a look at the lists is worth it.
  var areTouched: Bool { CPU.rows.contains(where: isTouched) }

  private func isTouched(_ cpu: CPU) -> Bool {
    // Relaxed: see above.
    unsafe percpu_word_load_relaxed(mark(cpu)) != 0
  }

  private func mark(_ cpu: CPU) -> UnsafeMutablePointer<Int> {
    unsafe percpu_row_word(marks, cpu.rawValue)
  }

  // MARK: Credit. Relaxed: numbers, and nothing else.

  private var store: UnsafeMutablePointer<Int> { unsafe line.word(at: 0) }

  /// Takes so much, and a reserve if there is plenty. Returns 0 if there is too little.
  func takeCredit(_ cost: Int) -> Int {
    var left = unsafe percpu_word_load_relaxed(store)
    while left >= cost {
      let amount = left - cost - reserve >= limit / 2 ? cost + reserve : cost
      let result = unsafe percpu_word_compare_exchange_relaxed(store, left, left - amount)
      if result.exchanged { return amount }
      left = result.original
    }
    return 0
  }

  /// Takes so much, whether it is there or not.
  func overdraw(_ cost: Int) {
    _ = unsafe percpu_word_fetch_add_relaxed(store, -cost)
  }

  func giveBack(_ credit: Int) {
    _ = unsafe percpu_word_fetch_add_relaxed(store, credit)
  }

  /// What is spent or in reserve.
  var spent: Int { limit - (unsafe percpu_word_load_relaxed(store)) }
}
