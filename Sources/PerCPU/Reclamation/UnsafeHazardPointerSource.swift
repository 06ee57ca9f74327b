// SPDX-License-Identifier: Apache-2.0

internal import CAtomicsShim

/// The address of a node in raw memory, or null, that readers protect before they use it; with a tag of two
/// bits. The twin of ``HazardPointerSource`` for what is no class instance.
///
/// It owns nothing: whoever takes a node out of all its sources retires it, once. Stores release and loads acquire.
/// Not for signal handlers, but for the reading of a domain.
@unsafe
public struct UnsafeHazardPointerSource<Node: ~Copyable> {
  @usableFromInline
  let word: HazardWord

  /// A source in memory of the caller's: part of a node, for example.
  ///
  /// - Parameters:
  ///   - address: Aligned memory of a word, which outlives the source. It is initialized.
  ///   - node: What it refers to first.
  ///   - tag: The tag of that.
  ///   - domain: Whose readers it has, which outlives it.
  /// - Precondition: `node` is aligned to at least 4 bytes, and the tag is 0 to 3.
  /// - Complexity: O(1).
  public init(
    at address: UnsafeMutablePointer<Int>, _ node: UnsafeMutablePointer<Node>?, tag: Int = 0,
    domain: HazardDomain = .shared
  ) {
    unsafe word = HazardWord(address, Self.value(node, tag), domain)
  }

  /// The source that was created in this memory before: so that a node need not keep more of it than its word.
  ///
  /// - Complexity: O(1).
  public init(existingAt address: UnsafeMutablePointer<Int>, domain: HazardDomain = .shared) {
    unsafe word = HazardWord(existingAt: address, domain)
  }

  /// The node and the tag, unprotected: for comparisons.
  ///
  /// - Complexity: O(1), wait-free.
  public func load() -> (node: UnsafeMutablePointer<Node>?, tag: Int) {
    unsafe Self.parts(word.load())
  }

  /// Refers to another node from now on. Returns what it referred to.
  ///
  /// - Complexity: O(1), lock-free.
  public func exchange(
    _ node: UnsafeMutablePointer<Node>?, tag: Int = 0
  ) -> (node: UnsafeMutablePointer<Node>?, tag: Int) {
    unsafe Self.parts(word.exchange(Self.value(node, tag)))
  }

  /// If it refers to `expected`, with that tag, it refers to `desired` from now on.
  ///
  /// - Returns: Whether it did.
  /// - Complexity: O(1), wait-free.
  public func compareExchange(
    expected: UnsafeMutablePointer<Node>?, expectedTag: Int = 0,
    desired: UnsafeMutablePointer<Node>?, desiredTag: Int = 0
  ) -> Bool {
    unsafe word.compareExchange(
      Self.value(expected, expectedTag), Self.value(desired, desiredTag))
  }

  private static func value(_ node: UnsafeMutablePointer<Node>?, _ tag: Int) -> Int {
    unsafe HazardWord.value(node.map { UnsafeMutableRawPointer($0) }, tag: tag)
  }

  private static func parts(_ value: Int) -> (UnsafeMutablePointer<Node>?, Int) {
    unsafe (
      HazardWord.object(value)?.assumingMemoryBound(to: Node.self), value & HazardTable.tagMask
    )
  }
}

extension HazardDomain {
  /// Runs `body` with the address that `source` holds, which is not reclaimed before `body` returns.
  /// Returns nil if it holds none.
  ///
  /// - Complexity: O(1), lock-free.
  @unsafe
  @inlinable
  @inline(__always)
  @discardableResult
  public func withProtected<Node: ~Copyable, Result: ~Copyable, Failure: Error>(
    _ source: UnsafeHazardPointerSource<Node>,
    _ body: (UnsafeMutablePointer<Node>, _ tag: Int) throws(Failure) -> Result
  ) throws(Failure) -> Result? {
    let protection = unsafe source.word.protect()
    defer { unsafe source.word.endIfClaimed(protection) }
    guard let object = unsafe protection.object else { return nil }
    return unsafe try body(object.assumingMemoryBound(to: Node.self), protection.tag)
  }
}
