// SPDX-License-Identifier: Apache-2.0

import PerCPU

/// Every family once, each with a result that is known beforehand.
@main
enum Client {
  final class Node: Sendable {}
  struct Tasks: OptionSet, Sendable { let rawValue: UInt16 }

  static func main() async {
    print(EngineReport.current.engine, EngineReport.current.registration, CPU.possible.count)
    await countingAndStoring()
    await locking()
    context()
    await reclaiming()
    await draining()
    asymmetricMemoryFenceLight()
    asymmetricMemoryFenceHeavy()
    print("all families work")
  }

  /// Runs `body` 4000 times in four tasks, with numbers from 0 to 999.
  static func everywhere(_ body: @escaping @Sendable (Int) -> Void) async {
    await withTaskGroup(of: Void.self) { group in
      for _ in 0..<4 { group.addTask { (0..<1000).forEach(body) } }
    }
  }

  static func check(_ condition: Bool, _ what: String) { if !condition { fatalError(what) } }

  static func countingAndStoring() async {
    let (counter, pages) = (PerCPUCounter(), DifferentialCounter(threshold: 16))
    let (sizes, words) = (PerCPUHistogram(bounds: [9]), PerCPUWords())
    let (homes, nodes) = (CPULocal { $0 }, PerCPUPool<Node>(capacityPerCPU: 8))
    await everywhere { number in
      counter.increment()
      pages.add(2)
      sizes.record(number)
      check(homes.withCurrent { $0 } >= .unbound && words.add(1).original >= 0, "local, words")
      nodes.give(nodes.take { Node() })
    }
    check(counter.exchange(0) == 4000 && pages.sum() == 8000, "counters")
    check(sizes.snapshot().buckets.map(\.count) == [40, 3960], "histogram")
    check(!nodes.drainAll().isEmpty, "pool")
  }

  static func locking() async {
    let (events, routes) = (PerCPULock(whenBusy: .neighbor) { _ in 0 }, PerCPUReadWriteLock([""]))
    let sums = ShardedLock(initial: (count: 0, sum: 0))
    await everywhere { number in
      events.withLocal { events, _ in events += 1 }
      sums.update { $0 = ($0.count + 1, $0.sum + number) }
      check(routes.withRead { $0.first } == "", "read-write lock")
    }
    routes.withWrite { $0.append("/other") }
    events.forEach { _, events in sums.update { $0.count -= events } }
    check(sums.reduce(into: 0) { $0 += $1.count } == 0, "locks")
  }

  static func context() {
    let (word, tasks) = (FlushWord(), ContextWord<Tasks>())
    check(word.requestFlush() == .deferred && word.activate(), "flush word")
    check(tasks.set(Tasks(rawValue: 1)) == .deferred && !tasks.enter().isEmpty, "context word")
    let (generation, connections) = (FlushGeneration(), BigPerCPULock([0]) {})
    var participant = generation.register()
    participant.park()
    check(generation.invalidate { _ in } == 0 && participant.activate(), "generation")
    connections.perform { $0.append(1) }
    connections.enter()
    check(connections.withOwner { $0.count } == 2, "big lock")
    connections.exit()
  }

  static func reclaiming() async {
    let (settings, head) = (SnapshotCell(1), HazardPointerSource(Node()))
    let (domain, freed) = (GracePeriodDomain(), PerCPUCounter())
    await everywhere { number in
      if number % 100 == 0 { settings.update { $0 += 1 } }
      check(settings.withSnapshot { $0 } > 0, "snapshot")
      if number % 100 == 0 { head.exchange(Node()) }
      check(HazardDomain.shared.withProtected(head) { _ in true } == true, "hazard pointer")
      domain.withReadSection { domain.afterGracePeriod(mayWait: false) { freed.increment() } }
    }
    domain.barrier()
    check(HazardDomain.shared.tryProtect(head)!.withValue { head.load().node === $0 }, "guard")
    check(settings.load() == 41 && freed.load() == 4000, "what was replaced and freed")
  }

  static func draining() async {
    let (written, housekeeper) = (PerCPUCounter(), Housekeeper(name: "client"))
    let log = PerCPUBatch<Int>(capacityPerCPU: 64) { _, lines in written.add(lines.count) }
    let registration = housekeeper.register(every: .milliseconds(10)) { log.drainAll() }
    await everywhere { number in log.append(number) }
    await housekeeper.shutdown()
    registration.unregister()
    check(written.load() == 4000, "batch")
  }
}
