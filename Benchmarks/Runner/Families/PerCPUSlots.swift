// SPDX-License-Identifier: Apache-2.0

import CAtomicsShim
import PerCPU

/// Rows as the package lays them out, for loops over bare sequences.
struct PerCPUSlots: ~Copyable {
  /// Row 0.
  let address: UnsafeMutableRawPointer

  private static var before: Int { Int(PERCPU_EXTRA_ROWS) << Int(PERCPU_ROW_SHIFT) }
  private static var size: Int { Int(percpu_cpu_reservation()) << Int(PERCPU_ROW_SHIFT) + before }

  init() {
    guard let memory = percpu_memory_reserve(Self.size) else { fail("no address space is left") }
    address = memory + Self.before
  }

  deinit { percpu_memory_release(address - Self.before, Self.size) }

  /// Of the first words of all rows.
  var sum: Int {
    ([.unbound] + CPU.possible).reduce(0) {
      $0 &+ percpu_word_load_relaxed(percpu_row_word(address, $1.rawValue))
    }
  }
}
