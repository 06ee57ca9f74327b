// SPDX-License-Identifier: Apache-2.0

import PerCPU

/// Words where users have them: in stored properties.
public final class Budget: Sendable {
  let words = PerCPUWords(count: 2)

  public init() {}

  @inline(never)
  public func probeWordAdd(_ amount: Int) {
    words.add(amount)
  }

  @inline(never)
  public func probeWordAddResult(_ amount: Int) -> PerCPUWords.Replaced {
    words.add(amount)
  }

  @inline(never)
  public func probeWordExchange(_ value: Int) -> Int {
    words.exchange(value, at: 1).original
  }

  @inline(never)
  public func probeWordCompare(_ expected: Int, _ desired: Int) -> PerCPUWords.Exchange {
    words.compareExchange(expected: expected, desired: desired)
  }

  @inline(never)
  public func probeWordCompareBoth(_ expected: Int, _ desired: Int) -> Bool {
    if case .exchanged = words.doubleCompareExchange(expected: (expected, 0), desired: desired) {
      return true
    }
    return false
  }
}

/// Words that nobody else knows: they must live until the operation is done.
@inline(never)
public func probeTemporaryWords() -> Int {
  PerCPUWords().add(1).original
}
