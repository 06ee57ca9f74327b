// SPDX-License-Identifier: Apache-2.0

public import CAtomicsShim

/// Things to use again: a stack of them for each CPU, and a depot that the CPUs share.
///
/// ```swift
/// let buffers = PerCPUPool<[UInt8]>(capacityPerCPU: 64)
/// var buffer = buffers.take { [UInt8](repeating: 0, count: 65_536) }   // what this CPU gave last
/// buffer[0] = 1
/// buffers.give(consume buffer)                                         // for the next request
/// ```
///
/// Use it for what is expensive to make and used for a moment: buffers of a server, scratch space
/// of a parser, connections. What is given is what this CPU has just used, and still in its cache;
/// taking and giving cost less than an allocation. For elements that stay, use a collection.
///
/// - ``take()`` returns what was given on this CPU last. If there is nothing, it fetches a
///   *magazine*, up to 32 elements at once, from the depot; then what lies with threads that are
///   bound to no CPU. At last the pool makes an element if it was created with a closure that does;
///   one that was not takes elements away from other CPUs.
/// - ``give(_:)`` puts an element on this CPU's stack. If that is full, a magazine goes to the
///   depot. If the depot is full, too, the element is handed back; it is up to the caller what
///   becomes of it, and if it does nothing, the element is destroyed.
///
/// So one CPU may give and another one take, for ever: a pool never holds more than its capacity.
/// Elements may be of any type, copyable or not, and need not be sendable: each is in one place
/// only. One that fits into a word, such as a class instance, costs no retain and no release on its
/// way through the pool, if it is given by `consume`: otherwise the caller's variable keeps it alive
/// beside the pool for a moment, by a reference of its own.
///
/// ## Cost
/// On the restartable engine ``take()`` and ``give(_:)`` have no locked instruction (benchmark
/// `pool`). What is larger than a word costs two restartable sequences instead of one, and moves. A
/// pool takes `8 * capacityPerCPU` bytes for each CPU that uses it, and as much of the depot as it
/// ever used. Elements that are larger than a word lie in nodes, of 8 bytes more (or of the
/// element's alignment, if that is larger): about as many as there ever were elements at once, and
/// 16 or so for each CPU; never more than there is room in the pool, and 256. ``shrink()`` destroys
/// elements and keeps nodes: their memory is given back when the pool ends.
///
/// ## Progress, memory ordering, signals, tasks, forks
/// ``take()`` and ``give(_:)`` never wait: they are lock-free, and may be called from signal
/// handlers (unless the pool makes its elements) and across `await`. Where a stack is held by
/// another thread that drains it, they turn to another place. ``drain(cpu:)``, ``drainAll()`` and
/// ``shrink()`` wait for each other; each CPU costs them a fence of 0.5 to 10 microseconds. What
/// happened before an element was given is seen by whoever takes it.
///
/// In a signal handler, keep what ``give(_:)`` hands back for later: an element that is dropped is
/// destroyed there.
///
/// In the child of a fork, a stack is lost, with all that lies on it, if another thread of the parent
/// held it just then, or two if it was moving nodes: one that was draining it, taking from it on
/// another CPU, or, on the atomic engine and on that of ``CPU/unbound``, giving or taking. So are the elements and the room that
/// another thread had in its hands; ``count`` then stays off by them. The same goes for nodes: in the
/// worst case a child's pool of large elements accepts nothing. Elements on other stacks are there.
///
/// The stacks are those of tcmalloc's per-CPU caches, the depot is that of Bonwick's and
/// Adams' magazines.
@safe
public final class PerCPUPool<Element: ~Copyable> {
  // Representation: a pool of words. An element of at most a word is its bits in one; for others
  // the word is the address of a node with the element in it.
  //
  // The bits of an element are moved, never copied: who has the word owns the element. A compiler
  // barrier (the section itself) stands between the use of an element by who gave it and the word's
  // becoming visible.

  @usableFromInline
  package let words: WordPool
  /// Those of `words`, one load nearer.
  @usableFromInline
  let slots: UnsafeMutableRawPointer
  @usableFromInline
  let capacity: Int
  @usableFromInline
  package let nodes: NodeSlab?
  @usableFromInline
  let make: (@Sendable () -> sending Element)?

  /// Creates a pool, with nothing in it.
  ///
  /// - Parameters:
  ///   - capacityPerCPU: How many elements a CPU keeps for itself.
  ///   - sharedCapacity: How many more the CPUs keep together, for each other; if nil, as many as
  ///     all of them for themselves. Rounded up to whole magazines.
  ///   - make: Makes an element when ``take()`` finds none. May be called by several threads at
  ///     once.
  /// - Precondition: `capacityPerCPU` is 1 to 8,000; `sharedCapacity` is not negative. Elements are
  ///   aligned to at most 4,096 bytes. An element that fits into a word must bear being moved by
  ///   copying its bits, as all types of Swift do but those that contain a weak reference to an
  ///   Objective-C object, or some of C++: put such into a class.
  /// - Complexity: O(possible CPUs).
  public init(
    capacityPerCPU: Int, sharedCapacity: Int? = nil,
    make: (@Sendable () -> sending Element)? = nil
  ) {
    words = WordPool(capacity: capacityPerCPU, sharedCapacity: sharedCapacity)
    unsafe slots = words.slots
    capacity = words.capacity
    self.make = make
    nodes =
      Self.fitsWord
      ? nil
      : NodeSlab(
        count: words.largestCount, size: MemoryLayout<Element>.size,
        alignment: MemoryLayout<Element>.alignment)
  }

  deinit {
    for cpu in CPU.rows { destroy(words.drain(cpu)) }
    destroy(words.drainDepot())
  }

  // MARK: Taking

  /// Takes an element: what this CPU gave last, if it has any left.
  ///
  /// - Returns: Nil if there is none within reach: the pool is empty, or what is left is in the
  ///   hands of other threads at this moment. Never nil if the pool was created with a closure that
  ///   makes elements.
  /// - Complexity: O(1), lock-free; O(possible CPUs) if there is none on this CPU and in the depot.
  @inlinable
  @inline(__always)
  public func take() -> sending Element? {
    let popped = unsafe percpu_sequence_pop_once(slots)
    if _fastPath(popped.committed) { return element(popped.value) }
    return takeOrMake()
  }

  /// Takes an element, or else makes one.
  ///
  /// - Complexity: O(1), lock-free, apart from `make`.
  @inlinable
  @inline(__always)
  public func take<Failure: Error>(
    orMake make: () throws(Failure) -> sending Element
  ) throws(Failure) -> sending Element {
    let popped = unsafe percpu_sequence_pop_once(slots)
    if _fastPath(popped.committed) { return element(popped.value) }
    if let word = words.take(stealing: false) { return element(word) }
    let element = try make()
    words.noteMade()
    return element
  }

  @inlinable
  @inline(never)
  func takeOrMake() -> sending Element? {
    if let word = words.take(stealing: make == nil) { return element(word) }
    guard let make else { return nil }
    let element = make()
    words.noteMade()
    return element
  }

  // MARK: Giving

  /// Gives an element to whoever takes one next, on this CPU first.
  ///
  /// - Returns: Nil if it was accepted; else the element itself: the pool is full, or what room there
  ///   is lies in the hands of other threads at this moment. (A thread that moves elements has room in
  ///   its hands, too. On the atomic engine it may be preempted there.)
  /// - Complexity: O(1), lock-free. O(possible CPUs), with a fence, for an element that is larger than
  ///   a word when this CPU has no node for it.
  @inlinable
  @inline(__always)
  @discardableResult
  public func give(_ element: consuming sending Element) -> sending Element? {
    if !Self.fitsWord { return giveInNode(element) }
    let word = Self.bits(element)
    if _fastPath(unsafe percpu_sequence_push_once(slots, capacity, word)) {
      withExtendedLifetime(self) {}
      return nil
    }
    return words.give(word) ? nil : Self.element(bits: word)
  }

  @inlinable
  func giveInNode(_ element: consuming sending Element) -> sending Element? {
    guard let node = nodes!.take() else {
      words.noteHandedBack()
      return element
    }
    unsafe Self.content(of: node).initialize(to: element)
    let isThere = unsafe percpu_sequence_push_once(slots, capacity, node)
    return isThere || words.give(node) ? nil : self.element(node)
  }

  // MARK: Words

  /// What a word of the pool stands for; the caller owns it.
  @inlinable
  @inline(__always)
  func element(_ word: Int) -> sending Element {
    if Self.fitsWord {
      withExtendedLifetime(self) {}
      return Self.element(bits: word)
    }
    let element = unsafe Self.content(of: word).move()
    nodes!.put(word)
    return element
  }

  @inlinable
  static var fitsWord: Bool {
    MemoryLayout<Element>.size <= MemoryLayout<Int>.size
      && MemoryLayout<Element>.alignment <= MemoryLayout<Int>.alignment
  }

  /// Takes the bits of an element out of a place and leaves nothing there. So the optimizer sees no
  /// copy that it would count.
  @inlinable
  @inline(__always)
  static func bits(_ element: consuming Element) -> Int {
    var place: Element? = consume element
    return unsafe withUnsafeMutablePointer(to: &place) { place in
      var word = 0
      unsafe withUnsafeMutablePointer(to: &word) {
        // What an optional holds is where it begins.
        unsafe UnsafeMutableRawPointer($0)
          .copyMemory(from: place, byteCount: MemoryLayout<Element>.size)
      }
      unsafe place.initialize(to: nil)
      return word
    }
  }

  @inlinable
  @inline(__always)
  static func element(bits: Int) -> sending Element {
    var word = bits
    return unsafe withUnsafeMutablePointer(to: &word) {
      unsafe UnsafeMutableRawPointer($0).assumingMemoryBound(to: Element.self).move()
    }
  }

  @inlinable
  static func content(of node: Int) -> UnsafeMutablePointer<Element> {
    let offset = NodeSlab.offset(alignment: MemoryLayout<Element>.alignment)
    return unsafe UnsafeMutableRawPointer(bitPattern: node + offset)!
      .assumingMemoryBound(to: Element.self)
  }

  private func destroy(_ words: [Int]) {
    for word in words { _ = element(word) }
  }
}

// Sendable: each element is in one place only, and is sent there.
extension PerCPUPool: @unchecked Sendable where Element: ~Copyable {}
