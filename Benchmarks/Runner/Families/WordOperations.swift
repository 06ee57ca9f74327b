// SPDX-License-Identifier: Apache-2.0

import PerCPU
import Synchronization

extension Family {
  static let words = Family(
    "words", "the operations of a processor, on a word that all threads change",
    [
      Operation(
        "add", threads: threads, baseline: "Synchronization.Atomic",
        [
          .ours("PerCPUWords") { perCPUWords { words, _ in words.add(1) } },
          .peer("Synchronization.Atomic") {
            atomic { _ = $0.wrappingAdd(1, ordering: .acquiringAndReleasing) }
          },
          .peer("Synchronization.Mutex") { mutex { $0 &+= 1 } },
          .peer("empty loop") { .emptyLoop },
        ]),
      Operation(
        "exchange", threads: threads, baseline: "Synchronization.Atomic",
        [
          .ours("PerCPUWords") {
            let words = PerCPUWords()
            return .counting { words.exchange(1) }
          },
          .peer("Synchronization.Atomic") {
            let word = Lines(Atomic(0))
            return .counting {
              _ = word.pointer.pointee.exchange(1, ordering: .acquiringAndReleasing)
            }
          },
          .peer("Synchronization.Mutex") {
            let word = Lines(Mutex(0))
            return .counting {
              _ = word.pointer.pointee.withLock { word in
                defer { word = 1 }
                return word
              }
            }
          },
        ]),
      Operation(
        "compare-exchange", threads: threads, baseline: "Synchronization.Atomic",
        [
          .ours("PerCPUWords") { perCPUWords { incrementIfExpected($0, &$1) } },
          .peer("Synchronization.Atomic") { atomic(incrementIfExpected) },
          .peer("Synchronization.Mutex") { mutex { $0 &+= 1 } },
        ]),
      Operation(
        "double compare-exchange", threads: threads, baseline: "Synchronization.Mutex",
        [
          .ours("PerCPUWords") { perCPUWords { incrementIfBothExpected($0, &$1) } },
          .peer("Synchronization.Mutex") { guardedMutex() },
        ] + atomicPairs),
      Operation(
        "exclusive access", .latency, baseline: "Synchronization.Mutex",
        [
          .ours("PerCPUWords") {
            let words = PerCPUWords()
            // The thread that measures is on the last one.
            let cpu = CPU(rawValue: Int(Machine.allowedCPUs().first ?? 0))
            return .counting { words.withExclusiveAccess(to: cpu) { $0[0] &+= 1 } }
          },
          .peer("Synchronization.Mutex") { mutex { $0 &+= 1 } },
        ]),
    ])
}

/// From words that nobody else wants to ones whose users are often preempted.
private let threads = Operation.Threads.perCPU([1, 2, 4])

/// Each operation adds 1 somewhere. It is told what it has learned of the word before.
@inline(__always)
private func perCPUWords(
  _ operation: @escaping @Sendable (PerCPUWords, inout Int) -> Void
) -> Subject {
  let words = PerCPUWords(count: 2)
  return Subject(
    run: {
      var known = 0
      for _ in 0..<$0 { operation(words, &known) }
    },
    total: { CPU.rows.reduce(0) { $0 &+ words.load(cpu: $1) } })
}

@inline(__always)
private func incrementIfExpected(_ words: PerCPUWords, _ known: inout Int) {
  while true {
    switch words.compareExchange(expected: known, desired: known &+ 1) {
    case .exchanged:
      known &+= 1
      return
    case .mismatch(let actual, _): known = actual
    }
  }
}

@inline(__always)
private func incrementIfBothExpected(_ words: PerCPUWords, _ known: inout Int) {
  while true {
    switch words.doubleCompareExchange(expected: (known, 0), desired: known &+ 1) {
    case .exchanged:
      known &+= 1
      return
    case .mismatch(let actual, _, _): known = actual
    }
  }
}

// MARK: Peers

@inline(__always)
private func atomic(_ operation: @escaping @Sendable (borrowing Atomic<Int>) -> Void) -> Subject {
  let word = Lines(Atomic(0))
  return Subject(
    run: {
      let word = word.pointer
      for _ in 0..<$0 { operation(word.pointee) }
    },
    total: { word.pointer.pointee.load(ordering: .relaxed) })
}

@inline(__always)
private func incrementIfExpected(_ word: borrowing Atomic<Int>) {
  var known = word.load(ordering: .relaxed)
  while true {
    let (exchanged, original) = word.compareExchange(
      expected: known, desired: known &+ 1, ordering: .acquiringAndReleasing)
    if exchanged { return }
    known = original
  }
}

@inline(__always)
private func mutex(_ operation: @escaping @Sendable (inout Int) -> Void) -> Subject {
  let word = Lines(Mutex(0))
  return Subject(
    run: {
      let word = word.pointer
      for _ in 0..<$0 { word.pointee.withLock { operation(&$0) } }
    },
    total: { word.pointer.pointee.withLock { $0 } })
}

/// A number, and one that says whether it may change.
private func guardedMutex() -> Subject {
  let pair = Lines(Mutex((number: 0, state: 0)))
  return Subject(
    run: {
      let pair = pair.pointer
      for _ in 0..<$0 { pair.pointee.withLock { if $0.state == 0 { $0.number &+= 1 } } }
    },
    total: { pair.pointer.pointee.withLock { $0.number } })
}

/// The same where two words can be exchanged at a time.
private let atomicPairs: [Implementation] = {
  #if _hasAtomicBitWidth(_128)
    [
      .peer("Synchronization.Atomic pair") {
        let pair = Lines(Atomic(WordPair(first: 0, second: 0)))
        return Subject(
          run: {
            let pair = pair.pointer
            for _ in 0..<$0 {
              var known = pair.pointee.load(ordering: .relaxed)
              while true {
                let (exchanged, original) = pair.pointee.compareExchange(
                  expected: known, desired: WordPair(first: known.first &+ 1, second: 0),
                  ordering: .acquiringAndReleasing)
                if exchanged { break }
                known = WordPair(first: original.first, second: 0)
              }
            }
          },
          total: { Int(bitPattern: pair.pointer.pointee.load(ordering: .relaxed).first) })
      }
    ]
  #else
    []
  #endif
}()
