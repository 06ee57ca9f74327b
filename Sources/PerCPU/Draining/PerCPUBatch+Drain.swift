// SPDX-License-Identifier: Apache-2.0

internal import CAtomicsShim

extension PerCPUBatch {
  /// Delivers what was appended on a CPU.
  ///
  /// When it returns, what was put into that CPU's buffer before the call is delivered, also what
  /// another thread had taken to deliver it. What was appended while the buffer was busy lies in
  /// that of ``CPU/unbound``.
  ///
  /// - Precondition: `cpu` is one of ``CPU/possible`` or ``CPU/unbound``; this thread is not in the
  ///   sink of this batch, nor in a signal handler.
  /// - Complexity: as long as the sink takes, and a fence of 0.5 to 10 microseconds. Wakes nobody.
  public func drain(cpu: CPU) {
    requireRow(cpu)
    requireOutside()
    drain(cpu.rawValue)
    deliverOverflow()
  }

  /// Delivers everything that was appended.
  ///
  /// When it returns, everything that was appended before the call is delivered, also what another
  /// thread had taken to deliver it. Calls that wait for each other share a drain.
  ///
  /// - Precondition: this thread is not in the sink of this batch, nor in a signal handler.
  /// - Complexity: O(possible CPUs), each as ``drain(cpu:)``. Wakes nobody.
  public func drainAll() {
    requireOutside()
    // Relaxed: a drain whose scan came before what was appended bumped it before that, as the locks
    // of the rows tell.
    let seen = unsafe percpu_u32_load_relaxed(generation)
    let lock = unsafe RowLocks(slots: locks.rows.slots + BatchRow.drainLockOffset)
    let held = unsafe lock.acquire(CPU.unbound.rawValue)
    defer { unsafe lock.release(held) }
    // Relaxed: changed by holders of the lock alone.
    if unsafe percpu_u32_load_relaxed(generation) != seen { return }
    unsafe percpu_u32_store_relaxed(generation, seen &+ 1)
    for cpu in CPU.rows { drain(cpu.rawValue) }
    deliverOverflow()
  }

  /// Has elements delivered one by one for as long as the result lives, so that none are kept.
  ///
  /// When it returns, everything that was appended before is delivered, and no element lies in a
  /// buffer until the last suspension has ended: each is delivered before its ``append(_:)``
  /// returns. Several may live at the same time.
  ///
  /// - Precondition: this thread is not in the sink of this batch, nor in a signal handler.
  /// - Complexity: as ``drainAll()``, with which it shares nothing.
  public func suspend() -> Suspension {
    requireOutside()
    // Relaxed: read under the rows' locks, which the drain acquires after it.
    _ = unsafe percpu_u32_fetch_add_relaxed(suspensions, 1)
    for cpu in CPU.rows { drain(cpu.rawValue, closing: true) }
    deliverOverflow()
    return Suspension(of: self)
  }

  /// Keeps a batch empty for as long as it lives. See ``PerCPUBatch/suspend()``.
  public struct Suspension: ~Copyable, Sendable {
    private let batch: PerCPUBatch

    fileprivate init(of batch: PerCPUBatch) {
      self.batch = batch
    }

    deinit {
      // Relaxed: whoever still sees it delivers at once what it might keep.
      _ = unsafe percpu_u32_fetch_add_relaxed(batch.suspensions, UInt32.max)
    }

    /// Ends the suspension. So does the end of its life.
    ///
    /// - Complexity: O(1), wait-free.
    public consuming func resume() {}
  }

  // MARK: One row

  /// Waits until everything is delivered that was appended to a row before. What comes later is
  /// delivered at once if the row is closed.
  private func drain(_ index: Int, closing: Bool = false) {
    requireNotHeld(index)
    let row = locks.acquire(index)
    if closing { row.limit = 0 }
    let isEmpty =
      row.filled == 0 && (index != CPU.unbound.rawValue || overflow.isFoundEmpty())
    let ticket = isEmpty ? row.ticketsDrawn : row.ticketsAfterNext
    while !row.isDone(ticket) {
      if !row.isInFlight { return takeAndDeliver(row) }
      let inFlight = row.ticketsDrawn
      locks.release(row)
      row.wait(for: inFlight)
      if row.isDone(ticket) { return }
      _ = locks.acquire(index)
    }
    locks.release(row)
  }

  /// Takes what lies in a row and delivers it. For the holder of its lock, who is rid of it
  /// afterwards, when nothing is in flight.
  func takeAndDeliver(_ row: BatchRow, isLocked: Bool = true) {
    // Before it takes: a handler in between must not wait for it.
    unsafe Delivery.perform(of: common) {
      let cpu = unsafe CPU(rawValue: locks.rows.row(of: row.word))
      let taken = unsafe row.half, count = row.filled / MemoryLayout<Element>.stride
      var added = unsafe cpu == .unbound ? overflow.takeAll() : nil
      let ticket = row.drawTicket()
      let isOpen = row.limit != 0
      unsafe row.fill(row.other, other: taken)
      if isOpen { openLimit(of: row) }
      if isLocked { locks.release(row) }
      let elements = unsafe taken.assumingMemoryBound(to: Element.self)
      if count > 0 { unsafe pass(cpu, elements, count) }
      while unsafe added != nil {
        let moved = unsafe BatchOverflow.move(&added, to: elements, atMost: capacity)
        unsafe pass(cpu, elements, moved)
      }
      row.finish(ticket)
    }
  }

  /// Delivers what a sink, or a handler in the middle of a slow path, has left.
  func deliverOverflow() {
    while !overflow.isEmpty {
      if mustNotWait {
        // Nobody is lost who is not waited for: whoever is in flight comes here next.
        guard let row = locks.tryAcquire(CPU.unbound.rawValue) else { return }
        if row.isInFlight { return locks.release(row) }
        takeAndDeliver(row)
      } else {
        drain(CPU.unbound.rawValue)
      }
      if !isSuspended { return }
    }
  }

  /// Whether this thread would wait for itself, or could: it delivers something, or it is a handler
  /// that has interrupted the holder of the unbound row.
  var mustNotWait: Bool { Delivery.isAnyUnderWay || locks.isMine(CPU.unbound.rawValue) }

  // MARK: Misuse

  var isDelivering: Bool { unsafe Delivery.isUnderWay(of: common) }

  private func requireOutside() {
    enforce(
      !isDelivering,
      """
      a sink would wait for itself for ever. Do not drain or suspend a PerCPUBatch inside of its \
      own sink; the elements that the sink appends are delivered when it returns.
      """)
  }

  private func requireNotHeld(_ index: Int) {
    #if !PERCPU_MODEL
      enforce(
        !locks.isMine(index),
        """
        a signal handler would wait for the thread that it interrupted. Do not drain or suspend a \
        PerCPUBatch in a signal handler; append to it.
        """)
    #endif
  }
}
