// SPDX-License-Identifier: Apache-2.0

internal import CAtomicsShim

/// What an append does that is not that easy.
extension PerCPUBatch {
  /// For whoever did not get the own row.
  @usableFromInline
  func appendShared(_ element: consuming Element) {
    guard let index = acquireUnbound() else { return overflow.add(element) }
    appendHolding(index, element)
  }

  /// For the holder of a row's lock, who is rid of it afterwards.
  @usableFromInline
  func appendHolding(_ index: Int, _ element: consuming Element) {
    var index = index
    while true {
      switch room(in: index) {
      case .here:
        add(element, to: index)
        return
      case .nowhere:
        return overflow.add(element)
      case .perhapsAgain:
        guard let next = locks.tryAcquireLocal() ?? acquireUnbound() else {
          return overflow.add(element)
        }
        index = next
      }
    }
  }

  /// Acquires the lock of the unbound row, unless this thread must not wait for it.
  private func acquireUnbound() -> Int? {
    let unbound = CPU.unbound.rawValue
    if locks.tryAcquire(unbound) { return unbound }
    if isDelivering || locks.isMine(unbound) { return nil }
    locks.acquire(unbound)
    return unbound
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
  private func room(in index: Int) -> Room {
    let row = row(index)
    let isFull = row.count > last
    guard isFull || isSuspended else { return .here }
    if isDelivering {
      locks.release(index)
      return .nowhere
    }
    if row.isInFlight {
      let ticket = row.ticketsDrawn
      locks.release(index)
      row.wait(for: ticket)
      return .perhapsAgain
    }
    if !isFull { return .here }
    // Left by somebody who could not deliver it.
    takeAndDeliver(index)
    deliverOverflow()
    return .perhapsAgain
  }

  private func add(_ element: consuming Element, to index: Int) {
    let row = row(index)
    let count = row.count
    unsafe place(in: index, row, count).initialize(to: element)
    row.count = count + 1
    // A suspension that has begun since the look for room finds the element, as it waits for the
    // lock.
    if count < last && !isSuspended || row.isInFlight || isDelivering {
      locks.release(index)
    } else {
      takeAndDeliver(index)
      deliverOverflow()
    }
  }
}
