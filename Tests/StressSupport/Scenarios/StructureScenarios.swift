// SPDX-License-Identifier: Apache-2.0

import CAtomicsShim
import CStressSupport
import PerCPU

/// Structures that others may build on hazard pointers: nothing that is put in is lost, or comes out twice.
let structureScenarios: [Scenario] = [
  Scenario(
    "hazard-stack", "a Treiber stack: what is pushed is popped once, and every node ends"
  ) { run in
    let domain = HazardDomain(batchSize: 4)
    let items = Items(run)
    do {
      let stack = TreiberStack<Item>(domain: domain)
      items.stress(put: { stack.push($0) }, take: { stack.pop() })
    }
    expectNothingLeft(run, domain)
    items.expectEnds()
  },

  Scenario(
    "hazard-queue",
    "a Michael-Scott queue: what is put in comes out once, in the order of each producer"
  ) { run in
    let domain = HazardDomain(batchSize: 4)
    let items = Items(run, isOrdered: true)
    do {
      let queue = MichaelScottQueue<Item>(domain: domain)
      items.stress(put: { queue.enqueue($0) }, take: { queue.dequeue() })
    }
    expectNothingLeft(run, domain)
    items.expectEnds()
  },

  Scenario(
    "hazard-set",
    "a Michael list: of each key, one more insertion than removals, or as many"
  ) { run in
    let domain = HazardDomain(batchSize: 4)
    do {
      let set = MichaelListSet(domain: domain)
      let keys = 32
      let balances = (0..<keys).map { _ in Tally() }
      disturb(run)
      run.work(
        disturbed: .all, start: unregisterSome,
        step: { worker in
          for _ in 0..<10 {
            let key = worker.random.below(keys)
            switch worker.random.below(3) {
            case 0: if set.insert(key) { balances[key].add(1) }
            case 1: if set.remove(key) { balances[key].add(-1) }
            default: _ = set.contains(key)
            }
          }
          run.operations.add(10)
        })
      for key in 0..<keys {
        let balance = balances[key].count
        run.expect(
          balance == (set.contains(key) ? 1 : 0),
          "key \(key) was inserted \(balance) times more than removed")
        run.expect(set.remove(key) == (balance == 1), "key \(key) is there and is not")
      }
    }
    expectNothingLeft(run, domain)
  },
]

private func disturb(_ run: StressRun) {
  run.demand("signals", run.signals, perSecond: 5)
  stress_handle_signals({ _ in }, nil)
}

@Sendable private func unregisterSome(_ worker: inout Worker) {
  if worker.index % 8 == 7 { _ = stress_thread_unregister() }
}

private func expectNothingLeft(_ run: StressRun, _ domain: HazardDomain) {
  domain.drain()
  let statistics = domain.statistics
  run.expect(statistics.unreclaimed == 0, "\(statistics.unreclaimed) nodes are left")
  run.expect(statistics.retired > 0, "nothing was retired")
}

/// What is put in: it counts its ends.
private final class Item: Sendable {
  let producer: Int
  let number: Int
  private let ends: Tally

  init(_ producer: Int, _ number: Int, _ ends: Tally) {
    self.producer = producer
    self.number = number
    self.ends = ends
  }

  deinit { ends.add() }
}

private final class Items: Sendable {
  private let run: StressRun
  private let isOrdered: Bool
  private let ends = Tally()
  private let put = Tally()
  private let taken = Tally()
  private let sumPut = Tally()
  private let sumTaken = Tally()
  /// How many each producer has made.
  private let numbers: [Tally]
  /// The last one of each producer that each consumer has taken.
  private let last: [[Tally]]

  init(_ run: StressRun, isOrdered: Bool = false) {
    self.run = run
    self.isOrdered = isOrdered
    numbers = (0..<run.threads).map { _ in Tally() }
    last = (0...run.threads).map { _ in (0..<run.threads).map { _ in Tally() } }
  }

  func stress(
    put: @escaping @Sendable (Item) -> Void, take: @escaping @Sendable () -> Item?
  ) {
    disturb(run)
    run.work(disturbed: .all, start: unregisterSome) { [self] worker in
      for _ in 0..<10 {
        if worker.random.below(2) == 0 {
          put(make(worker.index))
        } else if let item = take() {
          note(item, takenBy: worker.index)
        }
      }
      run.operations.add(10)
    }
    while let item = take() { note(item, takenBy: run.threads) }
    run.expect(taken.count == self.put.count, "\(taken.count) of \(self.put.count) came out")
    run.expect(sumTaken.count == sumPut.count, "others came out than were put in")
  }

  /// When the nodes that they were in are reclaimed.
  func expectEnds() {
    run.expect(ends.count == put.count, "\(ends.count) of \(put.count) have ended")
  }

  private func make(_ producer: Int) -> Item {
    numbers[producer].add()
    put.add()
    let item = Item(producer, numbers[producer].count, ends)
    sumPut.add(hash(item))
    return item
  }

  private func note(_ item: Item, takenBy consumer: Int) {
    taken.add()
    sumTaken.add(hash(item))
    guard isOrdered else { return }
    let before = last[consumer][item.producer]
    if before.count >= item.number { run.fail("items of a producer came out of order") }
    before.store(item.number)
  }

  private func hash(_ item: Item) -> Int {
    var random = SeededGenerator(seed: UInt64(item.producer) << 40 + UInt64(item.number))
    return Int(truncatingIfNeeded: random.next() >> 2)
  }
}
