// SPDX-License-Identifier: Apache-2.0

internal import CAtomicsShim

/// A reference to an object, or to none, that readers protect before they use it; with a tag of two bits.
///
/// It owns a reference to its object. What it does not refer to any more it retires, so that readers that found it
/// here are done before its `deinit` runs.
///
/// ```swift
/// final class Node: Sendable {
///   let value: Int
///   let next = HazardPointerSource<Node>()
///
///   init(_ value: Int) { self.value = value }
/// }
/// ```
///
/// The tag changes together with the reference. Lists mark a node that is about to be unlinked by the tag of
/// its next.
///
/// ## ABA
/// ``compareExchange(expected:expectedTag:desired:desiredTag:)`` compares addresses. Protect, or own, what you
/// expect: its memory cannot be another object's then.
///
/// - Note: Accesses are lock-free. Stores release and loads acquire. Not for signal handlers, but for the
///   reading of a domain.
@safe
public final class HazardPointerSource<Node: AnyObject> {
  @usableFromInline
  let word: HazardWord
  /// The domain's, and not the domain, which may have come to its end: it could be kept alive by what is
  /// retired to it.
  private let retirement: Retirement

  /// Creates a source that refers to an object, or to none.
  ///
  /// - Precondition: The tag is 0 to 3.
  /// - Complexity: O(1). It allocates.
  public convenience init(
    _ node: consuming Node? = nil, tag: Int = 0, domain: HazardDomain = .shared
  ) {
    self.init(Self.owning(node, tag), domain, byteCount: MemoryLayout<Int>.size)
  }

  /// One that shares its line with nothing else.
  convenience init(alone node: consuming Node, domain: HazardDomain) {
    self.init(Self.owning(node, 0), domain, byteCount: PerCPUArena.lineSize)
  }

  private init(_ value: Int, _ domain: HazardDomain, byteCount: Int) {
    retirement = domain.retirement
    let address = UnsafeMutableRawPointer.allocate(byteCount: byteCount, alignment: byteCount)
    word = unsafe HazardWord(address.assumingMemoryBound(to: Int.self), value, domain)
  }

  deinit {
    // Readers may have found the object here as long as they protect what this was a part of.
    retire(word.load())
    #if PERCPU_MODEL
      unsafe percpu_model_forget(word.address, 8)
    #endif
    unsafe word.address.deallocate()
  }

  /// What it refers to, and the tag.
  ///
  /// Counts a reference; `withProtected` of ``HazardDomain`` does not.
  ///
  /// - Complexity: O(1), lock-free.
  public func load() -> (node: Node?, tag: Int) {
    let protection = word.protect()
    defer { word.endIfClaimed(protection) }
    return (Self.node(protection.value), protection.tag)
  }

  /// Refers to another object from now on. Returns what it referred to, which it retires.
  ///
  /// - Complexity: O(1), lock-free; that of retiring.
  @discardableResult
  public func exchange(_ node: consuming Node?, tag: Int = 0) -> (node: Node?, tag: Int) {
    let old = word.exchange(Self.owning(node, tag))
    defer { retire(old) }
    return (Self.node(old), old & HazardTable.tagMask)
  }

  /// If it refers to `expected`, with that tag, it refers to `desired` from now on.
  ///
  /// - Returns: Whether it did.
  /// - Complexity: O(1), wait-free; that of retiring.
  public func compareExchange(
    expected: borrowing Node?, expectedTag: Int = 0, desired: borrowing Node?, desiredTag: Int = 0
  ) -> Bool {
    let old = unsafe HazardWord.value(Self.address(expected), tag: expectedTag)
    let new = unsafe HazardWord.value(Self.address(desired), tag: desiredTag)
    let isSame = (old ^ new) & ~HazardTable.tagMask == 0
    // Before others can find it here.
    if !isSame { Self.retain(new) }
    let exchanged = word.compareExchange(old, new)
    if !isSame {
      if exchanged { retire(old) } else { Self.release(new) }
    }
    return exchanged
  }

  private func retire(_ value: Int) {
    guard let object = unsafe HazardWord.object(value) else { return }
    retirement.retire(unsafe Retiree(object: object, reclaim: nil), deferred: false)
  }

  private static func owning(_ node: consuming Node?, _ tag: Int) -> Int {
    unsafe HazardWord.value(node.map { unsafe Unmanaged.passRetained($0).toOpaque() }, tag: tag)
  }

  private static func address(_ node: borrowing Node?) -> UnsafeMutableRawPointer? {
    switch node {
    case nil: nil
    case .some(let node): unsafe Unmanaged.passUnretained(node).toOpaque()
    }
  }

  private static func node(_ value: Int) -> Node? {
    unsafe HazardWord.object(value).map {
      unsafe Unmanaged<Node>.fromOpaque($0).takeUnretainedValue()
    }
  }

  private static func retain(_ value: Int) {
    if let object = unsafe HazardWord.object(value) {
      _ = unsafe Unmanaged<Node>.fromOpaque(object).retain()
    }
  }

  private static func release(_ value: Int) {
    if let object = unsafe HazardWord.object(value) {
      unsafe Unmanaged<Node>.fromOpaque(object).release()
    }
  }
}

// Sendable: one word, by atomic accesses; objects are shared by all who read it.
extension HazardPointerSource: @unchecked Sendable where Node: Sendable {}
