// SPDX-License-Identifier: Apache-2.0

import CAtomicsShim
import PerCPU

/// What is protected: as long as `slot` is set, `object` stays alive.
public final class Configuration: Sendable {
  public let number: Int
  public let name: String
  public let list: [Int]
  public let parent: Configuration?

  public init(number: Int) {
    self.number = number
    name = String(repeating: "x", count: number)
    list = Array(0..<number)
    parent = number > 0 ? Configuration(number: number - 1) : nil
  }
}

/// A reader's slot and what it protects. A probe sets the slot, takes something out of the object,
/// and clears the slot; what it takes out must be retained before the clearing store, not after.
public final class Protected: @unchecked Sendable {
  let slot: UnsafeMutablePointer<Int>
  let object: Unmanaged<Configuration>

  public init() {
    slot = .allocate(capacity: 1)
    slot.initialize(to: 0)
    object = .passRetained(Configuration(number: 20))
  }

  @inline(__always)
  func read<Result>(
    _ clear: (UnsafeMutablePointer<Int>) -> Void, _ body: (borrowing Configuration) -> Result
  ) -> Result {
    percpu_word_store_relaxed(slot, 1)
    percpu_compiler_barrier()
    defer { clear(slot) }
    return object._withUnsafeGuaranteedRef { body($0) }
  }

  // By a release store.

  @inline(never) public func probeStoreString() -> String {
    read({ percpu_word_store_release($0, 0) }) { $0.name }
  }
  @inline(never) public func probeStoreObject() -> Configuration {
    read({ percpu_word_store_release($0, 0) }) { copy $0 }
  }
  @inline(never) public func probeStoreField() -> Int {
    let object = read({ percpu_word_store_release($0, 0) }) { copy $0 }
    return object.number
  }
  @inline(never) public func probeStoreArray() -> Int {
    let list = read({ percpu_word_store_release($0, 0) }) { $0.list }
    return list.count
  }
  @inline(never) public func probeStoreChoice(_ own: Bool) -> Configuration? {
    read({ percpu_word_store_release($0, 0) }) { own ? copy $0 : $0.parent }
  }

  // By a sequence.

  @inline(never) public func probeSequenceString() -> String {
    read({ _ = percpu_sequence_store_if($0, 1, 0) }) { $0.name }
  }
  @inline(never) public func probeSequenceField() -> Int {
    let object = read({ _ = percpu_sequence_store_if($0, 1, 0) }) { copy $0 }
    return object.number
  }
  @inline(never) public func probeSequenceArray() -> Int {
    let list = read({ _ = percpu_sequence_store_if($0, 1, 0) }) { $0.list }
    return list.count
  }

  // By an exchange.

  @inline(never) public func probeExchangeString() -> String {
    read({ _ = percpu_word_exchange_release($0, 0) }) { $0.name }
  }
  @inline(never) public func probeExchangeField() -> Int {
    let object = read({ _ = percpu_word_exchange_release($0, 0) }) { copy $0 }
    return object.number
  }
}
