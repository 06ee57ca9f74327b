// SPDX-License-Identifier: Apache-2.0

import CAtomicsShim
import CStressSupport
import PerCPU

/// The sequences on which later families stand, each in the role it is made for.
let sequenceScenarios: [Scenario] = [
  Scenario(
    "sequence-lock",
    "claim-if and store-if as a lock of each row around a plain number"
  ) { run in
    run.nameExtra("busy")
    let rows = LockedRows(run)
    run.work(
      disturbed: .allButSignals,
      start: { worker in
        if worker.index % 4 == 3 { _ = stress_thread_unregister() }
      },
      step: { worker in
        for _ in 0..<50 { rows.increment(as: worker.index + 1) }
      })
    let sum = rows.sum()
    run.expect(
      sum == run.operations.count,
      "\(sum) in the rows after \(run.operations.count) critical sections")
  },

  Scenario(
    "sequence-publish",
    "what publish put into a row is seen by a scan that follows a restart fence"
  ) { run in
    run.nameExtra("objects retired")
    run.demand("objects retired", run.extra, perSecond: 5)
    let objects = PublishedObjects(run)
    run.work(
      disturbed: .allButSignals,
      start: { worker in
        if worker.index % 4 == 3 { _ = stress_thread_unregister() }
      },
      step: { worker in
        if worker.index == 0 {
          objects.replace()
        } else {
          for _ in 0..<20 { objects.read(&worker) }
        }
      })
  },

  Scenario(
    "sequence-outlived",
    "what an exiting thread holds or has published, another thread releases"
  ) { run in
    run.demand("exits", run.exits, perSecond: 20)
    run.work(disturbed: .allButSignals) { _ in
      let held = HeldByTheDead()
      run.expect(held.isReleased(), "a word held by an exited thread could not be released")
      run.exits.add(2)
      run.operations.add()
    }
  },
]

/// A lock and a published object that their threads leave behind.
private final class HeldByTheDead: @unchecked Sendable {
  private let slots = PerCPUArena.shared.allocate(byteCount: PerCPUArena.lineSize)
  private var lockRow = 0
  private var hazard: UnsafeMutablePointer<Int>?
  private var source = 7

  init() {
    onThreads(1) { [self] _ in
      lockRow = percpu_row_of(slots, percpu_sequence_claim_if(slots, 0, 5).word!)
    }
    onThreads(1) { [self] _ in hazard = percpu_sequence_publish(slots + 64, &source).word }
  }

  deinit {
    PerCPUArena.shared.deallocate(slots, byteCount: PerCPUArena.lineSize)
  }

  func isReleased() -> Bool {
    let lock = percpu_row_word(slots, lockRow)
    guard let hazard else { return false }
    return lock.pointee == 5 && hazard.pointee == 7
      && percpu_sequence_store_if(lock, 5, 0) && percpu_sequence_store_if(hazard, 7, 0)
      && CPU.rows.allSatisfy { percpu_row_word(slots, $0.rawValue).pointee == 0 }
  }
}

/// In each row: a lock word, and behind it a number that only the holder touches.
private final class LockedRows: @unchecked Sendable {
  private let run: StressRun
  private let slots = PerCPUArena.shared.allocate(byteCount: PerCPUArena.lineSize)

  init(_ run: StressRun) {
    self.run = run
  }

  deinit {
    PerCPUArena.shared.deallocate(slots, byteCount: PerCPUArena.lineSize)
  }

  func increment(as holder: Int) {
    let claim = percpu_sequence_claim_if(slots, 0, holder)
    guard claim.committed else {
      run.extra.add()
      return percpu_thread_yield()
    }
    let words = claim.word!
    let number = words[1]
    for _ in 0..<8 { percpu_pause() }
    words[1] = number + 1
    run.operations.add()
    let released = percpu_sequence_store_if(words, holder, 0)
    run.expect(released, "a lock held by \(holder) was found in other hands")
  }

  func sum() -> Int {
    CPU.rows.reduce(0) { $0 + percpu_row_word(slots, $1.rawValue)[1] }
  }
}

/// Objects are numbers from 1. One is current; a writer replaces it and marks the old one dead when
/// no row shows it. A reader that published an object must never find it dead.
private final class PublishedObjects: @unchecked Sendable {
  private static let count = 512
  private let run: StressRun
  private let slots = PerCPUArena.shared.allocate(byteCount: PerCPUArena.lineSize)
  private let current = UnsafeMutablePointer<Int>.allocate(capacity: 1)
  private let dead = UnsafeMutablePointer<Int>.allocate(capacity: count + 1)
  // The writer's.
  private var free = Array(2...count)
  private var retired: [Int] = []

  init(_ run: StressRun) {
    self.run = run
    current.initialize(to: 1)
    dead.initialize(repeating: 1, count: Self.count + 1)
    dead[1] = 0
  }

  deinit {
    PerCPUArena.shared.deallocate(slots, byteCount: PerCPUArena.lineSize)
    current.deallocate()
    dead.deallocate()
  }

  func replace() {
    guard let next = free.popLast() else { return scan() }
    percpu_word_store_relaxed(dead + next, 0)
    let old = percpu_word_exchange_acq_rel(current, next)
    retired.append(old)
    scan()
    run.operations.add()
  }

  private func scan() {
    percpu_fence_restart_all()
    // Acquire: pairs with the release of the readers' clearing store.
    let shown = Set(
      CPU.rows.map { percpu_word_load_acquire(percpu_row_word(slots, $0.rawValue)) })
    for object in retired where !shown.contains(object) {
      percpu_word_store_relaxed(dead + object, 1)
      free.insert(object, at: 0)
      run.extra.add()
    }
    retired.removeAll { !shown.contains($0) }
  }

  func read(_ worker: inout Worker) {
    let publication = percpu_sequence_publish(slots, current)
    guard publication.committed, let word = publication.word else { return percpu_thread_yield() }
    let object = publication.value
    for _ in 0..<worker.random.below(64) {
      if percpu_word_load_relaxed(dead + object) != 0 {
        return run.fail("object \(object) was retired while a row showed it")
      }
    }
    run.expect(percpu_sequence_store_if(word, object, 0), "a published object was replaced")
    run.operations.add()
  }
}
