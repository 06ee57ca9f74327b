// SPDX-License-Identifier: Apache-2.0

import PerCPUMetrics

/// Everything behind a lock of its own.
struct LockedFacilities: Facilities {
  private let settings: Locked<Settings>
  let metrics: LockedMetrics
  private let lines: Locked<[AccessLine]>
  private let scratches: Locked<[Scratch]>
  private let file: LogFile

  init(_ kind: Lock, settings: Settings, file: LogFile) {
    self.settings = Locked(kind, settings)
    metrics = LockedMetrics(kind)
    lines = Locked(kind, [])
    scratches = Locked(kind, [])
    self.file = file
  }

  func withSettings<Result: Sendable>(_ body: (borrowing Settings) -> Result) -> Result {
    // As one does it: what leaves the lock is a copy.
    body(settings.withLock { $0 })
  }

  func replaceSettings(_ settings: Settings) { self.settings.withLock { $0 = settings } }

  func families() -> [MetricFamily] { metrics.families() }

  func log(_ line: AccessLine) {
    let full: [AccessLine]? = lines.withLock { lines in
      lines.append(line)
      return lines.count < Log.capacity ? nil : take(&lines)
    }
    if let full { write(full) }
  }

  func flush() { write(lines.withLock { take(&$0) }) }

  func runFlushing() async {
    while !Task.isCancelled {
      try? await Task.sleep(for: Log.period)
      flush()
    }
    flush()
  }

  func takeScratch() -> Scratch { scratches.withLock { $0.popLast() } ?? Scratch() }

  func giveScratch(_ scratch: Scratch) {
    scratches.withLock { if $0.count < 128 { $0.append(scratch) } }
  }

  private func take(_ lines: inout [AccessLine]) -> [AccessLine] {
    var taken: [AccessLine] = []
    taken.reserveCapacity(Log.capacity)
    swap(&taken, &lines)
    return taken
  }

  private func write(_ lines: [AccessLine]) {
    if lines.isEmpty { return }
    var bytes: [UInt8] = []
    for line in lines { line.write(to: &bytes) }
    file.append(bytes)
  }
}
