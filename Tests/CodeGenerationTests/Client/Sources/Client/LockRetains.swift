// SPDX-License-Identifier: Apache-2.0

import PerCPU

/// What a lock protects: replaced under it, so that a reader must retain what it takes out before it
/// releases the lock.
public struct Holder: Sendable {
  public var object = Configuration(number: 20)
}

/// Each closure-taking form of each lock, taking something out.
public final class LockedObjects: Sendable {
  let lock = PerCPULock { _ in Holder() }
  let readWrite = PerCPUReadWriteLock(Holder())

  public init() {}

  // The own CPU's lock.

  @inline(never) public func probeLocalString() -> String {
    lock.withLocal { state, _ in state.object.name }
  }
  @inline(never) public func probeLocalObject() -> Configuration {
    lock.withLocal { state, _ in state.object }
  }
  @inline(never) public func probeLocalField() -> Int {
    let object = lock.withLocal { state, _ in state.object }
    return object.number
  }
  @inline(never) public func probeLocalArray() -> Int {
    let list = lock.withLocal { state, _ in state.object.list }
    return list.count
  }

  // The same without waiting.

  @inline(never) public func probeTryLocalString() -> String? {
    lock.tryWithLocal { state, _ in state.object.name }
  }
  @inline(never) public func probeTryLocalObject() -> Configuration? {
    lock.tryWithLocal { state, _ in state.object }
  }
  @inline(never) public func probeTryLocalField() -> Int? {
    let object = lock.tryWithLocal { state, _ in state.object }
    return object?.number
  }
  @inline(never) public func probeTryLocalArray() -> Int? {
    let list = lock.tryWithLocal { state, _ in state.object.list }
    return list?.count
  }

  // A given CPU's lock.

  @inline(never) public func probeRemoteString(_ cpu: CPU) -> String {
    lock.withLock(on: cpu) { $0.object.name }
  }
  @inline(never) public func probeRemoteObject(_ cpu: CPU) -> Configuration {
    lock.withLock(on: cpu) { $0.object }
  }
  @inline(never) public func probeRemoteField(_ cpu: CPU) -> Int {
    let object = lock.withLock(on: cpu) { $0.object }
    return object.number
  }
  @inline(never) public func probeRemoteArray(_ cpu: CPU) -> Int {
    let list = lock.withLock(on: cpu) { $0.object.list }
    return list.count
  }

  // Readers.

  @inline(never) public func probeReaderString() -> String {
    readWrite.withRead { $0.object.name }
  }
  @inline(never) public func probeReaderObject() -> Configuration {
    readWrite.withRead { $0.object }
  }
  @inline(never) public func probeReaderField() -> Int {
    let object = readWrite.withRead { $0.object }
    return object.number
  }
  @inline(never) public func probeReaderArray() -> Int {
    let list = readWrite.withRead { $0.object.list }
    return list.count
  }

  // A writer.

  @inline(never) public func probeWriterString() -> String {
    readWrite.withWrite { $0.object.name }
  }
  @inline(never) public func probeWriterObject() -> Configuration {
    readWrite.withWrite { $0.object }
  }
  @inline(never) public func probeWriterField() -> Int {
    let object = readWrite.withWrite { $0.object }
    return object.number
  }
  @inline(never) public func probeWriterArray() -> Int {
    let list = readWrite.withWrite { $0.object.list }
    return list.count
  }

  // All in turn.

  @inline(never) public func probeEachString() -> String {
    var last = ""
    lock.forEach { last = $1.object.name }
    return last
  }
  @inline(never) public func probeEachObject() -> Configuration? {
    var last: Configuration?
    lock.forEach { last = $1.object }
    return last
  }
  @inline(never) public func probeEachField() -> Int? {
    var last: Configuration?
    lock.forEach { last = $1.object }
    return last?.number
  }
  @inline(never) public func probeEachArray() -> Int {
    var last: [Int] = []
    lock.forEach { last = $1.object.list }
    return last.count
  }
}
