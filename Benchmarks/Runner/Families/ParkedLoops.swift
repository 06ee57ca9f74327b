// SPDX-License-Identifier: Apache-2.0

import CAtomicsShim
import CBenchmarkPeers
import CEventLoop
import Synchronization

/// Threads that are blocked most of the time, as event loops are. They live as long as this object.
final class ParkedLoops: Sendable {
  private let progress: Progress
  private let threads: [uintptr_t]
  private let wake: @Sendable (Int) -> Void

  /// - Parameters:
  ///   - block: Blocks the thread of a number until it is woken. It is called again and again.
  ///   - wake: Wakes the thread of a number, or keeps it from blocking.
  init(
    _ count: Int, block: @escaping @Sendable (Int) -> Void,
    wake: @escaping @Sendable (Int) -> Void
  ) {
    let progress = Progress()
    threads = (0..<count).map { number in
      startThread {
        progress.ids.withLock { $0.append(percpu_thread_id()) }
        while !progress.stop.isStopped {
          block(number)
          progress.wakeUps.wrappingAdd(1, ordering: .releasing)
        }
      }
    }
    self.progress = progress
    self.wake = wake
    settle(after: 0)
  }

  deinit {
    progress.stop.stop()
    for number in threads.indices { wake(number) }
    for thread in threads { bench_thread_join(thread) }
  }

  /// The kernel's numbers of the threads.
  var ids: [Int32] {
    progress.ids.withLock { $0 }
  }

  /// How many times the threads have gone to sleep so far, by the kernel's account; each time but the
  /// first one they had been awake. Asking wakes nobody. By their own account where the kernel tells
  /// nothing.
  var sleeps: Int {
    let switches = ids.compactMap {
      Self.status(of: $0, "voluntary_ctxt_switches:").flatMap { Int($0) }
    }
    if switches.count == threads.count { return switches.reduce(0, +) }
    return progress.wakeUps.load(ordering: .acquiring)
  }

  /// Waits until the threads were woken so many times in all, and are asleep again.
  func settle(after wakeUps: Int) {
    let start = bench_now()
    while progress.wakeUps.load(ordering: .acquiring) < wakeUps || !areAsleep {
      if bench_now() &- start > 20_000_000_000 { fail("a loop did not fall asleep within 20 s") }
      progress.stop.wait(nanoseconds: 100_000)
    }
  }

  private var areAsleep: Bool {
    let ids = ids
    return ids.count == threads.count
      && ids.allSatisfy { Self.status(of: $0, "State:")?.first ?? "S" == "S" }
  }

  private static func status(of id: Int32, _ field: String) -> Substring? {
    guard let text = Files.text("/proc/self/task/\(id)/status") else { return nil }
    return text.split(separator: "\n").first { $0.hasPrefix(field) }?
      .dropFirst(field.count).drop { $0 == "\t" }
  }

  private final class Progress: Sendable {
    let stop = StopSignal()
    let ids = Mutex<[Int32]>([])
    let wakeUps = Atomic(0)
  }
}

/// What loops wait for.
final class EventSources: Sendable {
  private let sources: [event_source]

  init(_ count: Int) {
    // Those of all rows that take turns, and what else is open.
    bench_allow_files(4096)
    sources = (0..<count).map { _ in event_source_open() }
  }

  deinit {
    for source in sources { event_source_close(source) }
  }

  subscript(number: Int) -> event_source {
    sources[number]
  }
}
