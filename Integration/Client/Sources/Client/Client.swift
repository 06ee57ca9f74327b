// SPDX-License-Identifier: Apache-2.0

import PerCPU

/// Every family once, each with a result that is known beforehand.
@main
enum Client {
  final class Node: Sendable {}

  static let workers = 4
  static let rounds = 1000

  static func main() async {
    print(EngineReport.current.engine, EngineReport.current.registration, CPU.possible.count)
    await storing()
    await counting()
    await locking()
    context()
    await reclaiming()
    await draining()
    asymmetricMemoryFenceLight()
    asymmetricMemoryFenceHeavy()
    print("all families work")
  }

  /// Runs `body` so many times in several tasks.
  static func everywhere(_ body: @escaping @Sendable (Int) -> Void) async {
    await withTaskGroup(of: Void.self) { group in
      for _ in 0..<workers { group.addTask { (0..<rounds).forEach(body) } }
    }
  }

  static func check(_ condition: Bool, _ what: String) { if !condition { fatalError(what) } }

  static func counting() async {
    let (counter, pages) = (PerCPUCounter(), DifferentialCounter(threshold: 16))
    let sizes = PerCPUHistogram(bounds: [9])
    await everywhere { round in
      counter.increment()
      pages.add(2)
      sizes.record(round)
    }
    check(counter.exchange(0) == workers * rounds && counter.load() == 0, "counter")
    check(pages.sum() == 2 * workers * rounds, "differential counter")
    check(sizes.snapshot().buckets.map(\.count) == [10 * workers, 990 * workers], "histogram")
  }

  static func storing() async {
    let (homes, nodes) = (CPULocal { $0 }, PerCPUPool<Node>(capacityPerCPU: 8))
    await everywhere { _ in
      check(homes.withCurrent { $0 } >= .unbound, "local")
      nodes.give(nodes.take { Node() })
    }
    check(!nodes.drainAll().isEmpty, "pool")
  }

  static func locking() async {
    let events = PerCPULock(whenBusy: .neighbor) { _ in [Int]() }
    let sums = ShardedLock(initial: (count: 0, sum: 0))
    let routes = PerCPUReadWriteLock(["/": 1])
    await everywhere { round in
      events.withLocal { events, _ in events.append(round) }
      sums.update { $0 = ($0.count + 1, $0.sum + round) }
      check(routes.withRead { $0["/"] } == 1, "read-write lock")
    }
    routes.withWrite { $0["/other"] = 2 }
    var all: [Int] = []
    events.forEach { _, events in all += events }
    check(all.reduce(0, +) == sums.reduce(into: 0) { $0 += $1.sum }, "locks")
  }

  static func context() {
    let (word, generation) = (FlushWord(), FlushGeneration())
    check(word.requestFlush() == .deferred && word.activate(), "flush word")
    word.park()
    var participant = generation.register()
    participant.park()
    check(generation.invalidate { _ in } == 0 && participant.activate(), "generation")
    let connections = BigPerCPULock([0]) {}
    connections.perform { $0.append(1) }
    connections.enter()
    check(connections.withOwner { $0.count } == 2, "big lock")
    connections.exit()
  }

  static func reclaiming() async {
    let (settings, head) = (SnapshotCell(1), HazardPointerSource(Node()))
    await everywhere { round in
      if round % 100 == 0 { settings.update { $0 += 1 } }
      check(settings.withSnapshot { $0 } > 0, "snapshot")
      if round % 100 == 0 { _ = head.exchange(Node()) }
      check(HazardDomain.shared.withProtected(head) { _ in true } == true, "hazard pointer")
    }
    check(settings.load() == 1 + workers * rounds / 100, "updates")
  }

  static func draining() async {
    let written = PerCPUCounter()
    let log = PerCPUBatch<Int>(capacityPerCPU: 64) { _, lines in written.add(lines.count) }
    let housekeeper = Housekeeper(name: "client")
    let registration = housekeeper.register(every: .milliseconds(10)) { log.drainAll() }
    await everywhere { round in log.append(round) }
    await housekeeper.shutdown()
    registration.unregister()
    check(written.load() == workers * rounds, "batch")
  }
}
