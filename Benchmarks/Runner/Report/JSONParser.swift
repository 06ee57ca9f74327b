// SPDX-License-Identifier: Apache-2.0

extension JSON {
  struct Malformed: Error {
    let reason: String
  }

  init(parsing bytes: [UInt8]) throws(Malformed) {
    var parser = JSONParser(bytes)
    self = try parser.document()
  }
}

/// A strict reader of JSON.
private struct JSONParser {
  private let bytes: [UInt8]
  private var at = 0
  private var depth = 0

  init(_ bytes: [UInt8]) {
    self.bytes = bytes
  }

  mutating func document() throws(JSON.Malformed) -> JSON {
    let result = try value()
    skipSpace()
    guard at == bytes.count else { throw error("something follows the end") }
    return result
  }

  private mutating func value() throws(JSON.Malformed) -> JSON {
    depth += 1
    defer { depth -= 1 }
    guard depth < 64 else { throw error("nested too deeply") }
    skipSpace()
    switch peek {
    case UInt8(ascii: "{"): return .object(try members())
    case UInt8(ascii: "["): return .array(try elements())
    case UInt8(ascii: "\""): return .string(try string())
    case UInt8(ascii: "t"): return try word("true", .bool(true))
    case UInt8(ascii: "f"): return try word("false", .bool(false))
    case UInt8(ascii: "n"): return try word("null", .null)
    default: return .number(try number())
    }
  }

  private mutating func members() throws(JSON.Malformed) -> [(name: String, value: JSON)] {
    var result: [(name: String, value: JSON)] = []
    at += 1
    if skip("}") { return result }
    repeat {
      skipSpace()
      let name = try string()
      guard skip(":") else { throw error("a ':' is missing") }
      result.append((name, try value()))
    } while skip(",")
    guard skip("}") else { throw error("a '}' is missing") }
    return result
  }

  private mutating func elements() throws(JSON.Malformed) -> [JSON] {
    var result: [JSON] = []
    at += 1
    if skip("]") { return result }
    repeat { result.append(try value()) } while skip(",")
    guard skip("]") else { throw error("a ']' is missing") }
    return result
  }

  private mutating func string() throws(JSON.Malformed) -> String {
    guard peek == UInt8(ascii: "\"") else { throw error("a string is missing") }
    at += 1
    var text: [UInt8] = []
    while let byte = peek, byte != UInt8(ascii: "\"") {
      at += 1
      if byte < 0x20 { throw error("a control character in a string") }
      if byte == UInt8(ascii: "\\") { text += try escaped() } else { text.append(byte) }
    }
    guard peek != nil else { throw error("a string has no end") }
    at += 1
    return String(decoding: text, as: UTF8.self)
  }

  private mutating func escaped() throws(JSON.Malformed) -> [UInt8] {
    guard let byte = peek else { throw error("a string has no end") }
    at += 1
    switch byte {
    case UInt8(ascii: "n"): return [0x0A]
    case UInt8(ascii: "t"): return [0x09]
    case UInt8(ascii: "r"): return [0x0D]
    case UInt8(ascii: "b"): return [0x08]
    case UInt8(ascii: "f"): return [0x0C]
    case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): return [byte]
    case UInt8(ascii: "u"):
      var unit = try codeUnit()
      if (0xD800..<0xDC00).contains(unit), peek == UInt8(ascii: "\\") {
        at += 2
        unit = 0x10000 + (unit - 0xD800) << 10 + (try codeUnit() &- 0xDC00)
      }
      guard let scalar = Unicode.Scalar(unit) else { throw error("half a character") }
      return Array(String(scalar).utf8)
    default: throw error("an unknown escape")
    }
  }

  private mutating func codeUnit() throws(JSON.Malformed) -> UInt32 {
    let digits = bytes[min(at, bytes.count)..<min(at + 4, bytes.count)]
    let text = String(decoding: digits, as: UTF8.self)
    guard digits.count == 4, let unit = UInt32(text, radix: 16) else {
      throw error("\\u wants four hexadecimal digits")
    }
    at += 4
    return unit
  }

  private mutating func number() throws(JSON.Malformed) -> Double {
    let digits = bytes[at...].prefix { "+-.eE0123456789".utf8.contains($0) }
    guard let number = Double(String(decoding: digits, as: UTF8.self)) else {
      throw error("a value is missing")
    }
    at += digits.count
    return number
  }

  private mutating func word(_ text: String, _ value: JSON) throws(JSON.Malformed) -> JSON {
    guard bytes[at...].starts(with: text.utf8) else { throw error("a value is missing") }
    at += text.utf8.count
    return value
  }

  private var peek: UInt8? {
    at < bytes.count ? bytes[at] : nil
  }

  private mutating func skipSpace() {
    while let byte = peek, [0x20, 0x09, 0x0A, 0x0D].contains(byte) { at += 1 }
  }

  private mutating func skip(_ character: Unicode.Scalar) -> Bool {
    skipSpace()
    guard peek == UInt8(ascii: character) else { return false }
    at += 1
    return true
  }

  private func error(_ reason: String) -> JSON.Malformed {
    let line = bytes[..<min(at, bytes.count)].count { $0 == 0x0A } + 1
    return JSON.Malformed(reason: "line \(line): \(reason)")
  }
}
