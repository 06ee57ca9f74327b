// SPDX-License-Identifier: Apache-2.0

import CAtomicsShim
import CBenchmarkPeers
import CEventLoop
import Synchronization

/// What tells loops that are parked, and cannot but wake them.
let wakingAll: [Implementation] =
  [
    .peer("eventfd to all") { event() },
    .peer("condition variable") { conditionVariable() },
  ] + signals

private func event() -> Subject {
  let crowd = Crowd()
  return Subject(
    crowd, crowd.makeLoops(), isWaking: true,
    turn: { number, work in
      work()
      _ = event_source_wait(crowd.sources[number], 0)
    },
    tell: {
      for number in crowd.numbers { event_source_kick(crowd.sources[number]) }
    })
}

private func conditionVariable() -> Subject {
  let crowd = Crowd()
  let bell = Owned(peer_bell_create(), peer_bell_destroy)
  let heard = crowd.numbers.map { _ in Lines(0) }
  let loops = ParkedLoops(Crowd.parked) { number in
    let heard = heard[number].pointer
    heard.pointee = peer_bell_wait(bell.pointer, heard.pointee)
  } wake: { _ in
    peer_bell_ring(bell.pointer)
  }
  return Subject(
    crowd, loops, isWaking: true,
    turn: { _, work in
      work()
      peer_consume(peer_bell_count(bell.pointer))
    },
    tell: { peer_bell_ring(bell.pointer) })
}

#if os(Linux)
  private let signals: [Implementation] = [.peer("signal to all") { signal() }]

  private func signal() -> Subject {
    let crowd = Crowd()
    let loops = crowd.makeLoops()
    let parked = loops.ids
    let active = Lines(Mutex<Set<Int32>>([]))
    let signal = peer_interrupting_signal()
    return Subject(
      crowd, loops, isWaking: true,
      turn: { _, work in
        active.pointer.pointee.withLock { _ = $0.insert(percpu_thread_id()) }
        work()
      },
      tell: {
        let active = active.pointer.pointee.withLock { $0 }
        for id in parked { percpu_thread_signal(id, signal) }
        for id in active { percpu_thread_signal(id, signal) }
      })
  }
#else
  private let signals: [Implementation] = []
#endif
