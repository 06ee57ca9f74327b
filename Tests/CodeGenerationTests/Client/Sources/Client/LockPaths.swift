// SPDX-License-Identifier: Apache-2.0

import CAtomicsShim
import PerCPU

/// A state of eight words.
public struct Summary: BitwiseCopyable, Sendable {
  public var count = 0
  public var sum = 0
  public var longest = 0
  public var shortest = Int.max
  public var buckets: (Int, Int, Int, Int) = (0, 0, 0, 0)
}

public struct Limits: Sendable {
  public var requests = 100
  public var connections = 10
}

/// Locks where users have them: in stored properties.
public final class Locked: Sendable {
  let sums = PerCPULock { _ in 0 }
  let limits = PerCPUReadWriteLock(Limits())
  let total = ShardedLock(initial: 0)
  let summary = ShardedLock(initial: Summary())

  public init() {}

  @inline(never)
  public func probeLockAdd(_ amount: Int) {
    sums.withLocal { sum, _ in sum &+= amount }
  }

  @inline(never)
  public func probeReadField() -> Int {
    limits.withRead { $0.connections }
  }

  @inline(never)
  public func probeUpdateWord(_ amount: Int) {
    total.update { $0 &+= amount }
  }

  @inline(never)
  public func probeUpdateWords(_ duration: Int) {
    summary.update {
      $0.count &+= 1
      $0.sum &+= duration
      $0.longest = max($0.longest, duration)
    }
  }
}

/// Locks that nobody else knows: they must live until the operation is done.
@inline(never)
public func probeTemporaryLock() {
  PerCPULock { _ in 0 }.withLocal { sum, _ in sum &+= 1 }
}

@inline(never)
public func probeTemporaryRead() -> Int {
  PerCPUReadWriteLock(1).withRead { $0 }
}

@inline(never)
public func probeTemporaryShards() {
  ShardedLock(initial: 0).update { $0 &+= 1 }
}

/// Each part of it may run on another thread.
@inline(never)
public func probeAcrossSuspension(_ locked: Locked) async {
  locked.sums.withLocal { sum, _ in sum &+= 1 }
  locked.total.update { $0 &+= 1 }
  await Task.yield()
  locked.sums.withLocal { sum, _ in sum &+= 2 }
  locked.total.update { $0 &+= 2 }
  await Task.yield()
  locked.limits.withRead { limits in locked.sums.withLocal { sum, _ in sum &+= limits.requests } }
}

/// The control: what must not be. Not to be called.
@inline(never)
public func probeCarriedToken(_ slots: UnsafeMutableRawPointer) async {
  let token = percpu_thread_token()
  await Task.yield()
  _ = percpu_sequence_claim_once(slots, 0, token)
}
