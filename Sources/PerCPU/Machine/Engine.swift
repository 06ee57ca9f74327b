// SPDX-License-Identifier: Apache-2.0

internal import CAtomicsShim

/// How per-CPU operations are carried out in this process.
///
/// The engine is chosen once, when the program is loaded. Both engines offer the same operations
/// with the same guarantees; ``restartable`` is several times faster. The environment variable
/// `PERCPU_ENGINE`, set to `atomic` or `restartable`, overrides the choice. A demand for what this
/// process cannot have, or for an engine that does not exist, ends the program at once with a
/// message and exit code 64.
public enum Engine: Sendable {
  /// Restartable sequences: a few plain instructions that the kernel starts again if it interrupts
  /// them. Linux on x86-64 and 64-bit ARM.
  case restartable

  /// Atomic instructions on the memory of the CPU the kernel names. Everywhere.
  case atomic

  /// The engine of this process.
  public static var current: Engine {
    percpu_engine_is_restartable() ? .restartable : .atomic
  }
}

extension Engine: CustomStringConvertible {
  /// `restartable` or `atomic`.
  public var description: String {
    switch self {
    case .restartable: "restartable"
    case .atomic: "atomic"
    }
  }
}
