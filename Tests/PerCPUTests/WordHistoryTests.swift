// SPDX-License-Identifier: Apache-2.0

import CAtomicsShim
import CStressSupport
import PerCPU
import StressSupport
import Testing

/// What an operation was told, or what exclusive access found and left.
private enum WordAction: Sendable {
  case added(Int, at: Int, PerCPUWords.Replaced)
  case exchanged(Int, at: Int, PerCPUWords.Replaced)
  case compared(expected: Int, desired: Int, at: Int, PerCPUWords.Exchange)
  case comparedBoth(expected: Int, and: Int, desired: Int, at: Int, PerCPUWords.DoubleExchange)
  case loaded(Int, at: Int, CPU)
  case alone(found: [Int], stored: Int, at: Int, CPU)

  var cpu: CPU {
    switch self {
    case .added(_, _, let replaced), .exchanged(_, _, let replaced): replaced.cpu
    case .compared(_, _, _, .exchanged(let cpu)), .compared(_, _, _, .mismatch(_, let cpu)): cpu
    case .comparedBoth(_, _, _, _, .exchanged(let cpu)): cpu
    case .comparedBoth(_, _, _, _, .mismatch(_, _, let cpu)): cpu
    case .loaded(_, _, let cpu), .alone(_, _, _, let cpu): cpu
    }
  }

  /// What two words of one row would say to it.
  func isAllowed(_ state: inout [Int]) -> Bool {
    switch self {
    case .added(let amount, let index, let replaced):
      defer { state[index] += amount }
      return state[index] == replaced.original
    case .exchanged(let value, let index, let replaced):
      defer { state[index] = value }
      return state[index] == replaced.original
    case .compared(let expected, let desired, let index, .exchanged):
      defer { state[index] = desired }
      return state[index] == expected
    case .compared(let expected, _, let index, .mismatch(let actual, _)):
      return state[index] == actual && actual != expected
    case .comparedBoth(let expected, let other, let desired, let index, .exchanged):
      defer { state[index] = desired }
      return state[index] == expected && state[1 - index] == other
    case .comparedBoth(let expected, let other, _, let index, .mismatch(let first, let second, _)):
      return state[index] == first && state[1 - index] == second
        && (first, second) != (expected, other)
    case .loaded(let value, let index, _):
      return state[index] == value
    case .alone(let found, let stored, let index, _):
      defer { state[index] = stored }
      return state == found
    }
  }
}

/// Something that claims to be two words for each CPU.
private protocol WordPairs: Sendable {
  func act(_ random: inout SeededGenerator) -> WordAction
}

extension PerCPUWords: WordPairs {
  fileprivate func act(_ random: inout SeededGenerator) -> WordAction {
    let index = random.below(2)
    // So few values that what is expected is often there.
    let (expected, other, desired) = (random.below(3), random.below(3), random.below(3))
    switch random.below(12) {
    case 0, 1: return .added(desired - 1, at: index, add(desired - 1, at: index))
    case 2, 3: return .exchanged(desired, at: index, exchange(desired, at: index))
    case 4, 5, 6:
      let result = compareExchange(expected: expected, desired: desired, at: index)
      return .compared(expected: expected, desired: desired, at: index, result)
    case 7, 8, 9:
      let result = doubleCompareExchange(
        expected: (expected, other), desired: desired, at: (index, 1 - index))
      return .comparedBoth(
        expected: expected, and: other, desired: desired, at: index, result)
    case 10:
      let cpu = Self.row(&random)
      return .loaded(load(cpu: cpu, at: index), at: index, cpu)
    default:
      let cpu = Self.row(&random)
      let found = withExclusiveAccess(to: cpu) { row in
        let found = [row[0], row[1]]
        percpu_thread_yield()
        row[index] = desired
        return found
      }
      return .alone(found: found, stored: desired, at: index, cpu)
    }
  }

  /// One that is used.
  private static func row(_ random: inout SeededGenerator) -> CPU {
    let number = random.below(allowedCPUs.count + 1)
    return number == 0 ? .unbound : CPU(rawValue: allowedCPUs[number - 1])
  }
}

/// Two words in which a comparison and its store are two steps.
private final class HastyWords: WordPairs {
  private let words = [Tally(), Tally()]

  func act(_ random: inout SeededGenerator) -> WordAction {
    let index = random.below(2)
    let (expected, other, desired) = (random.below(3), random.below(3), random.below(3))
    let (first, second) = (words[index].loadPublished(), words[1 - index].loadPublished())
    percpu_thread_yield()
    let matches = (first, second) == (expected, other)
    if matches { words[index].publish(desired) }
    return .comparedBoth(
      expected: expected, and: other, desired: desired, at: index,
      matches
        ? .exchanged(cpu: .unbound) : .mismatch(first: first, second: second, cpu: .unbound))
  }
}

extension PerCPUTests {
  /// Small histories, and whether each row's part of them could have happened one after the other.
  @Suite struct WordHistoryTests {
    #if DEBUG
      private static let histories = stress_has_thread_sanitizer() ? 50 : 3000
    #else
      private static let histories = 20_000
    #endif

    private func wrongHistories<Words: WordPairs>(
      of make: @escaping @Sendable () -> Words, threads: Int,
      bound: @escaping @Sendable (Int) -> Bool
    ) -> [[Recorded<WordAction>]] {
      let histories = recordHistories(
        count: Self.histories, threads: threads, actions: 5, seed: 23, of: make
      ) { words, thread, random in
        // Once is enough; a thread that is not registered any more stays so.
        if !bound(thread) { _ = stress_thread_unregister() }
        return words.act(&random)
      }
      return histories.flatMap { history in
        Dictionary(grouping: history, by: \.action.cpu).values.filter { row in
          !isLinearizable(row, from: [0, 0]) { $1.isAllowed(&$0) }
        }
      }
    }

    /// Threads that run sections, threads that cannot, and both.
    @Test(arguments: [3, 4], [0, 1, 2])
    func operationsOnARowAreLinearizable(threads: Int, unbound: Int) {
      let wrong = wrongHistories(of: { PerCPUWords(count: 2) }, threads: threads) { thread in
        unbound == 0 || (unbound == 2 && thread % 2 == 0)
      }
      #expect(wrong.isEmpty, "\(wrong.first ?? [])")
    }

    /// What the search is worth.
    /// (Too few under the thread sanitizer.)
    @Test(.enabled(if: !stress_has_thread_sanitizer()))
    func wordsThatAreComparedFirstAndStoredThenAreRejected() {
      let wrong = wrongHistories(of: { HastyWords() }, threads: 4) { _ in true }
      #expect(wrong.count > 0)
    }

    /// The same program, result by result: see the scenario for what each has to be.
    @Test(arguments: [1, 2, 3])
    func bothEnginesGiveTheSameResults(seed: Int) throws {
      let digests = ["atomic", "restartable"].map { engine in
        let child = runTorture(
          ["--seconds", "0.1", "--filter", "words-replayed", "--seed", "\(seed)"],
          ["PERCPU_ENGINE": engine])
        if child.status == 64 { return Substring?.none }
        #expect(child.status == 0, "\(engine): \(child.output)")
        return digest(in: child.output)
      }
      let atomic = try #require(digests[0])
      // Where there is no other engine, there is nothing to compare.
      if let restartable = digests[1] {
        #expect(atomic == restartable)
      } else {
        #expect(Engine.current == .atomic)
      }
    }

    private func digest(in output: String) -> Substring? {
      output.split(separator: "digest ").dropFirst().first?.prefix { $0.isNumber }
    }
  }
}
