// SPDX-License-Identifier: Apache-2.0

import CAtomicsShim
import CStressSupport
import PerCPU
import StressSupport
import Testing

/// What a sink needs to reach its own batch.
private final class Own<Element>: @unchecked Sendable {
  // Sendable: set before anything is delivered.
  unowned(unsafe) var batch: PerCPUBatch<Element>! = nil
}

/// A batch whose sink appends, or does something else to it.
private func selfishBatch(
  capacity: Int = 2, _ sink: @escaping @Sendable (PerCPUBatch<Int>, CPU, Span<Int>) -> Void
) -> PerCPUBatch<Int> {
  let own = Own<Int>()
  let batch = PerCPUBatch<Int>(capacityPerCPU: capacity) { sink(own.batch, $0, $1) }
  own.batch = batch
  return batch
}

extension PerCPUTests {
  /// Deliveries that take their time, sinks that append, suspensions, and handlers.
  @Suite(.serialized) struct PerCPUBatchDeliveryTests {
    // MARK: A delivery that takes its time

    @Test(arguments: PerCPUBatchTests.lockings)
    func aDrainWaitsForWhatAnotherThreadHasTaken(locking: PerCPUBatch<Int>.Locking) {
      let deliveries = Deliveries<Int>()
      let isTaken = Gate(), mayDeliver = Gate(), isDrained = Gate()
      let batch = PerCPUBatch<Int>(capacityPerCPU: 2, locking: locking) { cpu, numbers in
        if numbers[0] == 1 {
          isTaken.open()
          mayDeliver.wait()
        }
        deliveries.add(cpu, numbers)
      }
      let cpu = allowedCPUs[0]
      var threads = Threads()
      threads.start {
        percpu_thread_pin(Int32(cpu))
        batch.append(1)
        batch.append(2)
      }
      threads.start {
        percpu_thread_pin(Int32(cpu))
        isTaken.wait()
        batch.append(3)
        for turn in 0..<2 {
          // What was taken first is still to be delivered.
          var drains = Threads()
          drains.start {
            if turn == 0 { batch.drain(cpu: CPU(rawValue: cpu)) } else { batch.drainAll() }
            isDrained.open()
          }
          if turn == 0 {
            stress_sleep(50_000_000)
            if isDrained.isOpenNow || !deliveries.all.isEmpty { deliveries.add(.unbound, [0].span) }
            mayDeliver.open()
          }
          drains.join()
        }
      }
      threads.join()
      #expect(deliveries.all.map { $0.elements } == [[1, 2], [3]])
      #expect(deliveries.all.allSatisfy { $0.cpu.rawValue == cpu })
    }

    @Test func drainsThatWaitForEachOtherShareOne() {
      let calls = Tally()
      let isInside = Gate(), mayReturn = Gate()
      let batch = PerCPUBatch<Int>(capacityPerCPU: 100) { _, numbers in
        calls.add()
        if numbers[0] == 1 {
          isInside.open()
          mayReturn.wait()
        }
      }
      batch.append(1)
      let started = Tally()
      var threads = Threads()
      threads.start { batch.drainAll() }
      isInside.wait()
      for _ in 0..<4 {
        threads.start {
          batch.append(2)
          started.addPublished(1)
          batch.drainAll()
        }
      }
      while started.loadPublished() < 4 { percpu_thread_yield() }
      stress_sleep(20_000_000)
      mayReturn.open()
      threads.join()
      batch.append(3)
      batch.drainAll()
      // The first, at most one for each row, and the last.
      #expect(calls.count >= 3 && calls.count <= 2 + CPU.rows.count)
    }

    @Test func appendingWaitsForASinkThatIsSlower() {
      let deliveries = Deliveries<Int>()
      let isTaken = Gate(), mayDeliver = Gate(), isAppended = Gate()
      let batch = PerCPUBatch<Int>(capacityPerCPU: 2) { cpu, numbers in
        if numbers[0] == 1 {
          isTaken.open()
          mayDeliver.wait()
        }
        deliveries.add(cpu, numbers)
      }
      var threads = Threads()
      threads.start {
        percpu_thread_pin(Int32(allowedCPUs[0]))
        for number in 1...2 { batch.append(number) }
      }
      isTaken.wait()
      let waited = Tally()
      threads.start {
        percpu_thread_pin(Int32(allowedCPUs[0]))
        for number in 3...4 { batch.append(number) }
        isAppended.open()
        batch.append(5)
        waited.publish(mayDeliver.isOpenNow ? 1 : 2)
      }
      isAppended.wait()
      stress_sleep(50_000_000)
      mayDeliver.open()
      threads.join()
      #expect(waited.count == 1)
      batch.drainAll()
      #expect(deliveries.elements == [1, 2, 3, 4, 5])
    }

    // MARK: Suspensions

    @Test(arguments: PerCPUBatchTests.lockings)
    func whileASuspensionLivesEachElementIsDeliveredAtOnce(locking: PerCPUBatch<Int>.Locking) {
      let (batch, deliveries) = recordingBatch(of: Int.self, capacity: 100, locking)
      batch.append(1)
      let first = batch.suspend()
      #expect(deliveries.elements == [1])
      batch.append(2)
      #expect(deliveries.elements == [1, 2])
      do {
        let second = batch.suspend()
        batch.append(3)
        first.resume()
        batch.append(4)
        #expect(deliveries.elements == [1, 2, 3, 4])
        _ = second
      }
      batch.append(5)
      #expect(deliveries.elements == [1, 2, 3, 4])
      batch.drainAll()
      #expect(deliveries.elements == [1, 2, 3, 4, 5])
    }

    @Test func aSuspensionKeepsItsBatch() {
      let (batch, deliveries) = recordingBatch(of: Int.self, capacity: 100)
      func suspended() -> PerCPUBatch<Int>.Suspension { batch.suspend() }
      let suspension = suspended()
      onThreads(4) { index in
        for number in 0..<100 { batch.append(index * 100 + number) }
      }
      #expect(deliveries.elements.sorted() == Array(0..<400))
      suspension.resume()
    }

    // MARK: Sinks that use their own batch

    @Test func whatASinkAppendsIsDeliveredLater() {
      let deliveries = Deliveries<Int>()
      let batch = selfishBatch { batch, cpu, numbers in
        deliveries.add(cpu, numbers)
        for index in numbers.indices where numbers[index] < 100 {
          // More than there is room for.
          for copy in 1...5 { batch.append(numbers[index] * 100 + copy) }
        }
      }
      onOneCPU { for number in 1...4 { batch.append(number) } }
      for _ in 0..<2 { batch.drainAll() }
      let expected = Array(1...4) + (1...4).flatMap { number in (1...5).map { number * 100 + $0 } }
      #expect(deliveries.elements.sorted() == expected)
    }

    @Test func whatASinkAppendsInASuspensionIsDeliveredWhenItReturns() {
      let deliveries = Deliveries<Int>()
      let batch = selfishBatch { batch, cpu, numbers in
        deliveries.add(cpu, numbers)
        for index in numbers.indices where numbers[index] < 3 { batch.append(numbers[index] + 1) }
      }
      let suspension = batch.suspend()
      batch.append(1)
      #expect(deliveries.elements == [1, 2, 3])
      suspension.resume()
    }

    /// (The thread sanitizer delivers signals late.)
    @Test(.enabled(if: !stress_has_thread_sanitizer()))
    func aHandlerAppendsWhateverItInterrupts() {
      let deliveries = Deliveries<Int>()
      let own = Own<Int>()
      let batch = PerCPUBatch<Int>(capacityPerCPU: 2) { cpu, numbers in
        if numbers[0] == 1 {
          // One fills the other half, the others have no room.
          for _ in 0..<5 { _ = stress_signal_thread(percpu_thread_id()) }
        }
        deliveries.add(cpu, numbers)
      }
      own.batch = batch
      stress_handle_signals(
        { Unmanaged<Own<Int>>.fromOpaque($0!)._withUnsafeGuaranteedRef { $0.batch.append(100) } },
        Unmanaged.passRetained(own).toOpaque())
      onOneCPU {
        stress_block_signals(false)
        for number in 1...2 { batch.append(number) }
      }
      stress_handle_signals({ _ in }, nil)
      batch.drainAll()
      #expect(deliveries.elements.sorted() == [1, 2] + Array(repeating: 100, count: 5))
    }

    @Test func aSinkMustNotDrainItsOwnBatch() async {
      let drain = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
        selfishBatch(capacity: 1) { batch, _, _ in batch.drainAll() }.append(1)
      }
      #expect(printed(drain).contains("a sink would wait for itself for ever"))
      await #expect(processExitsWith: .failure) {
        selfishBatch(capacity: 1) { batch, cpu, _ in batch.drain(cpu: cpu) }.append(1)
      }
      await #expect(processExitsWith: .failure) {
        selfishBatch(capacity: 1) { batch, _, _ in batch.suspend().resume() }.append(1)
      }
      await #expect(processExitsWith: .failure) {
        let batch = selfishBatch { batch, _, _ in batch.drainAll() }
        batch.append(1)
        batch.drainAll()
      }
    }

    @Test func sinksThatAppendToEachOthersBatchesDoNotWaitForEachOther() {
      let own = [Own<Int>(), Own<Int>()]
      let isInside = [Gate(), Gate()]
      let delivered = Tally()
      let batches = [0, 1].map { index in
        PerCPUBatch<Int>(capacityPerCPU: 2) { _, numbers in
          delivered.add(numbers.count)
          guard numbers[0] == 1, !isInside[index].isOpenNow else { return }
          isInside[index].open()
          isInside[1 - index].wait()
          // More than there is room for, while the other one is delivered.
          for number in 2...6 { own[1 - index].batch.append(number) }
        }
      }
      for index in 0..<2 { own[index].batch = batches[index] }
      onThreads(2) { index in
        percpu_thread_pin(Int32(allowedCPUs[0]))
        for _ in 0..<2 { batches[index].append(1) }
      }
      for batch in batches { batch.drainAll() }
      #expect(delivered.count == 2 * (2 + 5))
    }

    @Test func aSinkMayDrainAnother() {
      let (inner, deliveries) = recordingBatch(of: Int.self, capacity: 1)
      let outer = PerCPUBatch<Int>(capacityPerCPU: 2) { _, numbers in
        for index in numbers.indices { inner.append(numbers[index]) }
        inner.drainAll()
      }
      onOneCPU { for number in 1...4 { outer.append(number) } }
      #expect(deliveries.elements == [1, 2, 3, 4])
    }
  }
}
