// SPDX-License-Identifier: Apache-2.0

import Atomics
import NIOConcurrencyHelpers

let wordAddPeers: [Implementation] = [
  .peer("swift-atomics") {
    onWord { word, count in
      for _ in 0..<count { word.wrappingIncrement(ordering: .acquiringAndReleasing) }
    }
  },
  .peer("NIOLockedValueBox") { nioLocked() },
]

let exchangePeers: [Implementation] = [
  .peer("swift-atomics") {
    let word = ManagedAtomic(0)
    return .tallied { count in
      for _ in 0..<count { _ = word.exchange(1, ordering: .acquiringAndReleasing) }
      return count
    }
  },
  .peer("NIOLockedValueBox") {
    let box = NIOLockedValueBox(0)
    return .tallied { count in
      for _ in 0..<count { box.withLockedValue { $0 = 1 } }
      return count
    }
  },
]

let compareExchangePeers: [Implementation] = [
  .peer("swift-atomics") {
    onWord { word, count in
      var known = 0
      for _ in 0..<count {
        while true {
          let (exchanged, original) = word.compareExchange(
            expected: known, desired: known &+ 1, ordering: .acquiringAndReleasing)
          if exchanged { break }
          known = original
        }
        known &+= 1
      }
    }
  },
  .peer("NIOLockedValueBox") { nioLocked() },
]

/// Both words of the pair are exchanged; ours looks at the second one only.
let doubleCompareExchangePeers: [Implementation] = [
  .peer("swift-atomics pair") {
    let pair = ManagedAtomic(DoubleWord(first: 0, second: 0))
    return Subject(
      run: {
        var known: UInt = 0
        for _ in 0..<$0 {
          while true {
            let (exchanged, original) = pair.compareExchange(
              expected: DoubleWord(first: known, second: 0),
              desired: DoubleWord(first: known &+ 1, second: 0), ordering: .acquiringAndReleasing)
            if exchanged { break }
            known = original.first
          }
          known &+= 1
        }
      },
      total: { Int(bitPattern: pair.load(ordering: .relaxed).first) })
  }
]

private func onWord(_ loop: @escaping @Sendable (ManagedAtomic<Int>, Int) -> Void) -> Subject {
  let word = ManagedAtomic(0)
  return Subject(run: { loop(word, $0) }, total: { word.load(ordering: .relaxed) })
}
