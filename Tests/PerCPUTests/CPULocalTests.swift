// SPDX-License-Identifier: Apache-2.0

import PerCPU
import StressSupport
import Synchronization
import Testing

extension PerCPUTests {
  @Suite struct CPULocalTests {
    @Test func eachRowHasAValueOfItsOwnAndIsDestroyedOnce() {
      let before = Counted.alive.load(ordering: .relaxed)
      do {
        let values = CPULocal { Counted($0.rawValue) }
        var seen: [CPU] = []
        values.forEach { cpu, value in
          if value.value == cpu.rawValue { seen.append(cpu) }
        }
        #expect(seen == [.unbound] + CPU.possible)
        #expect(Counted.alive.load(ordering: .relaxed) == before + seen.count)
      }
      #expect(Counted.alive.load(ordering: .relaxed) == before)
    }

    @Test func theCurrentValueIsThatOfAPossibleCPU() {
      let values = CPULocal { $0 }
      #expect(CPU.possible.contains(values.withCurrent { $0 }))
    }

    @Test func closuresMayReturnAndThrow() {
      let values = CPULocal { _ in "text" }
      #expect(values.withCurrent { $0.count } == 4)
      #expect(throws: Refusal.self) { try values.withCurrent { _ in throw Refusal() } }
      #expect(throws: Refusal.self) { try values.forEach { _, _ in throw Refusal() } }
    }

    @Test func valuesLargerThanARowOfTheArenaHaveRowsOfTheirOwn() {
      typealias Large = InlineArray<20_000, Int>
      let values = CPULocal { cpu in Large(repeating: cpu.rawValue) }
      var right = 0
      values.forEach { cpu, value in
        if value[0] == cpu.rawValue && value[19_999] == cpu.rawValue { right += 1 }
      }
      #expect(right == CPU.possible.count + 1)
    }

    @Test func emptyValuesAreFine() {
      let values = CPULocal { _ in }
      #expect(values.withCurrent { $0 } == ())
    }

    @Test func referencesAreReleased() {
      final class Object: Sendable {}
      weak var object: Object?
      do {
        let strong = Object()
        object = strong
        let values = CPULocal { _ in strong }
        #expect(values.withCurrent { $0 === strong })
      }
      #expect(object == nil)
    }
  }
}
