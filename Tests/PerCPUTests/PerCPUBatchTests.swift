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

/// What a sink was given, in the order of its calls.
final class Deliveries<Element: Sendable>: Sendable {
  private let calls = Guarded<[(cpu: CPU, elements: [Element])]>([])

  func add(_ cpu: CPU, _ elements: Span<Element>) {
    let all = elements.indices.map { elements[$0] }
    calls.withLock { $0.append((cpu, all)) }
  }

  var all: [(cpu: CPU, elements: [Element])] { calls.withLock { $0 } }
  var elements: [Element] { all.flatMap { $0.elements } }
}

/// A batch whose sink keeps what it gets.
func recordingBatch<Element: Sendable>(
  of _: Element.Type, capacity: Int = 4,
  _ locking: PerCPUBatch<Element>.Locking = .automatic
) -> (PerCPUBatch<Element>, Deliveries<Element>) {
  let deliveries = Deliveries<Element>()
  let batch = PerCPUBatch<Element>(capacityPerCPU: capacity, locking: locking) {
    deliveries.add($0, $1)
  }
  return (batch, deliveries)
}

/// Runs `body` on a thread that stays on one CPU, and returns which.
@discardableResult
func onOneCPU(_ body: @escaping @Sendable () -> Void) -> CPU {
  onThreads(1) { _ in
    percpu_thread_pin(Int32(allowedCPUs[0]))
    body()
  }
  return CPU(rawValue: allowedCPUs[0])
}

extension PerCPUTests {
  @Suite struct PerCPUBatchTests {
    static let lockings: [PerCPUBatch<Int>.Locking] = [.automatic, .spin]

    @Test(arguments: lockings)
    func fullBuffersAreDeliveredByWhoFillsThemAndTheRestByADrain(
      locking: PerCPUBatch<Int>.Locking
    ) {
      let (batch, deliveries) = recordingBatch(of: Int.self, locking)
      let filled = Guarded<[[Int]]>([])
      let cpu = onOneCPU {
        for number in 1...10 { batch.append(number) }
        let now = deliveries.all.map { $0.elements }
        filled.withLock { $0 = now }
      }
      #expect(filled.withLock { $0 } == [[1, 2, 3, 4], [5, 6, 7, 8]])
      batch.drainAll()
      #expect(deliveries.all.map { $0.elements } == [[1, 2, 3, 4], [5, 6, 7, 8], [9, 10]])
      #expect(deliveries.all.allSatisfy { $0.cpu == cpu })
      batch.drainAll()
      #expect(deliveries.all.count == 3)
    }

    @Test(arguments: lockings)
    func aDrainOfACPUDeliversWhatIsThere(locking: PerCPUBatch<Int>.Locking) {
      let (batch, deliveries) = recordingBatch(of: Int.self, capacity: 100, locking)
      let cpu = onOneCPU { for number in 1...3 { batch.append(number) } }
      for other in CPU.rows where other != cpu { batch.drain(cpu: other) }
      #expect(deliveries.elements == [])
      batch.drain(cpu: cpu)
      #expect(deliveries.elements == [1, 2, 3])
    }

    @Test(arguments: lockings)
    func bothKindsOfThreadAppend(locking: PerCPUBatch<Int>.Locking) {
      let (batch, deliveries) = recordingBatch(of: Int.self, locking)
      onThreads(1) { _ in
        _ = stress_thread_unregister()
        for number in 1...9 { batch.append(number) }
      }
      onThreads(1) { _ in for number in 10...18 { batch.append(number) } }
      batch.drainAll()
      #expect(deliveries.elements.sorted() == Array(1...18))
      if Engine.current == .restartable {
        #expect(deliveries.all.contains { $0.cpu == .unbound && $0.elements.contains(1) })
      }
    }

    @Test(arguments: [1, 2, 3])
    func theSmallestBuffers(capacity: Int) {
      let (batch, deliveries) = recordingBatch(of: Int.self, capacity: capacity)
      onOneCPU { for number in 1...7 { batch.append(number) } }
      batch.drainAll()
      #expect(deliveries.elements == Array(1...7))
      #expect(deliveries.all.allSatisfy { $0.elements.count <= capacity })
    }

    @Test func elementsOfEverySizeAndAlignment() {
      let (wide, wideDeliveries) = recordingBatch(of: SIMD16<Double>.self)
      let (odd, oddDeliveries) = recordingBatch(of: InlineBytes.self, capacity: 3)
      let (large, largeDeliveries) = recordingBatch(of: SIMD64<Int>.self, capacity: 1000)
      let empty = Tally()
      let nothing = PerCPUBatch<Void>(capacityPerCPU: 4) { _, elements in
        empty.add(elements.count)
      }
      onOneCPU {
        for number in 0..<10 {
          wide.append(SIMD16(repeating: Double(number)))
          odd.append(InlineBytes(number))
          nothing.append(())
        }
        for number in 0..<2500 { large.append(SIMD64(repeating: number)) }
      }
      wide.drainAll()
      odd.drainAll()
      large.drainAll()
      nothing.drainAll()
      #expect(wideDeliveries.elements == (0..<10).map { SIMD16(repeating: Double($0)) })
      #expect(oddDeliveries.elements == (0..<10).map { InlineBytes($0) })
      #expect(largeDeliveries.elements == (0..<2500).map { SIMD64(repeating: $0) })
      #expect(largeDeliveries.all.map { $0.elements.count } == [1000, 1000, 500])
      #expect(empty.count == 10)
    }

    private struct InlineBytes: Equatable, Sendable {
      let first: UInt8, second: UInt8, third: UInt8
      init(_ number: Int) {
        first = UInt8(number)
        second = ~first
        third = first &* 3
      }
    }

    @Test func whatIsLeftIsDeliveredInTheEndAndAllIsReleased() {
      let before = Counted.alive.load(ordering: .relaxed)
      let deliveries = Tally()
      do {
        let batch = PerCPUBatch<Box>(capacityPerCPU: 4) { _, boxes in deliveries.add(boxes.count) }
        onOneCPU { for number in 1...6 { batch.append(Box(number)) } }
        #expect(deliveries.count == 4)
        #expect(Counted.alive.load(ordering: .relaxed) == before + 2)
      }
      #expect(deliveries.count == 6)
      #expect(Counted.alive.load(ordering: .relaxed) == before)
    }

    private final class Box: Sendable {
      let counted: Counted
      init(_ number: Int) { counted = Counted(number) }
    }

    @Test func aDrainWakesNobody() {
      let batch = PerCPUBatch<Int>(capacityPerCPU: 1000) { _, _ in }
      let appended = Tally()
      let ends = Tally()
      let woken = Tally()
      let pipes = (0..<4).map { _ in
        var ends: [Int32] = [0, 0]
        precondition(pipe(&ends) == 0)
        return ends
      }
      var threads = Threads()
      for index in pipes.indices {
        threads.start {
          batch.append(index)
          let before = stress_sleeps()
          appended.addPublished(1)
          var byte: UInt8 = 0
          _ = read(pipes[index][0], &byte, 1)
          // Once for the byte.
          woken.add(Int(stress_sleeps() - before) - 1)
          ends.add()
        }
      }
      while appended.loadPublished() < pipes.count { stress_sleep(1_000_000) }
      stress_sleep(20_000_000)
      for _ in 0..<1000 { batch.drainAll() }
      for pipe in pipes { _ = write(pipe[1], "x", 1) }
      threads.join()
      for pipe in pipes.flatMap({ $0 }) { _ = close(pipe) }
      #expect(ends.count == pipes.count)
      #expect(woken.count <= 0)
    }

    @Test(.enabled(if: !stress_has_thread_sanitizer()))
    func theChildOfAForkHasWhatWasAppended() {
      let sum = Tally()
      let batch = PerCPUBatch<Int>(capacityPerCPU: 100) { _, numbers in
        for index in numbers.indices { sum.add(numbers[index]) }
      }
      let status = Tally()
      onThreads(1) { _ in
        for number in 1...10 { batch.append(number) }
        let child = stress_fork_here()
        if child == 0 {
          batch.append(11)
          batch.drainAll()
          _exit(sum.count == 66 ? 0 : 1)
        }
        status.publish(Int(stress_wait_for(child)))
      }
      batch.drainAll()
      #expect(status.count == 0)
      #expect(sum.count == 55)
    }

    // MARK: Misuse

    @Test func aBatchWithoutRoomIsAClearError() async {
      let none = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
        _ = PerCPUBatch<Int>(capacityPerCPU: 0) { _, _ in }
      }
      #expect(printed(none).contains("capacityPerCPU must be positive; 0 is not"))
      let tooMuch = await #expect(
        processExitsWith: .failure, observing: [\.standardErrorContent]
      ) {
        _ = PerCPUBatch<Int>(capacityPerCPU: .max) { _, _ in }
      }
      #expect(printed(tooMuch).contains("has no room for"))
    }

    @Test func aCPUThatDoesNotExistIsAClearError() async {
      let finished = await #expect(
        processExitsWith: .failure, observing: [\.standardErrorContent]
      ) {
        PerCPUBatch<Int>(capacityPerCPU: 1) { _, _ in }.drain(cpu: CPU(rawValue: 1_000_000))
      }
      #expect(printed(finished).contains("there is no CPU 1000000 on this system"))
    }
  }
}
