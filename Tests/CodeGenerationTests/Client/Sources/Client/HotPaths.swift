// SPDX-License-Identifier: Apache-2.0

import PerCPU

/// A counter that nobody else knows: it must live until the addition is done.
@inline(never)
public func probeTemporaryCounter() {
  PerCPUCounter().add(1)
}

/// Primitives where users have them: in stored properties.
public final class Service: Sendable {
  let requests = PerCPUCounter()
  let identifiers = CPULocal { $0.rawValue }

  public init() {}

  @inline(never)
  public func probeCounterIncrement() {
    requests.increment()
  }

  @inline(never)
  public func probeCounterAdd(_ amount: Int) {
    requests.add(amount)
  }

  @inline(never)
  public func probeCPULocal() -> Int {
    identifiers.withCurrent { $0 }
  }

  @inline(never)
  public func probeCurrentCPU() -> Int {
    CPU.current.rawValue
  }

  @inline(never)
  public func probeLightFence() {
    asymmetricMemoryFenceLight()
  }

  public func total() -> Int {
    requests.load()
  }
}
