// SPDX-License-Identifier: Apache-2.0

import CoreMetrics
import PerCPUMetrics

/// All that the threads of the server share.
protocol Facilities: Sendable {
  associatedtype Metrics: MetricsFactory

  /// The settings, as they are now.
  func withSettings<Result: Sendable>(_ body: (borrowing Settings) -> Result) -> Result
  func replaceSettings(_ settings: Settings)

  var metrics: Metrics { get }
  func families() -> [MetricFamily]

  /// Has a line written to the access log, soon.
  func log(_ line: AccessLine)
  /// Writes what was logged. When it returns, all that was logged before is in the file.
  func flush()
  /// Calls `flush` now and then, and a last time when the task is cancelled.
  func runFlushing() async

  /// Memory to build something in, for one request at a time.
  func takeScratch() -> Scratch
  func giveScratch(_ scratch: Scratch)
}

/// A buffer that keeps its memory.
final class Scratch: @unchecked Sendable {
  // Sendable: only used by whoever has taken it.
  var bytes: [UInt8] = []

  init() { bytes.reserveCapacity(4096) }
}

enum Log {
  /// After how many lines of a CPU, or of all where there is one buffer for all, they are written.
  static let capacity = 256
  static let period = Duration.milliseconds(200)
}
