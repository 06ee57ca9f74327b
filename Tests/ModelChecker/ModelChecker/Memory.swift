// SPDX-License-Identifier: Apache-2.0

import CModelChecker

/// The orderings of accesses and fences. There are no sequentially consistent accesses.
public enum Ordering: Sendable, CaseIterable {
  case relaxed, acquiring, releasing, acquiringAndReleasing

  var order: cmc_order {
    switch self {
    case .relaxed: CMC_RELAXED
    case .acquiring: CMC_ACQUIRE
    case .releasing: CMC_RELEASE
    case .acquiringAndReleasing: CMC_ACQUIRE_RELEASE
    }
  }
}

extension Int {
  @inline(__always) var bits: UInt64 { UInt64(bitPattern: Int64(self)) }
  @inline(__always) init(bits: UInt64) { self = Int(Int64(bitPattern: bits)) }
}

/// A location for atomic accesses.
public struct Word: Sendable, Hashable {
  let location: Int32

  init(_ location: Int32) { self.location = location }

  /// The word at a memory address, whose initial value is what memory holds when the execution
  /// first meets it.
  public init(at address: UnsafeRawPointer, bytes: Int = 8) {
    location = cmc_location_at(address, Int32(bytes))
  }

  /// A load.
  public func load(_ ordering: Ordering) -> Int {
    Int(bits: cmc_load(location, ordering.order))
  }

  /// A store.
  public func store(_ value: Int, _ ordering: Ordering) {
    cmc_store(location, value.bits, ordering.order)
  }

  /// Stores a value and returns the one before it.
  public func exchange(_ value: Int, _ ordering: Ordering) -> Int {
    update(CMC_EXCHANGE, value, ordering)
  }

  /// Adds; returns the value before it.
  @discardableResult
  public func add(_ value: Int, _ ordering: Ordering) -> Int {
    update(CMC_ADD, value, ordering)
  }

  /// Sets bits; returns the value before it.
  @discardableResult
  public func or(_ value: Int, _ ordering: Ordering) -> Int {
    update(CMC_OR, value, ordering)
  }

  /// Keeps bits; returns the value before it.
  @discardableResult
  public func and(_ value: Int, _ ordering: Ordering) -> Int {
    update(CMC_AND, value, ordering)
  }

  /// Flips bits; returns the value before it.
  @discardableResult
  public func xor(_ value: Int, _ ordering: Ordering) -> Int {
    update(CMC_XOR, value, ordering)
  }

  /// Stores `desired` if the word holds `expected`. Failing, it is a load with the order `failure`
  /// and orders nothing beyond that. A `weak` one may also fail for no reason.
  public func compareExchange(
    _ expected: Int, _ desired: Int, _ success: Ordering, failure: Ordering = .relaxed,
    weak: Bool = false
  ) -> (exchanged: Bool, original: Int) {
    var original = expected.bits
    let exchanged = cmc_compare_exchange(
      location, &original, desired.bits, success.order, failure.order, weak)
    return (exchanged, Int(bits: original))
  }

  /// Spins until a load returns something else than `unwanted`.
  @discardableResult
  public func awaitChange(from unwanted: Int, _ ordering: Ordering) -> Int {
    Int(bits: cmc_await_change(location, unwanted.bits, ordering.order))
  }

  private func update(_ update: cmc_update, _ operand: Int, _ ordering: Ordering) -> Int {
    Int(bits: cmc_read_modify_write(location, update, operand.bits, ordering.order))
  }
}

/// Plain data: every access must be ordered with every write.
public struct Plain: Sendable, Hashable {
  let location: Int32

  init(_ location: Int32) { self.location = location }

  /// A plain load.
  @discardableResult
  public func read() -> Int { Int(bits: cmc_plain_read(location)) }

  /// A plain store.
  public func write(_ value: Int) { cmc_plain_write(location, value.bits) }
}

/// A fence of the C memory model other than the sequentially consistent one.
public func fence(_ ordering: Ordering) { cmc_fence(ordering.order) }

/// A sequentially consistent fence.
public func fullFence() { cmc_fence(CMC_SEQUENTIALLY_CONSISTENT) }

/// The light half of an asymmetric pair of fences. It orders nothing: the heavy half,
/// ``membarrier(_:cpu:)``, does it all.
public func lightFence() {}

/// Ends the execution with a failure unless `condition` holds.
public func require(_ condition: Bool, _ message: StaticString) {
  // Called millions of times: nothing is done for the message unless it is needed.
  if !condition {
    cmc_require(
      false, UnsafeRawPointer(message.utf8Start).assumingMemoryBound(to: CChar.self))
  }
}

/// Blocks the calling thread, and only it, for the rest of the execution unless `condition` holds:
/// the execution is not one to judge. For bounding loops.
public func assume(_ condition: Bool) { cmc_assume(condition) }

/// Takes note that what the calling thread does next may depend on a value that is neither a word's nor plain data's:
/// see ``Scenario/state(_:)``.
public func note(_ value: Int) { cmc_note(value.bits) }

/// Stands in the body of a spinning loop. Blocks until one of the words the thread has read since
/// its last pause has changed.
public func pause() { cmc_pause() }

/// Blocks until a thread has ended, and synchronizes with its end.
public func join(_ thread: Int) { cmc_join(Int32(thread)) }
