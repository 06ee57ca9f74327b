// SPDX-License-Identifier: Apache-2.0

import CAtomicsShim
import PerCPU
import Synchronization

/// What a thread did, and when: the numbers are from a counter of all threads.
package struct Recorded<Action: Sendable>: Sendable {
  package let began: Int
  package let ended: Int
  package let action: Action

  package init(began: Int, ended: Int, _ action: Action) {
    self.began = began
    self.ended = ended
    self.action = action
  }
}

/// Whether there is an order of the actions, in which none comes before one that had ended when it began,
/// and that a sequential object allows. Jeannette Wing's and Chun Gong's search (1993), with memory.
///
/// - Parameter allows: Performs an action; returns whether it could have had its result.
package func isLinearizable<State: Hashable, Action>(
  _ history: [Recorded<Action>], from initial: State,
  allows: (inout State, Action) -> Bool
) -> Bool {
  precondition(history.count < 64)
  let all: UInt64 = (1 << UInt64(history.count)) - 1
  var seen: Set<SearchPoint<State>> = []
  var open = [SearchPoint(done: 0, state: initial)]
  while let point = open.popLast() {
    if point.done == all { return true }
    guard seen.insert(point).inserted else { continue }
    let left = history.indices.filter { point.done >> UInt64($0) & 1 == 0 }
    let firstEnd = left.map { history[$0].ended }.min()!
    for index in left where history[index].began < firstEnd {
      var next = point
      next.done |= 1 << UInt64(index)
      if allows(&next.state, history[index].action) { open.append(next) }
    }
  }
  return false
}

private struct SearchPoint<State: Hashable>: Hashable {
  /// A bit for each action.
  var done: UInt64
  var state: State
}

/// Histories of a few threads, which begin together, with a new object each.
package func recordHistories<Subject: Sendable, Action: Sendable>(
  count: Int, threads: Int, actions: Int, seed: UInt64,
  of make: () -> Subject,
  _ act: @escaping @Sendable (Subject, _ thread: Int, inout SeededGenerator) -> Action
) -> [[Recorded<Action>]] {
  let subjects = (0..<count).map { _ in make() }
  let arrived = subjects.map { _ in Tally() }
  let histories = Guarded([[Recorded<Action>]](repeating: [], count: count))
  let order = Ticks()
  onThreads(threads) { thread in
    var random = SeededGenerator(seed: seed &+ UInt64(thread) &* 0x9E37_79B9)
    for round in subjects.indices {
      arrived[round].addPublished(1)
      while arrived[round].loadPublished() < threads { percpu_thread_yield() }
      var own: [Recorded<Action>] = []
      for _ in 0..<actions {
        if random.below(4) == 0 { percpu_thread_yield() }
        let began = order.next()
        let action = act(subjects[round], thread, &random)
        own.append(Recorded(began: began, ended: order.next(), action))
      }
      histories.withLock { $0[round] += own }
    }
  }
  return histories.withLock { $0 }
}

/// Numbers that no two threads get.
private final class Ticks: Sendable {
  private let value = Atomic<Int>(0)

  func next() -> Int {
    value.wrappingAdd(1, ordering: .sequentiallyConsistent).newValue
  }
}
