// SPDX-License-Identifier: Apache-2.0

import Foundation
import PerCPUMetrics

/// Runs `body` on as many threads of our own and waits for all of them.
func onThreads(_ count: Int, _ body: @escaping @Sendable (Int) -> Void) {
  let group = DispatchGroup()
  for index in 0..<count {
    group.enter()
    Thread {
      body(index)
      group.leave()
    }.start()
  }
  group.wait()
}

/// Numbers that only depend on the seed.
struct SeededGenerator: RandomNumberGenerator {
  var state: UInt64

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var bits = state
    bits = (bits ^ (bits >> 30)) &* 0xBF58_476D_1CE4_E5B9
    bits = (bits ^ (bits >> 27)) &* 0x94D0_49BB_1331_11EB
    return bits ^ (bits >> 31)
  }
}

extension PerCPUMetricsFactory {
  /// What the only metric of a label stands at.
  func value(_ label: String, _ dimensions: [(String, String)] = []) -> MetricValue? {
    let series = families().filter { $0.label == label }.flatMap(\.series).filter {
      $0.dimensions.sorted(by: <).elementsEqual(dimensions.sorted(by: <), by: ==)
    }
    return series.count == 1 ? series[0].value : nil
  }

  func integer(_ label: String, _ dimensions: [(String, String)] = []) -> Int? {
    if case .integer(let value)? = value(label, dimensions) { value } else { nil }
  }

  func number(_ label: String, _ dimensions: [(String, String)] = []) -> Double? {
    if case .number(let value)? = value(label, dimensions) { value } else { nil }
  }

  func histogram(_ label: String, _ dimensions: [(String, String)] = []) -> HistogramValue? {
    if case .histogram(let value)? = value(label, dimensions) { value } else { nil }
  }
}
