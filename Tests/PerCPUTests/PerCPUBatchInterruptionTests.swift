// SPDX-License-Identifier: Apache-2.0

import CAtomicsShim
import CStressSupport
@testable import PerCPU
import StressSupport
import Testing

/// What a signal handler finds: a batch, and what it is to append there.
private final class Interruption: @unchecked Sendable {
  // Sendable: only one thread has it.
  let batch: PerCPUBatch<Int>
  let numbers: ClosedRange<Int>

  init(_ batch: PerCPUBatch<Int>, _ numbers: ClosedRange<Int>) {
    self.batch = batch
    self.numbers = numbers
  }

  /// Interrupts this thread by a handler that appends.
  func interrupt() {
    stress_handle_signals(
      { context in
        Unmanaged<Interruption>.fromOpaque(context!)._withUnsafeGuaranteedRef { interruption in
          for number in interruption.numbers { interruption.batch.append(number) }
        }
      }, Unmanaged.passUnretained(self).toOpaque())
    stress_block_signals(false)
    _ = stress_signal_thread(percpu_thread_id())
    stress_handle_signals({ _ in }, nil)
  }
}

extension PerCPUTests {
  /// Handlers that interrupt whoever holds rows. (The thread sanitizer delivers signals late.)
  @Suite(.serialized, .enabled(if: !stress_has_thread_sanitizer()))
  struct PerCPUBatchInterruptionTests {
    /// Batches of two elements, held by the thread that the handler interrupts.
    private func appended(
      _ locking: PerCPUBatch<Int>.Locking, isSuspended: Bool, holding rows: [CPU]
    ) -> (batch: PerCPUBatch<Int>, deliveries: Deliveries<Int>, meanwhile: [Int]) {
      let (batch, deliveries) = recordingBatch(of: Int.self, capacity: 2, locking)
      let meanwhile = Guarded<[Int]>([])
      onOneCPU {
        let suspension = isSuspended ? batch.suspend() : nil
        let held = rows.map { batch.locks.acquire($0.rawValue) }
        // Whoever has delivered something looks for it, and must leave it there.
        batch.overflow.add(0)
        Interruption(batch, 1...9).interrupt()
        let now = deliveries.elements
        meanwhile.withLock { $0 = now }
        for row in held { batch.locks.release(row) }
        suspension?.resume()
      }
      batch.drainAll()
      return (batch, deliveries, meanwhile.withLock { $0 })
    }

    @Test(arguments: PerCPUBatchTests.lockings, [false, true])
    func aHandlerFillsItsRowWhileItsThreadHoldsTheUnboundOne(
      locking: PerCPUBatch<Int>.Locking, isSuspended: Bool
    ) {
      let (_, deliveries, meanwhile) = appended(
        locking, isSuspended: isSuspended, holding: [.unbound])
      #expect(meanwhile == Array(1...(isSuspended ? 9 : 8)))
      let own = CPU(rawValue: allowedCPUs[0])
      #expect(deliveries.all.filter { $0.cpu == own }.flatMap { $0.elements } == Array(1...9))
      #expect(deliveries.all.filter { $0.cpu != own }.map { $0.elements } == [[0]])
    }

    @Test(arguments: PerCPUBatchTests.lockings, [false, true])
    func aHandlerAppendsWhileItsThreadHoldsItsOwnRowAsWell(
      locking: PerCPUBatch<Int>.Locking, isSuspended: Bool
    ) {
      let (_, deliveries, meanwhile) = appended(
        locking, isSuspended: isSuspended, holding: [.unbound, CPU(rawValue: allowedCPUs[0])])
      #expect(meanwhile == [])
      #expect(deliveries.elements == Array(0...9))
      #expect(deliveries.all.allSatisfy { $0.cpu == .unbound && $0.elements.count <= 2 })
    }
  }
}
