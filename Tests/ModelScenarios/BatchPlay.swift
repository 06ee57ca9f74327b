// SPDX-License-Identifier: Apache-2.0
#if PERCPU_MODEL

  import CAtomicsShim
  import ModelChecker
  @testable import PerCPU

  /// What a thread does with the batch.
  enum BatchAction {
    /// Which element.
    case append(Int)
    case drainAll
    case drain(Int)
    /// For good.
    case suspend
    case suspendAndResume
  }

  /// Threads that use one batch. What an element stands for is plain data, which its producer writes
  /// and the sink changes: so it is found if one is delivered twice, or in two halves at a time, if
  /// its producer's writing is not seen by the sink, or a delivery not by whoever waits for it.
  struct BatchUse {
    var threads: [(cpu: Int?, [BatchAction])]
    /// What lies in row 0 at first.
    var initially: [Int] = []
    var capacity = 2
    /// A suspension lives from the beginning to the end.
    var isSuspended = false
    var locking = PerCPUBatch<Int>.Locking.automatic
    var engine = Engine.restartable
    var weakening: Weakening?
    var aborts = 0

    func check(_ mode: SearchMode = .states) -> CheckResult {
      // One for all executions: what they store never gets to its memory, but for the elements.
      let play = BatchPlay(self)
      return checkLibrary(mode, engine: engine, weakening: weakening) { scenario in
        scenario.limitAborts(to: aborts)
        play.declare(scenario)
      }
    }
  }

  private final class BatchPlay: @unchecked Sendable {
    // Sendable: all simulated threads are one.

    private static let absent = 0, appended = 1, delivered = 2

    private let use: BatchUse
    private var batch: PerCPUBatch<Int>!
    private let suspension = UnsafeMutablePointer<PerCPUBatch<Int>.Suspension>.allocate(capacity: 1)
    private var states: [Plain] = []
    /// For each row, whether something is being delivered.
    private var busy: [Plain] = []
    /// For each row, the elements in the order of their delivery, and a digest of these orders.
    private var orders: [[Int]] = []
    private var orderDigests: [Int] = []
    /// For each row, where its two halves stand.
    private var buffers: [UnsafeMutableBufferPointer<Int>] = []

    private let given: [Int]
    private let isSuspendedInTheEnd: Bool

    init(_ use: BatchUse) {
      self.use = use
      let actions = use.threads.flatMap(\.1)
      given =
        use.initially
        + actions.compactMap { if case .append(let element) = $0 { element } else { nil } }
      isSuspendedInTheEnd =
        use.isSuspended || actions.contains { if case .suspend = $0 { true } else { false } }
      batch = PerCPUBatch(capacityPerCPU: use.capacity, locking: use.locking) {
        [unowned self] cpu, elements in
        deliver(cpu, elements)
      }
    }

    deinit { suspension.deallocate() }

    private func index(_ cpu: CPU) -> Int { cpu.rawValue - CPU.unbound.rawValue }

    func declare(_ scenario: Scenario) {
      states = (0...given.max()!).map {
        scenario.guardedPlain(
          "element", $0, initially: use.initially.contains($0) ? Self.appended : Self.absent)
      }
      busy = CPU.rows.map { scenario.guardedPlain("delivery of row", $0.rawValue) }
      orders = CPU.rows.map { _ in [] }
      orderDigests = CPU.rows.map { $0.rawValue }
      for cpu in CPU.rows { name(batch.locks.row(cpu.rawValue), of: cpu, scenario) }
      scenario.name(batch.suspensions, "suspensions", bytes: 4)
      scenario.name(batch.generation, "generation", bytes: 4)
      buffers = CPU.rows.map {
        let half = batch.locks.row($0.rawValue).half.assumingMemoryBound(to: Int.self)
        let buffer = UnsafeMutableBufferPointer(start: half, count: 2 * use.capacity)
        buffer.update(repeating: 0)
        return buffer
      }
      scenario.state { [self] in
        var digest = 0
        for order in orderDigests { digest = digest &* 1_000_003 &+ order }
        for buffer in buffers {
          var element = buffer.baseAddress!
          let end = element + buffer.count
          while element < end {
            digest = digest &* 1_000_003 &+ element.pointee
            element += 1
          }
        }
        return digest
      }
      let row = batch.locks.row(0)
      for (place, element) in use.initially.enumerated() {
        row.half.assumingMemoryBound(to: Int.self)[place] = element
      }
      row.next = row.half + use.initially.count * MemoryLayout<Int>.stride
      if use.isSuspended {
        percpu_u32_store_relaxed(batch.suspensions, 1)
        for cpu in CPU.rows { batch.locks.row(cpu.rawValue).limit = 0 }
      }
      for (cpu, actions) in use.threads {
        scenario.thread("uses", cpu: cpu) { [self] in
          var own = use.initially
          for action in actions {
            switch action {
            case .append(let element):
              states[element].write(Self.appended)
              batch.append(element)
              if use.isSuspended { requireDelivered([element]) }
              own.append(element)
            case .drainAll:
              batch.drainAll()
              requireDelivered(own)
            case .drain(let row):
              batch.drain(cpu: CPU(rawValue: row))
              if row == 0 { requireDelivered(use.initially) }
            case .suspend:
              suspension.initialize(to: batch.suspend())
              // It never ends; but the batch does.
              UnsafeMutableRawPointer(suspension).load(as: Unmanaged<AnyObject>.self).release()
              requireDelivered(own)
            case .suspendAndResume:
              batch.suspend().resume()
              requireDelivered(own)
            }
          }
        }
      }
      scenario.finally { [self] in
        var all = orders.flatMap { $0 }
        for cpu in CPU.rows { all += rest(of: cpu) }
        require(all.sorted() == given, "an element was lost, or is there twice")
        if isSuspendedInTheEnd { requireDelivered(given) }
        for order in orders where order.count > 1 { requireInOrder(order) }
      }
    }

    private func name(_ row: BatchRow, of cpu: CPU, _ scenario: Scenario) {
      scenario.lock(row.word, "lock of row", cpu.rawValue)
      scenario.guarded(row.place(16), "next of row", cpu.rawValue)
      scenario.guarded(row.place(24), "limit of row", cpu.rawValue)
      scenario.guarded(row.place(32), "half of row", cpu.rawValue)
      scenario.guarded(row.place(40), "other half of row", cpu.rawValue)
      scenario.guarded(row.taken, "tickets of row", cpu.rawValue, bytes: 4)
      scenario.name(row.delivered, "delivered of row", cpu.rawValue, bytes: 4)
    }

    private func deliver(_ cpu: CPU, _ elements: Span<Int>) {
      let busy = busy[index(cpu)]
      require(busy.read() == 0, "two buffers of a row are delivered at a time")
      busy.write(1)
      for place in elements.indices {
        let element = elements[place]
        note(element)
        require(given.contains(element), "what was delivered was never appended")
        require(states[element].read() == Self.appended, "an element was delivered twice")
        states[element].write(Self.delivered)
        orders[index(cpu)].append(element)
        orderDigests[index(cpu)] = orderDigests[index(cpu)] &* 1_000_003 &+ element
      }
      busy.write(0)
    }

    private func requireDelivered(_ elements: [Int]) {
      for element in elements {
        require(states[element].read() == Self.delivered, "an element was not delivered")
      }
    }

    /// Those of a thread have ascending numbers, and those that were there at first come first.
    private func requireInOrder(_ order: [Int]) {
      for (_, actions) in use.threads {
        let own =
          use.initially
          + actions.compactMap { action -> Int? in
            if case .append(let element) = action { element } else { nil }
          }
        let delivered = order.filter(own.contains)
        require(delivered == delivered.sorted(), "elements of a row changed places")
      }
    }

    /// What still lies in a row.
    private func rest(of cpu: CPU) -> [Int] {
      let row = batch.locks.row(cpu.rawValue)
      require(!batch.locks.isHeld(cpu.rawValue), "a lock was not released")
      require(!row.isInFlight, "a ticket was not done with")
      let elements = row.half.assumingMemoryBound(to: Int.self)
      return (0..<row.filled / MemoryLayout<Int>.stride).map { elements[$0] }
    }
  }

#endif
