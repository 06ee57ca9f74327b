// SPDX-License-Identifier: Apache-2.0

import CAtomicsShim
import CBenchmarkPeers
import PerCPU
import Synchronization

extension Family {
  static let pool = Family(
    "pool", "buffers that are taken, used for a moment and given back",
    [
      Operation(
        "take and give", threads: threads, baseline: "Synchronization.Mutex array",
        [
          .ours("PerCPUPool") { perCPUPool() },
          .ours("PerCPUPool, 4 words") { perCPUPoolOfLarge() },
          .peer("Synchronization.Mutex array") { mutexArray() },
          .peer("atomic Treiber stack") { treiberStack() },
          .peer("malloc and free") { allocator() },
          .peer("allocation of an instance") { instances() },
        ]),
      Operation(
        "take here, give there", threads: threads,
        baseline: "Synchronization.Mutex array",
        [
          .ours("PerCPUPool") { perCPUPoolOneWay() },
          .peer("Synchronization.Mutex array") { mutexArrayOneWay() },
          .peer("malloc and free") { allocatorOneWay() },
        ]),
    ])
}

private let threads = Operation.Threads.perCPU([1, 2, 4])

private final class Buffer: Sendable {
  let number: Int
  init(_ number: Int) { self.number = number }
}

private struct Large: BitwiseCopyable, Sendable {
  var words = (1, 2, 3, 4)
}

// MARK: By one thread

@inline(__always)
private func perCPUPool() -> Subject {
  let pool = PerCPUPool<Buffer>(capacityPerCPU: 64) { Buffer(1) }
  return .tallied { count in
    var done = 0
    for _ in 0..<count {
      guard let buffer = pool.take() else { continue }
      done &+= buffer.number
      pool.give(consume buffer)
    }
    return done
  }
}

@inline(__always)
private func perCPUPoolOfLarge() -> Subject {
  let pool = PerCPUPool<Large>(capacityPerCPU: 64) { Large() }
  return .tallied { count in
    var done = 0
    for _ in 0..<count {
      guard let large = pool.take() else { continue }
      done &+= large.words.0
      pool.give(large)
    }
    return done
  }
}

@inline(__always)
private func mutexArray() -> Subject {
  let pool = Lines(Mutex([Buffer]()))
  return .tallied { count in
    let pool = pool.pointer
    var done = 0
    for _ in 0..<count {
      let buffer = pool.pointee.withLock { $0.popLast() } ?? Buffer(1)
      done &+= buffer.number
      pool.pointee.withLock { if $0.count < 128 { $0.append(buffer) } }
    }
    return done
  }
}

private func treiberStack() -> Subject {
  let stack = Owned(peer_stack_create(4096), peer_stack_destroy)
  return .tallied { peer_stack_loop(stack.pointer, $0) }
}

private func allocator() -> Subject { .tallied { peer_malloc_loop($0) } }

@inline(__always)
private func instances() -> Subject {
  .tallied { count in
    var done = 0
    for _ in 0..<count {
      let buffer = Buffer(1)
      peer_consume(Int(bitPattern: Unmanaged.passUnretained(buffer).toOpaque()))
      done &+= buffer.number
    }
    return done
  }
}

// MARK: From thread to thread

/// Places where threads leave what they took and find what others left. Each exchange is a locked
/// instruction, which all implementations pay alike.
private final class Exchange: @unchecked Sendable {
  // Sendable: all accesses are atomic.
  private let slots: UnsafeMutablePointer<Int>
  private static let count = 1024

  init() {
    slots = .allocate(capacity: Self.count)
    slots.initialize(repeating: 0, count: Self.count)
  }

  deinit { slots.deallocate() }

  /// Leaves a word and returns the one that was there; 0 at first.
  @inline(__always)
  func leave(_ word: Int, turn: Int) -> Int {
    percpu_word_exchange_acq_rel(slots + turn % Self.count, word)
  }
}

/// Each thread takes a buffer, leaves it, and gives what it finds, which another thread has taken.
@inline(__always)
private func oneWay(
  take: @escaping @Sendable () -> Int, give: @escaping @Sendable (Int) -> Void
) -> Subject {
  let exchange = Exchange()
  return .tallied { count in
    for turn in 0..<count {
      let found = exchange.leave(take(), turn: turn)
      if found != 0 { give(found) }
    }
    return count
  }
}

@inline(__always)
private func perCPUPoolOneWay() -> Subject {
  let pool = PerCPUPool<Buffer>(capacityPerCPU: 64) { Buffer(1) }
  return oneWay(
    take: { Int(bitPattern: Unmanaged.passRetained(pool.take()!).toOpaque()) },
    give: {
      pool.give(
        Unmanaged<Buffer>.fromOpaque(UnsafeRawPointer(bitPattern: $0)!).takeRetainedValue())
    })
}

@inline(__always)
private func mutexArrayOneWay() -> Subject {
  let pool = Lines(Mutex([Buffer]()))
  return oneWay(
    take: {
      let buffer = pool.pointer.pointee.withLock { $0.popLast() } ?? Buffer(1)
      return Int(bitPattern: Unmanaged.passRetained(buffer).toOpaque())
    },
    give: { word in
      let buffer = Unmanaged<Buffer>.fromOpaque(UnsafeRawPointer(bitPattern: word)!)
        .takeRetainedValue()
      pool.pointer.pointee.withLock { if $0.count < 128 { $0.append(buffer) } }
    })
}

private func allocatorOneWay() -> Subject {
  oneWay(take: { peer_malloc() }, give: { peer_free($0) })
}
