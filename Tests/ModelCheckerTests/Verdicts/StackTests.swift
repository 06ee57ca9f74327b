// SPDX-License-Identifier: Apache-2.0

import ModelChecker
import Testing

/// Treiber's stack: the head names the top node, each node the one below. Nodes are reused, so a
/// head that is what it was may stand for another stack by now (ABA); a tag that each push changes
/// tells the two apart.
private struct Stack {
  enum Kind { case naive, tagged, relaxedPush, relaxedPop }

  private static let tagUnit = 16
  let head: Word
  let below: [Word]
  /// What belongs to whoever has popped the node.
  let payloads: [Plain]
  let kind: Kind

  /// Filled with all nodes: 1 on top, 2 below it, and so on.
  init(_ scenario: Scenario, nodes: Int, _ kind: Kind) {
    self.kind = kind
    head = scenario.word("head", initially: 1)
    below = (1...nodes).map { scenario.word("below", $0, initially: $0 < nodes ? $0 + 1 : 0) }
    payloads = (1...nodes).map { scenario.plain("payload", $0) }
  }

  /// The top node, or 0.
  func pop() -> Int {
    let acquiring: Ordering = kind == .relaxedPop ? .relaxed : .acquiring
    var found = head.load(acquiring)
    for _ in 0..<3 {
      let node = found % Self.tagUnit
      if node == 0 { return 0 }
      let next = below[node - 1].load(.relaxed)
      let attempt = head.compareExchange(
        found, found - node + next, acquiring, failure: acquiring)
      if attempt.exchanged {
        payloads[node - 1].write(0)
        return node
      }
      found = attempt.original
    }
    assume(false)
    return 0
  }

  func push(_ node: Int) {
    payloads[node - 1].write(node)
    var found = head.load(.relaxed)
    for _ in 0..<3 {
      below[node - 1].store(found % Self.tagUnit, .relaxed)
      let tag = kind == .naive ? 0 : found - found % Self.tagUnit + Self.tagUnit
      let attempt = head.compareExchange(
        found, tag + node, kind == .relaxedPush ? .relaxed : .releasing)
      if attempt.exchanged { return }
      found = attempt.original
    }
    assume(false)
  }

  /// The nodes in the stack, at the end.
  func contents() -> [Int] {
    var nodes: [Int] = []
    var node = head.load(.relaxed) % Self.tagUnit
    while node != 0, nodes.count <= below.count {
      nodes.append(node)
      node = below[node - 1].load(.relaxed)
    }
    return nodes
  }
}

/// Poppers pop a node; another thread pops two and pushes the first back. Each node must be in one
/// place.
private func stack(
  _ kind: Stack.Kind, _ mode: SearchMode = .exhaustive(), nodes: Int = 2, poppers: Int = 1
) -> CheckResult {
  check(mode) { scenario in
    let stack = Stack(scenario, nodes: nodes, kind)
    var taken: [Int] = []
    for _ in 0..<poppers {
      scenario.thread("pops") { taken.append(stack.pop()) }
    }
    scenario.thread("reuses") {
      let first = stack.pop()
      taken.append(stack.pop())
      if first != 0 { stack.push(first) }
    }
    scenario.finally {
      let all = taken.filter { $0 != 0 } + stack.contents()
      require(all.sorted() == Array(1...nodes), "a node is in two places or in none")
    }
  }
}

extension ModelCheckerTests {
  @Suite struct StackTests {
    @Test func taggedHeadsPass() {
      expectPass(stack(.tagged), executions: 138, "stack, tagged")
      expectPass(stack(.tagged, nodes: 3), executions: 154, "stack, tagged, 3 nodes")
    }

    /// Too many threads for every execution.
    @Test func taggedHeadsPassAtRandom() {
      let result = stack(
        .tagged, .priorities(seed: 1, executions: 20_000), nodes: 3, poppers: 2)
      result.report("stack, tagged, 3 nodes, 2 poppers, random priorities")
      #expect(result.passed && result.total == 20_000, "\(result)")
    }

    @Test func aReusedNodeIsFound() {
      expectFailure("a node is in two places", "stack, naive") { stack(.naive, $0) }
      expectFailure("a node is in two places", "stack, naive, 3 nodes") {
        stack(.naive, $0, nodes: 3)
      }
    }

    @Test func pushesAndPopsNeedTheirOrder() {
      expectFailure("data race on payload", "stack, relaxed push") { stack(.relaxedPush, $0) }
      expectFailure("data race on payload", "stack, relaxed pop") { stack(.relaxedPop, $0) }
    }
  }
}
