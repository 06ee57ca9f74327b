// SPDX-License-Identifier: Apache-2.0

internal import CAtomicsShim

/// Elements that are collected for each CPU and delivered many at a time.
///
/// ```swift
/// let log = PerCPUBatch<String>(capacityPerCPU: 256) { _, lines in write(lines) }
/// log.append("connected")   // everywhere, all the time
/// log.drainAll()            // now and then: all that was appended is written when it returns
/// ```
///
/// Use it for what many threads produce and somebody needs in bulk: log lines, samples, metrics,
/// objects to be freed, requests to be sent. To keep elements and take them out again there are
/// other types; for a number use ``PerCPUCounter``.
///
/// An element goes into the buffer of the CPU that its thread is on. Whoever fills a buffer takes
/// it away and passes it to the *sink*, which gets the whole buffer, never an element at a time. A
/// drain takes what lies in the buffers from wherever it runs; it asks nothing of the threads that
/// filled them, and wakes nobody.
///
/// ## The sink
/// It runs on the thread that filled the buffer, drains or suspends, outside of all locks, and never
/// in the middle of another call of it on that thread. It may take as long as it likes; two buffers
/// of the same CPU are never delivered at the same time, but those of different CPUs are. The
/// elements are destroyed when it returns: what it wants to keep it copies. If it cannot pass them
/// on, it is the one to keep them, as it cannot throw. While it is slow, a CPU's second buffer fills
/// up, and then appending waits: no memory is asked for, and nothing is lost.
///
/// The sink must not drain or suspend its own batch; that traps. It may append to it, and to other
/// batches: nothing waits inside of a sink. Where an append would have to, the element is kept in
/// memory that is asked of the system, and delivered with those of ``CPU/unbound`` when the delivery
/// that is in the way is over, or by a drain. While a suspension lives that begins at once, so a
/// sink must not append to its own batch each time it is called. Two sinks that drain each other's
/// batches may wait for each other for ever.
///
/// ## Order
/// The elements of a CPU are delivered in the order in which they were appended there. A thread
/// that is moved to another CPU leaves what it has appended behind, and the two CPUs' buffers are
/// delivered independently. If the own CPU's buffer is busy at that moment, because a thread was
/// preempted while it appended, or a drain takes it, the element is appended to that of
/// ``CPU/unbound``, which has an order of its own. What sinks and signal handlers appended and was
/// kept because they must not wait is delivered behind what lies in that buffer by then.
///
/// ## Cost
/// On the restartable engine ``append(_:)`` has no locked instruction (benchmark `append`). Memory
/// is two buffers for each possible CPU, asked for when the batch is created. ``drainAll()`` costs a
/// fence of 0.5 to 10 microseconds for each possible CPU (benchmark `drain`).
///
/// ## Progress, memory ordering, signals, tasks, forks
/// Blocking: see ``append(_:)``. What happened before an element was appended happens before its
/// delivery, and the delivery happens before the return of a drain that waits for it. A signal
/// handler may append if the sink may run in it, and may copying an element; nothing deadlocks
/// whatever it has interrupted. It must not drain. Nothing is held across an `await`. In the child
/// of a fork, what other threads of the parent held stays held, and what they were delivering is
/// not delivered: whoever needs it there waits for ever, so use a batch of the child's own.
///
/// When the batch is destroyed, what is left is delivered.
///
/// The remote drain is that of the Linux kernel's per-CPU page lists, which came to a lock for each
/// CPU that is nearly always free; suspending and the generation of drains are those of its LRU
/// batches.
@safe
public final class PerCPUBatch<Element> {
  // Representation: in each row the words of a BatchRow; in the common row
  //
  //     0  suspensions   how many live
  //     4  generation    of drains of all
  //     8  overflow      what can neither be put into a row nor wait
  //
  // and for each row two halves of a buffer. One is filled, by holders of the row's lock. The other
  // is free or *in flight*: taken, and not delivered yet.
  //
  //          fill            take, ticket := drawn++         finish, done := ticket
  //     filled -> ... full ------------------> in flight -------------------------> free
  //        ^                 the halves change places                                 |
  //        +--------------------------------------------------------------------------+
  //
  // Invariants, for each row
  // - Only the holder of the lock adds elements, takes the filled half and draws a ticket, and it
  //   takes only when nothing is in flight. So at most one ticket is drawn and not done with,
  //   whoever drew it has the other half for itself, and elements are delivered in the order of the
  //   tickets, which is the order in which they were appended.
  // - Whoever has drawn a ticket waits for nobody until it is done with it. So it may be waited
  //   for.
  //
  // Linearization: of `append`, the release of the row's lock; of a delivery, the sink's call.
  //
  // A drain of a row looks under the lock. Filled: what it is to deliver has the next ticket, drawn
  // by itself or by somebody who was quicker; empty: the last one that was drawn. It returns when
  // that is done with. It need not be the one who takes: however many appenders come, it waits for
  // one ticket.
  //
  // Drains of all coalesce:
  //
  //     seen := generation
  //     lock                                held until the sinks have returned
  //     generation != seen? return          somebody began to drain after we came, and is done
  //     generation += 1                     before the scan
  //     drain each row
  //
  // X appends, comes and sees generation g. If the generation is another one by the time X holds
  // the lock, Y has bumped it after X's look, and has drained each row since. The row's lock orders
  // that with what X appended. Had Y been there before, Y's bump would have been, too, and X had
  // seen it. So Y came later, and has delivered it. If the generation were bumped behind the scan, X
  // could come in the middle of Y's scan, append to a row that Y has passed, and find the generation
  // bumped. Kernels need two full fences here, as they look for what is to be drained without locks.
  //
  // Suspending: count it; then close and drain each row, which acquires each lock. Whoever acquires
  // it later finds the row closed and looks at the count; whoever acquired it before has left what
  // it appended to that drain. So the lock is the grace period, the count can be read without
  // ordering, and from then on whoever holds the lock leaves the row as empty as it was: it delivers
  // what it appends, by a ticket that it draws in the same critical section, and first waits if one
  // is not done with. Whoever finds nobody suspended opens the row again, by the lock ordered with those
  // that close it. Coalescing with a drain that began before the count would miss what was appended
  // behind it, an unlocked look for emptiness what is being appended.
  //
  // Locks found held. A row's: the element goes to the unbound row. That one's, by another thread:
  // its holder is in a critical section of a few instructions, or a handler that interrupted it
  // waits for a delivery; it is waited for. By this thread, which a handler has interrupted there:
  // overflow. Deliveries are waited for by drains, by whoever finds a row full, and by whoever
  // appends while suspended; but inside of a delivery nobody waits, be it one of another batch, as two
  // sinks could wait for each other: overflow again. So waits go from locks to deliveries, and
  // deliveries wait for nobody, unless a sink drains another batch.
  //
  // The overflow is part of the unbound row: it is taken with the half that is filled there.
  // Whoever ends a delivery looks for it, and so does every drain of the unbound row. What is added
  // behind that look lies there as elements do in a row.

  /// How the rows are locked.
  public enum Locking: Sendable {
    /// By restartable sequences where there are any; otherwise by compare-exchange. Who waits for a
    /// lock sleeps.
    case automatic
    /// By a spinlock for each CPU. Appending has a locked instruction, and draining no fence; who
    /// waits for a lock spins, and yields.
    case spin
  }

  /// Gets the elements of a CPU, or of ``CPU/unbound``, the oldest first.
  public typealias Sink = @Sendable (CPU, Span<Element>) -> Void

  @usableFromInline
  let locks: BatchLocks
  let capacity: Int
  /// Passes elements to the sink and destroys them.
  let pass: @Sendable (CPU, UnsafeMutablePointer<Element>, Int) -> Void
  /// Buffers that are too large to stand behind the rows' words.
  private let outside: UnsafeMutableRawPointer?

  /// Creates a batch.
  ///
  /// - Parameters:
  ///   - capacity: How many elements are collected for a CPU before they are delivered.
  ///   - locking: How the CPUs' buffers are locked.
  ///   - sink: Gets the elements.
  /// - Precondition: `capacity` is positive; elements are aligned to at most 128 bytes.
  /// - Complexity: O(possible CPUs).
  @inlinable
  public convenience init(
    capacityPerCPU capacity: Int, locking: Locking = .automatic, sink: @escaping Sink
  ) {
    // Here, where the compiler knows the elements.
    unsafe self.init(capacity, locking) { cpu, elements, count in
      unsafe sink(cpu, UnsafeBufferPointer(start: elements, count: count).span)
      unsafe elements.deinitialize(count: count)
    }
  }

  @usableFromInline
  init(
    _ capacity: Int, _ locking: Locking,
    pass: @escaping @Sendable (CPU, UnsafeMutablePointer<Element>, Int) -> Void
  ) {
    enforce(capacity > 0, "capacityPerCPU must be positive; \(capacity) is not")
    enforce(
      MemoryLayout<Element>.alignment <= PerCPUArena.lineSize,
      "PerCPUBatch holds elements aligned to at most \(PerCPUArena.lineSize) bytes")
    let (size, isTooLarge) = capacity.multipliedReportingOverflow(
      by: 2 * MemoryLayout<Element>.stride)
    enforce(!isTooLarge && size <= 1 << 40, "PerCPUBatch has no room for \(capacity) elements")
    let slots = unsafe PerCPUArena.shared.allocate(byteCount: Self.blockSize(capacity))
    unsafe locks = BatchLocks(slots: slots, isSpinning: locking == .spin)
    self.capacity = capacity
    unsafe self.pass = pass
    if Self.isInBlock(capacity) {
      unsafe outside = nil
      unsafe placeHalves(slots + BatchRow.headerSize, shift: Int(PERCPU_ROW_SHIFT))
    } else {
      let shift = Self.shift(capacity)
      unsafe outside = percpu_memory_reserve(Self.reservationSize(capacity))
      guard let memory = unsafe outside else {
        fatalError("PerCPU: no address space is left for buffers of \(size) bytes")
      }
      unsafe placeHalves(memory + Int(PERCPU_EXTRA_ROWS) << shift, shift: shift)
    }
  }

  deinit {
    // Nobody else is left. In the child of a fork a row may be held by a thread that is not there; it
    // is in the middle of a change, and its elements leak.
    for cpu in CPU.rows where !locks.isHeld(cpu.rawValue) {
      takeAndDeliver(locks.row(cpu.rawValue), isLocked: false)
    }
    unsafe PerCPUArena.shared.deallocate(
      locks.rows.slots, byteCount: Self.blockSize(capacity))
    if let memory = unsafe outside {
      unsafe percpu_memory_release(memory, Self.reservationSize(capacity))
    }
  }

  /// Appends an element to those of the CPU this thread is on.
  ///
  /// The one that fills the buffer delivers it before it returns. While a ``Suspension`` lives,
  /// each element is delivered before this returns.
  ///
  /// - Complexity: O(1), and a few instructions, if it does not deliver. It waits for nobody then,
  ///   nor for a preempted thread, unless one holds the own CPU's buffer and another one that of
  ///   ``CPU/unbound``; or while both of a CPU's buffers are full, which means that the sink is
  ///   slower than those that append.
  @inlinable
  @inline(__always)
  public func append(_ element: consuming sending Element) {
    // The object must outlive the use of its memory, which the optimizer does not know to be its.
    defer { withExtendedLifetime(self) {} }
    guard let row = locks.tryAcquireLocalOnce() else { return appendSlowly(element) }
    let next = unsafe row.next
    guard _fastPath(unsafe isBelow(next, row.limit)) else { return appendBeyond(row, element) }
    unsafe next.assumingMemoryBound(to: Element.self).initialize(to: element)
    unsafe row.next = next + MemoryLayout<Element>.stride
    unsafe locks.rows.release(row.word)
  }

  /// Is specialized, and so takes the element as it is: `appendHolding` takes its address, for which each append would
  /// store it first.
  @inlinable
  @inline(never)
  func appendBeyond(_ row: BatchRow, _ element: consuming Element) {
    appendHolding(row, element)
  }

  /// The same where it needs more than one try, or another lock.
  @inlinable
  @inline(never)
  func appendSlowly(_ element: consuming Element) {
    guard let row = locks.tryAcquireLocal() else { return appendShared(element) }
    let next = unsafe row.next
    guard unsafe isBelow(next, row.limit) else { return appendHolding(row, element) }
    unsafe next.assumingMemoryBound(to: Element.self).initialize(to: element)
    unsafe row.next = next + MemoryLayout<Element>.stride
    locks.release(row)
  }

  @inlinable
  @inline(__always)
  func isBelow(_ next: UnsafeMutableRawPointer, _ limit: Int) -> Bool {
    UInt(bitPattern: next) < UInt(bitPattern: limit)
  }

  // MARK: Memory

  /// Bytes of a half.
  var halfSize: Int { capacity * MemoryLayout<Element>.stride }

  /// The halves of row r stand at `buffers + (r << shift)`.
  private func placeHalves(_ buffers: UnsafeMutableRawPointer, shift: Int) {
    for cpu in CPU.rows {
      let half = unsafe buffers + cpu.rawValue << shift
      let row = locks.row(cpu.rawValue)
      unsafe row.fill(half, other: half + halfSize)
      openLimit(of: row)
    }
  }

  /// Lets elements be kept again, or goes on to do so. For the holder of the lock.
  func openLimit(of row: BatchRow) {
    row.limit = unsafe Int(bitPattern: row.half + (halfSize - MemoryLayout<Element>.stride))
  }

  private static func isInBlock(_ capacity: Int) -> Bool {
    size(capacity) <= PerCPUArena.rowSize - BatchRow.headerSize
  }

  private static func size(_ capacity: Int) -> Int { 2 * capacity * MemoryLayout<Element>.stride }

  private static func blockSize(_ capacity: Int) -> Int {
    BatchRow.headerSize + (isInBlock(capacity) ? size(capacity) : 0)
  }

  private static func shift(_ capacity: Int) -> Int {
    Int.bitWidth - (size(capacity) - 1).leadingZeroBitCount
  }

  private static func reservationSize(_ capacity: Int) -> Int {
    (Int(percpu_cpu_reservation()) + Int(PERCPU_EXTRA_ROWS)) << shift(capacity)
  }

  // MARK: The common row

  var common: UnsafeMutableRawPointer {
    unsafe UnsafeMutableRawPointer(percpu_row_word(locks.rows.slots, Int(PERCPU_ROW_COMMON)))
  }

  var suspensions: UnsafeMutablePointer<UInt32> {
    unsafe common.assumingMemoryBound(to: UInt32.self)
  }

  /// For the holder of a row's lock.
  var isSuspended: Bool {
    // Relaxed: ordered by the row's lock.
    unsafe percpu_u32_load_relaxed(suspensions) != 0
  }

  var generation: UnsafeMutablePointer<UInt32> {
    unsafe (common + 4).assumingMemoryBound(to: UInt32.self)
  }

  var overflow: BatchOverflow<Element> {
    unsafe BatchOverflow(at: (common + 8).assumingMemoryBound(to: UnsafeMutableRawPointer?.self))
  }
}

// Sendable: an element is only touched by the thread that holds its row's lock, or has taken it. It
// was sent here; the sink, which runs on any thread, gets to see it and no more.
extension PerCPUBatch: @unchecked Sendable {}
