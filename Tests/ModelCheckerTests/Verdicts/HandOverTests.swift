// SPDX-License-Identifier: Apache-2.0

import ModelChecker
import Testing

/// Hand-over: whoever cannot free an object since a hazard still names it leaves its reference in a
/// drop box beside the hazard, and takes out what it finds spent there.
///
/// The box starts with a spent object in it: with an empty one the exchange below would not be
/// caught.
private enum Mutant: CaseIterable {
  case looksOnlyOnce, exchangesTheBox, relaxedClear, dropsBeforePublishing
}

private func handOver(_ mutant: Mutant? = nil) -> CheckResult {
  check { scenario in
    let hazard = scenario.word("hazard", initially: 1), box = scenario.word("box", initially: 3)
    let counts = [1, 2, 3].map { scenario.word("count", $0, initially: 1) }
    let isShared = scenario.word("shared", initially: 1)  // object 2 is in use elsewhere as well
    let bodies = [1, 2, 3].map { scenario.plain("body", $0) }
    var freed = [0, 0, 0]

    func put(_ object: Int) {
      guard counts[object - 1].add(-1, .acquiringAndReleasing) == 1 else { return }
      freed[object - 1] += 1
      bodies[object - 1].write(99)
    }

    /// Gives back the reference of an object that nobody can find any more.
    func retire(_ object: Int) {
      if hazard.load(.acquiring) != object { return put(object) }
      for _ in 0..<3 {
        let content = box.load(.acquiring)
        if content == 0 {
          if box.compareExchange(0, object, .acquiringAndReleasing).exchanged { return }
          continue
        }
        if mutant != .looksOnlyOnce, hazard.load(.acquiring) != object { return put(object) }
        if mutant == .exchangesTheBox {
          let content = box.exchange(object, .acquiringAndReleasing)
          if content != 0 { put(content) }
          return
        }
        if box.compareExchange(content, object, .acquiringAndReleasing).exchanged {
          return put(content)
        }
      }
      assume(false)
    }

    func sweep() {
      let content = box.load(.acquiring)
      guard content != 0, content != hazard.load(.relaxed) else { return }
      if box.compareExchange(content, 0, .acquiringAndReleasing).exchanged { put(content) }
    }

    // Uses object 1 by its hazard alone, then object 2, at first together with its user.
    scenario.thread("owner") {
      if mutant == .dropsBeforePublishing { isShared.add(-1, .acquiringAndReleasing) }
      require(bodies[0].read() != 99, "use after free")
      hazard.store(2, .releasing)
      if mutant != .dropsBeforePublishing { isShared.add(-1, .acquiringAndReleasing) }
      sweep()
      require(bodies[1].read() != 99, "use after free")
      hazard.store(0, mutant == .relaxedClear ? .relaxed : .releasing)
    }
    scenario.thread("retires 2") {
      assume(isShared.load(.acquiring) == 0)
      retire(2)
    }
    scenario.thread("retires 1") { retire(1) }
    scenario.finally {
      sweep()
      require(freed == [1, 1, 1], "an object was not freed exactly once")
    }
  }
}

extension ModelCheckerTests {
  @Suite struct HandOverTests {
    @Test func rightProtocolPasses() {
      expectPass(handOver(), executions: 6_906)
    }

    @Test(arguments: Mutant.allCases)
    private func brokenProtocolsFail(_ mutant: Mutant) {
      let result = handOver(mutant)
      #expect(!result.passed, "\(result)")
    }
  }
}
