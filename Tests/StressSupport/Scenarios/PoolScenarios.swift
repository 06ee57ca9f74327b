// SPDX-License-Identifier: Apache-2.0

import CAtomicsShim
import CStressSupport
import PerCPU

let poolScenarios: [Scenario] = [
  Scenario(
    "pool-words", weight: 4,
    "numbers that are taken and given, also by handlers and drains: each is in one place"
  ) { run in
    OwnedNumbers<Int>(run, capacity: 16, shared: 96, element: { $0 }, number: { $0 }).stress()
  },

  Scenario(
    "pool-nodes", weight: 4,
    "the same with elements that lie in nodes"
  ) { run in
    OwnedNumbers<Derived>(
      run, capacity: 8, shared: 64,
      element: {
        var state = Derived()
        state.number = $0
        state.derive()
        return state
      },
      number: { $0.isWhole ? $0.number : nil }
    ).stress()
  },

  Scenario(
    "pool-depot", weight: 4,
    "the same where a CPU keeps next to nothing, and all goes through the depot"
  ) { run in
    OwnedNumbers<Int>(run, capacity: 1, shared: 6, element: { $0 }, number: { $0 }).stress()
  },

  Scenario(
    "pool-objects",
    "instances that are made, pooled, drained and destroyed: each ends once"
  ) { run in
    PooledObjects(run).stress()
  },

  Scenario(
    "pool-one-way",
    "one CPU only takes and another only gives: the pool makes no more than it can keep"
  ) { run in
    OneWay(run).stress()
  },
]

/// What a handler can call that is not generic.
private class Interruptible: @unchecked Sendable {
  func interrupt() {}
  func inChild() -> Int32 { 0 }
}

private func interruptInHandler(_ context: UnsafeMutableRawPointer?) {
  Unmanaged<Interruptible>.fromOpaque(context!)._withUnsafeGuaranteedRef { $0.interrupt() }
}

// MARK: - Ownership

/// Numbers, each of which is in the pool or belongs to one thread or handler; beside the pool
/// stands who it is.
private final class OwnedNumbers<Element: Sendable>: Interruptible, @unchecked Sendable {
  // Sendable: hands are one worker's each; the rest is atomic.

  /// What a worker has in its hands.
  private final class Hand {
    var numbers: [Int] = []
  }

  private let run: StressRun
  private let pool: PerCPUPool<Element>
  private let element: @Sendable (Int) -> Element
  /// Nil if the element is no whole one.
  private let number: @Sendable (Element) -> Int?

  private let count: Int
  /// Of each number: 0 while it is in the pool, otherwise its owner.
  private let owners: UnsafeMutablePointer<UInt32>
  private let hands: [Hand]
  /// What handlers were handed back.
  private let strays: UnsafeMutablePointer<UInt32>
  private let strayCount: UnsafeMutablePointer<UInt32>
  private let drains = Tally()
  private let handled = Tally()

  private static var handSize: Int { 6 }
  private static var strayLimit: Int { 1 << 16 }

  init(
    _ run: StressRun, capacity: Int, shared: Int, element: @escaping @Sendable (Int) -> Element,
    number: @escaping @Sendable (Element) -> Int?
  ) {
    self.run = run
    self.element = element
    self.number = number
    pool = PerCPUPool(capacityPerCPU: capacity, sharedCapacity: shared)
    hands = (0..<run.threads).map { _ in Hand() }
    count = run.threads * 4
    owners = .allocate(capacity: count)
    strays = .allocate(capacity: Self.strayLimit)
    strayCount = .allocate(capacity: 1)
    strayCount.initialize(to: 0)
    super.init()
    for number in 0..<count {
      let worker = number % run.threads
      hands[worker].numbers.append(number)
      (owners + number).initialize(to: UInt32(worker + 1))
    }
  }

  deinit {
    owners.deallocate()
    strays.deallocate()
    strayCount.deallocate()
  }

  func stress() {
    run.nameExtra("handed back")
    run.demand("signals", run.signals, perSecond: 5)
    run.demand("fences", run.fences, perSecond: 2)
    run.demand("exits", run.exits, perSecond: 2)
    run.demand("drains", drains, perSecond: 5)
    run.demand("in handlers", handled, perSecond: 2)
    // What Swift makes at a first use is made here: a handler would allocate, and the child of a fork would wait for
    // ever for a thread that was just making it. The pool is empty.
    interrupt()
    _ = inChild()
    // Never released: a late signal may still find it.
    stress_handle_signals(interruptInHandler, Unmanaged.passRetained(self).toOpaque())
    run.work(
      disturbed: .all,
      start: { worker in
        if worker.index % 8 == 7 { _ = stress_thread_unregister() }
      },
      step: { [self] worker in step(&worker) })
    run.extra.add(pool.statistics.handedBack)
    expectAll()
  }

  private func step(_ worker: inout Worker) {
    let me = UInt32(worker.index + 1)
    let hand = hands[worker.index]
    for _ in 0..<50 {
      if worker.random.below(2) == 0, hand.numbers.count < Self.handSize {
        if let element = pool.take() { hand.numbers.append(take(element, me)) }
      } else if let number = hand.numbers.popLast() {
        if !give(number, me) { hand.numbers.append(number) }
      }
    }
    run.operations.add(50)
    if worker.index % 4 == 0, worker.random.below(8) == 0 { drain(hand, me, &worker.random) }
    if worker.random.below(256) == 0 { passOn(hand, me) }
    if worker.index == 0, worker.random.below(2048) == 0 { fork() }
  }

  private func take(_ element: Element, _ me: UInt32) -> Int {
    guard let number = number(element), number >= 0, number < count else {
      run.fail("what was taken is no element that was given: \(element)")
      return 0
    }
    let before = percpu_u32_exchange_relaxed(owners + number, me)
    if before != 0 { run.fail("\(number) was taken by \(me) and is still \(before)'s") }
    return number
  }

  /// False if the pool is full.
  private func give(_ number: Int, _ me: UInt32) -> Bool {
    let before = percpu_u32_exchange_relaxed(owners + number, 0)
    if before != me { run.fail("\(number) was \(me)'s, and \(before) took it") }
    guard let element = pool.give(element(number)) else { return true }
    _ = take(element, me)
    return false
  }

  private func drain(_ hand: Hand, _ me: UInt32, _ random: inout SeededGenerator) {
    if random.below(8) == 0 {
      pool.drainAll { [self] in hand.numbers.append(take($0, me)) }
    } else {
      let cpu = CPU.rows[random.below(CPU.rows.count)]
      pool.drain(cpu: cpu) { [self] in hand.numbers.append(take($0, me)) }
    }
    drains.add()
    // Back to where it can be found, as much of it as fits.
    var left: [Int] = []
    while let number = hand.numbers.popLast() {
      if left.count < Self.handSize || !give(number, me) { left.append(number) }
    }
    hand.numbers = left
  }

  /// A thread that gives and takes and ends.
  private func passOn(_ hand: Hand, _ me: UInt32) {
    let numbers = hand.numbers
    nonisolated(unsafe) let rest = Hand()
    onThreads(1) { [self] _ in
      for number in numbers where !give(number, me) { rest.numbers.append(number) }
      while rest.numbers.count < 4, let element = pool.take() {
        rest.numbers.append(take(element, me))
      }
    }
    hand.numbers = rest.numbers
    run.exits.add()
  }

  /// The child finds each number once, at most, and goes on with them.
  private func fork() {
    let status = stress_fork(
      { context in
        Unmanaged<Interruptible>.fromOpaque(context!)._withUnsafeGuaranteedRef { $0.inChild() }
      }, Unmanaged.passUnretained(self).toOpaque())
    run.forks.add()
    run.expect(status == 0, "the child of a fork found something wrong: \(status)")
  }

  override func inChild() -> Int32 {
    var seen = [Bool](repeating: false, count: count)
    var found: [Int] = []
    for round in 0..<3 {
      var isRight = true
      pool.drainAll { element in
        guard let number = number(element), number < count, !seen[number] else {
          isRight = false
          return
        }
        seen[number] = true
        found.append(number)
      }
      if !isRight { return Int32(round + 1) }
      while let number = found.popLast() {
        seen[number] = false
        if pool.give(element(number)) != nil { break }
      }
    }
    return 0
  }

  /// In a handler: takes one and gives it back.
  override func interrupt() {
    let me = UInt32.max
    guard let element = pool.take() else { return }
    handled.add()
    let number = take(element, me)
    if give(number, me) { return }
    let index = Int(percpu_u32_fetch_add_relaxed(strayCount, 1))
    if index < Self.strayLimit { percpu_u32_store_release(strays + index, UInt32(number)) }
  }

  private func expectAll() {
    // A signal may come late: to the main thread, too.
    stress_block_signals(true)
    var found = [Int](repeating: 0, count: count)
    for hand in hands { for number in hand.numbers { found[number] += 1 } }
    pool.drainAll { [self] element in
      let number = take(element, 1)
      found[number] += 1
    }
    let strayed = Int(percpu_u32_load_acquire(strayCount))
    run.expect(strayed <= Self.strayLimit, "\(strayed) numbers were handed back to handlers")
    for index in 0..<min(strayed, Self.strayLimit) {
      found[Int(percpu_u32_load_acquire(strays + index))] += 1
    }
    let lost = found.indices.filter { found[$0] == 0 }
    let doubled = found.indices.filter { found[$0] > 1 }
    run.expect(lost.isEmpty, "lost: \(lost)")
    run.expect(doubled.isEmpty, "in two places: \(doubled)")
    run.expect(pool.count == 0, "\(pool.count) are left in an empty pool")
  }
}
