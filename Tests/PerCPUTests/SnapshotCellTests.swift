// SPDX-License-Identifier: Apache-2.0

import CAtomicsShim
import CStressSupport
import PerCPU
import StressSupport
import Testing

/// A value of several words that follow from each other, one of them counted.
private struct Settings: Sendable, Equatable {
  var number: Int
  var square: Int
  var object: Mortal

  init(_ number: Int, _ ends: Tally, atEnd: @escaping @Sendable () -> Void = {}) {
    self.number = number
    square = number &* number
    object = Mortal(number, ends, atEnd: atEnd)
  }

  var isWhole: Bool { square == number &* number && object.number == number }

  static func == (one: Settings, other: Settings) -> Bool { one.number == other.number }
}

extension PerCPUTests {
  @Suite struct SnapshotCellTests {
    @Test func aCellHoldsAValue() {
      let cell = SnapshotCell([1, 2, 3])
      #expect(cell.load() == [1, 2, 3])
      #expect(cell.withSnapshot { $0.count } == 3)
      cell.store([4])
      #expect(cell.load() == [4])
      #expect(cell.exchange([5, 6]) == [4])
      #expect(cell.load() == [5, 6])
    }

    @Test func valuesOfEachSizeComeBack() {
      let nothing = SnapshotCell(())
      nothing.store(())
      nothing.load()
      let optional = SnapshotCell<Int?>(nil)
      #expect(optional.load() == nil)
      optional.store(3)
      #expect(optional.exchange(nil) == 3)
      let bytes = SnapshotCell((UInt8(1), UInt64(2), UInt8(3)))
      #expect(bytes.load() == (1, 2, 3))
      let existential = SnapshotCell<any Sendable>("text")
      #expect(existential.load() as? String == "text")
    }

    @Test func updatesSeeTheValueAndReturnAResult() {
      let cell = SnapshotCell([1])
      let count = cell.update { value in
        value.append(2)
        return value.count
      }
      #expect(count == 2)
      #expect(cell.load() == [1, 2])
      let unique = cell.update { Counted($0.count) }
      let number = unique.value
      #expect(number == 2)
    }

    @Test func anUpdateThatThrowsChangesNothing() {
      let domain = HazardDomain(batchSize: 1)
      let cell = SnapshotCell([1], domain: domain)
      let thrown: Refusal? = error { () throws(Refusal) in
        try cell.update { value throws(Refusal) in
          value.append(2)
          throw Refusal(number: value.count)
        }
      }
      #expect(thrown == Refusal(number: 2))
      #expect(cell.load() == [1])
      #expect(domain.statistics.retired == 0)
    }

    @Test func anUpdateThatIsOvertakenRunsAgain() {
      let cell = SnapshotCell(1)
      var runs = 0
      let seen = cell.update { value in
        runs += 1
        if runs < 4 { cell.store(10 * runs) }
        value += 1
        return value
      }
      #expect(runs == 4)
      #expect(seen == 31)
      #expect(cell.load() == 31)
    }

    @Test func comparingExchangesEqualValuesOnly() {
      let cell = SnapshotCell("one")
      var result = cell.compareExchange(expected: "two", desired: "three")
      #expect(result == (false, "one"))
      #expect(cell.load() == "one")
      result = cell.compareExchange(expected: "one", desired: "three")
      #expect(result == (true, "one"))
      #expect(cell.load() == "three")
    }

    @Test func errorsAndUniqueResultsComeBack() {
      let cell = SnapshotCell(3)
      let thrown: Refusal? = error { () throws(Refusal) in
        try cell.withSnapshot { value throws(Refusal) in throw Refusal(number: value) }
      }
      #expect(thrown == Refusal(number: 3))
      let unique = cell.withSnapshot { Counted($0) }
      let number = unique.value
      #expect(number == 3)
    }

    @Test func oldValuesEndWithTheirLastReader() {
      let ends = Tally()
      let domain = HazardDomain(batchSize: 1)
      let cell = SnapshotCell(Settings(1, ends), domain: domain)
      cell.store(Settings(2, ends))
      #expect(ends.count == 1)
      let isRight = cell.withSnapshot { outer in
        cell.store(Settings(3, ends))
        let inner = cell.withSnapshot { inner in
          cell.store(Settings(4, ends))
          return inner.number == 3 && inner.isWhole && ends.count == 1
        }
        return inner && outer.number == 2 && outer.isWhole && ends.count == 2
      }
      #expect(isRight)
      #expect(ends.count == 3)
      var copied: Settings? = cell.load()
      cell.store(Settings(5, ends))
      #expect(ends.count == 3)
      #expect(copied?.isWhole == true)
      copied = nil
      #expect(ends.count == 4)
    }

    @Test func aCellThatEndsGivesItsValueBack() {
      let ends = Tally()
      let domain = HazardDomain()
      do {
        let cell = SnapshotCell(Settings(1, ends), domain: domain)
        cell.store(Settings(2, ends))
      }
      domain.drain()
      #expect(ends.count == 2)
      #expect(domain.statistics.unreclaimed == 0)
    }

    @Test func aCellThatEndsWhileItIsReadIsKept() {
      let ends = Tally()
      var cell: SnapshotCell? = SnapshotCell(
        Settings(1, ends), domain: HazardDomain(batchSize: 1))
      let isRight = cell!.withSnapshot { value in
        cell = nil
        return value.isWhole && ends.count == 0
      }
      #expect(isRight)
      #expect(ends.count == 1)
    }

    @Test func anEndMayUseItsCell() {
      let ends = Tally()
      let wrong = Tally()
      let domain = HazardDomain(batchSize: 1)
      let cell = SnapshotCell(Settings(0, ends), domain: domain)
      @Sendable func make(_ number: Int) -> Settings {
        Settings(number, ends) {
          let isWhole = cell.withSnapshot { $0.isWhole }
          if !isWhole { wrong.add() }
          if !cell.load().isWhole { wrong.add() }
          guard number < 50 else { return }
          cell.store(make(number + 1))
          cell.update { $0 = make(100) }
        }
      }
      cell.store(make(1))
      cell.withSnapshot { _ in cell.store(make(2)) }
      // Ends the cell's part in the circle.
      for _ in 0..<4 {
        cell.store(Settings(1000, ends))
        domain.drain()
      }
      #expect(wrong.count == 0)
      #expect(domain.statistics.unreclaimed == 0)
    }

    @Test(arguments: [true, false])
    func bothKindsOfThreadReadAndReplace(registered: Bool) {
      let ends = Tally()
      let wrong = Tally()
      let domain = HazardDomain(batchSize: 1)
      let cell = SnapshotCell(Settings(0, ends), domain: domain)
      onThreads(1) { _ in
        if !registered { _ = stress_thread_unregister() }
        for number in 1...200 {
          cell.withSnapshot { value in
            cell.store(Settings(number, ends))
            if !value.isWhole || value.number != number - 1 || ends.count != number - 1 {
              wrong.add()
            }
          }
          if ends.count != number { wrong.add() }
        }
      }
      #expect(wrong.count == 0)
      #expect(domain.statistics.unreclaimed == 0)
    }

    @Test func noUpdateIsLost() {
      let ends = Tally()
      let domain = HazardDomain(batchSize: 8)
      let wrong = Tally()
      let cell = SnapshotCell(Settings(0, ends), domain: domain)
      onThreads(4) { index in
        for _ in 0..<1000 {
          if index % 2 == 0 {
            cell.update { $0 = Settings($0.number + 1, ends) }
          } else {
            while true {
              let value = cell.load()
              if !value.isWhole { wrong.add() }
              let next = Settings(value.number + 1, ends)
              if cell.compareExchange(expected: value, desired: next).exchanged { break }
            }
          }
        }
      }
      #expect(cell.load().number == 4000)
      #expect(wrong.count == 0)
      cell.store(Settings(0, ends))
      domain.drain()
      #expect(domain.statistics.unreclaimed == 0)
    }

    @Test func readersSeeNumbersGoUp() {
      let ends = Tally()
      let wrong = Tally()
      let domain = HazardDomain(batchSize: 4)
      let cell = SnapshotCell(Settings(0, ends), domain: domain)
      let isOver = Gate()
      var threads = Threads()
      for _ in 0..<3 {
        threads.start {
          var last = 0
          while !isOver.isOpenNow {
            cell.withSnapshot { value in
              if !value.isWhole || value.number < last { wrong.add() }
              last = value.number
              if last % 16 == 0 { percpu_thread_yield() }
              if !value.isWhole { wrong.add() }
            }
          }
        }
      }
      threads.start {
        for number in 1...20_000 { cell.store(Settings(number, ends)) }
        isOver.open()
      }
      threads.join()
      domain.drain()
      #expect(wrong.count == 0)
      #expect(ends.count == 20_000)
      #expect(domain.statistics.unreclaimed == 0)
    }
  }
}
