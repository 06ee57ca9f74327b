// SPDX-License-Identifier: Apache-2.0

import CAtomicsShim
import CStressSupport
import PerCPU

// MARK: - Instances

final class PooledObjects: Sendable {
  private final class Object: Sendable {
    private let number: Int
    private let ends: Tally
    init(_ number: Int, _ ends: Tally) {
      self.number = number
      self.ends = ends
    }
    var isWhole: Bool { number == 0x5A5A }
    deinit { ends.add() }
  }

  private let run: StressRun
  private let made = Tally()
  private let ends = Tally()
  private let shrunk = Tally()

  init(_ run: StressRun) {
    self.run = run
  }

  func stress() {
    run.demand("shrinks", shrunk, perSecond: 2)
    run.nameExtra("made")
    do {
      let made = made, ends = ends
      let pool = PerCPUPool<Object>(capacityPerCPU: 8, sharedCapacity: 24) {
        made.add()
        return Object(0x5A5A, ends)
      }
      run.work(
        disturbed: .allButSignals,
        start: { worker in
          if worker.index % 8 == 7 { _ = stress_thread_unregister() }
        },
        step: { [self] worker in
          for _ in 0..<20 {
            let first = pool.take(), second = pool.take()
            if first?.isWhole != true || second?.isWhole != true {
              run.fail("what was taken is no whole instance")
            }
            if let first { pool.give(first) }
            // Nobody else refers to it: it ends here.
            if worker.random.below(16) != 0, let second { pool.give(second) }
          }
          run.operations.add(80)
          if worker.index % 4 == 0, worker.random.below(16) == 0 {
            pool.shrink()
            shrunk.add()
          }
        })
      let alive = made.count - ends.count
      run.expect(alive == pool.count, "\(alive) are alive, \(pool.count) in the pool")
    }
    run.extra.add(made.count)
    run.expect(ends.count == made.count, "\(ends.count) of \(made.count) ended")
  }
}

// MARK: - From one CPU to another

final class OneWay: Sendable {
  private final class Object: Sendable {
    private let alive: Tally
    init(_ alive: Tally) {
      self.alive = alive
      alive.add()
    }
    deinit { alive.add(-1) }
  }

  private let run: StressRun
  private let alive = Tally()
  private let made = Tally()
  private let passed = Tally()

  init(_ run: StressRun) {
    self.run = run
  }

  func stress() {
    let capacity = 32, shared = 64, room = 64
    let alive = alive, made = made
    let pool = PerCPUPool<Object>(capacityPerCPU: capacity, sharedCapacity: shared) {
      made.add()
      return Object(alive)
    }
    // In the pool, in the ring, and in the hands of two threads.
    let most = CPU.rows.count * capacity + shared + room + 2
    run.demand("passed", passed, perSecond: 1000)
    run.nameExtra("made")
    let ring = Ring(room)
    let given = Tally(), taken = Tally()
    run.work(disturbed: [], threads: 2) { [run, passed] worker in
      let cpu = allowedCPUs[worker.index % allowedCPUs.count]
      percpu_thread_pin(Int32(cpu))
      for _ in 0..<100 {
        if worker.index == 0 {
          if taken.count - given.loadPublished() >= room { break }
          ring.put(pool.take()!, at: taken.count)
          taken.addPublished(1)
        } else if given.count < taken.loadPublished() {
          pool.give(ring.remove(at: given.count))
          given.addPublished(1)
          passed.add()
        }
      }
      run.operations.add(100)
      if alive.count > most { run.fail("\(alive.count) are alive, more than \(most)") }
    }
    run.extra.add(made.count)
    run.expect(
      made.count <= most, "\(made.count) were made, more than \(most): what is given is not taken")
    while given.count < taken.count {
      pool.give(ring.remove(at: given.count))
      given.add()
    }
    run.expect(alive.count == pool.count, "\(alive.count) are alive, \(pool.count) in the pool")
  }

  /// One puts, one removes, and they know how far they are.
  private final class Ring: @unchecked Sendable {
    // Sendable: a slot is one thread's at a time; the published numbers hand it over.
    private let base: UnsafeMutablePointer<Object?>
    private let size: Int

    init(_ size: Int) {
      self.size = size
      base = .allocate(capacity: size)
      base.initialize(repeating: nil, count: size)
    }

    deinit {
      base.deinitialize(count: size)
      base.deallocate()
    }

    func put(_ object: Object, at index: Int) { base[index % size] = object }
    func remove(at index: Int) -> Object {
      let object = base[index % size]!
      base[index % size] = nil
      return object
    }
  }
}
