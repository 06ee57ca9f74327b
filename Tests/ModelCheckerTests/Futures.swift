// SPDX-License-Identifier: Apache-2.0

import ModelChecker

/// What comes of each state that the search of all schedules visits: of equal ones it must be the same, on every visit.
final class Futures: Visitor {
  private struct Visit {
    let depth: Int
    let digest: UInt64
    var ends: Set<Int> = []
  }

  /// The states, and how executions go on from there.
  private var ends: [UInt64: Set<Int>] = [:]
  private var visits: [Visit] = []

  /// Of the execution that comes to its end now; set by the final check, which a thread that is blocked prevents.
  var outcome: Int?
  /// The number of visits that saw something else than the first one of the same state.
  private(set) var differing = 0
  /// How executions failed.
  private(set) var failures: Set<String> = []
  /// The number of states.
  var count: Int { ends.count }

  func begin(depth: Int) {
    leave(downTo: depth)
    outcome = nil
  }

  func visit(depth: Int, digest: UInt64) {
    visits.append(Visit(depth: depth, digest: digest))
  }

  func end(failure: String?) {
    if let failure { failures.insert(failure) }
    // Of threads that make no step there is no state.
    guard !visits.isEmpty else { return }
    visits[visits.count - 1].ends.insert(failure?.hashValue ?? outcome ?? -1)
  }

  /// The search is over.
  func leave() { leave(downTo: 0) }

  private func leave(downTo depth: Int) {
    while let visit = visits.last, visit.depth >= depth {
      visits.removeLast()
      if let known = ends[visit.digest] {
        if known != visit.ends { differing += 1 }
      } else {
        ends[visit.digest] = visit.ends
      }
      if !visits.isEmpty { visits[visits.count - 1].ends.formUnion(visit.ends) }
    }
  }
}
