// SPDX-License-Identifier: Apache-2.0

internal import CAtomicsShim

/// A value that everybody reads all the time and somebody replaces now and then: a configuration, a routing table,
/// certificates, feature flags.
///
/// ```swift
/// let settings = SnapshotCell(Settings())
/// let limit = settings.withSnapshot { $0.limit }     // everywhere, all the time
/// settings.update { $0.limit = 100 }                 // now and then
/// ```
///
/// A reader sees one value, whole, as long as its closure runs; writers never wait for readers, nor readers
/// for anybody. A value lives until its last reader is done with it.
///
/// ## Cost
/// ``withSnapshot(_:)`` counts no references and takes no locked instruction on the restartable engine: it costs about
/// as much as two additions to a ``PerCPUCounter`` (benchmark `read`). A reference that leaves the closure is counted as
/// any other is: use what it refers to inside. Each change allocates, and costs its share of a batch's fence (see
/// ``HazardDomain``).
///
/// ## Progress, memory ordering, signals, tasks, forks
/// Lock-free: ``withSnapshot(_:)`` starts again when it is interrupted, 64 times at most. What was done before a
/// value was stored happens before what its readers do, and that before its end. The closure is synchronous, so
/// nothing is held across an `await`; use ``load()`` for that. For signal handlers and forks, see ``HazardDomain``.
///
/// Others call this an atomic shared pointer, an RCU-protected pointer, an ArcSwap.
@safe
public final class SnapshotCell<Value: Sendable> {
  // Representation: a source of `Snapshot`s, whose word is alone in its line. A value is never changed where
  // it stands: changes make a new one.

  /// The source's, so that reading need not ask it.
  @usableFromInline
  let word: HazardWord
  private let source: HazardPointerSource<Snapshot<Value>>

  /// Creates a cell.
  ///
  /// - Parameters:
  ///   - value: What it holds first.
  ///   - domain: Where old values go.
  /// - Complexity: O(1).
  public init(_ value: consuming Value, domain: HazardDomain = .shared) {
    source = HazardPointerSource(alone: Snapshot(value), domain: domain)
    word = source.word
  }

  // MARK: Reading

  /// Runs `body` with the value, as it is now.
  ///
  /// - Complexity: O(1), lock-free, apart from `body`.
  @inlinable
  @inline(__always)
  public func withSnapshot<Result: ~Copyable, Failure: Error>(
    _ body: (borrowing Value) throws(Failure) -> Result
  ) throws(Failure) -> Result {
    let protection = word.protect()
    defer {
      word.end(protection)
      withExtendedLifetime(self) {}
    }
    // There is always one, without a tag.
    let snapshot = unsafe UnsafeMutableRawPointer(bitPattern: protection.value).unsafelyUnwrapped
    return unsafe try withUncounted(Unmanaged<Snapshot<Value>>.fromOpaque(snapshot)) {
      snapshot throws(Failure) in try body(snapshot.value)
    }
  }

  /// A copy of the value.
  ///
  /// - Complexity: O(1), lock-free, and that of a copy.
  @inlinable
  @inline(__always)
  public func load() -> Value {
    withSnapshot { copy $0 }
  }

  // MARK: Replacing

  /// Replaces the value.
  ///
  /// - Complexity: O(1), lock-free; that of retiring (see ``HazardDomain``).
  public func store(_ value: consuming Value) {
    source.exchange(Snapshot(value))
  }

  /// Replaces the value, and returns the one before.
  ///
  /// - Complexity: That of ``store(_:)``.
  @discardableResult
  public func exchange(_ value: consuming Value) -> Value {
    source.exchange(Snapshot(value)).node!.value
  }

  /// Replaces the value by one that `body` makes out of it.
  ///
  /// `body` may run more than once, each time on what the cell holds then; only the changes of the last time
  /// count, and its result is returned. If it throws, nothing is changed.
  ///
  /// - Complexity: That of ``store(_:)`` and of a copy of the value, lock-free.
  public func update<Result: ~Copyable, Failure: Error>(
    _ body: (inout Value) throws(Failure) -> Result
  ) throws(Failure) -> Result {
    while true {
      let current = source.load().node!
      var value = current.value
      let result = try body(&value)
      if source.compareExchange(expected: current, desired: Snapshot(value)) { return result }
    }
  }

  /// If the value is `expected`, replaces it. Returns what it was, and whether it was replaced.
  ///
  /// - Complexity: That of ``store(_:)`` and a comparison of values, lock-free.
  public func compareExchange(
    expected: borrowing Value, desired: borrowing Value
  ) -> (exchanged: Bool, original: Value) where Value: Equatable {
    let (expected, new) = (copy expected, Snapshot(copy desired))
    while true {
      let current = source.load().node!
      guard current.value == expected else { return (false, current.value) }
      if source.compareExchange(expected: current, desired: new) { return (true, current.value) }
    }
  }
}

// Sendable: one word, by atomic accesses; values are shared by all who read it.
extension SnapshotCell: @unchecked Sendable {}

/// A value that does not change.
@usableFromInline
final class Snapshot<Value> {
  @usableFromInline
  let value: Value

  init(_ value: consuming Value) {
    self.value = value
  }
}

extension Snapshot: Sendable where Value: Sendable {}
