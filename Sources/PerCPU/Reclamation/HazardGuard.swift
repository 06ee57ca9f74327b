// SPDX-License-Identifier: Apache-2.0

/// Protects an object for as long as it lives.
///
/// ```swift
/// guard let node = domain.tryProtect(head) else { return nil }
/// let next = node.withValue { domain.tryProtect($0.next) }
/// ```
///
/// A guard may be handed to another thread, may be held across `await`, and may end wherever it likes. What it
/// keeps from being reclaimed is one object, and one of the seven slots of the CPU on which it began
/// unless it was asked for to be held for long.
///
/// - Note: What is left of a guard that is never destroyed is a slot that is never free again.
@safe
@frozen
public struct HazardGuard<Node: AnyObject>: ~Copyable {
  @usableFromInline
  let protection: Protection
  @usableFromInline
  let table: Unmanaged<HazardTable>

  @inlinable
  init(_ protection: Protection, in table: Unmanaged<HazardTable>) {
    self.protection = protection
    unsafe self.table = table
  }

  @inlinable
  deinit {
    unsafe protection.slot.clear(in: table)
  }

  /// The source's tag when it was protected.
  @inlinable
  public var tag: Int { protection.tag }

  /// Runs `body` with the object. No retain or release.
  ///
  /// - Complexity: O(1), wait-free.
  @inlinable
  @inline(__always)
  public func withValue<Result: ~Copyable, Failure: Error>(
    _ body: (borrowing Node) throws(Failure) -> Result
  ) throws(Failure) -> Result {
    unsafe try withUncounted(Unmanaged<Node>.fromOpaque(protection.object!), body)
  }

  /// The object, for longer than the guard lives: a reference that is counted.
  @inlinable
  public var value: Node {
    unsafe Unmanaged<Node>.fromOpaque(protection.object!).takeUnretainedValue()
  }

  /// Whether it protects this very object.
  @inlinable
  public func isProtecting(_ node: borrowing Node) -> Bool {
    unsafe protection.object == Unmanaged.passUnretained(node).toOpaque()
  }
}

// Sendable: a slot belongs to its claim and not to a thread.
extension HazardGuard: @unchecked Sendable where Node: Sendable {}
