// SPDX-License-Identifier: Apache-2.0

import CAtomicsShim
import CStressSupport
import PerCPU
import StressSupport
import Testing

extension PerCPUTests {
  @Suite struct ArenaTests {
    private let arena = PerCPUArena.shared

    @Test(arguments: [1, 8, 9, 16, 24, 64, 65, 100, 128, 129, 1000, 65_535, 65_536])
    func blocksAreZeroAlignedAndTheirOwn(byteCount: Int) {
      let blocks = (0..<20).map { _ in arena.allocate(byteCount: byteCount) }
      let alignment = byteCount > 64 ? PerCPUArena.lineSize : 8
      #expect(blocks.allSatisfy { Int(bitPattern: $0) % alignment == 0 })
      let sorted = blocks.sorted()
      #expect(zip(sorted, sorted.dropFirst()).allSatisfy { $1 - $0 >= byteCount })
      #expect(blocks.allSatisfy { isZero($0, byteCount) })
      for block in blocks { fill(block, byteCount) }
      for block in blocks { arena.deallocate(block, byteCount: byteCount) }
    }

    @Test func freedBlocksAreUsedAgainAndZero() {
      let first = arena.allocate(byteCount: 40)
      fill(first, 40)
      arena.deallocate(first, byteCount: 40)
      let second = arena.allocate(byteCount: 40)
      #expect(first == second)
      #expect(isZero(second, 40))
      arena.deallocate(second, byteCount: 40)
    }

    @Test func tenThousandCountersTakeAtMostSixteenBytesForEachCPU() {
      let counters = (0..<10_000).map { _ in PerCPUCounter() }
      for cpu in CPU.possible {
        onThreads(1) { _ in
          guard percpu_thread_pin(Int32(cpu.rawValue)) == 0 else { return }
          for counter in counters { counter.increment() }
        }
      }
      // Counters stand in as many regions as their slots span; count the pages of each once.
      let pages = 4096
      for cpu in CPU.possible {
        let words = counters.map { Int(bitPattern: percpu_row_word($0.slots, cpu.rawValue)) }
        var resident = 0
        for page in Set(words.map { $0 / pages }) {
          let start = UnsafeRawPointer(bitPattern: page * pages)!
          resident += Int(stress_resident_bytes(start, Int64(pages)))
        }
        #expect(resident <= 16 * counters.count, "\(resident) bytes on \(cpu)")
      }
    }

    private func isZero(_ slots: UnsafeMutableRawPointer, _ byteCount: Int) -> Bool {
      CPU.rows.allSatisfy { cpu in
        UnsafeRawBufferPointer(start: percpu_row_word(slots, cpu.rawValue), count: byteCount)
          .allSatisfy { $0 == 0 }
      }
    }

    private func fill(_ slots: UnsafeMutableRawPointer, _ byteCount: Int) {
      for cpu in CPU.rows {
        UnsafeMutableRawPointer(percpu_row_word(slots, cpu.rawValue))
          .initializeMemory(as: UInt8.self, repeating: 0xAA, count: byteCount)
      }
    }
  }
}
