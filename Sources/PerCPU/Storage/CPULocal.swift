// SPDX-License-Identifier: Apache-2.0

public import CAtomicsShim

/// One value for each CPU, for data that most accesses should find on their own CPU.
///
/// ```swift
/// let generators = CPULocal { cpu in Mutex(Generator(seed: cpu.rawValue)) }
/// let number = generators.withCurrent { $0.withLock { $0.next() } }
/// ```
///
/// The thread may be moved, and another one may run on the same CPU, while a closure uses a value:
/// "current" is a good guess and not exclusive access. So a value must itself be safe to use from
/// several threads (an `Atomic`, a `Mutex`, something immutable); what is gained is that it is
/// contended so rarely. For a number to add to, use ``PerCPUCounter``, which is faster.
///
/// - Complexity: ``withCurrent(_:)`` is O(1) and wait-free, about the cost of two loads on the
///   restartable engine. Each value occupies lines of its own.
/// - Note: `make` runs once for each possible CPU, and once for ``CPU/unbound``, when the object is
///   created. Callable from signal handlers if the use of the value is.
///
/// Kernels call this a per-CPU variable, folly a core-local.
@safe
public final class CPULocal<Value: ~Copyable> {
  /// The value of row r stands at `slots + (r << shift)`.
  @usableFromInline
  let slots: UnsafeMutableRawPointer
  @usableFromInline
  let shift: Int

  /// Creates a value for each possible CPU, and one for the threads that are bound to none.
  ///
  /// - Precondition: Values are aligned to at most 128 bytes.
  /// - Complexity: O(possible CPUs).
  public init(_ make: (CPU) -> Value) {
    let size = max(MemoryLayout<Value>.size, 1)
    let alignment = MemoryLayout<Value>.alignment
    enforce(
      alignment <= PerCPUArena.lineSize,
      "CPULocal holds values aligned to at most \(PerCPUArena.lineSize) bytes")
    if size <= PerCPUArena.rowSize {
      shift = Int(PERCPU_ROW_SHIFT)
      unsafe slots = PerCPUArena.shared.allocate(byteCount: max(size, PerCPUArena.lineSize))
    } else {
      shift = Int.bitWidth - (size - 1).leadingZeroBitCount
      unsafe slots = Self.reserve(shift: shift)
    }
    for cpu in CPU.rows {
      unsafe value(of: cpu).initialize(to: make(cpu))
    }
  }

  deinit {
    for cpu in CPU.rows {
      unsafe value(of: cpu).deinitialize(count: 1)
    }
    if shift == Int(PERCPU_ROW_SHIFT) {
      let size = max(MemoryLayout<Value>.size, PerCPUArena.lineSize)
      unsafe PerCPUArena.shared.deallocate(slots, byteCount: size)
    } else {
      unsafe percpu_memory_release(
        slots - Int(PERCPU_EXTRA_ROWS) << shift, Self.reservationSize(shift: shift))
    }
  }

  /// Runs `body` with the value of the CPU this thread probably runs on.
  ///
  /// - Complexity: O(1), wait-free, apart from `body`.
  @inlinable
  public func withCurrent<Result: ~Copyable, Failure: Error>(
    _ body: (borrowing Value) throws(Failure) -> Result
  ) throws(Failure) -> Result {
    // The object must outlive the use of its memory, which the optimizer does not know to be its.
    defer { withExtendedLifetime(self) {} }
    return unsafe try body(value(of: CPU(rawValue: percpu_row_hint())).pointee)
  }

  /// Runs `body` with each value in turn: that of ``CPU/unbound``, then those of the possible CPUs.
  ///
  /// Other threads may use the values meanwhile.
  ///
  /// - Complexity: O(possible CPUs).
  public func forEach<Failure: Error>(
    _ body: (CPU, borrowing Value) throws(Failure) -> Void
  ) throws(Failure) {
    defer { withExtendedLifetime(self) {} }
    for cpu in CPU.rows {
      unsafe try body(cpu, value(of: cpu).pointee)
    }
  }

  @inlinable
  func value(of cpu: CPU) -> UnsafeMutablePointer<Value> {
    unsafe (slots + (cpu.rawValue &<< shift)).assumingMemoryBound(to: Value.self)
  }

  // Values larger than an arena's row get rows of their own.
  private static func reserve(shift: Int) -> UnsafeMutableRawPointer {
    guard let base = unsafe percpu_memory_reserve(reservationSize(shift: shift)) else {
      fatalError("PerCPU: no address space is left for rows of \(1 << shift) bytes")
    }
    return unsafe base + Int(PERCPU_EXTRA_ROWS) << shift
  }

  private static func reservationSize(shift: Int) -> Int {
    (Int(percpu_cpu_reservation()) + Int(PERCPU_EXTRA_ROWS)) << shift
  }
}

// Sendable: the pointer is constant, and values are only ever lent, shared, to several threads.
extension CPULocal: @unchecked Sendable where Value: Sendable & ~Copyable {}
