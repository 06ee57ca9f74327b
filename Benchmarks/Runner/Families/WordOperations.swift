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
          .ours("PerCPUWords") {
            onWords { words, count in for _ in 0..<count { words.add(1) } }
          },
          .peer("Synchronization.Atomic") {
            onAtomic { word, count in
              for _ in 0..<count { word.wrappingAdd(1, ordering: .acquiringAndReleasing) }
            }
          },
          .peer("Synchronization.Mutex") { mutexAdd() },
          .peer("empty loop") { .emptyLoop },
        ]),
      Operation(
        "exchange", threads: threads, baseline: "Synchronization.Atomic",
        [
          .ours("PerCPUWords") {
            let words = PerCPUWords()
            return exchanges { for _ in 0..<$0 { words.exchange(1) } }
          },
          .peer("Synchronization.Atomic") {
            let word = Lines(Atomic(0))
            return exchanges {
              let word = word.pointer
              for _ in 0..<$0 {
                _ = word.pointee.exchange(1, ordering: .acquiringAndReleasing)
              }
            }
          },
          .peer("Synchronization.Mutex") {
            let word = Lines(Mutex(0))
            return exchanges {
              let word = word.pointer
              for _ in 0..<$0 { word.pointee.withLock { $0 = 1 } }
            }
          },
        ]),
      Operation(
        "compare-exchange", threads: threads, baseline: "Synchronization.Atomic",
        [
          .ours("PerCPUWords") { onWords(incrementIfExpected) },
          .peer("Synchronization.Atomic") { onAtomic(incrementIfExpected) },
          .peer("Synchronization.Mutex") { mutexAdd() },
        ]),
      Operation(
        "double compare-exchange", threads: threads, baseline: "Synchronization.Mutex",
        [
          .ours("PerCPUWords") { onWords(incrementIfBothExpected) },
          .peer("Synchronization.Mutex") { guardedMutexAdd() },
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
          .peer("Synchronization.Mutex") { mutexAdd() },
        ]),
    ])
}

/// From words that nobody else wants to ones whose users are often preempted.
private let threads = Operation.Threads.perCPU([1, 2, 4])

/// Loops each turn of which adds 1 somewhere.
private func onWords(_ loop: @escaping @Sendable (PerCPUWords, Int) -> Void) -> Subject {
  let words = PerCPUWords(count: 2)
  return Subject(
    run: { loop(words, $0) },
    total: { ([.unbound] + CPU.possible).reduce(0) { $0 &+ words.load(cpu: $1) } })
}

@Sendable
private func incrementIfExpected(_ words: PerCPUWords, _ count: Int) {
  var known = 0
  for _ in 0..<count {
    while case .mismatch(let actual, _) = words.compareExchange(
      expected: known, desired: known &+ 1)
    {
      known = actual
    }
    known &+= 1
  }
}

@Sendable
private func incrementIfBothExpected(_ words: PerCPUWords, _ count: Int) {
  var known = 0
  for _ in 0..<count {
    while case .mismatch(let actual, _, _) = words.doubleCompareExchange(
      expected: (known, 0), desired: known &+ 1)
    {
      known = actual
    }
    known &+= 1
  }
}

/// A loop of so many exchanges, of which nothing tells how many there were.
private func exchanges(_ loop: @escaping @Sendable (Int) -> Void) -> Subject {
  .tallied { count in
    loop(count)
    return count
  }
}

// MARK: Peers

private func onAtomic(
  _ loop: @escaping @Sendable (borrowing Atomic<Int>, Int) -> Void
) -> Subject {
  let word = Lines(Atomic(0))
  return Subject(
    run: { loop(word.pointer.pointee, $0) },
    total: { word.pointer.pointee.load(ordering: .relaxed) })
}

@Sendable
private func incrementIfExpected(_ word: borrowing Atomic<Int>, _ count: Int) {
  for _ in 0..<count {
    var known = word.load(ordering: .relaxed)
    while true {
      let (exchanged, original) = word.compareExchange(
        expected: known, desired: known &+ 1, ordering: .acquiringAndReleasing)
      if exchanged { break }
      known = original
    }
  }
}

private func mutexAdd() -> Subject {
  let word = Lines(Mutex(0))
  return Subject(
    run: {
      let word = word.pointer
      for _ in 0..<$0 { word.pointee.withLock { $0 &+= 1 } }
    },
    total: { word.pointer.pointee.withLock { $0 } })
}

/// A number, and one that says whether it may change.
private func guardedMutexAdd() -> Subject {
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
