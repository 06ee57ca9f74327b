// SPDX-License-Identifier: Apache-2.0

public import CAtomicsShim

/// The number of a CPU, as the operating system counts them.
///
/// Numbers may be sparse: use ``possible`` rather than a range. A CPU number names a *row* of a
/// per-CPU primitive. It never says where a thread runs at this moment: the scheduler may move the
/// thread between any two instructions.
@frozen
public struct CPU: RawRepresentable, Hashable, Comparable, Sendable {
  /// The operating system's number; negative for ``unbound``.
  public let rawValue: Int

  /// Names a row. Whether the number is one of ``possible`` is not checked.
  @inlinable
  public init(rawValue: Int) {
    self.rawValue = rawValue
  }

  /// By number; ``unbound`` comes first.
  @inlinable
  public static func < (left: CPU, right: CPU) -> Bool {
    left.rawValue < right.rawValue
  }
}

extension CPU {
  /// The CPU this thread ran on a moment ago.
  ///
  /// A hint, good for locality and statistics; no correctness argument may rest on it.
  ///
  /// - Complexity: O(1), wait-free; two loads on the restartable engine.
  @inlinable
  public static var current: CPU {
    let cpu = percpu_thread_cpu()
    return CPU(rawValue: Int(cpu >= 0 ? cpu : percpu_cpu_hint()))
  }

  /// Every CPU that can exist on this system, in ascending order, whether online or not.
  ///
  /// The set does not change while the system runs, which is why per-CPU primitives need not react
  /// to CPUs that come and go. It does not contain ``unbound``.
  public static let possible: [CPU] = (0..<percpu_cpu_limit())
    .filter(percpu_cpu_is_possible)
    .map { CPU(rawValue: Int($0)) }

  /// The shared slots of a primitive: those of threads that cannot run restartable sequences.
  ///
  /// On the restartable engine a thread may be unable to take part: the kernel refused it, or an
  /// emulator runs it. It uses these slots, with atomic instructions. Some types also turn to them when those of
  /// the own CPU are in use, instead of waiting.
  @inlinable
  public static var unbound: CPU {
    CPU(rawValue: PERCPU_ROW_UNBOUND)
  }

  /// All rows of a primitive: the shared slots, then the possible CPUs.
  package static let rows: [CPU] = [.unbound] + possible

  /// The first row of which something is so. Without an iterator, which allocates in a debug build: this may be a
  /// signal handler.
  static func firstRow<Failure: Error>(
    where isSo: (CPU) throws(Failure) -> Bool
  ) throws(Failure) -> CPU? {
    let rows = rows
    var index = 0
    while index < rows.count {
      if try isSo(rows[index]) { return rows[index] }
      index += 1
    }
    return nil
  }

  /// Calls `body` with each row, in the same way.
  static func forEachRow<Failure: Error>(
    _ body: (CPU) throws(Failure) -> Void
  ) throws(Failure) {
    _ = try firstRow { (cpu) throws(Failure) in
      try body(cpu)
      return false
    }
  }
}

extension CPU: CustomStringConvertible {
  /// `CPU 3`, or `unbound`.
  public var description: String {
    self == .unbound ? "unbound" : "CPU \(rawValue)"
  }
}
