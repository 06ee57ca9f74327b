// SPDX-License-Identifier: Apache-2.0

extension Family {
  /// Those of the root package in which other libraries have something to say, and what they say.
  static let all: [Family] = [
    .counter.with(["add": counterPeers]),
    .lock.with(["increment, 1 word": lockPeers, "read, 1 word": sharedLockPeers]),
    .pool.with(["take and give": poolPeers]),
    .append.with(["append a number": appendPeers]),
    .read(readPeers),
    .reclaim.with(["retire, batch of 64": deferredPeers]),
    .grace.with([
      "enter and leave": sectionPeers, "wait for readers": waitingPeers, "defer": deferredPeers,
    ]),
    .metrics,
  ]

  /// With more implementations of some of its operations.
  private func with(_ peers: [String: [Implementation]]) -> Family {
    let names = operations.map(\.name)
    precondition(peers.keys.allSatisfy(names.contains), "\(name) has only \(names)")
    return Family(
      name, summary,
      operations.filter { peers[$0.name] != nil }.map { operation in
        Operation(
          operation.name, operation.kind, threads: operation.threads, weight: operation.weight,
          baseline: operation.baseline, operation.implementations + peers[operation.name]!)
      })
  }
}
