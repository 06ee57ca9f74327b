// SPDX-License-Identifier: Apache-2.0

import CAtomicsShim
import CBenchmarkPeers
import PerCPU
import Synchronization

/// The rows that stand for the shim as Swift sees it.
private let shim = "CAtomicsShim"

extension Family {
  static let shim = Family(
    "shim", "what everything is built from: imported into Swift, in C, and in the library",
    [
      primitive("load_acquire", { loadAcquire() }, cWord(peer_load_acquire), { atomicLoad() }),
      primitive("store_release", { storeRelease() }, cWord(peer_store_release), { atomicStore() }),
      primitive("exchange_acq_rel", { exchange() }, cWord(peer_exchange), { atomicExchange() }),
      primitive(
        "compare_exchange_acq_rel", { compareExchange() }, cWord(peer_compare_exchange),
        { atomicCompareExchange() }),
      primitive("fetch_add_acq_rel", { fetchAdd() }, cWord(peer_fetch_add), { atomicFetchAdd() }),
      primitive(
        "fence_seq_cst", { .counting { percpu_fence_seq_cst() } }, cPlain(peer_fence_seq_cst),
        { atomicFence() }),
      primitive("fence_light", { .counting { percpu_fence_light() } }, cPlain(peer_fence_light)),
      primitive("thread_cpu", { threadCPU() }, cPlain(peer_thread_cpu)),
      primitive("cpu_hint", { cpuHint() }, cPlain(peer_cpu_hint)),
    ] + sequences + [fences])
}

private func primitive(
  _ name: String, _ swift: @escaping @Sendable () -> Subject,
  _ c: @escaping @Sendable () -> Subject, _ atomic: (@Sendable () -> Subject)? = nil
) -> Operation {
  var implementations = [Implementation.peer(shim, swift), .peer("C loop", c)]
  if let atomic { implementations.append(.peer("Synchronization.Atomic", atomic)) }
  return Operation(
    name, threads: .one, baseline: atomic == nil ? "C loop" : "Synchronization.Atomic",
    implementations)
}

private func cWord(
  _ loop: @escaping @Sendable (UnsafeMutablePointer<Int>, Int) -> Int
) -> @Sendable () -> Subject {
  { .onWord { loop($0, $1) } }
}

private func cPlain(_ loop: @escaping @Sendable (Int) -> Int) -> @Sendable () -> Subject {
  { .tallied { loop($0) } }
}

extension Subject {
  /// A loop over a word of its own, which holds 1.
  fileprivate static func onWord(
    _ loop: @escaping @Sendable (UnsafeMutablePointer<Int>, Int) -> Int
  ) -> Subject {
    let word = Lines(1)
    return .tallied { loop(word.pointer, $0) }
  }
}

/// 0 + 1 + ... + (count - 1), wrapped: what words sum up to that replace each other.
private func sumBelow(_ count: Int) -> Int {
  count % 2 == 0 ? count / 2 &* (count &- 1) : (count &- 1) / 2 &* count
}

// MARK: The shim

private func loadAcquire() -> Subject {
  .onWord { word, count in
    var sum = 0
    for _ in 0..<count {
      sum &+= percpu_word_load_acquire(word)
      percpu_compiler_barrier()
    }
    return sum
  }
}

private func storeRelease() -> Subject {
  .onWord { word, count in
    var left = count
    while left > 0 {
      percpu_word_store_release(word, left)
      left &-= 1
    }
    return percpu_word_load_relaxed(word) == 1 ? count : -1
  }
}

private func exchange() -> Subject {
  .onWord { word, count in
    var sum = 0
    percpu_word_store_relaxed(word, 0)
    var left = count
    while left > 0 {
      sum &+= percpu_word_exchange_acq_rel(word, left)
      left &-= 1
    }
    // The last one is still in the word.
    return sum &+ 1 == sumBelow(count &+ 1) ? count : -1
  }
}

private func compareExchange() -> Subject {
  .onWord { word, count in
    var done = 0
    percpu_word_store_relaxed(word, count)
    var left = count
    while left > 0 {
      let attempt = percpu_word_compare_exchange_acq_rel(word, left, left &- 1)
      done &+= attempt.exchanged ? 1 : 0
      left &-= 1
    }
    return done
  }
}

private func fetchAdd() -> Subject {
  .onWord { word, count in
    var sum = 0
    percpu_word_store_relaxed(word, 0)
    for _ in 0..<count { sum &+= percpu_word_fetch_add_acq_rel(word, 1) }
    return sum == sumBelow(count) ? count : -1
  }
}

private func threadCPU() -> Subject {
  .tallied { count in
    var seen: Int32 = 0
    for _ in 0..<count { seen |= percpu_thread_cpu() }
    peer_consume(Int(seen))
    return count
  }
}

private func cpuHint() -> Subject {
  .tallied { count in
    var seen: Int32 = 0
    for _ in 0..<count { seen |= percpu_cpu_hint() }
    peer_consume(Int(seen))
    return count
  }
}

// MARK: Synchronization.Atomic. The barrier keeps the compiler from unrolling the loop, as the
// shim's own barriers do in the loops above, so that all have the same shape.

private func atomicLoad() -> Subject {
  let word = Lines(Atomic(1))
  return .tallied { count in
    let word = word.pointer
    var sum = 0
    for _ in 0..<count {
      sum &+= word.pointee.load(ordering: .acquiring)
      percpu_compiler_barrier()
    }
    return sum
  }
}

private func atomicStore() -> Subject {
  let word = Lines(Atomic(0))
  return .tallied { count in
    let word = word.pointer
    var left = count
    while left > 0 {
      word.pointee.store(left, ordering: .releasing)
      percpu_compiler_barrier()
      left &-= 1
    }
    return word.pointee.load(ordering: .relaxed) == 1 ? count : -1
  }
}

private func atomicExchange() -> Subject {
  let word = Lines(Atomic(0))
  return .tallied { count in
    let word = word.pointer
    var sum = 0
    word.pointee.store(0, ordering: .relaxed)
    var left = count
    while left > 0 {
      sum &+= word.pointee.exchange(left, ordering: .acquiringAndReleasing)
      percpu_compiler_barrier()
      left &-= 1
    }
    return sum &+ 1 == sumBelow(count &+ 1) ? count : -1
  }
}

private func atomicCompareExchange() -> Subject {
  let word = Lines(Atomic(0))
  return .tallied { count in
    let word = word.pointer
    var done = 0
    word.pointee.store(count, ordering: .relaxed)
    var left = count
    while left > 0 {
      let attempt = word.pointee.compareExchange(
        expected: left, desired: left &- 1, successOrdering: .acquiringAndReleasing,
        failureOrdering: .relaxed)
      done &+= attempt.exchanged ? 1 : 0
      percpu_compiler_barrier()
      left &-= 1
    }
    return done
  }
}

private func atomicFence() -> Subject {
  .counting {
    atomicMemoryFence(ordering: .sequentiallyConsistent)
    // The compiler makes one of several fences in a row, and so of the whole loop.
    percpu_compiler_barrier()
  }
}

private func atomicFetchAdd() -> Subject {
  let word = Lines(Atomic(0))
  return .tallied { count in
    let word = word.pointer
    var sum = 0
    word.pointee.store(0, ordering: .relaxed)
    for _ in 0..<count {
      sum &+= word.pointee.wrappingAdd(1, ordering: .acquiringAndReleasing).oldValue
      percpu_compiler_barrier()
    }
    return sum == sumBelow(count) ? count : -1
  }
}
