// SPDX-License-Identifier: Apache-2.0

import CEventLoop
import PerCPU

extension Family {
  static let flush = Family(
    "flush", "\(Crowd.parked) parked loops told to flush; on each further thread one is active",
    [
      Operation(
        "tell all", .latency, threads: .upToCPUs, weight: 4, baseline: "eventfd to all",
        [
          .ours("FlushWord") { flushWords() },
          .ours("ContextWord") { contextWords() },
          .ours("FlushGeneration") { flushGeneration() },
        ] + wakingAll)
    ])
}

private func flushWords() -> Subject {
  let crowd = Crowd()
  let words = crowd.numbers.map { _ in FlushWord() }
  return Subject(
    crowd, activate: { _ = words[$0].activate() }, park: { words[$0].park() },
    tell: {
      for number in words.indices where words[number].requestFlush() == .mustInterrupt {
        crowd.interrupt(number)
      }
    })
}

private func contextWords() -> Subject {
  let crowd = Crowd()
  let words = crowd.numbers.map { _ in ContextWord<CatchUp>() }
  return Subject(
    crowd, activate: { _ = words[$0].enter() }, park: { words[$0].exit() },
    tell: {
      for number in words.indices where words[number].set(.caches) == .mustInterrupt {
        crowd.interrupt(number)
      }
    })
}

private func flushGeneration() -> Subject {
  let crowd = Crowd()
  let generation = FlushGeneration()
  // Registered in this order, they have the same numbers.
  let participants = crowd.numbers.map { _ in Lines(generation.register()) }
  return Subject(
    crowd, activate: { _ = participants[$0].pointer.pointee.activate() },
    park: { participants[$0].pointer.pointee.park() },
    tell: { generation.invalidate { crowd.interrupt($0) } })
}

extension Subject {
  /// - Parameter tell: Tells all, and interrupts those that are active.
  fileprivate init(
    _ crowd: Crowd, activate: @escaping @Sendable (Int) -> Void,
    park: @escaping @Sendable (Int) -> Void, tell: @escaping @Sendable () -> Void
  ) {
    let loops = ParkedLoops(Crowd.parked) { number in
      _ = event_source_wait(crowd.sources[number], -1)
      activate(number)
      park(number)
    } wake: { number in
      event_source_kick(crowd.sources[number])
    }
    self.init(
      crowd, loops, isWaking: false,
      turn: { number, work in
        activate(number)
        work()
        park(number)
        _ = event_source_wait(crowd.sources[number], 0)
      }, tell: tell)
  }
}
