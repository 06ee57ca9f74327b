// SPDX-License-Identifier: Apache-2.0

import CAtomicsShim
import CStressSupport
import PerCPU
import StressSupport
import Testing

/// Per-CPU memory of one line for a test.
final class Rows: @unchecked Sendable {
  let slots = PerCPUArena.shared.allocate(byteCount: PerCPUArena.lineSize)

  deinit {
    PerCPUArena.shared.deallocate(slots, byteCount: PerCPUArena.lineSize)
  }

  func word(_ cpu: CPU, _ index: Int = 0) -> UnsafeMutablePointer<Int> {
    percpu_row_word(slots, cpu.rawValue) + index
  }

  var values: [Int] {
    CPU.rows.map { word($0).pointee }
  }
}

extension PerCPUTests {
  /// What each sequence does when nobody interferes, on the engine of this process, in a thread that
  /// can run sections and in one that cannot.
  @Suite struct SequenceTests {
    /// Runs a check on a thread of its own, once registered and once not, and returns complaints.
    private func onBothKindsOfThread(_ check: @escaping @Sendable (Rows) -> Bool) -> [String] {
      let wrong = [Tally(), Tally()]
      for registered in [true, false] {
        onThreads(1) { _ in
          if !registered { _ = stress_thread_unregister() }
          if !check(Rows()) { wrong[registered ? 0 : 1].add() }
        }
      }
      return zip(["a registered thread", "an unregistered thread"], wrong)
        .filter { $0.1.count > 0 }.map(\.0)
    }

    @Test func addAddsToOneRow() {
      let wrong = onBothKindsOfThread { rows in
        percpu_thread_pin(Int32(CPU.current.rawValue))
        percpu_sequence_add(rows.slots, 5)
        percpu_sequence_add(rows.slots, -7)
        return rows.values.reduce(0, +) == -2 && rows.values.filter { $0 != 0 }.count == 1
      }
      #expect(wrong == [])
    }

    @Test func claimIfStoresOnAMatchOnlyAndTellsTheRow() {
      let wrong = onBothKindsOfThread { rows in
        percpu_thread_pin(Int32(CPU.current.rawValue))
        let claim = percpu_sequence_claim_if(rows.slots, 0, 11)
        let word = claim.word!
        guard claim.committed, word.pointee == 11 else { return false }
        let second = percpu_sequence_claim_if(rows.slots, 0, 12)
        return !second.committed && second.word == claim.word && word.pointee == 11
      }
      #expect(wrong == [])
    }

    @Test func storeIfStoresOnAMatchOnly() {
      let wrong = onBothKindsOfThread { rows in
        let word = rows.word(CPU.possible[0])
        word.pointee = 1 << 40
        return !percpu_sequence_store_if(word, 1, 2) && word.pointee == 1 << 40
          && percpu_sequence_store_if(word, 1 << 40, -1 << 40) && word.pointee == -1 << 40
      }
      #expect(wrong == [])
    }

    @Test func publishStoresTheSourceIntoAFreeRowOnly() {
      let wrong = onBothKindsOfThread { rows in
        percpu_thread_pin(Int32(CPU.current.rawValue))
        var source = 1 << 50
        let first = percpu_sequence_publish(rows.slots, &source)
        guard first.committed, first.value == source, let word = first.word, word.pointee == source
        else { return false }
        source = 3
        let second = percpu_sequence_publish(rows.slots, &source)
        guard !second.committed, second.word == word, word.pointee == 1 << 50 else { return false }
        word.pointee = 0
        source = 0
        let third = percpu_sequence_publish(rows.slots, &source)
        return third.committed && third.value == 0 && word.pointee == 0
      }
      #expect(wrong == [])
    }

    @Test(.enabled(if: Engine.current == .restartable))
    func aThreadThatCannotRunSectionsStaysAwayFromCPURows() {
      let rows = Rows()
      onThreads(1) { _ in
        _ = stress_thread_unregister()
        for _ in 0..<100 { percpu_sequence_add(rows.slots, 1) }
      }
      #expect(rows.word(.unbound).pointee == 100)
      #expect(rows.values.reduce(0, +) == 100)
    }

    @Test(.enabled(if: Engine.current == .restartable))
    func preemptionAbortsSectionsOnThisKernel() {
      #expect(percpu_preemption_aborts_sections())
    }

    @Test func waitingEndsWhenTheWordChangesOrTimeIsOver() {
      var word: UInt32 = 1
      #expect(percpu_futex_wait(&word, 2, -1) == 0)
      let start = stress_nanoseconds()
      #expect(percpu_futex_wait(&word, 1, 5_000_000) != 0)
      #expect(stress_nanoseconds() - start >= 5_000_000)
      #expect(percpu_futex_wake(&word, 1) == 0)
    }
  }
}
