// SPDX-License-Identifier: Apache-2.0

/// A state of a number of words that change together, for locks to protect.
protocol Words: BitwiseCopyable, Sendable {
  static var wordCount: Int { get }
  init(repeating word: Int)

  /// Adds 1 to every word.
  mutating func increment()
  /// What each word holds; -1 if they differ, which no lock may let happen.
  var value: Int { get }
}

struct OneWord: Words {
  static var wordCount: Int { 1 }
  private var word: Int

  init(repeating word: Int) { self.word = word }

  mutating func increment() { word &+= 1 }
  var value: Int { word }
}

struct EightWords: Words {
  static var wordCount: Int { 8 }
  private var (a, b, c, d): (Int, Int, Int, Int)
  private var (e, f, g, h): (Int, Int, Int, Int)

  init(repeating word: Int) {
    (a, b, c, d) = (word, word, word, word)
    (e, f, g, h) = (word, word, word, word)
  }

  mutating func increment() {
    a &+= 1
    b &+= 1
    c &+= 1
    d &+= 1
    e &+= 1
    f &+= 1
    g &+= 1
    h &+= 1
  }

  var value: Int {
    let difference = (a ^ b) | (a ^ c) | (a ^ d) | (a ^ e) | (a ^ f) | (a ^ g) | (a ^ h)
    return difference == 0 ? a : -1
  }
}
