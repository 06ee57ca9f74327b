// SPDX-License-Identifier: Apache-2.0

import CAtomicsShim
import PerCPU
import StressSupport
import Testing

extension PerCPUTests {
  @Suite struct CPUTests {
    @Test func possibleCPUsAreAscendingAndWithoutTheSharedSlots() {
      #expect(!CPU.possible.isEmpty)
      #expect(CPU.possible == CPU.possible.sorted())
      #expect(Set(CPU.possible).count == CPU.possible.count)
      #expect(!CPU.possible.contains(.unbound))
    }

    @Test func theCurrentCPUIsPossible() {
      let wrong = Tally()
      onThreads(8) { _ in
        for _ in 0..<1000 where !CPU.possible.contains(.current) { wrong.add() }
      }
      #expect(wrong.count == 0)
    }

    @Test func theCurrentCPUIsTheOneAThreadIsConfinedTo() {
      let wrong = Tally()
      for cpu in CPU.possible {
        onThreads(1) { _ in
          // A CPU this process may not use is no failure.
          guard percpu_thread_pin(Int32(cpu.rawValue)) == 0 else { return }
          if CPU.current != cpu { wrong.add() }
        }
      }
      #expect(wrong.count == 0)
    }

    @Test func descriptionsAreForPeople() {
      #expect("\(CPU(rawValue: 3))" == "CPU 3")
      #expect("\(CPU.unbound)" == "unbound")
      #expect(CPU.unbound < CPU(rawValue: 0))
    }

    @Test(arguments: [
      ("0", [0]), ("0-3", [0, 1, 2, 3]), ("0,2-3,64-65\n", [0, 2, 3, 64, 65]), ("7-7", [7]),
    ])
    func listsOfCPUsAreRead(list: String, numbers: [Int]) {
      var bitmap = [UInt64](repeating: 0, count: 2)
      let limit = percpu_parse_cpu_list(list, &bitmap, 128)
      #expect(limit == Int32(numbers.max()! + 1))
      let found: [Int] = (0..<128).filter { bitmap[$0 / 64] >> ($0 % 64) & 1 == 1 }
      #expect(found == numbers)
    }

    @Test(arguments: [
      "", "a", "1-", "-1", "3-1", "1,", "1 2", "128", "0-128", "99999999999999999999",
    ])
    func whatIsNoListOfCPUsIsRefused(list: String) {
      var bitmap = [UInt64](repeating: 0, count: 2)
      #expect(percpu_parse_cpu_list(list, &bitmap, 128) == -1)
    }
  }
}
