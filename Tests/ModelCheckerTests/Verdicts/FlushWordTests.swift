// SPDX-License-Identifier: Apache-2.0

import ModelChecker
import Testing

/// A word with three states. Its owner is running, parked, or parked with a flush pending; whoever
/// changes what the owner caches either kicks the running owner or leaves a flush pending.
private struct FlushWord {
  enum Mutant: CaseIterable {
    case requestsWithoutUpdate, entersWithoutUpdate, looksBeforeEntering, trustsFailedExchange
    case payloadComesLast, entersWithoutAcquire
  }

  static let running = 0, parked = 1, pending = 2

  let word: Word
  let payloads: [Word]
  let mutant: Mutant?

  /// Returns true when a flush was pending.
  func enter(_ flush: () -> Void) {
    var found: Int
    switch mutant {
    case .entersWithoutUpdate:
      found = word.load(.acquiring)
      word.store(Self.running, .relaxed)
    case .looksBeforeEntering:
      if word.load(.acquiring) == Self.pending { flush() }
      _ = word.exchange(Self.running, .acquiringAndReleasing)
      return
    case .entersWithoutAcquire:
      found = word.exchange(Self.running, .releasing)
    default:
      found = word.exchange(Self.running, .acquiringAndReleasing)
    }
    if found == Self.pending { flush() }
  }

  func leave(_ ordering: Ordering = .releasing) { word.store(Self.parked, ordering) }

  /// Returns false when the owner runs and must be kicked.
  func request(_ payload: Int) -> Bool {
    if mutant != .payloadComesLast { payloads[payload].store(1, .relaxed) }
    defer { if mutant == .payloadComesLast { payloads[payload].store(1, .relaxed) } }
    switch mutant {
    case .requestsWithoutUpdate:
      guard word.load(.acquiring) != Self.running else { return false }
      word.store(Self.pending, .releasing)
      return true
    case .trustsFailedExchange:
      // A failed exchange publishes nothing: the payload may stay unseen.
      let (exchanged, found) = word.compareExchange(
        Self.parked, Self.pending, .acquiringAndReleasing, failure: .acquiring)
      return exchanged || found == Self.pending
    default:
      var state = word.load(.relaxed)
      while state != Self.running {
        let (exchanged, found) = word.compareExchange(
          state, Self.pending, .acquiringAndReleasing)
        if exchanged { return true }
        state = found
      }
      return false
    }
  }
}

/// An owner enters and leaves; requesters change a payload each. At the end the owner, having
/// entered once more, must have seen every payload for which it was not kicked.
private func flush(_ mutant: FlushWord.Mutant? = nil, requesters: Int = 2, entries: Int = 1)
  -> CheckResult
{
  check { scenario in
    let flushWord = FlushWord(
      word: scenario.word("word", initially: FlushWord.parked),
      payloads: (0..<requesters).map { scenario.word("payload", $0) }, mutant: mutant)
    var cached = 0, skipped = 0  // sets of payloads
    func refresh() {
      for i in 0..<requesters { cached |= flushWord.payloads[i].load(.relaxed) << i }
    }
    scenario.thread("owner") {
      for _ in 0..<entries {
        flushWord.enter(refresh)
        flushWord.leave()
      }
    }
    for i in 0..<requesters {
      scenario.thread("requester") { if flushWord.request(i) { skipped |= 1 << i } }
    }
    scenario.finally {
      flushWord.enter(refresh)
      require(skipped & ~cached == 0, "a skipped payload was not seen")
    }
  }
}

/// A requester that was allowed to skip the kick reuses what the owner may have cached.
private func reuse(leaving: Ordering) -> CheckResult {
  check { scenario in
    let flushWord = FlushWord(
      word: scenario.word("word", initially: FlushWord.parked),
      payloads: [scenario.word("payload")], mutant: nil)
    let object = scenario.plain("object")
    scenario.thread("owner") {
      var cached = 0
      flushWord.enter { cached = flushWord.payloads[0].load(.relaxed) }
      if cached == 0 { object.read() }
      flushWord.leave(leaving)
    }
    scenario.thread("requester") {
      if flushWord.request(0) { object.write(2) }
    }
  }
}

extension ModelCheckerTests {
  @Suite struct FlushWordTests {
    @Test func rightProtocolPasses() {
      expectPass(flush(), executions: 480)
      expectPass(flush(entries: 2), executions: 7_224)
    }

    @Test(arguments: FlushWord.Mutant.allCases)
    private func brokenProtocolsFail(_ mutant: FlushWord.Mutant) {
      expectFailure(flush(mutant), "a skipped payload was not seen")
    }

    @Test func leavingMustRelease() {
      expectPass(reuse(leaving: .releasing), executions: 12)
      expectFailure(reuse(leaving: .relaxed), "data race")
    }

    /// The figure that decides how large a scenario may be.
    @Test func speed() {
      let result = flush(requesters: 3)
      expectPass(result, executions: 200_087)
      let rate = Int(Double(result.total) / result.seconds)
      print("\(result.total) executions in \(result.seconds) s, \(rate) per second")
      #if !DEBUG
        #expect(rate >= 200_000)
      #endif
    }
  }
}
