// SPDX-License-Identifier: Apache-2.0

import PerCPU

@inline(never)
public func useOpaquely(_ configuration: borrowing Configuration) -> Int { configuration.number }

/// What is read under protection, where users have it: in stored properties.
public final class Readers: Sendable {
  let cell = SnapshotCell(Configuration(number: 20))
  let domain = HazardDomain()
  let source = HazardPointerSource(Configuration(number: 20))

  public init() {}

  // Reading in place.

  @inline(never) public func probeReadingCellField() -> Int { cell.withSnapshot { $0.number } }
  @inline(never) public func probeReadingCellCall() -> Int {
    cell.withSnapshot { useOpaquely($0) }
  }
  @inline(never) public func probeReadingSourceField() -> Int? {
    domain.withProtected(source) { $0.number }
  }
  @inline(never) public func probeReadingSourceCall() -> Int? {
    domain.withProtected(source) { useOpaquely($0) }
  }
  @inline(never) public func probeReadingGuardField() -> Int? {
    guard let configuration = domain.tryProtect(source) else { return nil }
    return configuration.withValue { $0.number }
  }
  @inline(never) public func probeReadingGuardCall() -> Int? {
    guard let configuration = domain.tryProtect(source) else { return nil }
    return configuration.withValue { useOpaquely($0) }
  }

  // What is taken out.

  @inline(never) public func probeCellString() -> String { cell.withSnapshot { $0.name } }
  @inline(never) public func probeCellObject() -> Configuration { cell.withSnapshot { copy $0 } }
  @inline(never) public func probeCellLoad() -> Configuration { cell.load() }
  @inline(never) public func probeCellField() -> Int {
    let object = cell.load()
    return object.number
  }
  @inline(never) public func probeCellArray() -> Int {
    let list = cell.withSnapshot { $0.list }
    return list.count
  }
  @inline(never) public func probeSourceString() -> String? {
    domain.withProtected(source) { $0.name }
  }
  @inline(never) public func probeSourceObject() -> Configuration? {
    domain.withProtected(source) { copy $0 }
  }
  @inline(never) public func probeSourceField() -> Int? {
    let object = domain.withProtected(source) { copy $0 }
    return object?.number
  }
  @inline(never) public func probeSourceArray() -> Int? {
    let list = domain.withProtected(source) { $0.list }
    return list?.count
  }
  @inline(never) public func probeGuardString() -> String? {
    guard let configuration = domain.tryProtect(source) else { return nil }
    return configuration.withValue { $0.name }
  }
  @inline(never) public func probeGuardObject() -> Configuration? {
    guard let configuration = domain.tryProtect(source) else { return nil }
    return configuration.value
  }
  @inline(never) public func probeGuardField() -> Int? {
    guard let configuration = domain.tryProtect(source) else { return nil }
    let object = configuration.value
    _ = consume configuration
    return object.number
  }
}
