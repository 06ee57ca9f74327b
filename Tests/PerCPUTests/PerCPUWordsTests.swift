// SPDX-License-Identifier: Apache-2.0

import CAtomicsShim
import CStressSupport
import PerCPU
import StressSupport
import Testing

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

extension PerCPUTests {
  @Suite struct PerCPUWordsTests {
    private let here = CPU(rawValue: allowedCPUs[0])

    /// On a thread that stays on one CPU.
    private func onOneCPU(_ body: @escaping @Sendable () -> Void) {
      let cpu = Int32(here.rawValue)
      onThreads(1) { _ in
        precondition(percpu_thread_pin(cpu) == 0)
        body()
      }
    }

    // MARK: Results

    @Test func newWordsAreZeroEverywhere() {
      let words = PerCPUWords(count: 5)
      #expect(words.count == 5)
      #expect(PerCPUWords().count == 1)
      let isZero = CPU.rows.allSatisfy { cpu in
        (0..<5).allSatisfy { words.load(cpu: cpu, at: $0) == 0 }
      }
      #expect(isZero)
    }

    @Test func additionsAndExchangesTellWhatWasThere() {
      let here = here
      onOneCPU {
        let words = PerCPUWords(count: 2)
        let results = [
          words.add(5), words.add(-7), words.exchange(100), words.exchange(-1), words.add(1),
          words.add(3, at: 1), words.exchange(4, at: 1), words.add(.max), words.add(2),
        ]
        #expect(results.map(\.original) == [0, 5, -2, 100, -1, 0, 3, 0, .max])
        #expect(results.allSatisfy { $0.cpu == here })
        #expect(words.load(cpu: here) == .min + 1)
        #expect(words.load(cpu: here, at: 1) == 4)
        let others = CPU.rows.filter { $0 != here }
        #expect(others.allSatisfy { words.load(cpu: $0) == 0 && words.load(cpu: $0, at: 1) == 0 })
      }
    }

    @Test func compareExchangeStoresOnlyWhatIsExpected() {
      let here = here
      onOneCPU {
        let words = PerCPUWords(count: 3)
        #expect(words.compareExchange(expected: 0, desired: 7, at: 2) == .exchanged(cpu: here))
        #expect(
          words.compareExchange(expected: 0, desired: 8, at: 2) == .mismatch(actual: 7, cpu: here))
        #expect(words.load(cpu: here, at: 2) == 7)
        #expect(
          words.compareExchange(expected: 7, desired: .min, at: 2) == .exchanged(cpu: here))
        #expect(
          words.compareExchange(expected: .max, desired: 0, at: 2)
            == .mismatch(actual: .min, cpu: here))
        #expect(words.load(cpu: here, at: 0) == 0)
      }
    }

    @Test func doubleCompareExchangeComparesBothAndStoresTheFirst() {
      let here = here
      onOneCPU {
        let words = PerCPUWords(count: 3)
        words.exchange(10, at: 0)
        words.exchange(20, at: 1)
        words.exchange(30, at: 2)
        func attempt(
          _ expected: (Int, Int), _ indices: (Int, Int)
        ) -> PerCPUWords.DoubleExchange {
          words.doubleCompareExchange(expected: expected, desired: 11, at: indices)
        }
        #expect(attempt((10, 21), (0, 1)) == .mismatch(first: 10, second: 20, cpu: here))
        #expect(attempt((9, 20), (0, 1)) == .mismatch(first: 10, second: 20, cpu: here))
        #expect(attempt((1, 2), (2, 0)) == .mismatch(first: 30, second: 10, cpu: here))
        #expect((0..<3).map { words.load(cpu: here, at: $0) } == [10, 20, 30])
        #expect(attempt((30, 10), (2, 0)) == .exchanged(cpu: here))
        #expect(
          words.doubleCompareExchange(expected: (10, 20), desired: 12) == .exchanged(cpu: here))
        #expect((0..<3).map { words.load(cpu: here, at: $0) } == [12, 20, 11])
        // A word may be compared with two values, of which it holds one at most.
        #expect(attempt((20, 20), (1, 1)) == .exchanged(cpu: here))
        #expect(attempt((11, 20), (1, 1)) == .mismatch(first: 11, second: 11, cpu: here))
      }
    }

    @Test func aRowMayBeFullOfWords() {
      let words = PerCPUWords(count: 8191)
      for index in [0, 1, 4000, 8190] { words.add(index, at: index) }
      for index in [0, 1, 4000, 8190] {
        #expect(CPU.rows.reduce(0) { $0 + words.load(cpu: $1, at: index) } == index)
      }
    }

    @Test func objectsDoNotShareTheirWords() {
      let objects = (1...500).map { PerCPUWords(count: 1 + $0 % 5) }
      for (number, words) in objects.enumerated() { words.add(number, at: words.count - 1) }
      let isRight = objects.enumerated().allSatisfy { number, words in
        CPU.rows.reduce(0) { $0 + words.load(cpu: $1, at: words.count - 1) } == number
      }
      #expect(isRight)
    }

    // MARK: Where an operation takes place

    @Test func threadsWithoutSectionsSpeakOfTheUnboundRow() {
      onThreads(1) { [here] _ in
        precondition(percpu_thread_pin(Int32(here.rawValue)) == 0)
        let isUnbound = stress_thread_unregister()
        let place = isUnbound ? CPU.unbound : here
        let words = PerCPUWords(count: 2)
        #expect(words.add(5).cpu == place)
        #expect(tells(words.exchange(6), 5, place))
        #expect(words.compareExchange(expected: 6, desired: 7) == .exchanged(cpu: place))
        #expect(
          words.compareExchange(expected: 6, desired: 8) == .mismatch(actual: 7, cpu: place))
        #expect(
          words.doubleCompareExchange(expected: (7, 1), desired: 8)
            == .mismatch(first: 7, second: 0, cpu: place))
        #expect(
          words.doubleCompareExchange(expected: (7, 0), desired: 9) == .exchanged(cpu: place))
        #expect(words.load(cpu: place) == 9)
        #expect(CPU.rows.filter { words.load(cpu: $0) != 0 } == [place])
      }
    }

    @Test func operationsOnARowThatIsTakenGoToTheUnboundOne() {
      let here = here
      onOneCPU {
        let words = PerCPUWords(count: 2)
        words.add(5)
        words.withExclusiveAccess(to: here) { row in
          #expect(row[0] == 5)
          #expect(words.add(1).cpu == .unbound)
          #expect(words.exchange(2, at: 1).cpu == .unbound)
          #expect(words.compareExchange(expected: 1, desired: 3) == .exchanged(cpu: .unbound))
          #expect(
            words.doubleCompareExchange(expected: (3, 2), desired: 4) == .exchanged(cpu: .unbound))
          #expect(words.load(cpu: .unbound) == 4)
          #expect(row[0] == 5)
          row[0] = 6
          #expect(words.load(cpu: here) == 6)
        }
        #expect(tells(words.add(1), 6, here))
      }
    }

    @Test func otherRowsAreNotAffectedByExclusiveAccess() throws {
      try #require(allowedCPUs.count > 1)
      let here = here
      let there = CPU(rawValue: allowedCPUs[1])
      let words = PerCPUWords()
      words.withExclusiveAccess(to: there) { row in
        onOneCPU { for _ in 0..<1000 where words.add(1).cpu != here { Issue.record() } }
        row[0] = 7
      }
      #expect(words.load(cpu: here) == 1000)
      #expect(words.load(cpu: there) == 7)
    }

    // MARK: Exclusive access

    @Test func exclusiveAccessChangesTheWordsOfOneRow() {
      let words = PerCPUWords(count: 3)
      for cpu in CPU.rows {
        let sum = words.withExclusiveAccess(to: cpu) { row in
          for index in 0..<row.count { row[index] = cpu.rawValue &* 10 &+ index }
          row[0] += 1
          return row[0] + row[1] + row[2]
        }
        #expect(sum == cpu.rawValue * 30 + 4)
      }
      var visited: [CPU] = []
      words.forEach { cpu, row in
        #expect(row[2] == cpu.rawValue * 10 + 2)
        row[2] = 0
        visited.append(cpu)
      }
      #expect(visited == CPU.rows)
      #expect(CPU.rows.allSatisfy { words.load(cpu: $0, at: 2) == 0 })
    }

    @Test func resultsAndErrorsComeBackAndTheRowIsFree() {
      let words = PerCPUWords()
      for cpu in CPU.rows {
        let thrown: Refusal? = error { () throws(Refusal) in
          try words.withExclusiveAccess(to: cpu) { _ throws(Refusal) in throw Refusal(number: 3) }
        }
        #expect(thrown == Refusal(number: 3))
        #expect(words.withExclusiveAccess(to: cpu) { Counted($0.count) }.value == 1)
      }
      var visited = 0
      #expect(throws: Refusal(number: 6)) {
        try words.forEach { _, _ in
          visited += 1
          throw Refusal(number: 6)
        }
      }
      #expect(visited == 1)
      visited = 0
      words.forEach { _, _ in visited += 1 }
      #expect(visited == CPU.rows.count)
    }

    @Test func exclusiveAccessOfSeveralThreadsTakesTurns() {
      let words = PerCPUWords()
      for cpu in [here, .unbound] {
        onThreads(8) { _ in
          for _ in 0..<200 {
            words.withExclusiveAccess(to: cpu) { row in
              let before = row[0]
              percpu_thread_yield()
              row[0] = before + 1
            }
          }
        }
        #expect(words.load(cpu: cpu) == 1600)
      }
    }

    /// Longer than anybody spins.
    @Test func exclusiveAccessWaitsForTheOneBefore() {
      let words = PerCPUWords()
      for cpu in [here, .unbound] {
        let isInside = Gate()
        let isDone = Gate()
        var threads = Threads()
        threads.start {
          words.withExclusiveAccess(to: cpu) { row in
            isInside.open()
            stress_sleep(30_000_000)
            row[0] = 1
          }
        }
        threads.start {
          isInside.wait()
          words.withExclusiveAccess(to: cpu) { #expect($0[0] == 1) }
          isDone.open()
        }
        threads.join()
        #expect(isDone.isOpenNow)
      }
    }

    @Test func rowsMayBeTakenTogetherIfTheUnboundOneComesLast() {
      let words = PerCPUWords()
      let total = words.withExclusiveAccess(to: here) { row in
        words.withExclusiveAccess(to: .unbound) { unbound in
          #expect(words.add(4).cpu == .unbound || allowedCPUs.count > 1)
          row[0] = 3
          return row[0] + unbound[0]
        }
      }
      #expect(total == 7 || total == 3)
    }

    @Test func signalsWaitWhileTheUnboundRowIsTaken() {
      let words = PerCPUWords()
      let handled = Tally()
      stress_handle_signals(count, Unmanaged.passRetained(handled).toOpaque())
      onThreads(1) { _ in
        stress_block_signals(false)
        words.withExclusiveAccess(to: .unbound) { _ in
          _ = stress_signal_thread(percpu_thread_id())
          stress_sleep(1_000_000)
          #expect(handled.count == 0)
        }
        stress_sleep(1_000_000)
        #expect(handled.count == 1)
      }
    }

    // MARK: Misuse

    @Test(arguments: Misuse.allCases)
    fileprivate func misuseIsAClearEnd(misuse: Misuse) async {
      let result = await #expect(
        processExitsWith: .failure, observing: [\.standardErrorContent]
      ) { [number = misuse.rawValue as Int] in Misuse(rawValue: number)!.commit() }
      #expect(printed(result).contains(misuse.sentence), "\(printed(result))")
    }

    // MARK: Forks

    /// Whoever had a row in the parent does not exist in the child; its operations find another row.
    @Test func theChildOfAForkGoesOn() {
      let isInside = Gate()
      let isDone = Gate()
      let words = PerCPUWords()
      var threads = Threads()
      let here = here
      threads.start {
        words.withExclusiveAccess(to: here) { _ in
          isInside.open()
          isDone.wait()
        }
      }
      isInside.wait()
      let status = stress_fork(
        { context in
          let words = Unmanaged<PerCPUWords>.fromOpaque(context!).takeUnretainedValue()
          for _ in 0..<100 { words.add(1) }
          let sum = CPU.rows.reduce(0) { $0 + words.load(cpu: $1) }
          return sum == 100 ? 0 : 1
        }, Unmanaged.passUnretained(words).toOpaque())
      isDone.open()
      threads.join()
      #expect(status == 0)
    }
  }
}

private func tells(_ replaced: PerCPUWords.Replaced, _ original: Int, _ cpu: CPU) -> Bool {
  replaced.original == original && replaced.cpu == cpu
}

/// What ends a program.
private enum Misuse: Int, CaseIterable {
  case add, exchange, compareExchange, doubleCompareExchange, load, row, loadAbroad, accessAbroad
  case tooFew, tooMany, twice, unboundTwice

  func commit() {
    let words = PerCPUWords(count: 2)
    switch self {
    case .add: words.add(1, at: 2)
    case .exchange: words.exchange(1, at: -1)
    case .compareExchange: words.compareExchange(expected: 0, desired: 1, at: 2)
    case .doubleCompareExchange:
      words.doubleCompareExchange(expected: (0, 0), desired: 1, at: (0, 7))
    case .load: _ = words.load(cpu: .unbound, at: 2)
    case .row: words.withExclusiveAccess(to: .unbound) { $0[2] = 0 }
    case .loadAbroad: _ = words.load(cpu: CPU(rawValue: 99_999))
    case .accessAbroad: words.withExclusiveAccess(to: CPU(rawValue: 99_999)) { _ in }
    case .tooFew: _ = PerCPUWords(count: 0)
    case .tooMany: _ = PerCPUWords(count: 8192)
    case .twice, .unboundTwice:
      let cpu = self == .twice ? CPU.possible[0] : .unbound
      words.withExclusiveAccess(to: cpu) { _ in words.withExclusiveAccess(to: cpu) { _ in } }
    }
  }

  var sentence: String {
    switch self {
    case .add, .compareExchange, .load, .row: "there is no word 2 among 2"
    case .exchange: "there is no word -1 among 2"
    case .doubleCompareExchange: "there is no word 7 among 2"
    case .loadAbroad, .accessAbroad: "there is no CPU 99999"
    case .tooFew, .tooMany: "1 to 8191 words"
    case .twice: "has exclusive access to the words of \(CPU.possible[0]) already"
    case .unboundTwice: "has exclusive access to the words of unbound already"
    }
  }
}

private func count(_ context: UnsafeMutableRawPointer?) {
  Unmanaged<Tally>.fromOpaque(context!)._withUnsafeGuaranteedRef { $0.add() }
}
