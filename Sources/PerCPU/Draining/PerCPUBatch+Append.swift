// SPDX-License-Identifier: Apache-2.0

internal import CAtomicsShim

/// What an append does that is not that easy.
extension PerCPUBatch {
  /// For whoever did not get the own row.
  @usableFromInline
  func appendShared(_ element: consuming Element) {
    guard let row = acquireUnbound() else { return overflow.add(element) }
    appendHolding(row, element)
  }

  /// For the holder of a row's lock, who is rid of it afterwards.
  @usableFromInline
  func appendHolding(_ row: BatchRow, _ element: consuming Element) {
    var row = row
    while true {
      switch room(in: row) {
      case .here:
        add(element, to: row)
        return
      case .nowhere:
        return overflow.add(element)
      case .perhapsAgain:
        guard let next = locks.tryAcquireLocal() ?? acquireUnbound() else {
          return overflow.add(element)
        }
        row = next
      }
    }
  }

  /// Acquires the lock of the unbound row, unless this thread must not wait for it.
  private func acquireUnbound() -> BatchRow? {
    let unbound = CPU.unbound.rawValue
    if let row = locks.tryAcquire(unbound) { return row }
    return mustNotWait ? nil : locks.acquire(unbound)
  }

  private enum Room {
    case here
    /// The lock is released; another try may find room.
    case perhapsAgain
    /// The lock is released, and this thread must not wait.
    case nowhere
  }

  /// Whether there is room for an element: in front of it everything is delivered where it is to be
  /// delivered at once.
  private func room(in row: BatchRow) -> Room {
    let isFull = row.filled == halfSize
    if !isSuspended {
      openLimit(of: row)
      if !isFull { return .here }
    }
    if isDelivering || (row.isInFlight && Delivery.isAnyUnderWay) {
      locks.release(row)
      return .nowhere
    }
    if row.isInFlight {
      let ticket = row.ticketsDrawn
      locks.release(row)
      row.wait(for: ticket)
      return .perhapsAgain
    }
    if !isFull { return .here }
    // Left by somebody who could not deliver it.
    takeAndDeliver(row)
    deliverOverflow()
    return .perhapsAgain
  }

  private func add(_ element: consuming Element, to row: BatchRow) {
    let next = unsafe row.next
    unsafe next.assumingMemoryBound(to: Element.self).initialize(to: element)
    unsafe row.next = next + MemoryLayout<Element>.stride
    // A suspension that has begun since the look for room finds the element: it waits for the lock.
    if row.filled < halfSize && !isSuspended || row.isInFlight || isDelivering {
      locks.release(row)
    } else {
      takeAndDeliver(row)
      deliverOverflow()
    }
  }
}
