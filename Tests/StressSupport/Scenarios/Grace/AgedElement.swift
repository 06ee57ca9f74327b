// SPDX-License-Identifier: Apache-2.0

import CAtomicsShim
import CStressSupport
import PerCPU

/// One element that everybody finds, and that is replaced all the time.
///
/// An element has an age: how many grace periods have passed since it was replaced, and one more. It is used again, under
/// another stamp, some time after its second birthday. A reader may find one that is current (0), or see it replaced
/// while it reads (1); whoever sees an older one, or another stamp than at first, was not waited for.
final class AgedElement: Sendable {
  private typealias Element = UnsafeMutablePointer<Int>
  private enum Age { static let current = 0, replaced = 1, over = 2 }

  private struct Memory: @unchecked Sendable {
    var free: [Element] = []
    var all: [Element] = []
    var stamp = 0
  }

  /// A section that is on its way to whoever ends it.
  private struct Baton: ~Copyable, @unchecked Sendable {
    var section: GracePeriodDomain.ReadSection?
    var element: Element?
    var stamp = 0
  }

  private let run: StressRun
  private let domain: GracePeriodDomain
  private let memory = Guarded(Memory())
  private let baton = Guarded(Baton())
  private nonisolated(unsafe) let current: UnsafeMutablePointer<Int>
  /// How many have been seen of each age, the last for all that are older.
  private let ages = (0...3).map { _ in Tally() }
  private let made = Tally()
  private let isOver = Tally()

  init(_ run: StressRun, _ domain: GracePeriodDomain = GracePeriodDomain()) {
    self.run = run
    self.domain = domain
    current = .allocate(capacity: 1)
    current.initialize(to: 0)
    percpu_word_store_release(current, address(of: make()))
  }

  /// Keen readers are hardly ever overtaken: only those that take their time show that ages are told.
  func demandAges(keen: Bool = false) {
    run.demand("of age 0", ages[0], perSecond: 1000)
    if !keen { run.demand("of age 1", ages[1], perSecond: 5) }
  }

  /// From now on signals read.
  func handleSignals() {
    // Never released: a late signal may still find it.
    stress_handle_signals(
      { Unmanaged<AgedElement>.fromOpaque($0!)._withUnsafeGuaranteedRef { $0.readInHandler() } },
      Unmanaged.passRetained(self).toOpaque())
  }

  // MARK: Elements

  private func address(of element: Element) -> Int { Int(bitPattern: element) }

  private func make() -> Element {
    made.add()
    return memory.withLock { memory in
      memory.stamp += 1
      if memory.free.isEmpty {
        memory.all.append(.allocate(capacity: 4))
        memory.free.append(memory.all.last!)
      }
      // The one that was given back last.
      let element = memory.free.removeLast()
      percpu_word_store_relaxed(element, memory.stamp)
      percpu_word_store_relaxed(element + 1, Age.current)
      return element
    }
  }

  private func replace() -> Int {
    let element = make()
    let old = percpu_word_exchange_acq_rel(current, address(of: element))
    grow(old, from: Age.current)
    return old
  }

  private func grow(_ address: Int, from age: Int) {
    let word = Element(bitPattern: address)! + 1
    if percpu_word_exchange_acq_rel(word, age + 1) != age {
      run.fail("an element of age \(age) was in somebody else's hands")
    }
  }

  private func giveBack(_ address: Int) {
    memory.withLock { $0.free.append(Element(bitPattern: address)!) }
  }

  // MARK: Replacing

  /// Has the old one grow older when a grace period is over, and given back, sometimes after another one.
  func replaceAndDefer(_ random: inout SeededGenerator) {
    let old = replace()
    let isKept = random.below(2) == 0
    domain.afterGracePeriod(
      bytes: random.below(200), urgency: random.below(4) == 0 ? .urgent : .lazy
    ) { [self] in
      grow(old, from: Age.replaced)
      if !isKept { return giveBack(old) }
      domain.afterGracePeriod { [self] in
        grow(old, from: Age.over)
        giveBack(old)
      }
    }
    run.operations.add()
  }

  /// Waits for the grace period.
  func replaceAndWait() {
    let old = replace()
    domain.synchronize()
    grow(old, from: Age.replaced)
    giveBack(old)
    run.operations.add()
  }

  /// Asks for it now and then.
  func replaceAndPoll() {
    let old = replace()
    let ticket = domain.startGracePeriod()
    while !domain.poll(ticket) { percpu_thread_yield() }
    grow(old, from: Age.replaced)
    giveBack(old)
    run.operations.add()
  }

  // MARK: Reading

  private func find() -> (Element, stamp: Int) {
    // Acquire: pairs with the release of whoever has put it there.
    let element = Element(bitPattern: percpu_word_load_acquire(current))!
    return (element, percpu_word_load_relaxed(element))
  }

  private func check(_ element: Element, _ stamp: Int) {
    let age = percpu_word_load_relaxed(element + 1)
    ages[min(age, 3)].add()
    if age > Age.replaced { run.fail("a reader sees an element of age \(age)") }
    if percpu_word_load_relaxed(element) != stamp {
      run.fail("an element was used again under its reader")
    }
  }

  func read(_ worker: inout Worker) {
    let pace = Pace.random(&worker.random)
    read(worker.random.below(8) == 0 ? worker.random.below(4) : 0, pace)
    if worker.random.below(64) == 0 { pass(&worker) }
    run.operations.add()
  }

  private func read(_ depth: Int, _ pace: Pace) {
    domain.withReadSection {
      let (element, stamp) = find()
      if depth > 0 { read(depth - 1, pace) }
      pace.spend()
      check(element, stamp)
    }
  }

  /// Leaves at once, unless the element is replaced already: only then it matters whether it is waited for. Now and
  /// then it takes its time before it looks.
  func readKeenly(_ count: Int) {
    var ofAge0 = 0
    for number in 0..<count {
      domain.withReadSection {
        let (element, stamp) = find()
        if number % 16 == 0 { Pace.pauses(100).spend() }
        guard percpu_word_load_relaxed(element + 1) != Age.current else {
          ofAge0 += 1
          return
        }
        Pace.pauses(200).spend()
        check(element, stamp)
      }
    }
    ages[0].add(ofAge0)
    run.operations.add(count)
  }

  /// Ends the section that somebody else has begun, and begins one that somebody else is to end.
  private func pass(_ worker: inout Worker) {
    var next = Baton()
    next.section = domain.enter()
    (next.element, next.stamp) = find()
    // Deferring one that waits for room would wait for the section.
    let last = exchange(next)
    if let element = last.element { check(element, last.stamp) }
  }

  private func exchange(_ next: consuming Baton) -> Baton {
    var parcel: Baton? = next
    return baton.withLock { baton in
      let last = Baton(
        section: baton.section.take(), element: baton.element, stamp: baton.stamp)
      baton = parcel.take()!
      return last
    }
  }

  private func readInHandler() {
    // Its memory is given back in the end.
    if isOver.loadPublished() != 0 { return }
    var random = SeededGenerator(seed: UInt64(run.operations.count))
    read(random.below(3), random.below(8) == 0 ? .yields : .nothing)
  }

  /// Ends what was to be ended by somebody else.
  func settle() {
    _ = exchange(Baton())
  }

  func finish() {
    isOver.publish(1)
    settle()
    let old = percpu_word_load_relaxed(current)
    domain.barrier()
    // What was kept once more.
    domain.barrier()
    let statistics = domain.statistics
    run.expect(
      statistics.finished == statistics.deferred,
      "\(statistics.finished) of \(statistics.deferred) calls were done")
    giveBack(old)
    memory.withLock { memory in
      run.expect(memory.free.count == memory.all.count, "elements are missing")
      if run.failures.isEmpty { for element in memory.all { element.deallocate() } }
      memory = Memory()
    }
    current.deallocate()
  }
}
