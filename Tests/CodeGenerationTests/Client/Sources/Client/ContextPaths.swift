// SPDX-License-Identifier: Apache-2.0

import PerCPU

public struct CatchUp: OptionSet, Sendable {
  public let rawValue: UInt16
  public init(rawValue: UInt16) { self.rawValue = rawValue }
}

/// Contexts where users have them: in stored properties.
public final class Loop: @unchecked Sendable {
  let flushWord = FlushWord()
  let contextWord = ContextWord<CatchUp>()
  /// What the context caches: replaced by others while it is parked.
  let cached: Unmanaged<Configuration> = .passRetained(Configuration(number: 20))

  public init() {}

  // Coming and going.

  @inline(never) public func probeFlushWordActivate() -> Bool { flushWord.activate() }
  @inline(never) public func probeFlushWordPark() { flushWord.park() }
  @inline(never) public func probeContextWordEnter() -> CatchUp { contextWord.enter() }
  @inline(never) public func probeContextWordExit() { contextWord.exit() }

  // What is taken out of the cache before the context parks.

  @inline(never) public func probeParkString() -> String {
    defer { flushWord.park() }
    return cached._withUnsafeGuaranteedRef { $0.name }
  }
  @inline(never) public func probeParkObject() -> Configuration {
    defer { flushWord.park() }
    return cached._withUnsafeGuaranteedRef { $0 }
  }
  @inline(never) public func probeParkField() -> Int {
    let object = cached._withUnsafeGuaranteedRef { $0 }
    flushWord.park()
    return object.number
  }
  @inline(never) public func probeExitString() -> String {
    defer { contextWord.exit() }
    return cached._withUnsafeGuaranteedRef { $0.name }
  }
  @inline(never) public func probeExitObject() -> Configuration {
    defer { contextWord.exit() }
    return cached._withUnsafeGuaranteedRef { $0 }
  }
  @inline(never) public func probeExitField() -> Int {
    let object = cached._withUnsafeGuaranteedRef { $0 }
    contextWord.exit()
    return object.number
  }
}

/// A participant where an event loop has it: a variable of the thread.
@inline(never)
public func probeParticipantActivate(_ participant: inout FlushGeneration.Participant) -> Bool {
  participant.activate()
}
@inline(never)
public func probeParticipantPark(_ participant: borrowing FlushGeneration.Participant) {
  participant.park()
}
@inline(never)
public func probeParticipantParkString(
  _ participant: borrowing FlushGeneration.Participant, _ cached: Unmanaged<Configuration>
) -> String {
  defer { participant.park() }
  return cached._withUnsafeGuaranteedRef { $0.name }
}
@inline(never)
public func probeParticipantParkField(
  _ participant: borrowing FlushGeneration.Participant, _ cached: Unmanaged<Configuration>
) -> Int {
  let object = cached._withUnsafeGuaranteedRef { $0 }
  participant.park()
  return object.number
}
