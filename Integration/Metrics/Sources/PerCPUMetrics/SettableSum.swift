// SPDX-License-Identifier: Apache-2.0

import PerCPU

/// A floating-point number that all threads add to, each on its own CPU, and that is set as a whole now and then.
///
/// Setting begins a new generation. Each CPU's part says to which one it belongs, and counts for no
/// other. So an addition comes either before a setting, and is replaced by it, or behind: what one
/// thread does stays in order, which would not be so if parts were set to zero one after the other.
struct SettableSum: Sendable {
  private struct Level: Sendable {
    var generation = 0
    var base: Double
  }

  private struct Part: BitwiseCopyable {
    var generation = 0
    var sum = 0.0
  }

  private let level: SnapshotCell<Level>
  private let parts = ShardedLock(initial: Part())

  init(_ value: Double = 0) {
    level = SnapshotCell(Level(base: value))
  }

  func add(_ amount: Double) {
    let generation = level.withSnapshot { $0.generation }
    parts.update { part in
      // A part may be ahead of what we saw: we come behind that setting then, which came while we were here.
      if part.generation < generation { part = Part(generation: generation) }
      part.sum += amount
    }
  }

  func set(_ value: Double) {
    level.update { $0 = Level(generation: $0.generation + 1, base: value) }
  }

  /// Starts again if it is set meanwhile: parts that went on to the next generation would be missing.
  var value: Double {
    while true {
      let level = level.load()
      let sum = parts.reduce(into: 0.0) { sum, part in
        if part.generation == level.generation { sum += part.sum }
      }
      if self.level.withSnapshot({ $0.generation }) == level.generation { return level.base + sum }
    }
  }
}
