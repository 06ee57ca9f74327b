// SPDX-License-Identifier: Apache-2.0

extension Family {
  /// Those of the root package in which other libraries have something to say, and what they say.
  static let all: [Family] = [
    .counter.with(["add": counterPeers]),
    .statistics.with([
      "add": counterPeers, "read": counterReadPeers,
      "record, exponential": recordingPeers(.exponential),
      "record, 16 bounds": recordingPeers(.bounds),
    ]),
    .words.with([
      "add": wordAddPeers, "exchange": exchangePeers, "compare-exchange": compareExchangePeers,
      "double compare-exchange": doubleCompareExchangePeers,
    ]),
    .lock.with(["increment, 1 word": lockPeers, "read, 1 word": sharedLockPeers]),
    .context.with(["enter and exit": contextPeers]),
    .flush.with(["tell all": flushPeers]),
    .perform.with(["for a parked loop": performPeers, "for an active loop": activePerformPeers]),
    .read(readPeers),
    .reclaim.with(["retire, batch of 64": deferredPeers]),
    .grace.with([
      "enter and leave": sectionPeers, "wait for readers": waitingPeers, "defer": deferredPeers,
    ]),
    .append.with(["append a number": appendPeers]),
    .pool.with(["take and give": poolPeers]),
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
