// SPDX-License-Identifier: Apache-2.0

import PerCPU

/// Batches where users have them: in stored properties.
public final class Batched: Sendable {
  let numbers = PerCPUBatch<Int>(capacityPerCPU: 256) { _, numbers in
    if numbers.count > 256 { fatalError() }
  }
  let texts = PerCPUBatch<String>(capacityPerCPU: 256) { _, texts in
    if texts.count > 256 { fatalError() }
  }
  let objects = PerCPUBatch<Configuration>(capacityPerCPU: 256) { _, objects in
    if objects.count > 256 { fatalError() }
  }

  public init() {}

  @inline(never)
  public func probeBatchNumber(_ number: Int) {
    numbers.append(number)
  }

  // Each appends what its caller keeps, too.

  @inline(never)
  public func probeBatchString(_ text: String) {
    texts.append(text)
  }

  @inline(never)
  public func probeBatchObject(_ object: Configuration) {
    objects.append(object)
  }
}

/// A batch that nobody else knows: it must live until the operation is done.
@inline(never)
public func probeTemporaryBatch() {
  PerCPUBatch<Int>(capacityPerCPU: 4) { _, _ in }.append(1)
}
