// SPDX-License-Identifier: Apache-2.0

import CAtomicsShim
import PerCPU
import StressSupport
import Testing

private enum Transfer: Sendable {
  case put(Int)
  case took(Int?)

  func isAllowedByStack(_ state: inout [Int]) -> Bool {
    switch self {
    case .put(let element):
      state.append(element)
      return true
    case .took(let element): return state.popLast() == element
    }
  }

  func isAllowedByQueue(_ state: inout [Int]) -> Bool {
    switch self {
    case .put(let element):
      state.append(element)
      return true
    case .took(nil): return state.isEmpty
    case .took(let element): return !state.isEmpty && state.removeFirst() == element
    }
  }
}

private enum Membership: Sendable {
  case inserted(Int, Bool)
  case removed(Int, Bool)
  case contains(Int, Bool)

  func isAllowed(_ state: inout Set<Int>) -> Bool {
    switch self {
    case .inserted(let key, let result): state.insert(key).inserted == result
    case .removed(let key, let result): (state.remove(key) != nil) == result
    case .contains(let key, let result): state.contains(key) == result
    }
  }
}

/// A stack that loads and then stores what it has made of it, without comparing.
private final class HastyStack: Sendable {
  private final class Node: Sendable {
    let element: Int
    let next: Node?

    init(_ element: Int, _ next: Node?) {
      self.element = element
      self.next = next
    }
  }

  private let top: HazardPointerSource<Node>

  init(_ domain: HazardDomain) {
    top = HazardPointerSource(nil, domain: domain)
  }

  func push(_ element: Int) {
    let old = top.load().node
    percpu_thread_yield()
    top.exchange(Node(element, old))
  }

  func pop() -> Int? {
    let old = top.load().node
    percpu_thread_yield()
    guard let old else { return nil }
    top.exchange(old.next)
    return old.element
  }
}

extension PerCPUTests {
  /// What can be built on hazard pointers.
  @Suite struct StructureTests {
    // MARK: One thread

    @Test func aStackGivesBackTheLast() {
      let domain = HazardDomain(batchSize: 1)
      let stack = TreiberStack<Int>(domain: domain)
      #expect(stack.pop() == nil)
      for number in 0..<100 { stack.push(number) }
      let popped = (0..<100).map { _ in stack.pop() }
      #expect(popped == (0..<100).reversed())
      #expect(stack.pop() == nil)
      domain.drain()
      #expect(domain.statistics.unreclaimed == 0)
    }

    @Test func aQueueGivesBackTheFirst() {
      let domain = HazardDomain(batchSize: 1)
      let queue = MichaelScottQueue<Int>(domain: domain)
      #expect(queue.dequeue() == nil)
      for number in 0..<100 { queue.enqueue(number) }
      let dequeued = (0..<100).map { _ in queue.dequeue() }
      #expect(dequeued == Array(0..<100))
      #expect(queue.dequeue() == nil)
      #expect(domain.statistics.unreclaimed == 0)
      #expect(domain.statistics.retired == 100)
    }

    @Test func aSetHasEachKeyOnce() {
      let domain = HazardDomain(batchSize: 1)
      let set = MichaelListSet(domain: domain)
      var model: Set<Int> = []
      var random = SeededGenerator(seed: 3)
      var isRight = true
      for _ in 0..<5000 {
        let key = random.below(20)
        switch random.below(3) {
        case 0: isRight = isRight && set.insert(key) == model.insert(key).inserted
        case 1: isRight = isRight && set.remove(key) == (model.remove(key) != nil)
        default: isRight = isRight && set.contains(key) == model.contains(key)
        }
      }
      #expect(isRight)
      domain.drain()
      #expect(domain.statistics.unreclaimed == 0)
    }

    @Test func structuresThatEndFullLeaveNothing() {
      let ends = Tally()
      let domain = HazardDomain()
      do {
        let stack = TreiberStack<Mortal>(domain: domain)
        let queue = MichaelScottQueue<Mortal>(domain: domain)
        let set = MichaelListSet(domain: domain)
        for number in 0..<10_000 {
          stack.push(Mortal(number, ends))
          queue.enqueue(Mortal(number, ends))
          if number < 100 { _ = set.insert(number) }
        }
      }
      domain.drain()
      #expect(ends.count == 20_000)
      #expect(domain.statistics.unreclaimed == 0)
    }

    // MARK: Histories

    private static let seed: UInt64 = 11
    #if DEBUG
      private static let histories = 2000
    #else
      private static let histories = 10_000
    #endif

    private func transfers<Subject: Sendable>(
      threads: Int = 3, of make: () -> Subject,
      put: @escaping @Sendable (Subject, Int) -> Void,
      take: @escaping @Sendable (Subject) -> Int?
    ) -> [[Recorded<Transfer>]] {
      let numbers = Tally()
      return recordHistories(
        count: Self.histories, threads: threads, actions: 4, seed: Self.seed, of: make
      ) { subject, thread, random in
        if random.below(2) == 0 { return .took(take(subject)) }
        numbers.add()
        let number = numbers.count * 8 + thread
        put(subject, number)
        return .put(number)
      }
    }

    @Test(arguments: [3, 4])
    func stacksAreLinearizable(threads: Int) {
      let domain = HazardDomain(batchSize: 1)
      let histories = transfers(
        threads: threads, of: { TreiberStack<Int>(domain: domain) }, put: { $0.push($1) },
        take: { $0.pop() })
      let wrong = histories.filter { history in
        !isLinearizable(history, from: []) { $1.isAllowedByStack(&$0) }
      }
      #expect(wrong.isEmpty, "\(wrong.first ?? [])")
    }

    @Test(arguments: [3, 4])
    func queuesAreLinearizable(threads: Int) {
      let domain = HazardDomain(batchSize: 1)
      let histories = transfers(
        threads: threads, of: { MichaelScottQueue<Int>(domain: domain) },
        put: { $0.enqueue($1) }, take: { $0.dequeue() })
      let wrong = histories.filter { history in
        !isLinearizable(history, from: []) { $1.isAllowedByQueue(&$0) }
      }
      #expect(wrong.isEmpty, "\(wrong.first ?? [])")
    }

    @Test(arguments: [3, 4])
    func setsAreLinearizable(threads: Int) {
      let domain = HazardDomain(batchSize: 1)
      let histories = recordHistories(
        count: Self.histories, threads: threads, actions: 4, seed: Self.seed,
        of: { MichaelListSet(domain: domain) }
      ) { set, _, random -> Membership in
        let key = random.below(3)
        return switch random.below(3) {
        case 0: .inserted(key, set.insert(key))
        case 1: .removed(key, set.remove(key))
        default: .contains(key, set.contains(key))
        }
      }
      let wrong = histories.filter { history in
        !isLinearizable(history, from: []) { $1.isAllowed(&$0) }
      }
      #expect(wrong.isEmpty, "\(wrong.first ?? [])")
    }

    /// What the search is worth.
    @Test func aStackThatStoresWithoutComparingIsRejected() {
      let domain = HazardDomain(batchSize: 1)
      let histories = transfers(
        of: { HastyStack(domain) }, put: { $0.push($1) }, take: { $0.pop() })
      let wrong = histories.filter { history in
        !isLinearizable(history, from: []) { $1.isAllowedByStack(&$0) }
      }
      #expect(wrong.count > 0)
    }

    @Test func aHistoryIsJudgedByItsOrder() {
      // The same actions, one after the other and at the same time.
      let actions: [Transfer] = [.took(1), .put(1)]
      let apart = actions.enumerated().map {
        Recorded(began: 2 * $0.offset, ended: 2 * $0.offset + 1, $0.element)
      }
      let together = actions.enumerated().map {
        Recorded(began: $0.offset, ended: 10 + $0.offset, $0.element)
      }
      #expect(!isLinearizable(apart, from: []) { $1.isAllowedByStack(&$0) })
      #expect(isLinearizable(together, from: []) { $1.isAllowedByStack(&$0) })
      let order: [Transfer] = [.put(1), .put(2), .took(1), .took(2)]
      let history = order.enumerated().map {
        Recorded(began: 2 * $0.offset, ended: 2 * $0.offset + 1, $0.element)
      }
      #expect(isLinearizable(history, from: []) { $1.isAllowedByQueue(&$0) })
      #expect(!isLinearizable(history, from: []) { $1.isAllowedByStack(&$0) })
    }
  }
}
