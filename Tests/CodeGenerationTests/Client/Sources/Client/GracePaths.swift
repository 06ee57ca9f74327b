// SPDX-License-Identifier: Apache-2.0

import PerCPU

/// What readers find: replaced by others, and destroyed a grace period later.
public struct Entry {
  public var object = Configuration(number: 20)
  public var number = 20
}

public struct NotFound: Error {}

@inline(never)
public func useEntryOpaquely(_ entry: UnsafePointer<Entry>) -> Int { entry.pointee.number }

@inline(never)
public func findEntryOpaquely(_ entry: UnsafePointer<Entry>) throws(NotFound) -> Int {
  if entry.pointee.number < 0 { throw NotFound() }
  return entry.pointee.number
}

/// Read sections where users have them: in methods, with the domain in a stored property.
public final class GracePaths: @unchecked Sendable {
  let domain = GracePeriodDomain()
  let entry: UnsafeMutablePointer<Entry>

  public init() {
    entry = .allocate(capacity: 1)
    entry.initialize(to: Entry())
  }

  // Reading in place.

  @inline(never) public func probeInSectionField() -> Int {
    domain.withReadSection { entry.pointee.number }
  }
  @inline(never) public func probeInSectionCall() -> Int {
    domain.withReadSection { useEntryOpaquely(entry) }
  }
  @inline(never) public func probeInSectionThrowing() throws(NotFound) -> Int {
    try domain.withReadSection { () throws(NotFound) in try findEntryOpaquely(entry) }
  }
  @inline(never) public func probeInSectionToken() -> Int {
    let section = domain.enter()
    let number = entry.pointee.number
    domain.leave(section)
    return number
  }
  @inline(never) public func probeInSectionTokenCall() -> Int {
    let section = domain.enter()
    let number = useEntryOpaquely(entry)
    domain.leave(section)
    return number
  }
  @inline(never) public func probeInSectionScope() -> Int {
    let section = domain.enter()
    defer { withExtendedLifetime(section) {} }
    return useEntryOpaquely(entry)
  }

  // What is taken out of a closure,

  @inline(never) public func probeSectionString() -> String {
    domain.withReadSection { entry.pointee.object.name }
  }
  @inline(never) public func probeSectionObject() -> Configuration {
    domain.withReadSection { entry.pointee.object }
  }
  @inline(never) public func probeSectionField() -> Int {
    let object = domain.withReadSection { entry.pointee.object }
    return object.number
  }
  @inline(never) public func probeSectionArray() -> Int {
    let list = domain.withReadSection { entry.pointee.object.list }
    return list.count
  }
  @inline(never) public func probeSectionThrowing() throws(NotFound) -> Configuration {
    try domain.withReadSection { () throws(NotFound) in
      if entry.pointee.number < 0 { throw NotFound() }
      return entry.pointee.object
    }
  }

  // out of a section that is left,

  @inline(never) public func probeTokenString() -> String {
    let section = domain.enter()
    let name = entry.pointee.object.name
    domain.leave(section)
    return name
  }
  @inline(never) public func probeTokenObject() -> Configuration {
    let section = domain.enter()
    let object = entry.pointee.object
    domain.leave(section)
    return object
  }
  @inline(never) public func probeTokenField() -> Int {
    let section = domain.enter()
    let object = entry.pointee.object
    domain.leave(section)
    return object.number
  }
  @inline(never) public func probeTokenArray() -> Int {
    let section = domain.enter()
    let list = entry.pointee.object.list
    domain.leave(section)
    return list.count
  }

  // and out of one that ends with its value.

  @inline(never) public func probeScopeString() -> String {
    let section = domain.enter()
    defer { withExtendedLifetime(section) {} }
    return entry.pointee.object.name
  }
  @inline(never) public func probeScopeObject() -> Configuration {
    let section = domain.enter()
    defer { withExtendedLifetime(section) {} }
    return entry.pointee.object
  }
  @inline(never) public func probeScopeField() -> Int {
    func find() -> Configuration {
      let section = domain.enter()
      defer { withExtendedLifetime(section) {} }
      return entry.pointee.object
    }
    return find().number
  }
  @inline(never) public func probeScopeArray() -> Int {
    func find() -> [Int] {
      let section = domain.enter()
      defer { withExtendedLifetime(section) {} }
      return entry.pointee.object.list
    }
    return find().count
  }

  // The control: what must not be. Not to be called.

  @inline(never) public func probeLateObject() -> Configuration {
    let object = domain.withReadSection { Unmanaged.passUnretained(entry.pointee.object) }
    return object.takeUnretainedValue()
  }
  @inline(never) public func probeLateField() -> Int {
    let object = domain.withReadSection {
      entry.withMemoryRebound(to: Unmanaged<Configuration>.self, capacity: 1) { $0.pointee }
    }
    return object._withUnsafeGuaranteedRef { $0.number }
  }
}

/// A domain that nobody else knows: it must live until the section is over.
@inline(never)
public func probeTemporaryDomain() -> Int {
  GracePeriodDomain().withReadSection { 1 }
}
