// SPDX-License-Identifier: Apache-2.0

/// What tells one metric from the others of its kind: its label, and its dimensions in any order.
struct MetricKey: Sendable {
  let label: String
  let dimensions: [(String, String)]
  /// The same for any order of the dimensions.
  let digest: UInt64

  @inline(__always)
  init(_ label: String, _ dimensions: [(String, String)]) {
    self.label = label
    self.dimensions = dimensions
    var digest = label.digest(from: Seed.label)
    for (name, value) in dimensions { digest &+= value.digest(from: name.digest(from: Seed.name)) }
    self.digest = digest
  }

  /// Whether it has the same dimensions as another one with its label, in whatever order.
  func hasDimensions(of other: MetricKey) -> Bool {
    dimensions.count == other.dimensions.count
      && dimensions.sorted(by: <).elementsEqual(other.dimensions.sorted(by: <), by: ==)
  }
}

/// The key of a handler.
final class RegisteredKey: @unchecked Sendable {
  // Sendable: nothing is written once it is made.
  let key: MetricKey
  let bytes: KeyBytes

  init(_ key: MetricKey) {
    self.key = key
    bytes = KeyBytes(key)
  }

  deinit { bytes.deallocate() }

  var label: String { key.label }
  var dimensions: [(String, String)] { key.dimensions }
}

/// The bytes of a key, to be compared with without counting a reference.
///
/// Whoever looks for a metric looks at keys that all threads look at. Taking a string out of such a key counts a
/// reference to its memory, and that count is a word that the threads would fight over.
struct KeyBytes {
  private let bytes: UnsafeRawBufferPointer

  /// To be deallocated by whoever has made it.
  init(_ key: MetricKey) {
    var all: [UInt8] = []
    func add(_ text: String) {
      withUnsafeBytes(of: text.utf8.count) { all.append(contentsOf: $0) }
      all.append(contentsOf: text.utf8)
    }
    add(key.label)
    for (name, value) in key.dimensions {
      add(name)
      add(value)
    }
    let copy = UnsafeMutableRawBufferPointer.allocate(byteCount: all.count, alignment: 1)
    copy.copyBytes(from: all)
    bytes = UnsafeRawBufferPointer(copy)
  }

  func deallocate() { bytes.deallocate() }

  /// Whether they are those of a key, its dimensions in this order.
  @inline(__always)
  func match(_ key: borrowing MetricKey) -> Bool {
    var position = 0
    guard matches(key.label, at: &position) else { return false }
    for (name, value) in key.dimensions {
      guard matches(name, at: &position), matches(value, at: &position) else { return false }
    }
    return position == bytes.count
  }

  @inline(__always)
  private func matches(_ text: String, at position: inout Int) -> Bool {
    let start = position + MemoryLayout<Int>.size
    guard start <= bytes.count else { return false }
    let count = bytes.loadUnaligned(fromByteOffset: position, as: Int.self)
    position = start + count
    return text.withBytes { text in
      guard text.count == count else { return false }
      var offset = 0
      while offset < count {
        if bytes.word(at: start + offset, before: start + count)
          != text.word(at: offset, before: count)
        {
          return false
        }
        offset += 8
      }
      return true
    }
  }
}

/// Makes digests those of this process alone: who can choose a dimension cannot choose where it falls.
private enum Seed {
  static let label = UInt64.random(in: .min ... .max)
  static let name = UInt64.random(in: .min ... .max)
  static let factor = UInt64.random(in: .min ... .max) | 1
}

extension String {
  @inline(__always)
  fileprivate func withBytes<Result>(_ body: (UnsafeRawBufferPointer) -> Result) -> Result {
    utf8.withContiguousStorageIfAvailable { body(UnsafeRawBufferPointer($0)) }
      ?? Array(utf8).withUnsafeBytes(body)
  }

  /// Eight bytes at a time, by multiplication to twice the width, whose halves are folded into each other.
  @inline(__always)
  fileprivate func digest(from seed: UInt64) -> UInt64 {
    withBytes { bytes in
      var digest = seed ^ UInt64(truncatingIfNeeded: bytes.count)
      var position = 0
      while position < bytes.count {
        let word = bytes.word(at: position, before: bytes.count)
        let product = (digest ^ word).multipliedFullWidth(by: Seed.factor)
        digest = product.high ^ product.low
        position += 8
      }
      return digest
    }
  }
}

extension UnsafeRawBufferPointer {
  /// The eight bytes at `position`, or fewer if `end` comes first.
  @inline(__always)
  fileprivate func word(at position: Int, before end: Int) -> UInt64 {
    if end - position >= 8 { return loadUnaligned(fromByteOffset: position, as: UInt64.self) }
    var word: UInt64 = 0
    for index in position..<end { word = word << 8 | UInt64(self[index]) }
    return word
  }
}
