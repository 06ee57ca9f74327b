// SPDX-License-Identifier: Apache-2.0

import PerCPU
import StressSupport
import Synchronization
import Testing

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

extension PerCPUTests {
  /// Objects whose ends read, retire and drain.
  @Suite struct HazardEndTests {
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

    // MARK: Chains

    /// Makes a chain and takes it out under a reader of its head, who ends it all on this thread.
    private func endChain(of length: Int, _ domain: HazardDomain, _ ends: Tally) {
      var head: Link?
      for _ in 0..<length { head = Link(head, domain, ends) }
      let source = HazardPointerSource(head, domain: domain)
      head = nil
      domain.withProtected(source) { _ in
        source.exchange(nil)
        domain.drain()
      }
    }

    @Test(arguments: [1, 64])
    func chainsOfAnyLengthNeedNoStack(batchSize: Int) {
      let length = batchSize == 1 ? 5000 : manyObjects
      let ends = Tally()
      let domain = HazardDomain(batchSize: batchSize)
      onThreads(1) { _ in
        endChain(of: length, domain, ends)
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
      onThreads(1) { _ in endChain(of: length, domain, ends) }
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
  }
}
