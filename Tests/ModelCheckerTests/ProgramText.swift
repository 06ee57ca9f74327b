// SPDX-License-Identifier: Apache-2.0

import ModelChecker

extension Program: CustomStringConvertible {
  init(_ text: String) {
    threads = text.split(separator: "|").map { Thread(text: String($0)) }
    wordCount = text.contains("z") || text.contains("S") ? 3 : text.contains("y") ? 2 : 1
  }

  var description: String {
    threads.map(\.description).joined(separator: " | ")
  }

  /// The outcomes as sorted text: `registers/words`.
  func text(of outcomes: Set<UInt64>) -> String {
    outcomes.sorted().map { outcome in
      var digits = String(outcome, radix: 16)
      let width = registerCount + wordCount
      digits = String(repeating: "0", count: max(0, width - digits.count)) + digits
      return digits.prefix(registerCount) + "/" + digits.suffix(wordCount)
    }.joined(separator: " ")
  }
}

extension Program.Thread: CustomStringConvertible {
  init(text: String) {
    instructions = []
    for token in text.split(separator: " ") {
      if token.first == "@" {
        cpu = Int(token.dropFirst())
      } else {
        instructions.append(Instruction(text: token))
      }
    }
  }

  var description: String {
    (cpu.map { "@\($0) " } ?? "") + instructions.map(\.description).joined(separator: " ")
  }
}

extension Instruction: CustomStringConvertible {
  private static let names: [Character] = ["x", "y", "z"]

  init(text: Substring) {
    let parts = text.split(separator: ".")
    let orderings = parts.dropFirst().map(Self.ordering)
    let ordering = orderings.first ?? .relaxed
    let characters = Array(parts[0])
    let digits = characters.compactMap(\.wholeNumberValue)
    let words = characters.compactMap { Self.names.firstIndex(of: $0) }

    switch characters[0] {
    case "F" where characters.count == 1: self = .fullFence
    case "F": self = .fence(Self.ordering(parts[0].dropFirst()))
    case "M": self = .membarrier(characters.contains("R") ? .restart : .plain, cpu: digits.first)
    case "P": self = .preempt(digits[0])
    case "G": self = .migrate(digits[0], digits[1])
    case "S": self = .signal(digits[0])
    case "L": self = .spin(words[0], ordering)
    case "U" where words.isEmpty: self = .skipUnless(digits[0])
    case "U": self = .skip(words[0], unless: digits[0])
    case "J": self = .join(digits[0])
    case "R": self = .read
    case "W" where characters.count == 1: self = .write
    case "W": self = .futexWait(words[0], digits[0])
    case "K": self = .futexWake(words[0])
    case "[":
      self = .section(
        load: words[0], store: words.count > 2 ? words[1] : nil, commit: words.last!, digits[0])
    default:
      switch characters.count > 1 ? characters[1] : " " {
      case "=": self = .store(words[0], digits[0], ordering)
      case ":": self = .exchange(words[0], digits[0], ordering)
      case "+": self = .add(words[0], digits[0], ordering)
      case "?":
        self = .compareExchange(
          words[0], digits[0], digits[1], ordering, orderings.dropFirst().first ?? .relaxed)
      default: self = .load(words[0], ordering)
      }
    }
  }

  private static func ordering(_ text: Substring) -> Ordering {
    switch text {
    case "acq": .acquiring
    case "rel": .releasing
    case "ar": .acquiringAndReleasing
    default: .relaxed
    }
  }

  private static func suffix(_ ordering: Ordering) -> String {
    switch ordering {
    case .relaxed: ""
    case .acquiring: ".acq"
    case .releasing: ".rel"
    case .acquiringAndReleasing: ".ar"
    }
  }

  var description: String {
    func name(_ word: Int) -> Character { Self.names[word] }
    switch self {
    case .load(let word, let ordering): return "\(name(word))\(Self.suffix(ordering))"
    case .store(let word, let value, let ordering):
      return "\(name(word))=\(value)\(Self.suffix(ordering))"
    case .exchange(let word, let value, let ordering):
      return "\(name(word)):\(value)\(Self.suffix(ordering))"
    case .add(let word, let value, let ordering):
      return "\(name(word))+\(value)\(Self.suffix(ordering))"
    case .compareExchange(let word, let expected, let desired, let success, let failure):
      let first = success == .relaxed && failure != .relaxed ? ".rlx" : Self.suffix(success)
      return "\(name(word))?\(expected)>\(desired)\(first)\(Self.suffix(failure))"
    case .fence(let ordering): return "F\(Self.suffix(ordering).dropFirst())"
    case .fullFence: return "F"
    case .membarrier(let kind, let cpu):
      return (kind == .plain ? "M" : "MR") + (cpu.map { "\($0)" } ?? "")
    case .section(let loaded, let stored, let committed, let value):
      let middle = stored.map { "\(name($0))," } ?? ""
      return "[\(name(loaded)),\(middle)\(name(committed))>\(value)]"
    case .preempt(let thread): return "P\(thread)"
    case .migrate(let thread, let cpu): return "G\(thread)>\(cpu)"
    case .signal(let thread): return "S\(thread)"
    case .futexWait(let word, let expected): return "W\(name(word))\(expected)"
    case .futexWake(let word): return "K\(name(word))"
    case .spin(let word, let ordering): return "L\(name(word))\(Self.suffix(ordering))"
    case .skip(let word, let value): return "U\(name(word))\(value)"
    case .skipUnless(let value): return "U\(value)"
    case .join(let thread): return "J\(thread)"
    case .read: return "R"
    case .write: return "W"
    }
  }
}
