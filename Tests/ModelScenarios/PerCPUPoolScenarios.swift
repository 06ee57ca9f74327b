// SPDX-License-Identifier: Apache-2.0
#if PERCPU_MODEL

  import CAtomicsShim
  import ModelChecker
  @testable import PerCPU
  import Testing

  /// What a thread does with the pool.
  private enum Action {
    case give(Int)
    case take
    /// A single section, as on the hot path: nothing happens if it does not get through.
    case push(Int)
    case pop
    /// Also from other CPUs.
    case steal
    case drain(Int)
    case halve(Int)

    var given: Int? {
      switch self {
      case .give(let word), .push(let word): word
      case .take, .pop, .steal, .drain, .halve: nil
      }
    }
  }

  /// Threads that use one pool of words. What a word stands for is plain data, which its owner
  /// writes: so it is found if two own it, if its giver's writing is not seen by its taker, or if
  /// it is lost.
  private struct Use {
    var threads: [(cpu: Int?, [Action])]
    /// What lies in the rows at first, by row.
    var initially: [Int: [Int]] = [0: [1]]
    var capacity = 2
    var shared = 0
    var engine = Engine.restartable
    var weakening: Weakening?
    var aborts = 1

    static let absent = 0, pooled = 1, owned = 2

    func check(_ mode: SearchMode = .exhaustive()) -> CheckResult {
      // One for all executions: what they store never gets to its memory.
      let pool = WordPool(capacity: capacity, sharedCapacity: shared)
      return checkLibrary(mode, engine: engine, weakening: weakening) { scenario in
        scenario.limitAborts(to: aborts)
        declare(pool, scenario)
      }
    }

    private var most: Int {
      let given = threads.flatMap(\.1).map { $0.given ?? 0 }
      return (initially.values.flatMap { $0 } + given + [1]).max()!
    }

    private func declare(_ pool: WordPool, _ scenario: Scenario) {
      var states = [Plain](repeating: scenario.plain("unused"), count: 1)
      let first = Set(initially.values.flatMap { $0 })
      for word in 1...most {
        let state = first.contains(word) ? Self.pooled : Self.absent
        states.append(scenario.plain("element", word, initially: state))
      }
      for cpu in CPU.rows {
        let row = percpu_row_word(pool.slots, cpu.rawValue)
        scenario.name(row, "index of row", cpu.rawValue)
        for index in 0..<capacity { scenario.name(row + 1 + index, "slot of row", cpu.rawValue) }
      }
      for (row, words) in initially {
        let index = percpu_row_word(pool.slots, row)
        for (offset, word) in words.enumerated() {
          percpu_word_store_relaxed(index + 1 + offset, word)
        }
        percpu_word_store_relaxed(index, words.count)
      }
      // Who has what, by its own account.
      var inHands: [Int] = []
      // How many of each, of up to seven elements.
      scenario.state { inHands.reduce(0) { $0 + 1 << (8 * $1) } }
      func own(_ word: Int) {
        require(word >= 1 && word <= most, "what was taken was never given")
        require(states[word].read() == Self.pooled, "an element was taken twice")
        states[word].write(Self.owned)
        inHands.append(word)
      }
      func put(_ word: Int, _ give: () -> Bool) {
        states[word].write(Self.pooled)
        if give() { return }
        require(states[word].read() == Self.pooled, "what was handed back was taken")
        states[word].write(Self.owned)
        inHands.append(word)
      }
      for (cpu, actions) in threads {
        scenario.thread("uses", cpu: cpu) {
          for action in actions {
            switch action {
            case .give(let word):
              put(word) { pool.give(word) }
            case .push(let word):
              put(word) { percpu_sequence_push_once(pool.slots, capacity, word) }
            case .pop:
              let popped = percpu_sequence_pop_once(pool.slots)
              if popped.committed { own(popped.value) }
            case .take:
              if let word = pool.take(stealing: false) { own(word) }
            case .steal:
              if let word = pool.take(stealing: true) { own(word) }
            case .drain(let row):
              for word in pool.drain(CPU(rawValue: row)) { own(word) }
            case .halve(let row):
              for word in pool.halve(CPU(rawValue: row)) { own(word) }
            }
          }
        }
      }
      scenario.finally {
        var all = inHands
        for cpu in CPU.rows {
          let row = percpu_row_word(pool.slots, cpu.rawValue)
          let count = percpu_word_load_relaxed(row)
          require(count >= 0 && count <= capacity, "a row was not given back")
          for index in 0..<count { all.append(percpu_word_load_relaxed(row + 1 + index)) }
        }
        while let magazine = pool.depot.takeFull() {
          for index in 0..<magazine.count { all.append(magazine[index]) }
        }
        let given = threads.flatMap(\.1).compactMap(\.given)
        require(all.sorted() == (given + first).sorted(), "an element was lost, or is there twice")
      }
    }
  }

  extension ModelScenarios {
    @Suite struct PerCPUPoolScenarios {}
  }

  extension ModelScenarios.PerCPUPoolScenarios {
    // MARK: One CPU

    @Test func threadsOfOneCPUTakeEachElementOnce() {
      let locals: [(cpu: Int?, [Action])] = [(0, [.give(2)]), (0, [.take])]
      expectPass(Use(threads: locals).check(), executions: 48, "pool, a CPU")
      let two: [(cpu: Int?, [Action])] = [(0, [.take]), (0, [.take])]
      expectPass(Use(threads: two).check(), executions: 140, "pool, a CPU, two take")
      expectPass(
        Use(threads: locals, engine: .atomic).check(.states), states: 1704,
        "pool, a CPU, atomic")
      expectPass(
        Use(threads: [(nil, [.give(2)]), (nil, [.take])], initially: [-1: [1]]).check(),
        executions: 32, "pool, unbound")
    }

    // MARK: From afar

    private static let drained: [(cpu: Int?, [Action])] = [(0, [.give(2)]), (1, [.drain(0)])]
    private static let both: [(cpu: Int?, [Action])] = [
      (0, [.give(2)]), (0, [.take]), (1, [.drain(0)]),
    ]

    @Test func aDrainLosesNothing() {
      expectPass(Use(threads: Self.drained).check(), executions: 67, "pool, drained")
      expectPass(
        Use(threads: Self.drained, engine: .atomic).check(), executions: 304,
        "pool, drained, atomic")
      let taken: [(cpu: Int?, [Action])] = [(0, [.take]), (1, [.drain(0)])]
      expectPass(Use(threads: taken).check(), executions: 92, "pool, taken and drained")
    }

    /// The sections of two threads of a CPU, and whoever holds its row: all there is to it between
    /// them. In the scenarios below, who does not get through goes on elsewhere.
    @Test func aDrainAmongTwoSectionsLosesNothing() {
      for (name, sections, executions) in [
        ("a push and a pop", [Action.push(2), .pop], 185_005),
        ("two pushes", [.push(2), .push(3)], 102_188),
      ] {
        let threads = sections.map { (cpu: 0 as Int?, [$0]) } + [(1, [.drain(0)])]
        expectPass(Use(threads: threads).check(), executions: executions, "pool, \(name), drained")
      }
      let pops: [(cpu: Int?, [Action])] = [(0, [.pop]), (0, [.pop]), (1, [.halve(0)])]
      expectPass(
        Use(threads: pops, initially: [0: [2, 1]]).check(), executions: 245_050,
        "pool, two pops, halved")
    }

    /// From an empty row, in which a drain that comes first finds nothing to hold.
    @Test func aDrainOfARowThatFillsLosesNothing() {
      let gives: [(cpu: Int?, [Action])] = [(0, [.give(2)]), (0, [.give(3)]), (1, [.drain(0)])]
      expectPass(
        Use(threads: gives, initially: [:], aborts: 2).check(), executions: 19_124,
        "pool, 2 and 1, filling")
      expectPass(
        Use(threads: Self.both, initially: [:], aborts: 2).check(), executions: 596,
        "pool, 2 and 1, empty")
      let two: [(cpu: Int?, [Action])] = [(0, [.give(2)]), (1, [.drain(0)]), (2, [.drain(0)])]
      expectPass(
        Use(threads: two, initially: [:]).check(), executions: 1084, "pool, empty, drained twice")
      let atomic: [(cpu: Int?, [Action])] = [(0, [.give(2), .give(3)]), (1, [.drain(0)])]
      expectPass(
        Use(threads: atomic, initially: [:], engine: .atomic).check(), executions: 6245,
        "pool, filling, atomic")
    }

    /// With a bound on preemptions: without, each of these has millions of executions, most of which
    /// are about what threads do that found the row held.
    @Test func aDrainAmongTwoOfACPULosesNothing() {
      expectPass(
        Use(threads: Self.both).check(states(orPreemptionsAtMost: 2)), executions: 2343,
        isBounded: true,
        "pool, 2 and 1")
      expectPass(
        Use(threads: Self.both, engine: .atomic).check(states(orPreemptionsAtMost: 2)),
        executions: 30_706,
        isBounded: true, "pool, 2 and 1, atomic")
      let busier: [(cpu: Int?, [Action])] = [
        (0, [.give(2), .take]), (0, [.take, .give(3)]), (1, [.drain(0)]),
      ]
      expectPass(
        Use(threads: busier).check(states(orPreemptionsAtMost: 2)), executions: 26_543,
        isBounded: true,
        "pool, 2 and 1, twice")
    }

    @Test func twoDrainsShareWhatThereIs() {
      let drains: [(cpu: Int?, [Action])] = [
        (0, [.give(2)]), (1, [.drain(0)]), (2, [.drain(0)]),
      ]
      expectPass(
        Use(threads: drains).check(.states), states: 589_006, "pool, drained twice")
    }

    /// The older one goes, and the other one takes its slot.
    private func halved(_ mode: SearchMode = .exhaustive(), _ weakening: Weakening? = nil)
      -> CheckResult
    {
      Use(threads: [(0, [.take]), (1, [.halve(0)])], initially: [0: [1, 2]], weakening: weakening)
        .check(mode)
    }

    @Test func whatIsLeftStaysWhatItIs() {
      expectPass(halved(), executions: 94, "pool, halved")
      for weakening in [Weakening.noAcquireInSections, .noReleaseStores] {
        expectFailure("element", "pool, halved, \(weakening)") { halved($0, weakening) }
      }
    }

    @Test func whatIsTakenAwayIsNobodyElses() {
      expectPass(
        Use(threads: [(0, [.take]), (1, [.steal])]).check(), executions: 92, "pool, taken away")
    }

    // MARK: Through the depot

    /// One element fills a row; the second one pushes it into the depot.
    @Test func twoCPUsMeetInTheDepot() {
      let two: [(cpu: Int?, [Action])] = [(0, [.give(2), .give(3)]), (1, [.take, .take])]
      expectPass(
        Use(threads: two, capacity: 1, shared: 2).check(), executions: 50, "pool, depot")
      let three: [(cpu: Int?, [Action])] = [(0, [.give(2)]), (1, [.take]), (2, [.take, .give(3)])]
      expectPass(
        Use(threads: three, capacity: 1, shared: 2).check(), executions: 72, "pool, depot of three")
    }

    /// A thread that is about to take the top magazine, and one that takes both and puts the first
    /// back.
    private func depot(_ mode: SearchMode = .exhaustive(), _ weakening: Weakening? = nil)
      -> CheckResult
    {
      let depot = Depot(magazines: 2, words: 1)
      return checkLibrary(mode, weakening: weakening) { scenario in
        let contents = (0...2).map { scenario.plain("magazine", $0) }
        let first = depot.takeEmpty()!, second = depot.takeEmpty()!
        for (number, magazine) in [second, first].enumerated() {
          magazine[0] = 2 - number
          magazine.count = 1
          depot.putFull(magazine)
        }
        func take() -> Depot.Magazine? {
          guard let magazine = depot.takeFull() else { return nil }
          let content = contents[magazine[0]]
          require(content.read() == 0, "a magazine was taken twice")
          content.write(1)
          return magazine
        }
        scenario.thread("takes", cpu: 0) { _ = take() }
        scenario.thread("takes and puts back", cpu: 1) {
          let first = take()
          _ = take()
          guard let first else { return }
          contents[first[0]].write(0)
          depot.putFull(first)
        }
      }
    }

    @Test func aMagazineIsTakenByOne() {
      expectPass(depot(), executions: 411, "pool, magazines")
    }

    @Test func magazinesNeedTheirOrder() {
      for weakening in [Weakening.noAcquireLoads, .noReleaseUpdates] {
        expectFailure("magazine", "pool, magazines, \(weakening)") { depot($0, weakening) }
      }
    }

    // MARK: Nodes

    /// Threads that take a node each and put it back, from two nodes in all.
    private func nodes(
      _ cpus: [Int?], engine: Engine = .restartable, weakening: Weakening? = nil,
      mode: SearchMode = .exhaustive()
    ) -> CheckResult {
      let slab = NodeSlab(count: 2, size: 8, alignment: 8)
      return checkLibrary(mode, engine: engine, weakening: weakening) { scenario in
        scenario.limitAborts(to: 1)
        let contents = (0..<2).map { scenario.plain("node", $0) }
        for cpu in CPU.rows {
          scenario.name(percpu_row_word(slab.slots, cpu.rawValue), "head of row", cpu.rawValue)
        }
        for index in 0..<2 { scenario.name(slab.node(index), "next of node", index) }
        for cpu in cpus {
          scenario.thread("takes and puts", cpu: cpu) {
            guard let node = slab.take() else { return }
            let index = node == Int(bitPattern: slab.node(0)) ? 0 : 1
            require(contents[index].read() == 0, "a node was taken twice")
            contents[index].write(1)
            contents[index].write(0)
            slab.put(node)
          }
        }
      }
    }

    @Test func aNodeIsTakenByOne() {
      expectPass(
        nodes([0, 0], mode: .states), states: 16_411, "nodes, a CPU")
      expectPass(nodes([0, 1]), executions: 18, "nodes, two CPUs")
      expectPass(nodes([nil, nil]), executions: 28_284, "nodes, unbound")
      expectPass(
        nodes([0, 0], engine: .atomic, mode: .states), states: 222_581,
        "nodes, a CPU, atomic")
    }

    /// A list of three nodes on CPU 0: who finds none on its own row takes the last two of them, and keeps one on its row
    /// if nothing has come there meanwhile. A fourth node is in somebody's hands.
    private func stealing(
      takingOn cpus: [Int?], puttingOn cpu: Int? = nil, engine: Engine = .restartable,
      mode: SearchMode = .exhaustive()
    ) -> CheckResult {
      let slab = NodeSlab(count: 4, size: 8, alignment: 8)
      return checkLibrary(mode, engine: engine) { scenario in
        scenario.limitAborts(to: 1)
        for cpu in CPU.rows {
          scenario.name(percpu_row_word(slab.slots, cpu.rawValue), "head of row", cpu.rawValue)
        }
        for index in 0..<4 { scenario.name(slab.node(index), "next of node", index) }
        let all = (0..<4).map { _ in slab.take()! }
        for index in 0..<3 {
          percpu_word_store_relaxed(slab.node(index), index < 2 ? all[index + 1] : 0)
        }
        percpu_word_store_relaxed(percpu_row_word(slab.slots, 0), all[0])
        var hands = cpu == nil ? [all[3]] : []
        for cpu in cpus {
          scenario.thread("takes", cpu: cpu) { if let node = slab.take() { hands.append(node) } }
        }
        if let cpu { scenario.thread("puts", cpu: cpu) { slab.put(all[3]) } }
        scenario.finally {
          while let node = slab.take() {
            hands.append(node)
            require(hands.count <= 4, "a node lies in two places")
          }
          require(Set(hands).count == 4, "a node is lost")
        }
      }
    }

    @Test func nodesAreStolenOnce() {
      expectPass(stealing(takingOn: [1]), executions: 1, "nodes, stolen")
      expectPass(
        stealing(takingOn: [0, 1]), executions: 1817, "nodes, taken and stolen")
      expectPass(
        stealing(takingOn: [1], puttingOn: 1), executions: 574,
        "nodes, stolen, put there")
      expectPass(
        stealing(takingOn: [1], puttingOn: 0), executions: 71,
        "nodes, stolen, put here")
      expectPass(
        stealing(takingOn: [1, nil]), executions: 11_041, "nodes, stolen by two")
      expectPass(
        stealing(takingOn: [0, 1], engine: .atomic), executions: 606,
        "nodes, taken and stolen, atomic")
    }

    // MARK: What it rests on

    @Test func drainsNeedRestartFences() {
      let use = Use(threads: Self.drained, weakening: .plainRestartFences)
      expectFailure("element", "pool, plain fences") { use.check($0) }
    }
  }

#endif
