// SPDX-License-Identifier: Apache-2.0
#if PERCPU_MODEL

  import CAtomicsShim
  import ModelChecker
  @testable import PerCPU
  import Testing

  /// What a thread does with the batch.
  private enum Action {
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
  private struct Use {
    var threads: [(cpu: Int?, [Action])]
    /// What lies in row 0 at first.
    var initially: [Int] = []
    var capacity = 2
    /// A suspension lives from the beginning to the end.
    var isSuspended = false
    var locking = PerCPUBatch<Int>.Locking.automatic
    var engine = Engine.restartable
    var weakening: Weakening?
    var aborts = 0

    func check(_ mode: SearchMode = .exhaustive()) -> CheckResult {
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

    private let use: Use
    private var batch: PerCPUBatch<Int>!
    private let suspension = UnsafeMutablePointer<PerCPUBatch<Int>.Suspension>.allocate(capacity: 1)
    private var states: [Plain] = []
    /// For each row, whether something is being delivered.
    private var busy: [Plain] = []
    /// For each row, the elements in the order of their delivery.
    private var orders: [[Int]] = []

    init(_ use: Use) {
      self.use = use
      batch = PerCPUBatch(capacityPerCPU: use.capacity, locking: use.locking) {
        [unowned self] cpu, elements in
        deliver(cpu, elements)
      }
    }

    deinit { suspension.deallocate() }

    private var actions: [Action] { use.threads.flatMap(\.1) }

    private var given: [Int] {
      use.initially
        + actions.compactMap { if case .append(let element) = $0 { element } else { nil } }
    }

    private var isSuspendedInTheEnd: Bool {
      use.isSuspended || actions.contains { if case .suspend = $0 { true } else { false } }
    }

    private func index(_ cpu: CPU) -> Int { cpu.rawValue - CPU.unbound.rawValue }

    func declare(_ scenario: Scenario) {
      states = (0...given.max()!).map {
        scenario.plain(
          "element", $0, initially: use.initially.contains($0) ? Self.appended : Self.absent)
      }
      busy = CPU.rows.map { scenario.plain("delivery of row", $0.rawValue) }
      orders = CPU.rows.map { _ in [] }
      for cpu in CPU.rows { name(batch.locks.row(cpu.rawValue), of: cpu, scenario) }
      scenario.name(batch.suspensions, "suspensions", bytes: 4)
      scenario.name(batch.generation, "generation", bytes: 4)
      let row = batch.locks.row(0)
      for (place, element) in use.initially.enumerated() {
        row.half.assumingMemoryBound(to: Int.self)[place] = element
      }
      row.next = row.half + use.initially.count * MemoryLayout<Int>.stride
      if use.isSuspended {
        percpu_u32_store_relaxed(batch.suspensions, 1)
        for cpu in CPU.rows { batch.locks.row(cpu.rawValue).limit = 0 }
      }
      var hasSuspended = false
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
              hasSuspended = true
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
        require(all.sorted() == given.sorted(), "an element was lost, or is there twice")
        if isSuspendedInTheEnd { requireDelivered(given) }
        for order in orders { requireInOrder(order) }
        if hasSuspended { suspension.deinitialize(count: 1) }
      }
    }

    private func name(_ row: BatchRow, of cpu: CPU, _ scenario: Scenario) {
      scenario.name(row.word, "lock of row", cpu.rawValue)
      scenario.name(row.place(16), "next of row", cpu.rawValue)
      scenario.name(row.taken, "tickets of row", cpu.rawValue, bytes: 4)
      scenario.name(row.delivered, "delivered of row", cpu.rawValue, bytes: 4)
    }

    private func deliver(_ cpu: CPU, _ elements: Span<Int>) {
      let busy = busy[index(cpu)]
      require(busy.read() == 0, "two buffers of a row are delivered at a time")
      busy.write(1)
      for place in elements.indices {
        let element = elements[place]
        require(given.contains(element), "what was delivered was never appended")
        require(states[element].read() == Self.appended, "an element was delivered twice")
        states[element].write(Self.delivered)
        orders[index(cpu)].append(element)
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

  extension ModelScenarios {
    @Suite struct PerCPUBatchScenarios {}
  }

  extension ModelScenarios.PerCPUBatchScenarios {
    /// The executions with restartable locks, with those of the atomic engine, and with spinlocks. A
    /// bound on preemptions where there are hundreds of thousands without.
    private func expectPasses(
      _ use: Use, restartable: Int, atomic: Int, spin: Int, bounds: (Int?, Int?, Int?) = (2, 2, 2),
      _ name: String
    ) {
      func expect(_ use: Use, _ executions: Int, _ bound: Int?, _ name: String) {
        expectPass(
          use.check(bound.map { preemptions(atMost: $0) } ?? .exhaustive()), executions: executions,
          isBounded: bound != nil, name)
      }
      var use = use
      expect(use, restartable, bounds.0, "batch, \(name)")
      use.engine = .atomic
      expect(use, atomic, bounds.1, "batch, \(name), atomic")
      use.engine = .restartable
      use.locking = .spin
      expect(use, spin, bounds.2, "batch, \(name), spin")
    }

    // MARK: Appending

    private static let twoAppend: [(cpu: Int?, [Action])] = [(0, [.append(1)]), (0, [.append(2)])]

    @Test func whatTwoAppendIsThere() {
      expectPasses(
        Use(threads: Self.twoAppend), restartable: 23_302, atomic: 212, spin: 15_640,
        bounds: (nil, 2, nil), "two")
      expectPasses(
        Use(threads: [(0, [.append(1), .append(2)]), (0, [.append(3)])]), restartable: 803,
        atomic: 945, spin: 803, "two, of three elements")
    }

    @Test func whatFillsABufferIsDelivered() {
      expectPasses(
        Use(threads: Self.twoAppend, capacity: 1), restartable: 2116, atomic: 2256, spin: 2154,
        "two, full")
    }

    // MARK: Draining

    @Test func aDrainDeliversWhatWasThere() {
      expectPasses(
        Use(threads: Self.drained, initially: [1]), restartable: 1689, atomic: 12_508, spin: 267,
        bounds: (2, nil, nil), "drained")
      let ofAll: [(cpu: Int?, [Action])] = [(0, [.append(2)]), (1, [.drainAll])]
      expectPasses(
        Use(threads: ofAll, initially: [1]), restartable: 1713, atomic: 12_714, spin: 705,
        bounds: (2, nil, nil), "all drained")
    }

    @Test func aDrainAmongTwoThatAppend() {
      let threads: [(cpu: Int?, [Action])] = [
        (0, [.append(2)]), (0, [.append(3)]), (1, [.drainAll]),
      ]
      expectPasses(
        Use(threads: threads, initially: [1]), restartable: 921, atomic: 1124, spin: 1209,
        bounds: (1, 1, 1), "two, and a drain")
    }

    /// Each finds delivered what it has appended, whoever drains.
    @Test func drainsOfAllShareOne() {
      expectPasses(
        Use(threads: [(0, [.append(1), .drainAll]), (1, [.append(2), .drainAll])]),
        restartable: 3499, atomic: 3602, spin: 3285, "two drains")
    }

    // MARK: Suspensions

    @Test func aSuspensionLeavesItEmpty() {
      let threads: [(cpu: Int?, [Action])] = [(0, [.append(2)]), (1, [.suspend])]
      expectPasses(
        Use(threads: threads, initially: [1]), restartable: 1804, atomic: 34_795, spin: 1752,
        bounds: (2, nil, nil), "suspended")
    }

    @Test func aSuspensionAmongTwoThatAppend() {
      let threads: [(cpu: Int?, [Action])] = [
        (0, [.append(2)]), (0, [.append(3)]), (1, [.suspend]),
      ]
      expectPasses(
        Use(threads: threads, initially: [1]), restartable: 1588, atomic: 1574, spin: 1461,
        bounds: (1, 1, 1), "two, and a suspension")
    }

    @Test func aSuspensionAndADrain() {
      let threads: [(cpu: Int?, [Action])] = [
        (0, [.append(2)]), (1, [.drain(0)]), (2, [.suspend]),
      ]
      expectPasses(
        Use(threads: threads, initially: [1]), restartable: 5440, atomic: 7996, spin: 23_989,
        bounds: (1, 1, 1), "a drain and a suspension")
    }

    @Test func twoThatAppendADrainAndASuspension() {
      let threads: [(cpu: Int?, [Action])] = [
        (0, [.append(2)]), (0, [.append(3)]), (1, [.drain(0)]), (2, [.suspend]),
      ]
      expectPasses(
        Use(threads: threads, initially: [1]), restartable: 304, atomic: 232, spin: 192,
        bounds: (0, 0, 0), "two, a drain and a suspension")
      // With one preemption there are hundreds of thousands already: at random, then.
      for locking in [PerCPUBatch<Int>.Locking.automatic, .spin] {
        let result = Use(threads: threads, initially: [1], locking: locking)
          .check(.priorities(seed: 1, executions: 10_000))
        result.report("batch, two, a drain and a suspension, \(locking), at random")
        #expect(result.passed && result.total == 10_000, "\(result)")
      }
    }

    @Test func asLongAsASuspensionLivesNothingIsKept() {
      expectPasses(
        Use(threads: [(0, [.append(1)]), (1, [.suspendAndResume])], isSuspended: true),
        restartable: 1753, atomic: 1389, spin: 3510, bounds: (2, 2, nil), "suspended twice")
      expectPasses(
        Use(threads: Self.twoAppend, isSuspended: true), restartable: 2400, atomic: 2548,
        spin: 2438,
        "two, suspended")
    }

    // MARK: What it rests on

    private static let drained: [(cpu: Int?, [Action])] = [(0, [.append(2)]), (1, [.drain(0)])]

    /// Of spinlocks and tickets.
    @Test(arguments: [
      Weakening.noAcquireLoads, .noReleaseStores, .noAcquireUpdates, .noReleaseUpdates,
    ])
    func locksAndTicketsNeedTheirOrder(_ weakening: Weakening) {
      expectFailure("element", "batch, spin, \(weakening)") {
        Use(threads: Self.drained, initially: [1], locking: .spin, weakening: weakening).check($0)
      }
    }

    @Test(arguments: [Weakening.noAcquireInSections, .plainRestartFences])
    func sectionsNeedTheirFences(_ weakening: Weakening) {
      expectFailure("delivery of row", mode: .exhaustive(preemptionBound: 2), "batch, \(weakening)")
      {
        Use(threads: Self.drained, initially: [1], weakening: weakening).check($0)
      }
    }
  }

#endif
