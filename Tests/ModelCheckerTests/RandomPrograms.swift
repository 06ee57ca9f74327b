// SPDX-License-Identifier: Apache-2.0

import ModelChecker

/// Random programs that are small enough to be run in all their schedules.
struct RandomPrograms {
  private var state: UInt64
  private let hasData: Bool
  private let returns: Bool

  /// With plain data most of them have races, in some of their executions. With a word that returns to a value that it had,
  /// threads may have seen less than others and have been told the same.
  init(seed: UInt64, hasData: Bool = false, returns: Bool = false) {
    state = seed
    self.hasData = hasData
    self.returns = returns
  }

  private mutating func below(_ bound: Int) -> Int {
    state &+= 0x9E37_79B9_7F4A_7C15
    var z = state
    z = (z ^ z >> 30) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ z >> 27) &* 0x94D0_49BB_1331_11EB
    return Int((z ^ z >> 31) % UInt64(bound))
  }

  private mutating func pick<Element>(_ elements: [Element]) -> Element {
    elements[below(elements.count)]
  }

  mutating func next() -> Program {
    // Half of the programs are about memory alone, the others also about the kernel.
    let hasKernel = below(2) == 1
    let threadCount = returns ? 3 : 2 + below(2)
    let length = threadCount == 2 ? 4 : hasKernel ? 2 : 3
    var program = Program(threads: [])
    if returns {
      let instructions = [1, 2, 1].map { Instruction.store(0, $0, .relaxed) }
      program.threads.append(Program.Thread(cpu: nil, instructions: instructions))
    }
    for thread in program.threads.count..<threadCount {
      var instructions: [Instruction] = []
      for _ in 0..<(1 + below(length)) {
        let isKernel = hasKernel && below(3) == 0
        instructions.append(isKernel ? kernel(thread, threadCount) : memory())
      }
      let cpu = hasKernel && below(3) > 0 ? below(2) : nil
      program.threads.append(Program.Thread(cpu: cpu, instructions: instructions))
    }
    return program
  }

  private mutating func memory() -> Instruction {
    if hasData && below(4) == 0 { return below(2) == 0 ? .read : .write }
    let word = below(4) == 0 ? 2 : below(2)
    let value = 1 + below(2)
    let success = pick(Ordering.allCases)
    switch below(17) {
    case 16: return .skip(word, unless: below(2))
    case 0..<5: return .load(word, pick([.relaxed, .acquiring]))
    case 5..<9: return .store(word, value, pick([.relaxed, .releasing]))
    case 9: return .exchange(word, value, success)
    case 10: return .add(word, value, success)
    case 11, 12:
      let failure = pick([Ordering.relaxed, .acquiring])
      return .compareExchange(word, below(2), value, success, failure)
    case 13: return .fence(pick([.acquiring, .releasing, .acquiringAndReleasing]))
    default: return .fullFence
    }
  }

  private mutating func kernel(_ thread: Int, _ threadCount: Int) -> Instruction {
    let other = (thread + 1 + below(threadCount - 1)) % threadCount
    switch below(16) {
    case 15: return .join(other)
    case 14: return .skipUnless(below(2))
    case 13: return .membarrier(pick([.plain, .restart]), cpu: below(2))
    case 12: return .spin(below(2), pick([.relaxed, .acquiring]))
    case 0..<2: return .membarrier(.plain)
    case 2..<4: return .membarrier(.restart)
    case 4..<7:
      return .section(load: below(2), store: below(3) == 0 ? 2 : nil, commit: below(2), 3)
    case 7: return .preempt(other)
    case 8: return .migrate(other, below(2))
    case 9: return .signal(other)
    case 10: return .futexWake(below(2))
    default: return .futexWait(below(2), 0)
    }
  }
}
