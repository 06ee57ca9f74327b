// SPDX-License-Identifier: Apache-2.0

import CAtomicsShim
import StressSupport
import Testing

extension PerCPUTests {
  /// The shim's atomic operations, one by one. Their orderings are the litmus scenarios' matter.
  @Suite struct AtomicsTests {
    @Test func wordsAreLoadedStoredAndExchanged() {
      var word = 1
      #expect(percpu_word_load_relaxed(&word) == 1)
      percpu_word_store_relaxed(&word, -2)
      #expect(percpu_word_load_acquire(&word) == -2)
      percpu_word_store_release(&word, 3)
      #expect(percpu_word_exchange_relaxed(&word, 4) == 3)
      #expect(percpu_word_exchange_acquire(&word, 5) == 4)
      #expect(percpu_word_exchange_release(&word, 6) == 5)
      #expect(percpu_word_exchange_acq_rel(&word, 7) == 6)
      #expect(word == 7)
    }

    @Test func aCompareExchangeTellsWhatItFound() {
      var word = 7
      let operations = [
        percpu_word_compare_exchange_relaxed, percpu_word_compare_exchange_acquire,
        percpu_word_compare_exchange_release, percpu_word_compare_exchange_acq_rel,
      ]
      for operation in operations {
        let failed = operation(&word, 8, 9)
        #expect(!failed.exchanged && failed.original == 7 && word == 7)
        let succeeded = operation(&word, 7, 9)
        #expect(succeeded.exchanged && succeeded.original == 7 && word == 9)
        word = 7
      }
    }

    @Test func arithmeticReturnsTheValueBefore() {
      var word = 6
      #expect(percpu_word_fetch_add_relaxed(&word, -1) == 6)
      #expect(percpu_word_fetch_add_acquire(&word, 1) == 5)
      #expect(percpu_word_fetch_add_release(&word, 1) == 6)
      #expect(percpu_word_fetch_add_acq_rel(&word, Int.max) == 7)
      #expect(word == Int.min + 6)
      word = 0b1100
      #expect(percpu_word_fetch_and_acq_rel(&word, 0b0110) == 0b1100)
      #expect(percpu_word_fetch_or_release(&word, 0b0011) == 0b0100)
      #expect(percpu_word_fetch_and_relaxed(&word, -1) == 0b0111)
      #expect(percpu_word_fetch_or_relaxed(&word, 0) == 0b0111)
    }

    @Test func narrowWordsKeepToThemselves() {
      var words: [UInt32] = [1, 2, 3]
      words.withUnsafeMutableBufferPointer { buffer in
        let middle = buffer.baseAddress! + 1
        #expect(percpu_u32_fetch_add_relaxed(middle, .max) == 2)
        #expect(percpu_u32_exchange_acq_rel(middle, 0xFFFF_FFFF) == 1)
        #expect(percpu_u32_compare_exchange_acquire(middle, 0xFFFF_FFFF, 9).exchanged)
        #expect(percpu_u32_fetch_or_acquire(middle, 16) == 9)
        #expect(percpu_u32_load_acquire(middle) == 25)
        percpu_u32_store_release(middle, 26)
      }
      #expect(words == [1, 26, 3])
    }

    @Test func wideWordsAndPointersWorkAlike() {
      let low: UInt64 = 1 << 40
      let high: UInt64 = 1 << 63
      var wide = low
      #expect(percpu_u64_fetch_add_acquire(&wide, high) == low)
      #expect(percpu_u64_fetch_and_release(&wide, high) == low + high)
      #expect(percpu_u64_compare_exchange_relaxed(&wide, high, 5).exchanged)
      #expect(wide == 5)

      let target = UnsafeMutableRawPointer.allocate(byteCount: 8, alignment: 8)
      defer { target.deallocate() }
      var pointer: UnsafeMutableRawPointer?
      #expect(percpu_pointer_load_acquire(&pointer) == nil)
      percpu_pointer_store_release(&pointer, target)
      #expect(percpu_pointer_exchange_acq_rel(&pointer, nil) == target)
      #expect(percpu_pointer_compare_exchange_release(&pointer, nil, target).exchanged)
      #expect(percpu_pointer_load_relaxed(&pointer) == target)
    }

    @Test func additionsOfSeveralThreadsAreNotLost() {
      let word = UnsafeMutablePointer<Int>.allocate(capacity: 1)
      word.initialize(to: 0)
      defer { word.deallocate() }
      let address = UInt(bitPattern: word)
      onThreads(8) { _ in
        let word = UnsafeMutablePointer<Int>(bitPattern: address)!
        for _ in 0..<100_000 { _ = percpu_word_fetch_add_relaxed(word, 1) }
      }
      #expect(percpu_word_load_acquire(word) == 800_000)
    }
  }
}
