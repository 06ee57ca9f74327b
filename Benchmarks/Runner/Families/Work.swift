// SPDX-License-Identifier: Apache-2.0

import CBenchmarkPeers

/// Computation that takes about so many microseconds of a CPU. Counted in steps and not by the
/// clock: a thread that is preempted has all of the rest still before it.
struct Work: Sendable {
  private let steps: Int

  init(microseconds: Int) {
    steps = Self.stepsPerMicrosecond * microseconds
  }

  /// Returns what must not be 0, if `seed` is not, and must be used.
  @inline(__always)
  func run(_ seed: UInt64) -> UInt64 {
    Self.shuffle(seed, steps: steps)
  }

  /// A shift-register generator: each step needs the one before, and there is no short cut.
  @inline(__always)
  private static func shuffle(_ seed: UInt64, steps: Int) -> UInt64 {
    var bits = seed
    for _ in 0..<steps {
      bits ^= bits << 13
      bits ^= bits >> 7
      bits ^= bits << 17
    }
    return bits
  }

  private static let stepsPerMicrosecond: Int = {
    let steps = 10_000
    var (fastest, bits) = (UInt64.max, UInt64(1))
    for _ in 0..<20 {
      let start = bench_now()
      bits = shuffle(bits, steps: steps)
      fastest = min(fastest, bench_now() &- start)
    }
    peer_consume(Int(truncatingIfNeeded: bits))
    return max(1, steps * 1000 / Int(max(1, fastest)))
  }()
}
