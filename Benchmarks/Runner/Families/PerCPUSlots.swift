// SPDX-License-Identifier: Apache-2.0

import CAtomicsShim
import PerCPU

/// A line in every row of the package's own per-CPU memory, for loops over bare sequences.
struct PerCPUSlots: ~Copyable {
  /// Row 0.
  let address: UnsafeMutableRawPointer

  init() {
    address = PerCPUArena.shared.allocate(byteCount: PerCPUArena.lineSize)
  }

  deinit {
    PerCPUArena.shared.deallocate(address, byteCount: PerCPUArena.lineSize)
  }

  /// Of the first words of all rows.
  var sum: Int {
    CPU.rows.reduce(0) {
      $0 &+ percpu_word_load_relaxed(percpu_row_word(address, $1.rawValue))
    }
  }
}
