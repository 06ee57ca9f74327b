// SPDX-License-Identifier: Apache-2.0

internal import CAtomicsShim

/// Where objects go that nobody can find any more, but that somebody may still be reading.
///
/// A reader *protects* what a source refers to while it uses it, for about the cost of two additions to a
/// counter and without counting references. Whoever has taken an object out of the source *retires* it: it is
/// reclaimed when nobody protects it any more.
///
/// ```swift
/// let routes = HazardPointerSource(RouteTable())
///
/// // Everywhere, all the time.
/// let target = HazardDomain.shared.withProtected(routes) { $0.target(for: path) }
///
/// // Now and then.
/// routes.exchange(RouteTable())
/// ```
///
/// For a single value that is read by everybody and replaced now and then, ``SnapshotCell`` is simpler. Use
/// this for linked structures: stacks, queues, lists, maps.
///
/// ## What is protected
/// The object that the source referred to when the protection began: it is not reclaimed before the
/// protection ends. What it refers to itself is protected as long as it refers to it. In a linked
/// structure a node's next may have been unlinked while the node was still protected, or after it was unlinked
/// itself: mark a node's next by its tag before the node is unlinked, and start over when a marked one is
/// loaded.
///
/// ## Reclamation
/// Retired objects are collected for each CPU, in batches. A full batch is looked through: one heavy fence, one
/// look at each slot; what nobody protects is reclaimed at once, and what somebody protects is handed over to
/// the protection's slot, to be reclaimed by whoever ends it. Nobody ever waits for a reader: a reader
/// that sleeps holds back the object it reads and no other. What is not reclaimed is at most a batch for each
/// CPU, and an object for each protection; and what was retired as deferred, as long as nobody drains.
///
/// Where the `deinit` of an object runs is said by a domain's ``Reclaimer``.
///
/// ## Cost
/// Protecting takes no locked instruction on the restartable engine (benchmark `read`). Retiring takes a lock of
/// the CPU, and its share of a batch's fence of 0.5 to 10 microseconds (benchmark `reclaim`). A domain takes some 100
/// bytes for each CPU; the slots, two lines for each, are the same for all domains.
///
/// ## Progress, memory ordering, signals, tasks, forks
/// Protecting is lock-free, as is ending it. Retiring takes a lock of the CPU. What was done to an object
/// before it got into a source happens before what its readers do; that happens before its reclamation.
/// A guard may end a protection on another thread than the one that began it, and may be held across `await`.
///
/// A signal handler may protect and read if all domains that its process uses leave reclaiming to those who
/// retire (``Reclaimer/retirer``) and have not ended: readers reclaim otherwise, or call an executor. It may
/// not retire. The child of a fork may read and retire; what other threads of the parent protected stays
/// protected, and if one of them was retiring, its batch's lock stays held.
///
/// Hazard pointers are Maged Michael's (2004). Slots for CPUs are after a proposal made on the Linux kernel's
/// list in 2022; handing over, instead of scanning again, is after it and Pass-the-Pointer (2021).
@safe
public final class HazardDomain: Sendable {
  /// Who reclaims what is retired.
  public enum Reclaimer: Sendable {
    /// Whoever finds that nobody protects it: the thread that retires, or the reader that was the last one.
    case inline
    /// Threads that retire or drain; never a reader. What a reader was the last to protect waits for the
    /// next of them. When the domain has ended, readers reclaim as with ``inline``.
    case retirer
    /// Whatever the closure hands the work it gets to: a queue, an executor. It must run it once, on any
    /// thread, and must not block.
    case executor(@Sendable (_ work: @escaping @Sendable () -> Void) -> Void)
  }

  /// What has happened in a domain.
  public struct Statistics: Sendable, Equatable {
    /// Objects that were retired.
    public let retired: Int
    /// Objects that were reclaimed, or were passed to the executor.
    public let reclaimed: Int
    /// How often an object was handed over to a slot that protected it.
    public let handedOver: Int
    /// How often a reader found something handed over to it that nobody else protected.
    public let droppedByReaders: Int
    /// How often somebody took back what he had handed over, because the reader had gone.
    public let takenBack: Int
    /// How often somebody who wanted that found that the reader, or somebody else, had been faster.
    public let foundTaken: Int
    /// How often something that was handed over had to make room for something else.
    public let displaced: Int
    /// Objects that were retired and are not reclaimed.
    public var unreclaimed: Int { retired - reclaimed }
  }

  /// For everybody who needs no domain of his own. Reclaims inline.
  public static let shared = HazardDomain()

  /// What a batch holds if nothing else was said.
  public static let defaultBatchSize = 64

  @usableFromInline
  let retirement: Retirement

  /// Creates a domain.
  ///
  /// - Parameters:
  ///   - batchSize: How many objects a CPU collects before it looks who protects them.
  ///   - reclaimer: Who reclaims them.
  /// - Complexity: O(possible CPUs).
  public convenience init(
    batchSize: Int = HazardDomain.defaultBatchSize, reclaimer: Reclaimer = .inline
  ) {
    self.init(table: .shared, batchSize: batchSize, reclaimer: reclaimer)
  }

  init(table: HazardTable, batchSize: Int, reclaimer: Reclaimer = .inline) {
    enforce(batchSize > 0, "a batch holds at least one object")
    retirement = Retirement(table: table, batchSize: batchSize, reclaimer: reclaimer)
  }

  /// Reclaims what nobody protects, and leaves the rest to whoever does. What its sources give up from now on
  /// is looked at one by one.
  deinit { retirement.close() }

  // MARK: Protecting

  /// Runs `body` with what `source` refers to, which is not reclaimed before `body` returns. Returns nil
  /// if the source refers to nothing.
  ///
  /// `copy` the object to keep it for longer.
  ///
  /// - Complexity: O(1), lock-free. No locked instruction on the restartable engine, and no retain or release.
  @inlinable
  @inline(__always)
  @discardableResult
  public func withProtected<Node: AnyObject, Result: ~Copyable, Failure: Error>(
    _ source: HazardPointerSource<Node>,
    _ body: (borrowing Node) throws(Failure) -> Result
  ) throws(Failure) -> Result? {
    let protection = source.word.protect()
    guard let object = unsafe protection.object else {
      source.word.endIfClaimed(protection)
      return nil
    }
    defer {
      source.word.end(protection)
      withExtendedLifetime(source) {}
    }
    return unsafe try withUncounted(Unmanaged<Node>.fromOpaque(object), body)
  }

  /// Protects what `source` refers to until the guard's life ends. Returns nil if it refers to nothing.
  ///
  /// - Parameters:
  ///   - source: What refers to the object.
  ///   - forLong: Whether the guard will be held for long, across `await` or while waiting for something. It
  ///     then takes no slot away from the CPU, which has seven, and costs a locked instruction.
  /// - Complexity: O(1), lock-free.
  @inlinable
  public func tryProtect<Node: AnyObject>(
    _ source: HazardPointerSource<Node>, forLong: Bool = false
  ) -> HazardGuard<Node>? {
    defer { withExtendedLifetime(source) {} }
    let protection = forLong ? source.word.protectForLong() : source.word.protect()
    guard unsafe protection.object != nil else {
      source.word.endIfClaimed(protection)
      return nil
    }
    return unsafe HazardGuard(protection, in: source.word.table)
  }

  // MARK: Retiring

  /// Releases a reference to `object` when nobody protects it.
  ///
  /// For an object that cannot be found in a source any more. What is taken out of a ``HazardPointerSource`` is
  /// retired by it.
  ///
  /// - Parameters:
  ///   - object: A reference to it, which becomes the domain's.
  ///   - deferred: Never look through a batch on this call, however full it is: for threads that must not
  ///     be kept. Somebody else has to retire or ``drain()``.
  /// - Complexity: O(1) amortized over a batch, and the `deinit` of what is reclaimed.
  public func retire(_ object: consuming AnyObject, deferred: Bool = false) {
    // Ended here, so that the last reference is the one that is retired.
    let reference = unsafe Unmanaged.passRetained(consume object)
    retirement.retire(
      unsafe Retiree(object: reference.toOpaque(), reclaim: nil), deferred: deferred)
  }

  /// Calls `reclaim` with the address of `node` when nobody protects it.
  ///
  /// - Parameters:
  ///   - node: Taken out of every source. Nobody else may retire it.
  ///   - deferred: As with the retirement of an object.
  ///   - reclaim: Gives its memory back. Runs on any thread.
  /// - Complexity: O(1) amortized over a batch, and that of `reclaim`.
  @unsafe
  public func retire<Node: ~Copyable>(
    _ node: UnsafeMutablePointer<Node>, deferred: Bool = false,
    reclaim: @escaping @Sendable (UnsafeMutablePointer<Node>) -> Void
  ) {
    retirement.retire(
      unsafe Retiree(object: UnsafeMutableRawPointer(node)) {
        unsafe reclaim($0.assumingMemoryBound(to: Node.self))
      },
      deferred: deferred)
  }

  /// Reclaims all that was retired before and that nobody protects, and what is retired by that; but for what
  /// another thread is just looking through, which it does not wait for.
  ///
  /// - Complexity: O(retired objects + possible CPUs), and a heavy fence for each round.
  public func drain() {
    retirement.drain()
  }

  /// Waits until nobody protects `object` any more who began to before the call.
  ///
  /// For an object that cannot be found in a source any more, and that this thread does not protect, or it may
  /// never return. Blocking: it spins and yields.
  ///
  /// - Complexity: A heavy fence, O(possible CPUs) for each look, and as long as the readers take.
  public func synchronize(with object: borrowing AnyObject) {
    retirement.table.wait(for: unsafe Int(bitPattern: Unmanaged.passUnretained(object).toOpaque()))
  }

  /// What has happened so far.
  ///
  /// - Complexity: O(possible CPUs).
  public var statistics: Statistics { retirement.statistics }
}
