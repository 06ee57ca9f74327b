// SPDX-License-Identifier: Apache-2.0

import Atomics
import CLibraryPeers
import NIOConcurrencyHelpers

let counterPeers: [Implementation] = [
  .peer("swift-atomics") {
    let counter = ManagedAtomic(0)
    return Subject(
      run: { for _ in 0..<$0 { counter.wrappingIncrement(ordering: .relaxed) } },
      total: { counter.load(ordering: .relaxed) })
  },
  .peer("NIOLockedValueBox") { nioLocked() },
]

let lockPeers: [Implementation] = [
  .peer("NIOLockedValueBox") { nioLocked() },
  .peer("ConcurrencyKit spinlock") {
    let lock = Owned(peer_ck_spin_create(), peer_ck_spin_destroy)
    return Subject(
      run: { peer_ck_spin_increment_loop(lock.pointer, $0) },
      total: { peer_ck_spin_value(lock.pointer) })
  },
]

let sharedLockPeers: [Implementation] = [
  .peer("NIOLockedValueBox") {
    let box = NIOLockedValueBox(1)
    return .tallied { count in
      var sum = 0
      for _ in 0..<count { sum &+= box.withLockedValue { $0 } }
      return sum
    }
  },
  .peer("ConcurrencyKit rwlock") { .tallied { peer_ck_rwlock_read_loop($0) } },
  .peer("ConcurrencyKit brlock") { .tallied { peer_ck_brlock_read_loop($0) } },
]

let appendPeers: [Implementation] = [
  .peer("NIOLockedValueBox") {
    let box = NIOLockedValueBox((numbers: [Int](), sum: 0))
    return Subject(
      run: {
        for _ in 0..<$0 {
          box.withLockedValue { state in
            state.numbers.append(1)
            if state.numbers.count == 256 {
              state.sum &+= state.numbers.reduce(0, &+)
              state.numbers.removeAll(keepingCapacity: true)
            }
          }
        }
      }, total: { box.withLockedValue { $0.sum &+ $0.numbers.count } })
  },
  .peer("liburcu wfcqueue") {
    let queue = Owned(peer_wfcq_create(), peer_wfcq_destroy)
    return Subject(
      run: { peer_wfcq_append_loop(queue.pointer, $0) }, total: { peer_wfcq_value(queue.pointer) })
  },
]

let poolPeers: [Implementation] = [
  .peer("NIOLockedValueBox array") {
    let box = NIOLockedValueBox([PooledBuffer]())
    return .tallied { count in
      var done = 0
      for _ in 0..<count {
        let buffer = box.withLockedValue { $0.popLast() } ?? PooledBuffer()
        done &+= buffer.number
        box.withLockedValue { if $0.count < 128 { $0.append(buffer) } }
      }
      return done
    }
  },
  .peer("ConcurrencyKit stack") {
    let stack = Owned(peer_ck_stack_create(), peer_ck_stack_destroy)
    return .tallied { peer_ck_stack_loop(stack.pointer, $0) }
  },
]

private final class PooledBuffer: Sendable {
  let number = 1
}

/// Objects whose memory is given back behind a grace period.
let deferredPeers: [Implementation] = [
  .peer("liburcu call_rcu") {
    Subject(run: { peer_urcu_call_loop($0) }, total: { peer_urcu_call_value() })
  },
  .peer("ConcurrencyKit epoch") {
    Subject(run: { peer_ck_epoch_call_loop($0) }, total: { peer_ck_epoch_call_value() })
  },
]

/// A number behind a lock.
func nioLocked() -> Subject {
  let box = NIOLockedValueBox(0)
  return Subject(
    run: { for _ in 0..<$0 { box.withLockedValue { $0 &+= 1 } } },
    total: { box.withLockedValue { $0 } })
}
