// SPDX-License-Identifier: Apache-2.0
#if PERCPU_MODEL

  import CAtomicsShim
  import ModelChecker
  @testable import PerCPU
  import Testing

  /// What a thread does with the words of its own row, or of a given one.
  private enum Action {
    case add(Int, at: Int)
    case exchange(Int)
    case compare(Int, Int)
    case compareBoth(Int, Int, Int)
    /// Takes row 0, or the unbound one, and stores into a word.
    case alone(CPU, Int, at: Int)
    /// The same without a look: for large scenarios.
    case replace(CPU, Int, at: Int)
  }

  /// What was seen of a row, and what was made of it.
  private struct Step: Hashable {
    let row: CPU
    /// Of the first word or the second, or of both.
    let found: [Int?]
    /// What was stored, and where; nil if nothing was.
    let stored: Int?
    let index: Int

    init(_ row: CPU, found first: Int?, _ second: Int?, stored: Int?, at index: Int = 0) {
      self.row = row
      found = [first, second]
      self.stored = stored
      self.index = index
    }

    func happens(in state: inout [Int]) -> Bool {
      guard zip(found, state).allSatisfy({ $0 == nil || $0 == $1 }) else { return false }
      if let stored { state[index] = stored }
      return true
    }
  }

  /// Threads that use the words of one object. In each row, some order of what they were told must
  /// explain all of it, and what is left. Plain data finds two threads that have a row to themselves.
  private struct Use {
    var threads: [(cpu: Int?, Action)]
    /// The first thread moves to CPU 1.
    var migrating = false
    /// The first thread gets a signal, whose handler adds 16.
    var interrupted = false
    var engine = Engine.restartable
    var weakening: Weakening?
    var aborts = 1

    func check(_ mode: SearchMode = .exhaustive()) -> CheckResult {
      // One for all executions: what they store never gets to its memory.
      let words = PerCPUWords(count: 2)
      return checkLibrary(mode, engine: engine, weakening: weakening) { scenario in
        scenario.limitAborts(to: aborts)
        declare(words, scenario)
      }
    }

    private func declare(_ words: PerCPUWords, _ scenario: Scenario) {
      let canaries = CPU.rows.map { scenario.plain("canary of row", $0.rawValue) }
      var steps: [Step] = []
      scenario.state { steps.reduce(0) { $0 &+ $1.hashValue } }
      for cpu in CPU.rows {
        let row = percpu_row_word(words.slots, cpu.rawValue)
        scenario.name(row, "gate", cpu.rawValue)
        scenario.name(row + 1, "first", cpu.rawValue)
        scenario.name(row + 2, "second", cpu.rawValue)
      }
      func perform(_ action: Action) {
        switch action {
        case .add(let amount, let index):
          let replaced = words.add(amount, at: index)
          let (first, second) = index == 0 ? (replaced.original, nil) : (nil, replaced.original)
          steps.append(
            Step(
              replaced.cpu, found: first, second, stored: replaced.original + amount, at: index))
        case .exchange(let value):
          let replaced = words.exchange(value)
          steps.append(Step(replaced.cpu, found: replaced.original, nil, stored: value))
        case .compare(let expected, let desired):
          switch words.compareExchange(expected: expected, desired: desired) {
          case .exchanged(let cpu):
            steps.append(Step(cpu, found: expected, nil, stored: desired))
          case .mismatch(let actual, let cpu):
            require(actual != expected, "a mismatch with what was expected")
            steps.append(Step(cpu, found: actual, nil, stored: nil))
          }
        case .compareBoth(let first, let second, let desired):
          switch words.doubleCompareExchange(expected: (first, second), desired: desired) {
          case .exchanged(let cpu):
            steps.append(Step(cpu, found: first, second, stored: desired))
          case .mismatch(let one, let other, let cpu):
            require(one != first || other != second, "a mismatch with what was expected")
            steps.append(Step(cpu, found: one, other, stored: nil))
          }
        case .alone(let cpu, let value, let index):
          let canary = canaries[cpu.rawValue - CPU.unbound.rawValue]
          words.withExclusiveAccess(to: cpu) { row in
            let uses = canary.read()
            let (first, second) = (row[0], row[1])
            row[index] = value
            canary.write(uses + 1)
            steps.append(Step(cpu, found: first, second, stored: value, at: index))
          }
        case .replace(let cpu, let value, let index):
          words.withExclusiveAccess(to: cpu) { row in
            row[index] = value
            steps.append(Step(cpu, found: nil, nil, stored: value, at: index))
          }
        }
      }
      for (cpu, action) in threads {
        scenario.thread("uses", cpu: cpu) { perform(action) }
      }
      if migrating { scenario.thread("migrates") { migrate(0, to: 1) } }
      if interrupted {
        scenario.onSignal(1) { _ in perform(.add(16, at: 0)) }
        scenario.thread("interrupts") { _ = signal(0, 1) }
      }
      scenario.finally {
        for cpu in CPU.rows {
          let row = percpu_row_word(words.slots, cpu.rawValue)
          require(percpu_word_load_relaxed(row) == 0, "a gate stayed closed")
          let end = [percpu_word_load_relaxed(row + 1), percpu_word_load_relaxed(row + 2)]
          let own = steps.filter { $0.row == cpu }
          require(
            isExplained(own, from: [0, 0], to: end), "no order of the operations explains it")
        }
      }
    }

    private func isExplained(_ steps: [Step], from state: [Int], to end: [Int]) -> Bool {
      if steps.isEmpty { return state == end }
      return steps.indices.contains { index in
        var (next, rest) = (state, steps)
        let step = rest.remove(at: index)
        return step.happens(in: &next) && isExplained(rest, from: next, to: end)
      }
    }
  }

  extension ModelScenarios {
    @Suite struct PerCPUWordsScenarios {}
  }

  extension ModelScenarios.PerCPUWordsScenarios {
    private static let both = Action.compareBoth(0, 0, 1)

    @Test func twoOperationsOfOneCPU() {
      expectPass(
        Use(threads: [(0, .add(1, at: 0)), (0, .exchange(2))], aborts: 2).check(), executions: 110,
        "words, add and exchange")
      expectPass(
        Use(threads: [(0, .compare(0, 1)), (0, .compare(0, 2))], aborts: 2).check(),
        executions: 110, "words, two comparisons")
      expectPass(
        Use(threads: [(0, Self.both), (0, .compareBoth(0, 0, 2))], aborts: 2).check(),
        executions: 386, "words, two double comparisons")
      expectPass(
        Use(threads: [(0, Self.both), (0, .add(1, at: 1))], aborts: 2).check(), executions: 205,
        "words, a double comparison and an addition to its second word")
    }

    @Test func aRowIsTakenWhileItIsUsed() {
      for (name, action, executions) in [
        ("an addition", Action.add(1, at: 0), 63), ("an exchange", .exchange(1), 63),
        ("a comparison", .compare(0, 1), 63), ("a double comparison", Self.both, 71),
      ] {
        let use = Use(threads: [(0, action), (1, .alone(CPU(rawValue: 0), 4, at: 0))], aborts: 2)
        expectPass(use.check(), executions: executions, "words, \(name) and exclusive access")
      }
      expectPass(
        Use(
          threads: [(0, Self.both), (1, .alone(CPU(rawValue: 0), 4, at: 1))], migrating: true
        ).check(), executions: 104_848, "words, a double comparison moves")
    }

    @Test func twoUsersOfARowThatIsTaken() {
      expectPass(
        Use(
          threads: [
            (0, .add(1, at: 0)), (0, .compare(0, 2)), (1, .replace(CPU(rawValue: 0), 4, at: 0)),
          ]
        ).check(.states), states: 38_664, "words, 2 and 1")
    }

    @Test func aDoubleComparisonAndAnAdditionToARowThatIsTaken() {
      expectPass(
        Use(
          threads: [
            (0, Self.both), (0, .add(1, at: 1)), (1, .replace(CPU(rawValue: 0), 4, at: 1)),
          ]
        ).check(.states), states: 56_217, "words, a double comparison, an addition and 1")
    }

    @Test func aRowIsTakenByTwo() {
      let take = Action.alone(CPU(rawValue: 0), 4, at: 0)
      expectPass(
        Use(
          threads: [(0, .add(1, at: 0)), (1, take), (2, .alone(CPU(rawValue: 0), 8, at: 1))]
        ).check(), executions: 172_874, "words, 1 and 2")
    }

    // MARK: The unbound row

    @Test func threadsWithoutSections() {
      expectPass(
        Use(threads: [(nil, Self.both), (nil, .add(1, at: 1))]).check(), executions: 62,
        "words, unbound")
      expectPass(
        Use(
          threads: [(nil, Self.both), (nil, .add(1, at: 1)), (1, .replace(.unbound, 4, at: 1))]
        ).check(), executions: 466_998, "words, unbound, taken")
    }

    // MARK: The atomic engine

    @Test func theAtomicEngine() {
      func use(_ threads: [(cpu: Int?, Action)], interrupted: Bool = false) -> CheckResult {
        Use(threads: threads, interrupted: interrupted, engine: .atomic).check()
      }
      expectPass(
        use([(0, Self.both), (0, .add(1, at: 1))]), executions: 330, "words, atomic, two")
      expectPass(
        use([(0, Self.both), (0, .compareBoth(0, 0, 2)), (1, .alone(CPU(rawValue: 0), 4, at: 1))]),
        executions: 112_016, "words, atomic, two and 1")
      expectPass(
        use([(0, Self.both)], interrupted: true), executions: 16, "words, atomic, a handler")
    }

    // MARK: What it rests on

    @Test func exclusiveAccessNeedsTheRestart() {
      expectFailure("no order of the operations explains it", "words, plain fence") {
        Use(
          threads: [(0, .add(1, at: 0)), (1, .alone(CPU(rawValue: 0), 4, at: 0))],
          weakening: .plainRestartFences
        ).check($0)
      }
    }

    /// The simulated machine defers no signals: the handler finds the unbound row taken by its own thread.
    @Test func theUnboundRowNeedsSignalsToWait() {
      expectFailure("no order of the operations explains it", "words, signals not deferred") {
        Use(
          threads: [(0, Self.both), (1, .alone(CPU(rawValue: 0), 4, at: 1))], interrupted: true,
          engine: .atomic
        ).check($0)
      }
    }

    @Test func gatesAcquireAndRelease() {
      for weakening in [Weakening.noAcquireUpdates, .noReleaseStores] {
        expectFailure("canary of row", "words, \(weakening)") {
          Use(
            threads: [
              (1, .alone(.unbound, 4, at: 0)), (2, .alone(.unbound, 8, at: 0)),
            ], weakening: weakening
          ).check($0)
        }
      }
    }

    /// How a message comes from one thread to another.
    private enum Way: String, CaseIterable {
      case fromRow = "from a row", toRow = "to a row", withinRow = "within a row"
      case loaded = "from whoever has a row"
    }

    /// What a thread wrote before it changed a word is seen by whoever sees the change.
    private func messages(
      _ way: Way, engine: Engine = .restartable, weakening: Weakening? = nil,
      mode: SearchMode = .exhaustive()
    ) -> CheckResult {
      let words = PerCPUWords(count: 1)
      let row = CPU(rawValue: 0)
      return checkLibrary(mode, engine: engine, weakening: weakening) { scenario in
        scenario.limitAborts(to: 1)
        let message = scenario.plain("message")
        scenario.thread("writes", cpu: way == .toRow || way == .loaded ? 1 : 0) {
          switch way {
          case .fromRow, .withinRow:
            message.write(7)
            words.exchange(1)
          case .toRow:
            message.write(7)
            words.withExclusiveAccess(to: row) { $0[0] = 1 }
          case .loaded:
            // Inside, since what is outside is ordered by the fence as well.
            words.withExclusiveAccess(to: row) {
              message.write(7)
              $0[0] = 1
            }
          }
        }
        let isLoaded = way == .fromRow || way == .loaded
        scenario.thread("reads", cpu: isLoaded ? 2 : 0) {
          let found = isLoaded ? words.load(cpu: row) : words.add(0).original
          if found == 1 { require(message.read() == 7, "a message is not there") }
        }
      }
    }

    @Test func operationsAcquireAndRelease() {
      for (way, executions, atomic) in [
        (Way.fromRow, 3, 3), (.toRow, 57, 34), (.withinRow, 19, 288), (.loaded, 6, 3),
      ] {
        expectPass(messages(way), executions: executions, "words, a message \(way.rawValue)")
        expectPass(
          messages(way, engine: .atomic), executions: atomic,
          "words, atomic, a message \(way.rawValue)")
      }
    }

    @Test func messagesNeedTheirOrder() {
      for (way, weakening) in [
        (Way.fromRow, Weakening.relaxedPublication), (.fromRow, .noAcquireLoads),
        (.toRow, .noAcquireInSections), (.loaded, .noReleaseStores), (.loaded, .noAcquireLoads),
      ] {
        expectFailure("message", "words, a message \(way.rawValue), \(weakening)") {
          messages(way, weakening: weakening, mode: $0)
        }
      }
    }
  }

#endif
