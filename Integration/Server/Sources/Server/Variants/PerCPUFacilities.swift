// SPDX-License-Identifier: Apache-2.0

import PerCPU
import PerCPUMetrics

/// Nothing that two threads would fight over.
struct PerCPUFacilities: Facilities {
  private let settings: SnapshotCell<Settings>
  let metrics = PerCPUMetricsFactory()
  private let lines: PerCPUBatch<AccessLine>
  private let scratches = PerCPUPool<Scratch>(capacityPerCPU: 64)
  private let housekeeper = Housekeeper(name: "access-log")

  init(settings: Settings, file: LogFile) {
    self.settings = SnapshotCell(settings)
    lines = PerCPUBatch(capacityPerCPU: Log.capacity) { _, lines in
      var bytes: [UInt8] = []
      for index in lines.indices { lines[index].write(to: &bytes) }
      file.append(bytes)
    }
  }

  func withSettings<Result: Sendable>(_ body: (borrowing Settings) -> Result) -> Result {
    settings.withSnapshot(body)
  }

  func replaceSettings(_ settings: Settings) { self.settings.store(settings) }

  func families() -> [MetricFamily] { metrics.families() }

  func log(_ line: AccessLine) { lines.append(line) }

  func flush() { lines.drainAll() }

  func runFlushing() async {
    let registration = housekeeper.register(every: Log.period) { [lines] in lines.drainAll() }
    await housekeeper.run()
    registration.unregister()
  }

  func takeScratch() -> Scratch { scratches.take { Scratch() } }

  func giveScratch(_ scratch: Scratch) { scratches.give(scratch) }
}
