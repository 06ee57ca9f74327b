// SPDX-License-Identifier: Apache-2.0

internal import CAtomicsShim

/// What a domain does with what is retired.
///
/// Each row has a batch, behind a lock. Whoever fills one takes it away and looks it through:
///
///     restart fence; look at all slots; held by none? reclaim : hand over
///
/// Everything in a batch was out of every source before the fence. So what no slot holds behind it, none will.
///
/// Reclaiming runs a `deinit`, which may retire more, and fill a batch once more. On a thread that is looking
/// a batch through, the new one waits until that is done: chains of any length need no stack.
@usableFromInline
final class Retirement: Sendable {
  enum Dropper {
    case reader, reclaimer
  }

  @usableFromInline
  let table: HazardTable
  private let batchSize: Int
  private let reclaimer: HazardDomain.Reclaimer
  private let batches: PerCPULock<[Retiree]>
  /// What readers have dropped and retirers are to reclaim.
  private let dropped = DroppedList()
  private let retired = PerCPUCounter()
  /// References beside the first to objects that several slots held.
  private let spares = PerCPUCounter()
  /// References that are gone.
  private let released = PerCPUCounter()
  private let handedOver = PerCPUCounter()
  private let droppedByReaders = PerCPUCounter()
  private let takenBack = PerCPUCounter()
  private let foundTaken = PerCPUCounter()
  private let displaced = PerCPUCounter()

  init(table: HazardTable, batchSize: Int, reclaimer: HazardDomain.Reclaimer) {
    self.table = table
    self.batchSize = batchSize
    self.reclaimer = reclaimer
    batches = PerCPULock(whenBusy: .neighbor) { _ in [] }
  }

  deinit { dropped.deallocate() }

  // MARK: Batches

  func retire(_ retiree: Retiree, deferred: Bool) {
    retired.increment()
    let full: [Retiree] = batches.withLocal { batch, _ in
      batch.append(retiree)
      // Nobody comes by any more when the domain has ended, which has taken this lock since then.
      let mayWait = (deferred || batch.count < batchSize) && !dropped.isClosed
      return mayWait ? [] : Self.takeAll(&batch)
    }
    if !full.isEmpty { Backlog.process(full, of: self) }
  }

  func drain() {
    while true {
      var all: [Retiree] = []
      batches.forEach { _, batch in all += Self.takeAll(&batch) }
      let haveDropped = reclaimDropped()
      if all.isEmpty && !haveDropped { return }
      if !all.isEmpty { Backlog.process(all, of: self) }
    }
  }

  /// The domain has ended: nothing is kept for later any more.
  func close() {
    let left = dropped.close()
    drain()
    reclaim(left.map { $0.retiree })
  }

  private static func takeAll(_ batch: inout [Retiree]) -> [Retiree] {
    let all = batch
    batch = []
    return all
  }

  /// Reclaims what nobody protects, and hands over the rest.
  func lookThrough(_ batch: [Retiree]) {
    _ = reclaimDropped()
    percpu_fence_restart_all()
    let protected = table.protectedAddresses()
    if protected.isEmpty { return reclaim(batch) }
    var free: [Retiree] = []
    var records: [(HandedOver, HazardSlot)] = []
    for retiree in batch {
      let holders = Self.holders(of: retiree.address, among: protected)
      if holders.isEmpty { free.append(retiree) }
      // What is raw goes from one to the next.
      for (index, holder) in (retiree.isCounted ? holders : holders.prefix(1)).enumerated() {
        if index > 0 {
          retiree.retain()
          spares.increment()
        }
        records.append((HandedOver(retiree, from: self), holder.slot))
      }
    }
    handedOver.add(records.count)
    if !records.isEmpty { table.handOver(records) }
    reclaim(free)
  }

  private static func holders(
    of address: Int, among protected: [(address: Int, slot: HazardSlot)]
  ) -> ArraySlice<(address: Int, slot: HazardSlot)> {
    var low = 0, high = protected.count
    while low < high {
      let middle = (low + high) / 2
      if protected[middle].address < address { low = middle + 1 } else { high = middle }
    }
    while high < protected.count && protected[high].address == address { high += 1 }
    return protected[low..<high]
  }

  // MARK: Reclaiming

  private func reclaim(_ retirees: [Retiree]) {
    if retirees.isEmpty { return }
    if case .executor(let execute) = reclaimer {
      execute { for retiree in retirees { retiree.perform() } }
    } else {
      for retiree in retirees { retiree.perform() }
    }
    released.add(retirees.count)
  }

  /// For whoever has taken a record out of a box, or displaced it, when nobody protects its object.
  func drop(_ record: consuming HandedOver, by dropper: Dropper) {
    var left: HandedOver? = consume record
    if dropper == .reader {
      if case .retirer = reclaimer { left = dropped.add(left.take()!) }
      // Behind it, so that the model checker may let others come in between.
      droppedByReaders.increment()
    }
    if let left { reclaim([left.retiree]) }
  }

  private func reclaimDropped() -> Bool {
    let records = dropped.takeAll()
    reclaim(records.map { $0.retiree })
    return !records.isEmpty
  }

  // MARK: Statistics

  func noteTakenBack() { takenBack.increment() }
  func noteFoundTaken() { foundTaken.increment() }
  func noteDisplaced() { displaced.increment() }

  var statistics: HazardDomain.Statistics {
    // In this order: what is retired meanwhile is not reclaimed yet.
    let released = released.load(), spares = spares.load()
    return HazardDomain.Statistics(
      retired: retired.load(), reclaimed: max(0, released - spares), handedOver: handedOver.load(),
      droppedByReaders: droppedByReaders.load(), takenBack: takenBack.load(),
      foundTaken: foundTaken.load(), displaced: displaced.load())
  }
}

/// Batches that have filled up on a thread while it looked one through.
private final class Backlog {
  private var batches: [(batch: [Retiree], home: Retirement)] = []

  /// Looks a batch through, now or, inside of another one, when that is done.
  static func process(_ batch: [Retiree], of home: Retirement) {
    #if PERCPU_MODEL
      // The threads of the simulated machine are one.
      home.lookThrough(batch)
    #else
      let word = unsafe percpu_thread_word()
      if let active = unsafe word.pointee {
        let backlog = unsafe Unmanaged<Backlog>.fromOpaque(active).takeUnretainedValue()
        return backlog.batches.append((batch, home))
      }
      let backlog = Backlog()
      unsafe word.pointee = Unmanaged.passUnretained(backlog).toOpaque()
      home.lookThrough(batch)
      while let next = backlog.batches.popLast() { next.home.lookThrough(next.batch) }
      unsafe word.pointee = nil
      withExtendedLifetime(backlog) {}
    #endif
  }
}
