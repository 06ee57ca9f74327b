// SPDX-License-Identifier: Apache-2.0

import CAtomicsShim
import CBenchmarkPeers
import Dispatch
import PerCPU
import Synchronization

extension Family {
  static let append = Family(
    "append", "elements that all threads produce and somebody gets many at a time",
    [
      Operation(
        "append a number", baseline: "Synchronization.Mutex",
        [
          .ours("PerCPUBatch") { batch(.automatic) },
          .ours("PerCPUBatch spin") { batch(.spin) },
          .peer("Synchronization.Mutex") { mutexedArray() },
          .peer("pthread_mutex") { lockedArray() },
          .peer("DispatchQueue.async") { queue() },
          .peer("AsyncStream") { stream() },
        ]),
      Operation(
        "append a string", baseline: "Synchronization.Mutex",
        [
          .ours("PerCPUBatch") { texts() },
          .peer("Synchronization.Mutex") { mutexedTexts() },
        ]),
    ])
}

/// How many are delivered at a time.
private let capacity = 256

/// What becomes of the numbers, each of which is 1: a sum, as cheap as can be.
private final class Sum: Sendable {
  private let sum = Lines(Atomic(0))

  var value: Int { sum.pointer.pointee.load(ordering: .acquiring) }

  func deliver(_ numbers: Span<Int>) {
    var partial = 0
    for index in numbers.indices { partial &+= numbers[index] }
    sum.pointer.pointee.wrappingAdd(partial, ordering: .relaxed)
  }

  func deliver(_ texts: Span<String>) {
    var partial = 0
    for index in texts.indices { partial &+= texts[index].utf8.count == text.utf8.count ? 1 : 0 }
    sum.pointer.pointee.wrappingAdd(partial, ordering: .relaxed)
  }
}

/// A buffer that is emptied when it is full. For whoever has it for itself.
private struct Buffer<Element> {
  private var elements: [Element] = []

  init() { elements.reserveCapacity(capacity) }

  /// Returns the elements if there are enough.
  @inline(__always)
  mutating func append(_ element: Element) -> [Element]? {
    elements.append(element)
    return elements.count == capacity ? take() : nil
  }

  mutating func take() -> [Element] {
    var full: [Element] = []
    full.reserveCapacity(capacity)
    swap(&full, &elements)
    return full
  }
}

// MARK: Numbers

private func batch(_ locking: PerCPUBatch<Int>.Locking) -> Subject {
  let sum = Sum()
  let batch = PerCPUBatch<Int>(capacityPerCPU: capacity, locking: locking) { sum.deliver($1) }
  return Subject(
    run: { for _ in 0..<$0 { batch.append(1) } },
    total: {
      batch.drainAll()
      return sum.value
    })
}

private func mutexedArray() -> Subject {
  let sum = Sum()
  let buffer = Lines(Mutex(Buffer<Int>()))
  return Subject(
    run: {
      let buffer = buffer.pointer
      for _ in 0..<$0 {
        if let full = buffer.pointee.withLock({ $0.append(1) }) { sum.deliver(full.span) }
      }
    },
    total: {
      let rest = buffer.pointer.pointee.withLock { $0.take() }
      sum.deliver(rest.span)
      return sum.value
    })
}

private func lockedArray() -> Subject {
  let sum = Sum()
  let lock = Owned(peer_locked_create(PEER_PTHREAD_MUTEX, 1, 0), peer_locked_destroy)
  let buffer = Lines(Buffer<Int>())
  return Subject(
    run: {
      let buffer = buffer.pointer
      for _ in 0..<$0 {
        peer_locked_hold(lock.pointer, false)
        let full = buffer.pointee.append(1)
        peer_locked_release(lock.pointer)
        if let full { sum.deliver(full.span) }
      }
    },
    total: {
      peer_locked_hold(lock.pointer, false)
      defer { peer_locked_release(lock.pointer) }
      let rest = buffer.pointer.pointee.take()
      sum.deliver(rest.span)
      return sum.value
    })
}

private func queue() -> Subject {
  let sum = Sum()
  let queue = DispatchQueue(label: "append")
  let buffer = Lines(Buffer<Int>())
  return Subject(
    run: {
      for _ in 0..<$0 {
        queue.async {
          if let full = buffer.pointer.pointee.append(1) { sum.deliver(full.span) }
        }
      }
      // Without it there would soon be no memory.
      queue.sync {}
    },
    total: {
      queue.sync {
        let rest = buffer.pointer.pointee.take()
        sum.deliver(rest.span)
      }
      return sum.value
    })
}

private func stream() -> Subject {
  let sum = Sum()
  let (stream, continuation) = AsyncStream.makeStream(of: Int.self)
  let ending = Ending { continuation.finish() }
  let yielded = Lines(Atomic(0)), consumed = Lines(Atomic(0))
  Task.detached {
    var buffer = Buffer<Int>()
    for await number in stream {
      if let full = buffer.append(number) { sum.deliver(full.span) }
      consumed.pointer.pointee.wrappingAdd(1, ordering: .releasing)
    }
  }
  let settle: @Sendable () -> Void = {
    let count = yielded.pointer.pointee.load(ordering: .acquiring)
    while consumed.pointer.pointee.load(ordering: .acquiring) < count { percpu_thread_yield() }
  }
  return Subject(
    run: {
      for _ in 0..<$0 { continuation.yield(1) }
      yielded.pointer.pointee.wrappingAdd($0, ordering: .releasing)
      // Without it there would soon be no memory.
      settle()
    },
    total: {
      withExtendedLifetime(ending, settle)
      return consumed.pointer.pointee.load(ordering: .acquiring)
    })
}

/// Ends a stream when its subject is gone.
private final class Ending: Sendable {
  private let end: @Sendable () -> Void
  init(_ end: @escaping @Sendable () -> Void) { self.end = end }
  deinit { end() }
}

// MARK: Strings, too long to be kept in place

private let text = "a line of a log that does not fit into sixteen bytes".lowercased()

private func texts() -> Subject {
  let sum = Sum()
  let batch = PerCPUBatch<String>(capacityPerCPU: capacity) { sum.deliver($1) }
  return Subject(
    run: {
      let text = text
      for _ in 0..<$0 { batch.append(text) }
    },
    total: {
      batch.drainAll()
      return sum.value
    })
}

private func mutexedTexts() -> Subject {
  let sum = Sum()
  let buffer = Lines(Mutex(Buffer<String>()))
  return Subject(
    run: {
      let buffer = buffer.pointer, text = text
      for _ in 0..<$0 {
        if let full = buffer.pointee.withLock({ $0.append(text) }) { sum.deliver(full.span) }
      }
    },
    total: {
      let rest = buffer.pointer.pointee.withLock { $0.take() }
      sum.deliver(rest.span)
      return sum.value
    })
}
