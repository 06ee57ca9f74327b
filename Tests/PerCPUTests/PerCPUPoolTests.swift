// SPDX-License-Identifier: Apache-2.0

import CAtomicsShim
import CStressSupport
import PerCPU
import StressSupport
import Synchronization
import Testing

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// Larger than a word, and aligned to more.
private struct Wide: Equatable {
  var lanes: SIMD8<Int64>
  var name: String
  var last: UInt8

  init(_ number: Int) {
    lanes = SIMD8(repeating: Int64(number))
    name = "a name that does not fit into its string, \(number)"
    last = UInt8(truncatingIfNeeded: number)
  }
}

private final class Resource: Sendable {
  let number: Int
  private let ends: Tally

  init(_ number: Int, _ ends: Tally) {
    self.number = number
    self.ends = ends
  }

  deinit { ends.add() }
}

/// Runs a body on a thread of its own, on the first CPU that may be used, with or without sections.
private func onFirstCPU(registered: Bool = true, _ body: @escaping @Sendable () -> Void) {
  onThreads(1) { _ in
    percpu_thread_pin(Int32(allowedCPUs[0]))
    if !registered { _ = stress_thread_unregister() }
    body()
  }
}

private func number(_ counted: consuming Counted?) -> Int? {
  if let counted { return counted.value }
  return nil
}

extension PerCPUTests {
  @Suite struct PerCPUPoolTests {
    // MARK: Order

    @Test(arguments: [true, false])
    func whatWasGivenLastIsTakenFirst(registered: Bool) {
      let pool = PerCPUPool<Int>(capacityPerCPU: 10)
      onFirstCPU(registered: registered) {
        #expect(pool.take() == nil)
        let accepted = (0..<10).map { pool.give($0) == nil }
        #expect(accepted.allSatisfy { $0 })
        #expect(pool.count == 10)
        #expect((0..<11).map { _ in pool.take() } == (0..<10).reversed() + [nil])
      }
    }

    @Test(arguments: [true, false])
    func whatIsFullHandsBack(registered: Bool) {
      let pool = PerCPUPool<Int>(capacityPerCPU: 4, sharedCapacity: 0)
      onFirstCPU(registered: registered) {
        let returned = (0..<6).map { pool.give($0) }
        #expect(returned == [nil, nil, nil, nil, 4, 5])
        #expect((0..<5).map { _ in pool.take() } == [3, 2, 1, 0, nil])
        #expect(pool.statistics.handedBack == 2)
      }
    }

    @Test(arguments: [true, false])
    func whatACPUHasNoRoomForIsSharedByMagazines(registered: Bool) {
      let pool = PerCPUPool<Int>(capacityPerCPU: 8, sharedCapacity: 16)
      onFirstCPU(registered: registered) {
        let handedBack = (0..<40).map { pool.give($0) }.filter { $0 != nil }.count
        #expect(handedBack == 16)
        #expect(pool.count == 24)
        var taken: [Int] = []
        while let number = pool.take() { taken.append(number) }
        #expect(Set(taken).count == 24 && taken.count == 24)
        let statistics = pool.statistics
        #expect(statistics.count == 0)
        #expect(statistics.spilled >= 4 && statistics.refilled >= 4)
        #expect(statistics.highWaterMark >= 20 && statistics.highWaterMark <= 24)
      }
    }

    @Test func whatAnotherCPUHasIsTakenAway() throws {
      try #require(allowedCPUs.count > 1)
      let pool = PerCPUPool<Int>(capacityPerCPU: 64)
      onFirstCPU { for number in 0..<40 { pool.give(number) } }
      let taken = Tally()
      onThreads(1) { _ in
        percpu_thread_pin(Int32(allowedCPUs[1]))
        while pool.take() != nil { taken.add() }
      }
      #expect(taken.count == 40)
      #expect(pool.statistics.stolen >= 2)
      #expect(pool.count == 0)
    }

    // MARK: Making

    @Test func anEmptyPoolMakes() {
      let made = Tally()
      let pool = PerCPUPool<Int>(capacityPerCPU: 4) {
        made.add()
        return 100 + made.count
      }
      onFirstCPU {
        #expect(pool.take() == 101)
        pool.give(7)
        #expect(pool.take() == 7)
        #expect(pool.take() == 102)
        #expect(pool.take { 5 } == 5)
      }
      #expect(pool.statistics.made == 3)
    }

    @Test func whatMakingThrowsComesOut() {
      let pool = PerCPUPool<Counted>(capacityPerCPU: 4)
      let refusal = error { () throws(Refusal) in
        let counted = try pool.take { () throws(Refusal) in throw Refusal(number: 3) }
        _ = counted.value
      }
      #expect(refusal == Refusal(number: 3))
      #expect(pool.statistics.made == 0)
    }

    // MARK: Elements

    private func roundTrip<Element: Equatable & Sendable>(
      _ make: @escaping @Sendable (Int) -> Element
    ) {
      let pool = PerCPUPool<Element>(capacityPerCPU: 100)
      onFirstCPU {
        for number in 0..<100 { pool.give(make(number)) }
        let isRight = (0..<100).reversed().allSatisfy { pool.take() == make($0) }
        #expect(isRight, "\(Element.self)")
        // Those that are left end with the pool.
        for number in 0..<150 { pool.give(make(number)) }
      }
    }

    @Test func elementsOfAnyType() {
      roundTrip { $0 }
      roundTrip { UInt8(truncatingIfNeeded: $0) }
      roundTrip { Double($0) }
      roundTrip { [$0, 1, 2] }
      roundTrip { "a string that does not fit into its own words \($0)" }
      roundTrip { Wide($0) }
      roundTrip { $0 % 2 == 0 ? Optional($0) : nil }
      roundTrip { InlineArray3($0) }
      let nothing = PerCPUPool<Void>(capacityPerCPU: 2, sharedCapacity: 0)
      onFirstCPU {
        #expect(nothing.take() == nil)
        nothing.give(())
        #expect(nothing.take() != nil && nothing.take() == nil)
      }
    }

    @Test func elementsThatCannotBeCopiedAndLargeOnes() {
      struct Large: ~Copyable {
        var counted: Counted
        var more = (1, 2, 3)
        consuming func number() -> Int { counted.value }
      }
      do {
        let small = PerCPUPool<Counted>(capacityPerCPU: 10, sharedCapacity: 20)
        let large = PerCPUPool<Large>(capacityPerCPU: 10, sharedCapacity: 10)
        onFirstCPU {
          for number in 0..<30 {
            small.give(Counted(number))
            large.give(Large(counted: Counted(number)))
          }
          let values = [number(small.take()), large.take { fatalError() }.number()]
          #expect(values == [29, 19])
          var drained = 0
          small.drainAll { drained += $0.value >= 0 ? 1 : 0 }
          #expect(drained >= 10)
        }
      }
      #expect(Counted.alive.load(ordering: .relaxed) == 0)
    }

    @Test func instancesEndWithThePool() {
      let ends = Tally()
      do {
        let pool = PerCPUPool<Resource>(capacityPerCPU: 16, sharedCapacity: 32)
        onThreads(4) { thread in
          for number in 0..<50 { pool.give(Resource(thread * 50 + number, ends)) }
        }
        #expect(ends.count + pool.count == 200)
      }
      #expect(ends.count == 200)
    }

    @Test func whatIsTakenIsNobodyElses() {
      let ends = Tally()
      let pool = PerCPUPool<Resource>(capacityPerCPU: 4)
      onFirstCPU {
        pool.give(Resource(1, ends))
        var taken = pool.take()
        #expect(isKnownUniquelyReferenced(&taken))
      }
      #expect(ends.count == 1)
    }

    // MARK: From afar

    @Test func aDrainedCPUHasNothingLeft() {
      let pool = PerCPUPool<Int>(capacityPerCPU: 20, sharedCapacity: 0)
      onFirstCPU { for number in 0..<20 { pool.give(number) } }
      let cpu = CPU(rawValue: allowedCPUs[0])
      #expect(pool.drain(cpu: cpu) == Array(0..<20))
      #expect(pool.drain(cpu: cpu) == [])
      #expect(pool.statistics.drained == 20)
      onFirstCPU { for number in 0..<3 { pool.give(number) } }
      var order: [Int] = []
      #expect(pool.drain(cpu: cpu) { order.append($0) } == 3)
      #expect(order == [2, 1, 0])
    }

    @Test func allIsDrainedFromEverywhere() {
      let pool = PerCPUPool<Int>(capacityPerCPU: 8, sharedCapacity: 80)
      for (index, cpu) in allowedCPUs.prefix(4).enumerated() {
        onThreads(2) { thread in
          if thread == 0 { percpu_thread_pin(Int32(cpu)) } else { _ = stress_thread_unregister() }
          for number in 0..<10 { pool.give(100 * index + 10 * thread + number) }
        }
      }
      let count = pool.count
      #expect(Set(pool.drainAll()).count == count)
      #expect(count == 20 * min(4, allowedCPUs.count))
      #expect(pool.count == 0 && pool.take() == nil)
    }

    @Test func whatShrinksGivesUpTheDepotAndTheOlderHalf() {
      let ends = Tally()
      let pool = PerCPUPool<Resource>(capacityPerCPU: 8, sharedCapacity: 8)
      onFirstCPU {
        for number in 0..<16 { pool.give(Resource(number, ends)) }
        pool.drain(cpu: CPU(rawValue: allowedCPUs[0])) { _ = $0 }
        for number in 16..<23 { pool.give(Resource(number, ends)) }
        let before = pool.count - 7
        #expect(pool.shrink() == before + 4)
        #expect((0..<4).map { _ in pool.take()?.number } == [22, 21, 20, nil])
        pool.give(Resource(23, ends))
        #expect(pool.shrink() == 1)
        #expect(pool.shrink() == 0)
      }
      #expect(ends.count == 24)
    }

    /// Whoever finds its row held goes elsewhere.
    @Test func nobodyWaitsForAHolder() throws {
      let pool = PerCPUPool<Int>(capacityPerCPU: 4, sharedCapacity: 8)
      let row = RowWord(pool.words.slots, CPU(rawValue: allowedCPUs[0]))
      let count = try #require(row.tryHold())
      #expect(row.tryHold() == nil)
      onFirstCPU {
        let unbound = RowWord(pool.words.slots, .unbound)
        pool.give(1)
        #expect(pool.take() == 1)
        #expect(unbound.tryHold() == 0)
        for number in 2..<8 { #expect((pool.give(number) == nil) == (number < 6)) }
        #expect(Set((0..<4).compactMap { _ in pool.take() }) == [2, 3, 4, 5])
        #expect(pool.take() == nil)
        unbound.giveBack(0)
      }
      row.giveBack(count)
    }

    @Test func nodesThatGatherElsewhereComeBack() throws {
      try #require(allowedCPUs.count > 1)
      let pool = PerCPUPool<Wide>(capacityPerCPU: 4, sharedCapacity: 64)
      let turn = Tally()
      // More elements than there are nodes, from one CPU to another.
      onThreads(2) { thread in
        percpu_thread_pin(Int32(allowedCPUs[thread]))
        for round in 0..<100 {
          while turn.loadPublished() != 2 * round + thread { percpu_thread_yield() }
          for number in 0..<16 {
            if thread == 0 {
              #expect(pool.give(Wide(number)) == nil)
            } else {
              #expect(pool.take() != nil)
            }
          }
          turn.publish(2 * round + thread + 1)
        }
      }
      #expect(pool.count == 0)
    }

    /// What goes from one CPU to another one by one needs no more nodes than that.
    @Test func memoryDoesNotGrowWithWhatPassesThrough() throws {
      try #require(allowedCPUs.count > 1)
      let pool = PerCPUPool<Wide>(capacityPerCPU: 8000)
      let turn = Tally()
      onThreads(2) { thread in
        percpu_thread_pin(Int32(allowedCPUs[thread]))
        for round in 0..<2000 {
          while turn.loadPublished() != 2 * round + thread { percpu_thread_yield() }
          if thread == 0 { _ = pool.give(Wide(round)) } else { _ = pool.take() }
          turn.publish(2 * round + thread + 1)
        }
      }
      #expect(pool.count == 0)
      #expect(pool.nodes!.usedCount <= 128)
    }

    /// Behind the first few nodes of a list stands what would end the process.
    @Test func whoTakesAListDoesNotWalkOverIt() async throws {
      try #require(allowedCPUs.count > 1)
      await #expect(processExitsWith: .success) {
        let pool = PerCPUPool<Wide>(capacityPerCPU: 200, sharedCapacity: 0)
        onThreads(1) { _ in
          percpu_thread_pin(Int32(allowedCPUs[0]))
          for number in 0..<200 { pool.give(Wide(number)) }
          while pool.take() != nil {}
        }
        let row = RowWord(pool.nodes!.slots, CPU(rawValue: allowedCPUs[0]))
        var node = UnsafeMutablePointer<Int>(bitPattern: row.hint)!
        for _ in 0..<20 { node = UnsafeMutablePointer(bitPattern: node.pointee)! }
        let next = node.pointee
        node.pointee = 8
        onThreads(1) { _ in
          percpu_thread_pin(Int32(allowedCPUs[1]))
          for number in 0..<10 { pool.give(Wide(number)) }
          if pool.count != 10 || pool.nodes!.usedCount != 200 { _exit(1) }
        }
        node.pointee = next
      }
    }

    /// Not on the atomic engine: there, the owner of a row may be preempted while it holds it.
    @Test(.enabled(if: percpu_engine_is_restartable()))
    func whatABusyCPUHasIsWithinReach() throws {
      try #require(allowedCPUs.count > 1)
      let pool = PerCPUPool<Int>(capacityPerCPU: 1000, sharedCapacity: 0)
      let isFull = Gate()
      let none = Tally(), end = Tally()
      onThreads(2) { thread in
        percpu_thread_pin(Int32(allowedCPUs[thread]))
        if thread == 0 {
          for number in 0..<900 { pool.give(number) }
          isFull.open()
          while end.count == 0 { if let number = pool.take() { pool.give(number) } }
        } else {
          isFull.wait()
          let here = CPU(rawValue: allowedCPUs[1])
          var kept: [Int] = []
          for _ in 0..<300 where kept.count < 400 {
            if let number = pool.take() { kept.append(number) } else { none.add() }
            kept += pool.drain(cpu: here)
          }
          end.add()
        }
      }
      #expect(none.count <= 1)
    }

    /// What a taker puts back of a magazine went to the depot, too.
    @Test func whatWasSharedAndWhatCameBackAddUp() throws {
      let pool = PerCPUPool<Int>(capacityPerCPU: 4, sharedCapacity: 8)
      onFirstCPU { for number in 0..<5 { pool.give(number) } }
      let row = RowWord(pool.words.slots, CPU(rawValue: allowedCPUs[0]))
      let held = try #require(row.tryHold())
      let unbound = RowWord(pool.words.slots, .unbound)
      let heldUnbound = try #require(unbound.tryHold())
      onFirstCPU { for _ in 0..<2 { #expect(pool.take() != nil) } }
      unbound.giveBack(heldUnbound)
      row.giveBack(held)
      #expect(pool.statistics.spilled == 2 && pool.statistics.refilled == 2)
    }

    /// Longer than anybody spins.
    @Test func aDrainWaitsForAHolder() {
      let pool = PerCPUPool<Int>(capacityPerCPU: 8)
      let cpu = CPU(rawValue: allowedCPUs[0])
      let isHeld = Gate()
      onFirstCPU { for number in 0..<8 { pool.give(number) } }
      onThreads(2) { thread in
        if thread == 0 {
          let row = RowWord(pool.words.slots, cpu)
          let count = row.hold()!
          isHeld.open()
          stress_sleep(30_000_000)
          row.giveBack(count)
        } else {
          isHeld.wait()
          #expect(pool.drain(cpu: cpu).count == 8)
        }
      }
    }

    // MARK: Forks

    @Test func theChildOfAForkLosesWhatAnotherThreadHeld() {
      let pool = PerCPUPool<Int>(capacityPerCPU: 8)
      let cpu = CPU(rawValue: allowedCPUs[0])
      let isHeld = Gate(), end = Gate()
      var threads = Threads()
      onFirstCPU { for number in 0..<8 { pool.give(number) } }
      threads.start {
        let row = RowWord(pool.words.slots, cpu)
        let count = row.hold()!
        isHeld.open()
        end.wait()
        row.giveBack(count)
      }
      isHeld.wait()
      let child = stress_fork_here()
      if child == 0 {
        percpu_thread_pin(Int32(allowedCPUs[0]))
        if pool.drain(cpu: cpu).count != 0 { _exit(1) }
        for number in 0..<4 where pool.give(number) != nil { _exit(2) }
        for number in 0..<4 where pool.take() != 3 - number { _exit(3) }
        if pool.take() != nil { _exit(4) }
        _exit(0)
      }
      end.open()
      threads.join()
      #expect(stress_wait_for(child) == 0)
      #expect(pool.drain(cpu: cpu).count == 8)
    }

    // MARK: Misuse

    @Test func capacitiesThatCannotBeAreClearErrors() async {
      let none = await #expect(
        processExitsWith: .failure, observing: [\.standardErrorContent]
      ) { _ = PerCPUPool<Int>(capacityPerCPU: 0) }
      #expect(printed(none).contains("is 1 to 8000 elements"))
      await #expect(processExitsWith: .failure) { _ = PerCPUPool<Int>(capacityPerCPU: 8001) }
      await #expect(processExitsWith: .failure) {
        _ = PerCPUPool<Int>(capacityPerCPU: 1, sharedCapacity: -1)
      }
      let shared = await #expect(
        processExitsWith: .failure, observing: [\.standardErrorContent]
      ) { _ = PerCPUPool<Int>(capacityPerCPU: 2, sharedCapacity: 1 << 20) }
      #expect(printed(shared).contains("CPUs share at most"))
      let huge = await #expect(
        processExitsWith: .failure, observing: [\.standardErrorContent]
      ) { _ = PerCPUPool<Int>(capacityPerCPU: 2, sharedCapacity: .max) }
      #expect(printed(huge).contains("CPUs share at most"))
      let cpu = await #expect(
        processExitsWith: .failure, observing: [\.standardErrorContent]
      ) { PerCPUPool<Int>(capacityPerCPU: 2).drain(cpu: CPU(rawValue: 1_000_000)) }
      #expect(printed(cpu).contains("there is no CPU 1000000 on this system"))
    }
  }
}

private struct InlineArray3: Equatable {
  let numbers: [Int]
  let more: (Int, Int)

  init(_ number: Int) {
    numbers = [number]
    more = (number, -number)
  }

  static func == (left: Self, right: Self) -> Bool {
    left.numbers == right.numbers && left.more == right.more
  }
}
