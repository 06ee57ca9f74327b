// SPDX-License-Identifier: Apache-2.0

import Testing

@testable import PerCPUMetrics

/// Keys whose digests collide are told apart by their bytes, which is hardly ever needed.
@Suite struct KeyBytesTests {
  @Test func onlyTheSameMatches() {
    let keys = [
      MetricKey("", []), MetricKey("a", []), MetricKey("b", []), MetricKey("ab", []),
      MetricKey("a", [("b", "")]), MetricKey("a", [("", "b")]), MetricKey("a", [("b", "c")]),
      MetricKey("a", [("b", "c"), ("d", "e")]), MetricKey("a", [("d", "e"), ("b", "c")]),
      MetricKey("a", [("bc", "d")]), MetricKey("a", [("b", "cd")]),
      MetricKey("a label of many bytes", []), MetricKey("a label of many byteS", []),
    ]
    for (left, key) in keys.enumerated() {
      let bytes = KeyBytes(key)
      for (right, other) in keys.enumerated() {
        #expect(bytes.match(other) == (left == right), "\(key) and \(other)")
      }
      bytes.deallocate()
    }
    #expect(keys[7].hasDimensions(of: keys[8]) && keys[7].digest == keys[8].digest)
    #expect(!keys[7].hasDimensions(of: keys[6]))
  }
}
