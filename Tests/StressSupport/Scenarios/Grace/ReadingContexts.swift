// SPDX-License-Identifier: Apache-2.0

import CAtomicsShim
import CStressSupport
import PerCPU

private struct Nothing: OptionSet {
  let rawValue: UInt16
}

private final class Registered: Sendable {
  private let registration: GracePeriodDomain.ContextRegistration

  init(_ registration: consuming GracePeriodDomain.ContextRegistration) {
    self.registration = registration
  }
}

/// Contexts that read an element while they are active, without entering; and some that never are.
final class ReadingContexts: Sendable {
  private let run: StressRun
  private let domain = GracePeriodDomain()
  private nonisolated(unsafe) let element: UnsafeMutablePointer<Int>
  private let activations = Tally()
  private let old = Guarded<[Int]>([])
  private let parked = (0..<8).map { _ in ContextWord<Nothing>() }

  init(_ run: StressRun) {
    self.run = run
    element = .allocate(capacity: 1)
    element.initialize(to: Int(bitPattern: Self.make(1)))
  }

  /// Its number, which is 0 when it is gone.
  private static func make(_ number: Int) -> UnsafeMutablePointer<Int> {
    let content = UnsafeMutablePointer<Int>.allocate(capacity: 1)
    content.initialize(to: number)
    return content
  }

  func stress() {
    run.demand("activations", activations, perSecond: 100)
    run.demand("operations", run.operations, perSecond: 20)
    var threads = Threads()
    let count = max(2, min(run.threads - 1, 8))
    for index in 0..<count {
      threads.start { [self] in
        if index % 2 == 0 { serve(ContextWord()) } else { serve(FlushGeneration()) }
      }
    }
    threads.start { [self] in replace() }
    threads.join()
    for context in parked {
      run.expect(context.counter == 1 && !context.isActive, "somebody woke a parked context")
    }
    let last = UnsafeMutablePointer<Int>(bitPattern: percpu_word_load_relaxed(element))!
    last.deallocate()
    element.deallocate()
    old.withLock { Self.deallocate(&$0, $0.count) }
  }

  private func replace() {
    // What grace periods find parked from the first to the last.
    let registrations = parked.map { context in
      _ = context.enter()
      context.exit()
      return Registered(domain.register(context))
    }
    var number = 1
    while !run.isOver {
      number += 1
      let new = Self.make(number)
      let old = percpu_word_exchange_acq_rel(element, Int(bitPattern: new))
      domain.synchronize()
      giveBack(UnsafeMutablePointer(bitPattern: old)!)
      run.operations.add()
      percpu_thread_yield()
    }
    withExtendedLifetime(registrations) {}
  }

  /// It is not used again for a while: whoever finds it finds 0.
  private func giveBack(_ content: UnsafeMutablePointer<Int>) {
    percpu_word_store_relaxed(content, 0)
    old.withLock { old in
      old.append(Int(bitPattern: content))
      if old.count == 8192 { Self.deallocate(&old, 4096) }
    }
  }

  private static func deallocate(_ old: inout [Int], _ count: Int) {
    for address in old.prefix(count) {
      UnsafeMutablePointer<Int>(bitPattern: address)!.deallocate()
    }
    old.removeFirst(count)
  }

  private func look(_ random: inout SeededGenerator) {
    let content = UnsafeMutablePointer<Int>(bitPattern: percpu_word_load_acquire(element))!
    let number = percpu_word_load_relaxed(content)
    Pace.random(&random).spend()
    if number == 0 || percpu_word_load_relaxed(content) != number {
      run.fail("what a context reads is gone")
    }
  }

  private func serve(_ context: ContextWord<Nothing>) {
    let registration = domain.register(context)
    var random = SeededGenerator(seed: run.seed)
    while !run.isOver {
      _ = context.enter()
      for _ in 0..<random.below(10) { look(&random) }
      context.exit()
      activations.add()
      if random.below(16) == 0 { stress_sleep(100_000) }
    }
    registration.unregister()
  }

  private func serve(_ generation: FlushGeneration) {
    var context = generation.register()
    let registration = domain.register(generation)
    var random = SeededGenerator(seed: run.seed &+ 1)
    while !run.isOver {
      _ = context.activate()
      for _ in 0..<random.below(10) {
        look(&random)
        if context.needsFlush() { context.acknowledge() }
      }
      context.park()
      activations.add()
      if random.below(16) == 0 { stress_sleep(100_000) }
    }
    registration.unregister()
  }
}
