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
/// as much as three additions to a ``PerCPUCounter`` (benchmark `read`). Each change allocates.
///
/// ## Progress, memory ordering, signals, tasks, forks
/// Lock-free: ``withSnapshot(_:)`` starts again when it is interrupted, 64 times at most. What was done before a
/// value was stored happens before what its readers do, and that before its end. The closure is synchronous, so
/// nothing is held across an `await`; use ``load()`` for that. For signal handlers and forks, see ``HazardDomain``.
///
/// Others call this an atomic shared pointer, an RCU-protected pointer, an ArcSwap.
@safe
public final class SnapshotCell<Value: Sendable> {
  // Representation: a word, alone in its line, that owns a reference to a `Snapshot`. A value is never
  // changed where it stands: changes make a new one.

  @usableFromInline
  let word: HazardWord
  private let retirement: Retirement
  private let line = OwnLine()

  /// Creates a cell.
  ///
  /// - Parameters:
  ///   - value: What it holds first.
  ///   - domain: Where old values go.
  public init(_ value: consuming Value, domain: HazardDomain = .shared) {
    retirement = domain.retirement
    word = unsafe HazardWord(line.word(at: 0), Self.owning(Snapshot(value)), domain)
  }

  deinit {
    retire(word.load())
    #if PERCPU_MODEL
      unsafe percpu_model_forget(line.address, 8)
    #endif
    line.deallocate()
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
    var outcome: Swift.Result<Result, Failure>?
    // There is always one, without a tag.
    let snapshot = unsafe UnsafeMutableRawPointer(bitPattern: protection.value).unsafelyUnwrapped
    unsafe Unmanaged<Snapshot<Value>>.fromOpaque(snapshot)._withUnsafeGuaranteedRef { snapshot in
      do throws(Failure) {
        outcome = .success(try body(snapshot.value))
      } catch {
        outcome = .failure(error)
      }
    }
    return try outcome.take()!.get()
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
    retire(word.exchange(Self.owning(Snapshot(value))))
  }

  /// Replaces the value, and returns the one before.
  ///
  /// - Complexity: That of ``store(_:)``.
  @discardableResult
  public func exchange(_ value: consuming Value) -> Value {
    let old = word.exchange(Self.owning(Snapshot(value)))
    defer { retire(old) }
    return Self.snapshot(old).value
  }

  /// Replaces the value by one that `body` makes out of it.
  ///
  /// `body` may run more than once, each time on what the cell holds then; only the changes of the last time
  /// count, and its result is returned. If it throws, nothing is changed.
  ///
  /// - Complexity: O(1) and a copy of the value, lock-free.
  public func update<Result: ~Copyable, Failure: Error>(
    _ body: (inout Value) throws(Failure) -> Result
  ) throws(Failure) -> Result {
    while true {
      let current = currentSnapshot()
      var value = current.value
      let result = try body(&value)
      if replace(current, by: value) { return result }
    }
  }

  /// If the value is `expected`, replaces it. Returns what it was, and whether it was replaced.
  ///
  /// - Complexity: That of ``store(_:)`` and a comparison of values, lock-free.
  public func compareExchange(
    expected: borrowing Value, desired: borrowing Value
  ) -> (exchanged: Bool, original: Value) where Value: Equatable {
    let (expected, desired) = (copy expected, copy desired)
    while true {
      let current = currentSnapshot()
      guard current.value == expected else { return (false, current.value) }
      if replace(current, by: desired) { return (true, current.value) }
    }
  }

  /// It cannot be at the address of another one while the caller has it.
  private func currentSnapshot() -> Snapshot<Value> {
    let protection = word.protect()
    defer { word.end(protection) }
    return Self.snapshot(protection.value)
  }

  private func replace(_ old: Snapshot<Value>, by value: consuming Value) -> Bool {
    let new = unsafe Unmanaged.passRetained(Snapshot(value))
    let expected = unsafe Int(bitPattern: Unmanaged.passUnretained(old).toOpaque())
    let exchanged = word.compareExchange(expected, unsafe Int(bitPattern: new.toOpaque()))
    if exchanged { retire(expected) } else { unsafe new.release() }
    return exchanged
  }

  private func retire(_ value: Int) {
    retirement.retire(
      unsafe Retiree(object: HazardWord.object(value)!, reclaim: nil), deferred: false)
  }

  private static func owning(_ snapshot: consuming Snapshot<Value>) -> Int {
    unsafe HazardWord.value(Unmanaged.passRetained(snapshot).toOpaque(), tag: 0)
  }

  private static func snapshot(_ value: Int) -> Snapshot<Value> {
    unsafe Unmanaged<Snapshot<Value>>.fromOpaque(HazardWord.object(value)!).takeUnretainedValue()
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
