// SPDX-License-Identifier: Apache-2.0

import CAtomicsShim
import CStressSupport
import PerCPU

/// Nodes of a few words, the first of them a stamp that no two uses of the same memory share, the second
/// their age: how far they have got on their way out.
final class AgedNodes: Sendable {
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
  private let outcomes = HazardOutcomes()
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
