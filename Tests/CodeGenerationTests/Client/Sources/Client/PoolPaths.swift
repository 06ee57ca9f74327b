// SPDX-License-Identifier: Apache-2.0

import PerCPU

/// What is pooled. A class that clients may not subclass.
public final class Scratch: Sendable {
  public let bytes: Int
  init(_ bytes: Int) { self.bytes = bytes }
}

/// A token that cannot be copied.
public struct Permit: ~Copyable, Sendable {
  public let number: Int
  deinit { useOpaquely(number) }
}

/// More than a word.
public struct Endpoint: BitwiseCopyable, Sendable {
  public var address: (UInt64, UInt64) = (0, 0)
  public var port: UInt16 = 0
}

@inline(never)
func useOpaquely(_ number: Int) {}

/// Pools where users have them: in stored properties.
public final class Pools: Sendable {
  let scratch = PerCPUPool<Scratch>(capacityPerCPU: 64) { Scratch(4096) }
  let numbers = PerCPUPool<Int>(capacityPerCPU: 64)
  let permits = PerCPUPool<Permit>(capacityPerCPU: 64)
  let endpoints = PerCPUPool<Endpoint>(capacityPerCPU: 64)

  public init() {}

  @inline(never) public func probePoolTakeObject() -> Scratch? { scratch.take() }
  @inline(never) public func probePoolTakeNumber() -> Int? { numbers.take() }
  @inline(never) public func probePoolTakePermit() -> Permit? { permits.take() }
  @inline(never) public func probePoolTakeEndpoint() -> Endpoint? { endpoints.take() }

  @inline(never) public func probePoolGiveObject(_ object: consuming Scratch) {
    scratch.give(consume object)
  }
  @inline(never) public func probePoolGiveNumber(_ number: Int) { numbers.give(number) }
  @inline(never) public func probePoolGivePermit(_ permit: consuming Permit) {
    permits.give(consume permit)
  }
  @inline(never) public func probePoolGiveEndpoint(_ endpoint: Endpoint) {
    endpoints.give(endpoint)
  }

  /// Used in between: no reference is counted on the whole way.
  @inline(never) public func probePoolUseObject() -> Int {
    guard let object = scratch.take() else { return 0 }
    let bytes = object.bytes
    scratch.give(consume object)
    return bytes
  }
}

/// A pool that nobody else knows: it must live until it has what is given.
@inline(never)
public func probeTemporaryPool(_ number: Int) {
  PerCPUPool<Int>(capacityPerCPU: 1).give(number)
}
