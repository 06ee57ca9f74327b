// SPDX-License-Identifier: Apache-2.0

import CAtomicsShim
import CStressSupport
import PerCPU
import Synchronization

let hazardScenarios: [Scenario] = [
  Scenario(
    "hazard-cell",
    "readers of a cell, also in handlers: each value whole, none older than the last known one"
  ) { run in
    CellReaders(run).stress()
  },

  Scenario(
    "hazard-guards",
    "guards that nest, stay, and end elsewhere, on objects that move: alive as long as they are protected"
  ) { run in
    GuardedObjects(run, .inline).stress()
  },

  Scenario(
    "hazard-raw",
    "raw nodes whose memory is handed out again at once, readers also in handlers: each reclaimed once"
  ) { run in
    let nodes = AgedNodes(run, sources: 4, HazardDomain(batchSize: 8, reclaimer: .retirer))
    nodes.demandOutcomes()
    run.demand("signals", run.signals, perSecond: 5)
    nodes.handleSignals()
    run.work(
      disturbed: .all,
      start: { worker in
        if worker.index % 4 == 3 { _ = stress_thread_unregister() }
      },
      step: { worker in
        if worker.index % 4 == 0 {
          for _ in 0..<10 { nodes.replace(&worker) }
        } else {
          for _ in 0..<10 { nodes.read(&worker) }
        }
      })
    nodes.check()
  },

  Scenario(
    "hazard-ages", weight: 2,
    "few threads, batches of one node: readers see none that is older than retired"
  ) { run in
    let nodes = AgedNodes(run, sources: 1, HazardDomain(batchSize: 1, reclaimer: .inline))
    nodes.demandOutcomes(areTakenBack: false)
    run.work(disturbed: .allButSignals, threads: min(run.threads, 4)) { worker in
      switch worker.index {
      case 0: nodes.replace(&worker)
      case 1: nodes.read(&worker)
      default: nodes.readKeenly()
      }
    }
    nodes.check()
  },

  Scenario(
    "hazard-rounds",
    "one reader and one retirer, then nobody: nothing that was handed over is left in a box"
  ) { run in
    let outcomes = Outcomes()
    run.demand("dropped by readers", outcomes.dropped, perSecond: 1)
    run.work(disturbed: [], threads: 1) { worker in
      let rounds = HazardRounds(run, seed: worker.random.next())
      outcomes.dropped.add(rounds.run(rounds: 500))
      run.operations.add(500)
    }
  },
]

// MARK: A cell

/// An object that knows whether it has ended.
private final class Canary: Sendable {
  private static let alive = 0x600D
  private static let dead = 0xDEAD
  let number: Int
  private let state = Tally()
  private let ends: Tally

  init(_ number: Int, _ ends: Tally) {
    self.number = number
    self.ends = ends
    state.store(Self.alive ^ number)
  }

  deinit {
    state.store(Self.dead)
    ends.add()
  }

  var isAlive: Bool { state.count == Self.alive ^ number }
}

private final class CellReaders: Sendable {
  private struct Value: Sendable {
    let number: Int
    let square: Int
    let canary: Canary

    init(_ number: Int, _ ends: Tally) {
      self.number = number
      square = number &* number
      canary = Canary(number, ends)
    }

    var isWhole: Bool { square == number &* number && canary.number == number && canary.isAlive }
  }

  private let run: StressRun
  private let domain = HazardDomain(batchSize: 8, reclaimer: .retirer)
  private let ends = Tally()
  private let made = Tally()
  private let inHandlers = Tally()
  /// A number that has been in the cell.
  private let known = Tally()
  private let current: SnapshotCell<Value>

  init(_ run: StressRun) {
    self.run = run
    made.add()
    current = SnapshotCell(Value(0, ends), domain: domain)
  }

  func stress() {
    run.demand("signals", run.signals, perSecond: 5)
    run.demand("reads in handlers", inHandlers, perSecond: 5)
    let handedOver = Tally()
    run.demand("handed over", handedOver, perSecond: 5)
    // Whatever is made at its first use is not made in a handler.
    readInHandler()
    // Never released: a late signal may still find it.
    stress_handle_signals(
      { Unmanaged<CellReaders>.fromOpaque($0!)._withUnsafeGuaranteedRef { $0.readInHandler() } },
      Unmanaged.passRetained(self).toOpaque())
    run.work(
      disturbed: .all,
      start: { worker in
        if worker.index % 8 == 7 { _ = stress_thread_unregister() }
      },
      step: { [self] worker in
        if worker.index % 4 == 0 { replace(&worker) } else { read(&worker) }
      })
    current.store(make(known.count + 1))
    domain.drain()
    let statistics = domain.statistics
    handedOver.store(statistics.handedOver)
    run.expect(statistics.unreclaimed == 0, "\(statistics.unreclaimed) are left")
    run.expect(ends.count == made.count - 1, "\(ends.count) of \(made.count - 1) values ended")
  }

  private func make(_ number: Int) -> Value {
    made.add()
    return Value(number, ends)
  }

  private func replace(_ worker: inout Worker) {
    for _ in 0..<10 {
      let number = current.update { value in
        if !value.isWhole { run.fail("an update has seen a value that has ended") }
        value = make(value.number + 1)
        return value.number
      }
      if number > known.loadPublished() { known.publish(number) }
      run.operations.add()
    }
  }

  private func read(_ worker: inout Worker) {
    for _ in 0..<10 { read(Pace.random(&worker.random)) }
    let value = current.load()
    if !value.isWhole { run.fail("a copy has ended") }
    run.operations.add(11)
  }

  private func read(_ pace: Pace) {
    let oldest = known.loadPublished()
    let isRight = current.withSnapshot { value in
      let number = value.number
      // (Who has updated later may have published earlier.)
      guard value.isWhole, number >= oldest - run.threads else { return false }
      pace.spend()
      return value.isWhole && value.number == number
    }
    if !isRight { run.fail("a value has ended under its reader, or was too old") }
  }

  private func readInHandler() {
    read(inHandlers.count % 16 == 0 ? .yields : .nothing)
    inHandlers.add()
  }
}

// MARK: Guards

/// Where a guard waits for another thread.
private final class Parcel: Sendable {
  private let content = Guarded<HazardGuard<Canary>?>(nil)

  func exchange(_ new: consuming HazardGuard<Canary>?) -> HazardGuard<Canary>? {
    var new: HazardGuard<Canary>? = new
    return content.withLock { content in
      let old = content.take()
      content = new.take()
      return old
    }
  }
}

private final class GuardedObjects: Sendable {
  private let run: StressRun
  private let domain: HazardDomain
  private let sources: [HazardPointerSource<Canary>]
  /// Guards on their way to another thread.
  private let parcels: [Parcel]
  private let ends = Tally()
  private let made = Tally()

  init(_ run: StressRun, _ reclaimer: HazardDomain.Reclaimer) {
    self.run = run
    let domain = HazardDomain(batchSize: 4, reclaimer: reclaimer)
    self.domain = domain
    sources = (0..<8).map { _ in HazardPointerSource(nil, domain: domain) }
    parcels = (0..<40).map { _ in Parcel() }
  }

  func stress() {
    let outcomes = Outcomes()
    outcomes.demand(of: run)
    let displaced = Tally()
    run.demand("displaced", displaced, perSecond: 1)
    stress_handle_signals({ _ in }, nil)
    run.work(
      disturbed: .all,
      start: { worker in
        if worker.index % 8 == 7 { _ = stress_thread_unregister() }
      },
      step: { [self] worker in
        for _ in 0..<10 { step(&worker) }
        run.operations.add(10)
      })
    for source in sources { source.exchange(nil) }
    for parcel in parcels { end(parcel.exchange(nil)) }
    domain.drain()
    let statistics = domain.statistics
    outcomes.note(statistics)
    displaced.store(statistics.displaced)
    run.expect(statistics.unreclaimed == 0, "\(statistics.unreclaimed) are left")
    run.expect(ends.count == made.count, "\(ends.count) of \(made.count) objects ended")
  }

  private func step(_ worker: inout Worker) {
    let source = sources[worker.random.below(sources.count)]
    switch worker.random.below(8) {
    case 0, 1: source.exchange(make(), tag: worker.random.below(4))
    case 2: move(from: source, &worker)
    case 3: compareExchange(source, &worker)
    case 4: nest(worker.random.below(10), &worker)
    case 5: send(source, &worker)
    default:
      let pace = Pace.random(&worker.random)
      let isRight = domain.withProtected(source) { check($0, pace) }
      if isRight == false { run.fail("an object has ended under its reader") }
    }
  }

  private func make() -> Canary {
    made.add()
    return Canary(made.count, ends)
  }

  private func check(_ object: borrowing Canary, _ pace: Pace) -> Bool {
    let number = object.number
    guard object.isAlive else { return false }
    pace.spend()
    return object.isAlive && object.number == number
  }

  /// Puts an object into another source, where it is found again while it is still retired.
  private func move(from source: HazardPointerSource<Canary>, _ worker: inout Worker) {
    guard let node = source.exchange(nil).node else { return }
    if !node.isAlive { run.fail("what was exchanged has ended") }
    sources[worker.random.below(sources.count)].exchange(node)
  }

  private func compareExchange(_ source: HazardPointerSource<Canary>, _ worker: inout Worker) {
    let (old, tag) = source.load()
    if let old, !old.isAlive { run.fail("what was loaded has ended") }
    let new = worker.random.below(4) == 0 ? old : make()
    _ = source.compareExchange(
      expected: old, expectedTag: tag, desired: new, desiredTag: worker.random.below(4))
  }

  private func nest(_ depth: Int, _ worker: inout Worker) {
    let source = sources[worker.random.below(sources.count)]
    let pace = Pace.random(&worker.random)
    let isRight = domain.withProtected(source) { object in
      if depth > 0 { nest(depth - 1, &worker) }
      return check(object, pace)
    }
    if isRight == false { run.fail("an object has ended under its nested reader") }
  }

  /// Leaves a guard to another thread, and ends the one that was left there.
  private func send(_ source: HazardPointerSource<Canary>, _ worker: inout Worker) {
    let new = domain.tryProtect(source, forLong: worker.random.below(4) == 0)
    end(parcels[worker.random.below(parcels.count)].exchange(new))
  }

  private func end(_ guardian: consuming HazardGuard<Canary>?) {
    guard let guardian else { return }
    let isRight = guardian.withValue { check($0, .nothing) }
    if !isRight { run.fail("an object has ended under a guard from another thread") }
  }
}

// MARK: Raw nodes

/// What became of what was handed over.
private struct Outcomes {
  let dropped = Tally()
  let takenBack = Tally()
  let foundTaken = Tally()

  func note(_ statistics: HazardDomain.Statistics) {
    dropped.store(statistics.droppedByReaders)
    takenBack.store(statistics.takenBack)
    foundTaken.store(statistics.foundTaken)
  }

  /// - Parameter areTakenBack: Whether threads are interrupted at the right place for that.
  func demand(of run: StressRun, areTakenBack: Bool = true) {
    run.demand("dropped by readers", dropped, perSecond: 5)
    guard areTakenBack && run.threads > 8 else { return }
    run.demand("taken back", takenBack, perSecond: 1)
    run.demand("found taken", foundTaken, perSecond: 1)
  }
}

/// Nodes of a few words, the first of them a stamp that no two uses of the same memory share, the second
/// their age: how far they have got on their way out.
private final class AgedNodes: Sendable {
  private typealias Node = UnsafeMutablePointer<Int>
  private enum Age { static let current = 0, retired = 1, reclaimed = 2 }

  private struct Memory: @unchecked Sendable {
    var free: [Node] = []
    var all: [Node] = []
    var stamp = 0
  }

  private struct Place: @unchecked Sendable {
    let word: UnsafeMutablePointer<Int>
    let source: UnsafeHazardPointerSource<Int>
  }

  private let run: StressRun
  private let domain: HazardDomain
  private let memory = Guarded(Memory())
  private let places: [Place]
  private let outcomes = Outcomes()
  private let retiredSeen = Tally()
  private let made = Tally()
  private let reclaimed = Tally()
  private let isOver = Tally()

  init(_ run: StressRun, sources: Int, _ domain: HazardDomain) {
    self.run = run
    self.domain = domain
    places = (0..<sources).map { _ in
      let word = UnsafeMutablePointer<Int>.allocate(capacity: 1)
      return Place(
        word: word, source: UnsafeHazardPointerSource(at: word, nil, domain: domain))
    }
  }

  func demandOutcomes(areTakenBack: Bool = true) {
    outcomes.demand(of: run, areTakenBack: areTakenBack)
    run.demand("retired ones seen", retiredSeen, perSecond: 5)
  }

  /// From now on signals read.
  func handleSignals() {
    // Never released: a late signal may still find it.
    stress_handle_signals(
      { Unmanaged<AgedNodes>.fromOpaque($0!)._withUnsafeGuaranteedRef { $0.readInHandler() } },
      Unmanaged.passRetained(self).toOpaque())
  }

  private func make() -> Node {
    made.add()
    return memory.withLock { memory in
      memory.stamp += 1
      if memory.free.isEmpty {
        memory.all.append(.allocate(capacity: 4))
        memory.free.append(memory.all.last!)
      }
      // The one that was given back last.
      let node = memory.free.removeLast()
      percpu_word_store_relaxed(node, memory.stamp)
      percpu_word_store_relaxed(node + 1, Age.current)
      return node
    }
  }

  private func giveBack(_ node: Node) {
    if percpu_word_exchange_acq_rel(node + 1, Age.reclaimed) != Age.retired {
      run.fail("a node was reclaimed twice, or was not retired")
    }
    reclaimed.add()
    memory.withLock { $0.free.append(node) }
  }

  private func retire(_ node: Node?) {
    guard let node else { return }
    if percpu_word_exchange_acq_rel(node + 1, Age.retired) != Age.current {
      run.fail("a node was taken out twice")
    }
    domain.retire(node) { [self] in giveBack($0) }
  }

  func replace(_ worker: inout Worker) {
    let place = places[worker.random.below(places.count)]
    if worker.random.below(16) == 0 {
      retire(place.source.exchange(nil, tag: worker.random.below(4)).node)
    }
    let node = make()
    retire(place.source.exchange(node, tag: percpu_word_load_relaxed(node) & 3).node)
    run.operations.add()
  }

  func read(_ worker: inout Worker) {
    let pace = Pace.random(&worker.random)
    // Some hold several, of which some are the same.
    read(worker.random.below(8) == 0 ? worker.random.below(12) : 0, &worker.random, pace)
    run.operations.add()
  }

  private func read(_ depth: Int, _ random: inout SeededGenerator, _ pace: Pace) {
    let place = places[random.below(places.count)]
    domain.withProtected(place.source) { node, tag in
      let stamp = percpu_word_load_relaxed(node)
      if tag != stamp & 3 { run.fail("a tag belongs to another node") }
      if depth > 0 { read(depth - 1, &random, pace) }
      pace.spend()
      let age = percpu_word_load_relaxed(node + 1)
      if age > Age.retired { run.fail("a node was reclaimed under its reader") }
      if age == Age.retired { retiredSeen.add() }
      if percpu_word_load_relaxed(node) != stamp {
        run.fail("the memory of a node was handed out again under its reader")
      }
    }
  }

  /// Leaves at once, unless the node is on its way out already: only then it matters what its retirer does
  /// meanwhile. So most of the time goes by between finding a node and showing it.
  func readKeenly() {
    for _ in 0..<10 {
      domain.withProtected(places[0].source) { node, _ in
        let age = percpu_word_load_relaxed(node + 1)
        guard age != Age.current else { return }
        retiredSeen.add()
        Pace.pauses(200).spend()
        if max(age, percpu_word_load_relaxed(node + 1)) > Age.retired {
          run.fail("a node was reclaimed under its keen reader")
        }
      }
    }
    run.operations.add(10)
  }

  private func readInHandler() {
    // Its memory is given back in the end.
    if isOver.loadPublished() != 0 { return }
    var random = SeededGenerator(seed: UInt64(run.operations.count))
    read(random.below(3), &random, random.below(8) == 0 ? .yields : .nothing)
  }

  func check() {
    isOver.publish(1)
    for place in places { retire(place.source.exchange(nil).node) }
    domain.drain()
    let statistics = domain.statistics
    outcomes.note(statistics)
    run.expect(statistics.unreclaimed == 0, "\(statistics.unreclaimed) are left")
    run.expect(
      reclaimed.count == made.count, "\(reclaimed.count) of \(made.count) nodes were reclaimed")
    memory.withLock { memory in
      run.expect(memory.free.count == memory.all.count, "nodes are missing")
      if run.failures.isEmpty { for node in memory.all { node.deallocate() } }
      memory = Memory()
    }
    for place in places { place.word.deallocate() }
  }
}

/// Two threads that meet once a round. After it nobody reads, so what was retired is reclaimed, without a
/// reader who comes along later and looks into the same box.
private final class HazardRounds: Sendable {
  private let run: StressRun
  private let seed: UInt64
  private let domain = HazardDomain(batchSize: 1)
  private let source: HazardPointerSource<Canary>
  private let ends = Tally()
  private let arrived = Tally()

  init(_ run: StressRun, seed: UInt64) {
    self.run = run
    self.seed = seed
    source = HazardPointerSource(Canary(0, ends), domain: domain)
  }

  /// Returns how many objects readers have dropped.
  func run(rounds: Int) -> Int {
    onThreads(2) { [self] thread in
      var random = SeededGenerator(seed: seed &+ UInt64(thread))
      for round in 1...rounds {
        meet(2 * round - 1)
        if thread == 0 {
          Pace.pauses(random.below(8)).spend()
          source.exchange(Canary(round, ends))
        } else {
          read(&random)
        }
        meet(2 * round)
        if ends.count != round { run.fail("\(ends.count) of \(round) objects have ended") }
      }
    }
    return domain.statistics.droppedByReaders
  }

  private func read(_ random: inout SeededGenerator) {
    for _ in 0...random.below(4) {
      guard let object = domain.tryProtect(source, forLong: random.below(2) == 0) else { return }
      // Mostly for as long as looking through takes; now and then the other one's turn comes meanwhile.
      (random.below(8) == 0 ? Pace.yields : Pace.pauses(random.below(256))).spend()
      if !object.withValue({ $0.isAlive }) { run.fail("an object has ended under its reader") }
    }
  }

  private func meet(_ number: Int) {
    arrived.addPublished(1)
    var spins = 0
    while arrived.loadPublished() < 2 * number {
      spins += 1
      if spins % 200 == 0 { percpu_thread_yield() } else { percpu_pause() }
    }
  }
}
