// SPDX-License-Identifier: Apache-2.0

import CAtomicsShim
import CBenchmarkPeers
import PerCPU

/// The sequences of the shim, from Swift and in C. They run on words of the own CPU, so threads
/// that have a CPU to themselves never meet.
let sequences: [Operation] = [
  Operation(
    "sequence add", threads: .upToCPUs, baseline: "C loop",
    [
      .peer("CAtomicsShim") {
        let slots = Lines(PerCPUSlots())
        return Subject(
          run: {
            let address = slots.pointer.pointee.address
            for _ in 0..<$0 { percpu_sequence_add(address, 1) }
          },
          total: { slots.pointer.pointee.sum })
      },
      .peer("C loop") {
        let slots = Lines(PerCPUSlots())
        return Subject(
          run: { peer_section_loop(slots.pointer.pointee.address, $0) },
          total: { slots.pointer.pointee.sum })
      },
    ]),
  Operation(
    "claim_if + store_if", threads: .upToCPUs, baseline: "C loop",
    [
      .peer("CAtomicsShim") { onSlots(claimAndStore) },
      .peer("C loop") { onSlots { slots, _, count in peer_claim_and_store(slots, count) } },
    ]),
  Operation(
    "publish + store_if", threads: .upToCPUs, baseline: "C loop",
    [
      .peer("CAtomicsShim") { onSlots(publishAndStore) },
      .peer("C loop") { onSlots { peer_publish_and_store($0, $1, $2) } },
    ]),
]

/// A loop over per-CPU slots and a source word, which is not 0.
private func onSlots(
  _ loop: @escaping @Sendable (UnsafeMutableRawPointer, UnsafeMutablePointer<Int>, Int) -> Int
) -> Subject {
  let slots = Lines(PerCPUSlots())
  let source = Lines(64)
  return .tallied { loop(slots.pointer.pointee.address, source.pointer, $0) }
}

/// Lock and unlock: the own-CPU word from 0 to 1 and back.
@Sendable
private func claimAndStore(
  _ slots: UnsafeMutableRawPointer, _ source: UnsafeMutablePointer<Int>, _ count: Int
) -> Int {
  var done = 0
  var left = count
  while left > 0 {
    var claim = percpu_sequence_claim_if(slots, 0, 1)
    if !claim.committed { claim = waitAndClaim(slots) }
    done &+= percpu_sequence_store_if(claim.word!, 1, 0) ? 1 : 0
    left &-= 1
  }
  return done
}

/// Another thread was interrupted while it had the word, and this one took its CPU.
@inline(never)
private func waitAndClaim(_ slots: UnsafeMutableRawPointer) -> percpu_claim {
  while true {
    percpu_thread_yield()
    let claim = percpu_sequence_claim_if(slots, 0, 1)
    if claim.committed { return claim }
  }
}

/// Protect and release: what the source holds into the own-CPU word, and 0 again.
@Sendable
private func publishAndStore(
  _ slots: UnsafeMutableRawPointer, _ source: UnsafeMutablePointer<Int>, _ count: Int
) -> Int {
  var done = 0
  var left = count
  while left > 0 {
    var published = percpu_sequence_publish(slots, source)
    if !published.committed { published = waitAndPublish(slots, source) }
    done &+= percpu_sequence_store_if(published.word!, published.value, 0) ? 1 : 0
    left &-= 1
  }
  return done
}

@inline(never)
private func waitAndPublish(
  _ slots: UnsafeMutableRawPointer, _ source: UnsafeMutablePointer<Int>
) -> percpu_publication {
  while true {
    percpu_thread_yield()
    let published = percpu_sequence_publish(slots, source)
    if published.committed { return published }
  }
}

/// The heavy sides of the asymmetric fences. With several threads the others keep their CPUs busy,
/// so that the kernel has somebody to interrupt.
let fences = Operation(
  "heavy fences", .latency, baseline: hasMembarrier ? "membarrier" : "fence_heavy",
  [
    .peer("fence_heavy") { .counting { percpu_fence_heavy() } },
    .peer("fence_restart_all") { .counting { percpu_fence_restart_all() } },
    .peer("fence_restart_cpu") {
      // The thread that measures is on the last one.
      let cpu = Machine.allowedCPUs().first ?? 0
      return .counting { percpu_fence_restart_cpu(cpu) }
    },
  ] + (hasMembarrier ? [.peer("membarrier") { membarrier() }] : []))

private let hasMembarrier = percpu_engine_facts().membarrier

/// The system call itself, without the shim.
private func membarrier() -> Subject {
  .tallied { count in
    var done = 0
    for _ in 0..<count { done &+= peer_membarrier() == 0 ? 1 : 0 }
    return done
  }
}
