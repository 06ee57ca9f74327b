// SPDX-License-Identifier: Apache-2.0

import CBenchmarkPeers
import PerCPU
import Synchronization

extension Family {
  static let context = Family(
    "context", "what being active and parked costs a loop, each with a context of its own",
    [
      Operation(
        "enter and exit", threads: .upToCPUs, baseline: "plain increment",
        [
          .ours("FlushWord") { flushWord() },
          .ours("ContextWord") { contextWord() },
          .ours("FlushGeneration") { flushGeneration() },
          .ours("BigPerCPULock") { bigLock() },
          .peer("Synchronization.Atomic") { exchange() },
          .peer("Synchronization.Mutex") { mutex() },
          .peer("plain increment") { .tallied { peer_plain_loop($0) } },
          .peer("no word") { .emptyLoop },
        ])
    ])
}

/// What is left to do for a context.
struct CatchUp: OptionSet, Sendable {
  let rawValue: UInt16
  static let caches = Self(rawValue: 1)
}

// Where it costs little, each loop is told once before it begins, and has to find out once.

private func flushWord() -> Subject {
  .tallied { count in
    let word = FlushWord()
    _ = word.requestFlush()
    var (done, flushes) = (0, 0)
    for _ in 0..<count {
      if word.activate() { flushes &+= 1 }
      word.park()
      done &+= 1
    }
    return flushes == 1 ? done : -1
  }
}

private func contextWord() -> Subject {
  .tallied { count in
    let word = ContextWord<CatchUp>()
    _ = word.set(.caches)
    var (done, flushes) = (0, 0)
    for _ in 0..<count {
      if !word.enter().isEmpty { flushes &+= 1 }
      word.exit()
      done &+= 1
    }
    return flushes == 1 ? done : -1
  }
}

private func flushGeneration() -> Subject {
  let generation = FlushGeneration()
  return .tallied { count in
    var participant = generation.register()
    var (done, flushes) = (0, 0)
    for _ in 0..<count {
      if participant.activate() { flushes &+= 1 }
      participant.park()
      done &+= 1
    }
    return flushes == 0 ? done : -1
  }
}

private func bigLock() -> Subject {
  .tallied { count in
    let lock = BigPerCPULock(0) {}
    var done = 0
    for _ in 0..<count {
      lock.enter()
      lock.exit()
      done &+= 1
    }
    return done
  }
}

/// A flush word as one would write it.
private func exchange() -> Subject {
  .tallied { count in
    let word = Lines(Atomic<UInt32>(2))
    var (done, flushes) = (0, 0)
    for _ in 0..<count {
      if word.pointer.pointee.exchange(1, ordering: .acquiring) == 2 { flushes &+= 1 }
      word.pointer.pointee.store(0, ordering: .releasing)
      done &+= 1
    }
    return flushes == 1 ? done : -1
  }
}

/// A lock around nothing.
private func mutex() -> Subject {
  .tallied { count in
    let lock = Lines(Mutex(()))
    var done = 0
    for _ in 0..<count {
      lock.pointer.pointee.withLock { _ in }
      done &+= 1
    }
    return done
  }
}
