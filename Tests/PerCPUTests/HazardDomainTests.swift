// SPDX-License-Identifier: Apache-2.0

import CAtomicsShim
import CStressSupport
import PerCPU
import StressSupport
import Synchronization
import Testing

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

private typealias Source = HazardPointerSource<Mortal>

private struct Refusal: Error, Equatable {
  let number: Int
}

private struct Unique: ~Copyable {
  let number: Int
}

/// A node of a chain.
private final class Link: Sendable {
  let next: HazardPointerSource<Link>
  private let ends: Tally

  init(_ next: Link?, _ domain: HazardDomain, _ ends: Tally) {
    self.next = HazardPointerSource(next, domain: domain)
    self.ends = ends
  }

  deinit { ends.add() }
}

/// The only one who knows a domain.
private final class DomainOwner: Sendable {
  private let domain = HazardDomain()

  init(_ ends: Tally) {
    for number in 0..<3 { domain.retire(Mortal(number, ends)) }
  }
}

/// A node that retires the next one.
private final class Retiring: Sendable {
  private let next: Mutex<Retiring?>
  private let domain: HazardDomain
  private let ends: Tally

  init(_ next: Retiring?, _ domain: HazardDomain, _ ends: Tally) {
    self.next = Mutex(next)
    self.domain = domain
    self.ends = ends
  }

  deinit {
    ends.add()
    if let next = next.withLock({ $0.take() }) { domain.retire(consume next) }
  }
}

/// Memory that is handed out by hand: a number that says whether it is in use.
private final class RawNodes: Sendable {
  static let poison = -1
  let reclaimed = Tally()

  func make(_ number: Int) -> UnsafeMutablePointer<Int> {
    let node = UnsafeMutablePointer<Int>.allocate(capacity: 1)
    node.initialize(to: number)
    return node
  }

  func retire(_ node: UnsafeMutablePointer<Int>, in domain: HazardDomain) {
    domain.retire(node) { [self] in
      if $0.pointee == Self.poison { fatalError("a node was reclaimed twice") }
      // Not deallocated: whoever reads it sees that it is gone.
      $0.pointee = Self.poison
      reclaimed.add()
    }
  }
}

/// A source of raw nodes, with its own memory.
private struct RawSource: @unchecked Sendable {
  let word: UnsafeMutablePointer<Int>
  let source: UnsafeHazardPointerSource<Int>

  init(_ node: UnsafeMutablePointer<Int>?, tag: Int = 0, domain: HazardDomain) {
    word = .allocate(capacity: 1)
    source = UnsafeHazardPointerSource(at: word, node, tag: tag, domain: domain)
  }
}

extension PerCPUTests {
  @Suite struct HazardDomainTests {
    #if DEBUG
      private static let many = 100_000
    #else
      private static let many = 1_000_000
    #endif

    // MARK: Retiring

    @Test func aFullBatchIsLookedThrough() {
      let ends = Tally()
      let domain = HazardDomain(batchSize: 4)
      for number in 0..<1000 {
        domain.retire(Mortal(number, ends))
        // This thread may have been on each CPU.
        if number - ends.count > 3 * CPU.rows.count { break }
      }
      #expect(ends.count >= 1000 - 3 * CPU.rows.count)
      domain.drain()
      #expect(ends.count == 1000)
      #expect(domain.statistics.unreclaimed == 0)
    }

    @Test func aBatchOfOneReclaimsAtOnce() {
      let ends = Tally()
      let domain = HazardDomain(batchSize: 1)
      domain.retire(Mortal(1, ends))
      #expect(ends.count == 1)
    }

    @Test func whatIsRetiredIsOneReference() {
      let ends = Tally()
      let domain = HazardDomain(batchSize: 1)
      var object: Mortal? = Mortal(1, ends)
      for _ in 0..<3 { domain.retire(object!) }
      #expect(domain.statistics.reclaimed == 3)
      #expect(object?.number == 1)
      #expect(ends.count == 0)
      object = nil
      #expect(ends.count == 1)
    }

    @Test func deferredRetirementsLookThroughNothing() {
      let ends = Tally()
      let raw = RawNodes()
      let domain = HazardDomain(batchSize: 1)
      for number in 0..<100 { domain.retire(Mortal(number, ends), deferred: true) }
      let node = raw.make(1)
      domain.retire(node, deferred: true) { _ in raw.reclaimed.add() }
      #expect(ends.count == 0)
      #expect(raw.reclaimed.count == 0)
      #expect(domain.statistics.unreclaimed == 101)
      domain.drain()
      #expect(ends.count == 100)
      #expect(raw.reclaimed.count == 1)
      node.deallocate()
    }

    @Test func aDomainThatEndsReclaims() {
      let ends = Tally()
      do {
        let domain = HazardDomain()
        for number in 0..<10 { domain.retire(Mortal(number, ends)) }
        #expect(ends.count == 0)
      }
      #expect(ends.count == 10)
    }

    @Test func statisticsSayWhatHappened() {
      let ends = Tally()
      let domain = HazardDomain(batchSize: 64)
      let source = Source(Mortal(0, ends), domain: domain)
      let other = Source(Mortal(1, ends), domain: domain)
      #expect(domain.statistics.retired == 0)
      domain.withProtected(source) { _ in
        source.exchange(nil)
        other.exchange(nil)
        #expect(domain.statistics.retired == 2)
        #expect(domain.statistics.unreclaimed == 2)
        domain.drain()
        #expect(domain.statistics.handedOver == 1)
        #expect(domain.statistics.reclaimed == 1)
        #expect(domain.statistics.droppedByReaders == 0)
      }
      let statistics = domain.statistics
      #expect(statistics.retired == 2)
      #expect(statistics.reclaimed == 2)
      #expect(statistics.handedOver == 1)
      #expect(statistics.droppedByReaders == 1)
      #expect(statistics.takenBack == 0)
      #expect(statistics.displaced == 0)
      #expect(statistics.unreclaimed == 0)
      #expect(domain.statistics == statistics)
    }

    @Test func drainingReclaimsWhatReclaimingRetires() {
      let ends = Tally()
      let domain = HazardDomain()
      domain.retire(
        Mortal(0, ends) { domain.retire(Mortal(1, ends) { domain.retire(Mortal(2, ends)) }) })
      domain.drain()
      #expect(ends.count == 3)
      #expect(domain.statistics.unreclaimed == 0)
    }

    @Test func drainingInsideOfAnEndIsHarmless() {
      let ends = Tally()
      let domain = HazardDomain(batchSize: 2)
      domain.retire(
        Mortal(0, ends) {
          for number in 1...10 { domain.retire(Mortal(number, ends)) }
          domain.drain()
        })
      domain.drain()
      #expect(ends.count == 11)
    }

    // MARK: Protecting

    @Test func whatIsProtectedIsReadAndNilIsNot() {
      let ends = Tally()
      let domain = HazardDomain()
      let source = Source(Mortal(7, ends), domain: domain)
      let number = domain.withProtected(source) { $0.number }
      #expect(number == 7)
      for tag in 0...3 {
        source.exchange(nil, tag: tag)
        var hasRun = false
        let result: Void? = domain.withProtected(source) { _ in hasRun = true }
        #expect(result == nil)
        #expect(!hasRun)
        let isProtected = domain.tryProtect(source) != nil
        #expect(!isProtected)
        let isProtectedForLong = domain.tryProtect(source, forLong: true) != nil
        #expect(!isProtectedForLong)
      }
      domain.drain()
      #expect(ends.count == 1)
    }

    @Test func whatRefersToNothingTakesNoSlot() {
      let domain = HazardDomain()
      let nothings = (0...3).map { Source(nil, tag: $0, domain: domain) }
      for _ in 0..<1000 {
        for source in nothings {
          _ = domain.withProtected(source) { _ in }
          _ = domain.tryProtect(source)
          _ = source.load()
        }
      }
      // If slots had been lost, an object would be found in none of a row's.
      let ends = Tally()
      let source = Source(Mortal(0, ends), domain: domain)
      domain.withProtected(source) { _ in
        source.exchange(nil)
        domain.drain()
        #expect(ends.count == 0)
      }
      #expect(ends.count == 1)
    }

    @Test func errorsKeepTheirTypeAndEndTheProtection() {
      let ends = Tally()
      let domain = HazardDomain()
      let source = Source(Mortal(3, ends), domain: domain)
      let thrown: Refusal? = error { () throws(Refusal) in
        _ = try domain.withProtected(source) { node throws(Refusal) -> Int in
          source.exchange(nil)
          domain.drain()
          throw Refusal(number: node.number)
        }
      }
      #expect(thrown == Refusal(number: 3))
      #expect(ends.count == 1)
      let guarded = Source(Mortal(4, ends), domain: domain)
      let fromGuard: Refusal? = error { () throws(Refusal) in
        guard let guardian = domain.tryProtect(guarded) else { return }
        try guardian.withValue { node throws(Refusal) in throw Refusal(number: node.number) }
      }
      #expect(fromGuard == Refusal(number: 4))
    }

    @Test func resultsThatCannotBeCopiedComeBack() {
      let domain = HazardDomain()
      let source = Source(Mortal(3, Tally()), domain: domain)
      var number = 0
      if let unique = domain.withProtected(source, { Unique(number: $0.number) }) {
        number = unique.number
      }
      #expect(number == 3)
      if let guardian = domain.tryProtect(source) {
        let result = guardian.withValue { Unique(number: $0.number + 1) }
        let next = result.number
        #expect(next == 4)
      }
    }

    @Test func aCopyOutlivesTheProtection() {
      let ends = Tally()
      let domain = HazardDomain(batchSize: 1)
      let source = Source(Mortal(3, ends), domain: domain)
      var escaped = domain.withProtected(source) { copy $0 }
      var second = domain.tryProtect(source)?.value
      source.exchange(nil)
      domain.drain()
      #expect(escaped?.number == 3)
      #expect(ends.count == 0)
      escaped = nil
      #expect(second?.number == 3)
      #expect(ends.count == 0)
      second = nil
      #expect(ends.count == 1)
    }

    @Test func aGuardKnowsItsObjectAndItsTag() {
      let domain = HazardDomain()
      let one = Mortal(1, Tally())
      let source = Source(one, tag: 2, domain: domain)
      let other = Mortal(1, Tally())
      if let guardian = domain.tryProtect(source) {
        source.exchange(other, tag: 1)
        let (tag, value) = (guardian.tag, guardian.value)
        #expect(tag == 2)
        #expect(value === one)
        let isProtecting = (guardian.isProtecting(one), guardian.isProtecting(other))
        #expect(isProtecting == (true, false))
      } else {
        Issue.record("nothing was protected")
      }
    }

    // MARK: Who reclaims

    @Test func readersReclaimInline() {
      let ends = Tally()
      let domain = HazardDomain(reclaimer: .inline)
      let source = Source(Mortal(0, ends), domain: domain)
      domain.withProtected(source) { _ in
        source.exchange(nil)
        domain.drain()
        #expect(ends.count == 0)
      }
      #expect(ends.count == 1)
    }

    @Test func retirersReclaimWhatReadersDrop() {
      let ends = Tally()
      let domain = HazardDomain(batchSize: 1, reclaimer: .retirer)
      let source = Source(Mortal(0, ends), domain: domain)
      domain.withProtected(source) { _ in source.exchange(nil) }
      #expect(ends.count == 0)
      #expect(domain.statistics.droppedByReaders == 1)
      #expect(domain.statistics.unreclaimed == 1)
      domain.retire(Mortal(1, ends))
      #expect(ends.count == 2)
      let again = Source(Mortal(2, ends), domain: domain)
      domain.withProtected(again) { _ in again.exchange(nil) }
      #expect(ends.count == 2)
      domain.drain()
      #expect(ends.count == 3)
      #expect(domain.statistics.unreclaimed == 0)
    }

    @Test func executorsReclaim() {
      let ends = Tally()
      let waiting = Waiting()
      let domain = HazardDomain(batchSize: 1, reclaimer: .executor { waiting.add($0) })
      domain.retire(Mortal(0, ends))
      #expect(waiting.count == 1)
      let source = Source(Mortal(1, ends), domain: domain)
      domain.withProtected(source) { _ in
        source.exchange(nil)
        #expect(waiting.count == 1)
      }
      #expect(waiting.count == 2)
      #expect(ends.count == 0)
      waiting.run()
      #expect(ends.count == 2)
    }

    @Test(arguments: [1, 64])
    func aDomainMayEndWhileAReaderHoldsSomething(batchSize: Int) {
      let kinds: [HazardDomain.Reclaimer] = [.inline, .retirer, .executor { $0() }]
      for reclaimer in kinds {
        let ends = Tally()
        let held = Parcel<HazardGuard<Mortal>>(nil)
        do {
          let domain = HazardDomain(batchSize: batchSize, reclaimer: reclaimer)
          let source = Source(Mortal(0, ends), domain: domain)
          held.put(domain.tryProtect(source))
          domain.retire(Mortal(1, ends))
        }
        // The source has ended and has retired its object; the domain has, too.
        #expect(ends.count == 1)
        if let guardian = held.take() {
          let seen = guardian.withValue { $0.number }
          #expect(seen == 0)
          #expect(ends.count == 1)
        }
        #expect(ends.count == 2)
      }
    }

    @Test func aDomainMayEndWhileAnotherOneReclaims() {
      for kind in 0..<3 {
        let ends = Tally()
        let outer = HazardDomain(
          batchSize: 1, reclaimer: kind == 0 ? .inline : kind == 1 ? .retirer : .executor { $0() })
        // The end of a source leaves the last reference to who reclaims.
        for _ in 0..<10 { _ = HazardPointerSource(DomainOwner(ends), domain: outer) }
        outer.drain()
        #expect(ends.count == 30)
      }
    }

    @Test func aDomainThatOnlyItsNodesKnowEnds() {
      for drains in [true, false] {
        let ends = Tally()
        weak var leftOver: HazardDomain?
        do {
          let domain = HazardDomain()
          leftOver = domain
          domain.retire(Link(nil, domain, ends))
          if drains { domain.drain() }
        }
        #expect(leftOver == nil)
        #expect(ends.count == 1)
      }
    }

    // MARK: Several protections

    @Test func protectionsNest() {
      let ends = Tally()
      let domain = HazardDomain(batchSize: 1)
      let sources = (0..<4).map { Source(Mortal($0, ends), domain: domain) }
      func nest(_ depth: Int) -> Int {
        if depth == 20 {
          for source in sources { source.exchange(nil) }
          return 0
        }
        return domain.withProtected(sources[depth % 4]) { node in
          let inner = nest(depth + 1)
          // Those end that nobody further out holds.
          return inner + (ends.count == max(0, 3 - depth) ? node.number : 1000)
        }!
      }
      #expect(nest(0) == 5 * 6)
      #expect(ends.count == 4)
      #expect(domain.statistics.unreclaimed == 0)
    }

    @Test(arguments: [(false, 1), (false, 7), (false, 8), (false, 600), (true, 8), (true, 600)])
    func asManyGuardsAsOneLikes(forLong: Bool, count: Int) {
      let ends = Tally()
      let domain = HazardDomain(batchSize: 1)
      let sources = (0..<count).map { Source(Mortal($0, ends), domain: domain) }
      let guards = sources.map { Parcel(domain.tryProtect($0, forLong: forLong)) }
      for source in sources { source.exchange(nil) }
      #expect(ends.count == 0)
      #expect(domain.statistics.handedOver == count)
      var random = SeededGenerator(seed: 1)
      var isRight = true
      for (released, parcel) in guards.shuffled(using: &random).enumerated() {
        isRight = isRight && ends.count == released
        _ = parcel.take()
      }
      #expect(isRight)
      #expect(ends.count == count)
      #expect(domain.statistics.unreclaimed == 0)
    }

    @Test func anObjectEndsWithTheLastOfManyGuards() {
      let ends = Tally()
      let domain = HazardDomain(batchSize: 1)
      let source = Source(Mortal(0, ends), domain: domain)
      let guards = (0..<20).map { Parcel(domain.tryProtect(source, forLong: $0 % 3 == 0)) }
      source.exchange(nil)
      for parcel in guards {
        #expect(ends.count == 0)
        _ = parcel.take()
      }
      #expect(ends.count == 1)
      #expect(domain.statistics.unreclaimed == 0)
      #expect(domain.statistics.handedOver == 20)
    }

    @Test func anObjectInTwoSourcesIsReclaimedAfterBoth() {
      let ends = Tally()
      let domain = HazardDomain(batchSize: 1)
      var object: Mortal? = Mortal(0, ends)
      let first = Source(object, domain: domain)
      let second = Source(object, domain: domain)
      object = nil
      let guardian = Parcel(domain.tryProtect(first))
      first.exchange(nil)
      let seen = domain.withProtected(second) { $0.number }
      #expect(seen == 0)
      second.exchange(nil)
      #expect(ends.count == 0)
      _ = guardian.take()
      #expect(ends.count == 1)
      #expect(domain.statistics.unreclaimed == 0)
    }

    @Test func whatIsHandedOverTwiceIsReclaimedOnceForEachReference() {
      let ends = Tally()
      let domain = HazardDomain(batchSize: 1)
      let source = Source(Mortal(0, ends), domain: domain)
      let guardian = Parcel(domain.tryProtect(source))
      // Out, in again and out again, all of it while it is protected.
      for _ in 0..<10 {
        let (node, _) = source.exchange(nil)
        source.exchange(node)
      }
      #expect(ends.count == 0)
      #expect(domain.statistics.displaced == 9)
      source.exchange(nil)
      #expect(ends.count == 0)
      _ = guardian.take()
      #expect(ends.count == 1)
      #expect(domain.statistics.unreclaimed == 0)
    }

    // MARK: Guards that travel

    @Test func aGuardMayEndOnAnotherThread() {
      let ends = Tally()
      let domain = HazardDomain(batchSize: 1)
      for forLong in [false, true] {
        let before = ends.count
        let source = Source(Mortal(0, ends), domain: domain)
        let parcel = Parcel<HazardGuard<Mortal>>(nil)
        onThreads(1) { _ in parcel.put(domain.tryProtect(source, forLong: forLong)) }
        // The thread that began it does not exist any more.
        source.exchange(nil)
        #expect(ends.count == before)
        onThreads(1) { _ in _ = parcel.take() }
        #expect(ends.count == before + 1)
      }
    }

    @Test func aGuardMayBeHeldAcrossAwait() async {
      let ends = Tally()
      let domain = HazardDomain(batchSize: 1)
      let source = Source(Mortal(5, ends), domain: domain)
      let parcel = Parcel<HazardGuard<Mortal>>(nil)
      if let guardian = domain.tryProtect(source, forLong: true) {
        await Task.yield()
        source.exchange(nil)
        await Task.yield()
        let seen = guardian.withValue { $0.number }
        #expect(seen == 5)
        #expect(ends.count == 0)
        parcel.put(guardian)
      }
      await Task.detached {
        await Task.yield()
        _ = parcel.take()
      }.value
      #expect(ends.count == 1)
    }

    @Test(arguments: [true, false])
    func bothKindsOfThreadProtectAndRetire(registered: Bool) {
      let ends = Tally()
      let domain = HazardDomain(batchSize: 1)
      let wrong = Tally()
      onThreads(1) { _ in
        if !registered { _ = stress_thread_unregister() }
        for number in 0..<100 {
          let source = Source(Mortal(number, ends), domain: domain)
          let guards = (0..<10).map { _ in Parcel(domain.tryProtect(source)) }
          domain.withProtected(source) { node in
            source.exchange(nil)
            if ends.count != number || node.number != number { wrong.add() }
          }
          for parcel in guards {
            if ends.count != number { wrong.add() }
            _ = parcel.take()
          }
          if ends.count != number + 1 { wrong.add() }
          if domain.withProtected(source, { _ in }) != nil { wrong.add() }
        }
      }
      #expect(wrong.count == 0)
      #expect(ends.count == 100)
      #expect(domain.statistics.unreclaimed == 0)
    }

    // MARK: Raw nodes

    @Test func rawNodesAreProtectedWithTheirTags() {
      let raw = RawNodes()
      let domain = HazardDomain(batchSize: 1)
      let node = raw.make(5)
      let source = RawSource(nil, tag: 3, domain: domain).source
      #expect(domain.withProtected(source) { _, _ in 0 } == nil)
      #expect(source.load() == (nil, 3))
      #expect(!source.compareExchange(expected: nil, desired: node))
      #expect(
        source.compareExchange(expected: nil, expectedTag: 3, desired: node, desiredTag: 2))
      let seen = domain.withProtected(source) { node, tag in
        #expect(source.exchange(nil, tag: 1) == (node, 2))
        raw.retire(node, in: domain)
        #expect(raw.reclaimed.count == 0)
        return node.pointee * 10 + tag
      }
      #expect(seen == 52)
      #expect(raw.reclaimed.count == 1)
      #expect(source.load() == (nil, 1))
    }

    /// The end of a protection on a thread of its own.
    private func whenOthersHold(
      _ source: RawSource, _ domain: HazardDomain, holders: Int,
      _ body: (_ release: (Int) -> Void) -> Void
    ) {
      let isHeld = (0..<holders).map { _ in Gate() }
      let mayEnd = (0..<holders).map { _ in Gate() }
      let hasEnded = (0..<holders).map { _ in Gate() }
      var threads = Threads()
      for index in 0..<holders {
        threads.start {
          let isRight = domain.withProtected(source.source) { node, _ in
            isHeld[index].open()
            mayEnd[index].wait()
            return node.pointee != RawNodes.poison
          }
          if isRight != true { fatalError("what was protected was reclaimed") }
          hasEnded[index].open()
        }
      }
      for gate in isHeld { gate.wait() }
      body {
        mayEnd[$0].open()
        hasEnded[$0].wait()
      }
      threads.join()
    }

    @Test(arguments: [[0, 1], [1, 0], [0, 1, 2], [2, 0, 1], Array(0..<20)])
    func aRawNodeIsPassedOnAndReclaimedOnce(order: [Int]) {
      for reclaimer in [HazardDomain.Reclaimer.inline, .retirer] {
        let raw = RawNodes()
        let domain = HazardDomain(batchSize: 1, reclaimer: reclaimer)
        let node = raw.make(1)
        let source = RawSource(node, domain: domain)
        whenOthersHold(source, domain, holders: order.count) { release in
          _ = source.source.exchange(nil)
          raw.retire(node, in: domain)
          #expect(domain.statistics.handedOver == 1)
          for index in order {
            #expect(raw.reclaimed.count == 0)
            release(index)
          }
        }
        if case .retirer = reclaimer {
          #expect(raw.reclaimed.count == 0)
          domain.drain()
        }
        #expect(raw.reclaimed.count == 1)
        #expect(domain.statistics.unreclaimed == 0)
        node.deallocate()
      }
    }

    // MARK: Ends that do something

    @Test func anEndMayReadAndRetireAndSwap() {
      let ends = Tally()
      let wrong = Tally()
      let domain = HazardDomain(batchSize: 1)
      let source = Source(nil, domain: domain)
      @Sendable func make(_ number: Int) -> Mortal {
        Mortal(number, ends) {
          guard number < 100 else { return }
          let seen = domain.withProtected(source) { $0.number }
          if let seen, seen < number { wrong.add() }
          domain.retire(Mortal(1000, ends))
          source.exchange(make(number + 2))
        }
      }
      source.exchange(make(0))
      domain.withProtected(source) { _ in source.exchange(make(1)) }
      source.exchange(nil)
      domain.drain()
      #expect(wrong.count == 0)
      source.exchange(nil)
      domain.drain()
      source.exchange(nil)
      domain.drain()
      #expect(domain.statistics.unreclaimed == 0)
      #expect(domain.statistics.retired == ends.count)
    }

    @Test(arguments: [1, 64])
    func chainsOfAnyLengthNeedNoStack(batchSize: Int) {
      let length = batchSize == 1 ? 5000 : Self.many
      let ends = Tally()
      let domain = HazardDomain(batchSize: batchSize)
      onThreads(1) { _ in
        var head: Link?
        for _ in 0..<length { head = Link(head, domain, ends) }
        let source = HazardPointerSource(head, domain: domain)
        head = nil
        domain.withProtected(source) { _ in
          source.exchange(nil)
          domain.drain()
        }
        domain.drain()
      }
      #expect(ends.count == length)
      #expect(domain.statistics.unreclaimed == 0)
    }

    @Test(arguments: [1, 64])
    func chainsThatReadersDropNeedNoStack(batchSize: Int) {
      let length = 10_000
      let ends = Tally()
      let domain = HazardDomain(batchSize: batchSize, reclaimer: .inline)
      onThreads(1) { _ in
        var head: Link?
        for _ in 0..<length { head = Link(head, domain, ends) }
        let source = HazardPointerSource(head, domain: domain)
        head = nil
        // Whoever reads ends it all.
        domain.withProtected(source) { _ in
          source.exchange(nil)
          domain.drain()
        }
      }
      domain.drain()
      #expect(ends.count == length)
    }

    @Test func endsThatRetireTheNextNeedNoStack() {
      let length = 50_000
      let ends = Tally()
      let domain = HazardDomain(batchSize: 1)
      onThreads(1) { _ in
        var head: Retiring?
        for _ in 0..<length { head = Retiring(head, domain, ends) }
        domain.retire(head.take()!)
      }
      domain.drain()
      #expect(ends.count == length)
    }

    // MARK: Bounds

    @Test(arguments: [false, true])
    func aReaderThatSleepsHoldsBackOneObject(forLong: Bool) {
      let ends = Tally()
      let domain = HazardDomain(batchSize: 64)
      let source = Source(Mortal(0, ends), domain: domain)
      let bound = 64 * CPU.rows.count + 7 * CPU.rows.count
      let held = Parcel(domain.tryProtect(source, forLong: forLong))
      var highest = 0
      for number in 1...Self.many {
        source.exchange(Mortal(number, ends))
        if number % 100 == 0 { highest = max(highest, domain.statistics.unreclaimed) }
      }
      #expect(highest <= bound)
      if let guardian = held.take() {
        let seen = guardian.withValue { $0.number }
        #expect(seen == 0)
      }
      domain.drain()
      #expect(ends.count == Self.many)
      #expect(domain.statistics.unreclaimed == 0)
    }

    // MARK: Waiting

    @Test func synchronizingWaitsForReaders() {
      let domain = HazardDomain(batchSize: 1)
      for forLong in [false, true] {
        let object = Mortal(0, Tally())
        let source = Source(object, domain: domain)
        let isHeld = Gate()
        let mayEnd = Gate()
        let hasEnded = Tally()
        var threads = Threads()
        threads.start {
          let guardian = Parcel(domain.tryProtect(source, forLong: forLong))
          isHeld.open()
          mayEnd.wait()
          hasEnded.publish(1)
          _ = guardian.take()
        }
        threads.start {
          isHeld.wait()
          source.exchange(nil)
          stress_sleep(5_000_000)
          mayEnd.open()
          domain.synchronize(with: object)
          if hasEnded.loadPublished() != 1 { fatalError("the reader was not waited for") }
        }
        threads.join()
        // Nobody reads it any more.
        domain.synchronize(with: object)
      }
    }

    // MARK: Signal handlers

    /// (The thread sanitizer delivers signals late.)
    @Test(.enabled(if: !stress_has_thread_sanitizer()))
    func handlersReadWhileThreadsReadAndRetire() {
      let handled = HandledReads()
      // Never released: the handler stays.
      stress_handle_signals(readInHandler, Unmanaged.passRetained(handled).toOpaque())
      let workers = (0..<4).map { _ in Tally() }
      let isOver = Gate()
      var threads = Threads()
      for index in 0..<4 {
        threads.start {
          stress_block_signals(false)
          workers[index].publish(Int(percpu_thread_id()))
          var number = 0
          while !isOver.isOpenNow {
            number += 1
            if index == 0 {
              handled.source.exchange(Mortal(number, handled.ends))
              handled.made.add()
            } else {
              handled.read()
            }
          }
          stress_block_signals(true)
        }
      }
      threads.start {
        while workers.contains(where: { $0.loadPublished() == 0 }) { percpu_thread_yield() }
        let end = stress_nanoseconds() + 300_000_000
        while stress_nanoseconds() < end {
          for worker in workers { _ = stress_signal_thread(Int32(worker.loadPublished())) }
          // So that they come to something else as well.
          stress_sleep(50_000)
        }
        isOver.open()
      }
      threads.join()
      #expect(handled.wrong.count == 0)
      #expect(handled.readInHandlers.count > 0)
      handled.source.exchange(nil)
      handled.domain.drain()
      #expect(handled.ends.count == handled.made.count)
      #expect(handled.domain.statistics.unreclaimed == 0)
      #expect(handled.domain.statistics.handedOver > 0)
    }

    // MARK: Forks

    @Test func theChildOfAForkReadsAndRetires() {
      let ends = Tally()
      let domain = HazardDomain(batchSize: 4)
      let source = Source(Mortal(1, ends), domain: domain)
      let held = Source(Mortal(2, ends), domain: domain)
      let isHeld = Gate()
      let mayEnd = Gate()
      var threads = Threads()
      threads.start {
        domain.withProtected(held) { _ in
          isHeld.open()
          mayEnd.wait()
        }
      }
      isHeld.wait()
      let guardian = Parcel(domain.tryProtect(source))
      let child = stress_fork_here()
      if child == 0 {
        _exit(statusOfChild())
      }
      func statusOfChild() -> Int32 {
        source.exchange(Mortal(3, ends))
        domain.drain()
        if ends.count != 0 { return 1 }
        _ = guardian.take()
        if ends.count != 1 { return 2 }
        for number in 0..<100 { source.exchange(Mortal(number, ends)) }
        if domain.withProtected(source, { $0.number }) != 99 { return 3 }
        // Its reader does not exist here: this stays protected.
        held.exchange(nil)
        domain.drain()
        if domain.statistics.unreclaimed != 1 { return 4 }
        return ends.count == 101 ? 0 : 5
      }
      #expect(stress_wait_for(child) == 0)
      mayEnd.open()
      threads.join()
      _ = guardian.take()
      #expect(ends.count == 0)
    }

    // MARK: Misuse

    @Test func aBatchOfNothingIsAClearError() async {
      let result = await #expect(
        processExitsWith: .failure, observing: [\.standardErrorContent]
      ) { _ = HazardDomain(batchSize: 0) }
      #expect(printed(result).contains("PerCPU: a batch holds at least one object"))
    }

    @Test func tagsThatDoNotFitAreAClearError() async {
      let created = await #expect(
        processExitsWith: .failure, observing: [\.standardErrorContent]
      ) { _ = HazardPointerSource<Mortal>(nil, tag: 4) }
      #expect(printed(created).contains("with a tag of 0 to 3"))
      let exchanged = await #expect(
        processExitsWith: .failure, observing: [\.standardErrorContent]
      ) { HazardPointerSource<Mortal>().exchange(nil, tag: -1) }
      #expect(printed(exchanged).contains("with a tag of 0 to 3"))
      let compared = await #expect(
        processExitsWith: .failure, observing: [\.standardErrorContent]
      ) {
        _ = HazardPointerSource<Mortal>().compareExchange(
          expected: nil, expectedTag: 8, desired: nil)
      }
      #expect(printed(compared).contains("with a tag of 0 to 3"))
    }

    @Test func nodesThatAreNotAlignedAreAClearError() async {
      let result = await #expect(
        processExitsWith: .failure, observing: [\.standardErrorContent]
      ) {
        let word = UnsafeMutablePointer<Int>.allocate(capacity: 1)
        let bytes = UnsafeMutablePointer<UInt8>.allocate(capacity: 8)
        _ = UnsafeHazardPointerSource(at: word, bytes + 1)
      }
      #expect(printed(result).contains("memory that is aligned to at least 4 bytes"))
    }
  }
}

private final class HandledReads: Sendable {
  let domain = HazardDomain(batchSize: 1, reclaimer: .retirer)
  let source: Source
  let ends = Tally()
  let made = Tally()
  let wrong = Tally()
  let readInHandlers = Tally()

  init() {
    source = Source(nil, domain: domain)
  }

  /// What is protected does not change.
  func read() {
    domain.withProtected(source) { node in
      let before = node.number
      if before % 4 == 0 { percpu_thread_yield() }
      if node.number != before { wrong.add() }
    }
  }
}

private func readInHandler(_ context: UnsafeMutableRawPointer?) {
  Unmanaged<HandledReads>.fromOpaque(context!)._withUnsafeGuaranteedRef {
    $0.read()
    $0.readInHandlers.add()
  }
}
