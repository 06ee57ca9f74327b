// SPDX-License-Identifier: Apache-2.0

import PerCPU

/// Statistics where users have them: in stored properties.
public final class Statistics: Sendable {
  let open = DifferentialCounter(threshold: 32)
  let latency = PerCPUHistogram()
  let sizes = PerCPUHistogram(bounds: [100, 1000, 10_000])

  public init() {}

  @inline(never)
  public func probeDifferentialIncrement() {
    open.increment()
  }

  @inline(never)
  public func probeDifferentialAdd(_ amount: Int) {
    open.add(amount)
  }

  @inline(never)
  public func probeDifferentialApproximate() -> Int {
    open.approximate
  }

  @inline(never)
  public func probeHistogramRecord(_ value: Int) {
    latency.record(value)
  }
}

/// Statistics that nobody else knows: they must live until the operation is done.
@inline(never)
public func probeTemporaryDifferential() {
  DifferentialCounter(threshold: 1).add(1)
}

@inline(never)
public func probeTemporaryHistogram() {
  PerCPUHistogram().record(1)
}
