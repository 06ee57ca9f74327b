// SPDX-License-Identifier: Apache-2.0

import ModelChecker

/// A step of a small test program. Words are numbered; loads, updates and sections fill a register.
enum Instruction: Equatable {
  case load(Int, Ordering)
  case store(Int, Int, Ordering)
  case exchange(Int, Int, Ordering)
  case add(Int, Int, Ordering)
  case compareExchange(Int, Int, Int, Ordering, Ordering)
  case fence(Ordering)
  case fullFence
  case membarrier(Membarrier, cpu: Int? = nil)
  /// A restartable section, tried once: loads one word, stores to another, commits to a third. Its
  /// register is what was loaded, or 9 when it was aborted.
  case section(load: Int, store: Int?, commit: Int, Int)
  case preempt(Int)
  case migrate(Int, Int)
  /// The handler adds 1 to the last word.
  case signal(Int)
  case futexWait(Int, Int)
  case futexWake(Int)
  /// Until the word is not 0.
  case spin(Int, Ordering)
  /// Leaves the next one out unless the word has this value, or the last register.
  case skip(Int, unless: Int)
  case skipUnless(Int)
  case join(Int)
  /// Of plain data; what a thread writes is its own.
  case read
  case write

  var fillsRegister: Bool {
    switch self {
    case .load, .exchange, .add, .compareExchange, .section, .futexWait, .spin, .read: true
    default: false
    }
  }
}

/// A program of a few threads, and all that can come of it.
///
/// In text, threads are separated by `|` and may begin with a processor, `@0`. Words are `x`, `y`,
/// `z`. Orderings are the suffixes `.acq`, `.rel`, `.ar`; without one an access is relaxed.
///
///     x        load                      x=1       store
///     x:1      exchange                  x+1       add
///     x?0>1    compare-exchange, the ordering of a failure may follow that of success
///     F  Facq  Frel  Far                 fences: full, acquire, release, both
///     M  MR  M0  MR0                     membarrier: plain, restart; of a processor
///     [x,y>1]  section that loads x and commits y=1;  [x,z,y>1] also stores z=1 before
///     P1  G1>0  S1                       preempts, migrates to processor 0, signals thread 1
///     Wx0  Kx                            futex wait if x is 0, futex wake
///     Lx.acq                             spins, until x is not 0
///     Ux1  U1                            leaves the next instruction out unless x, or the last
///                                        register, is 1
///     J1                                 joins thread 1
///     R  W                               reads plain data; writes it
struct Program {
  struct Thread: Equatable {
    var cpu: Int?
    var instructions: [Instruction]
  }

  var threads: [Thread]
  var wordCount = 3
  /// What is in a register that was not filled.
  static let skipped = 8

  /// What can come of the program: the registers of all threads in order, then the words' last
  /// values, a hexadecimal digit each.
  struct Behaviour {
    var outcomes: Set<UInt64>
    var result: CheckResult
  }

  func behaviour(
    _ mode: SearchMode = .exhaustive(), limit: Int = 0, futures: Futures? = nil
  ) -> Behaviour {
    let registers = Registers(threads: threads.count)
    var outcomes: Set<UInt64> = []
    let names: [StaticString] = ["first", "second", "third", "fourth"]
    let result = check(mode, limit: limit, visitor: futures) { scenario in
      registers.clear()
      let words = Words(
        x: scenario.word("x"), y: scenario.word("y"), z: scenario.word("z"),
        data: scenario.plain("data"))
      scenario.state { registers.digest }
      for index in threads.indices {
        let thread = threads[index]
        scenario.thread(names[index], cpu: thread.cpu) {
          var isSkipping = false, last = 0
          for instruction in thread.instructions {
            if isSkipping {
              isSkipping = false
              if instruction.fillsRegister { registers.append(Program.skipped, thread: index) }
            } else if case .skip(let word, let value) = instruction {
              isSkipping = words[word].load(.relaxed) != value
            } else if case .skipUnless(let value) = instruction {
              isSkipping = last != value
            } else {
              instruction.run(words, thread: index) {
                last = $0
                registers.append($0, thread: index)
              }
            }
          }
        }
      }
      scenario.onSignal(0) { _ in words[wordCount - 1].add(1, .relaxed) }
      scenario.finally {
        var outcome = registers.outcome
        for word in 0..<wordCount {
          outcome = outcome << 4 | UInt64(truncatingIfNeeded: words[word].load(.relaxed)) & 15
        }
        outcomes.insert(outcome)
        futures?.outcome = Int(truncatingIfNeeded: outcome)
      }
    }
    return Behaviour(outcomes: outcomes, result: result)
  }

  var registerCount: Int {
    threads.reduce(0) { $0 + $1.instructions.count { $0.fillsRegister } }
  }
}

struct Words {
  let x: Word, y: Word, z: Word
  let data: Plain

  subscript(_ index: Int) -> Word {
    switch index {
    case 0: x
    case 1: y
    default: z
    }
  }
}

/// What the threads of a program have loaded.
private final class Registers {
  private let threadCount: Int
  private let values: UnsafeMutablePointer<UInt64>  // of each thread, a digit for each register
  private let counts: UnsafeMutablePointer<Int>

  init(threads: Int) {
    threadCount = threads
    values = .allocate(capacity: threads)
    values.initialize(repeating: 0, count: threads)
    counts = .allocate(capacity: threads)
    counts.initialize(repeating: 0, count: threads)
  }

  deinit {
    values.deallocate()
    counts.deallocate()
  }

  func clear() {
    for thread in 0..<threadCount {
      values[thread] = 0
      counts[thread] = 0
    }
  }

  func append(_ value: Int, thread: Int) {
    values[thread] = values[thread] << 4 | UInt64(truncatingIfNeeded: value) & 15
    counts[thread] += 1
  }

  var digest: Int {
    var hasher = Hasher()
    for thread in 0..<threadCount {
      hasher.combine(values[thread])
      hasher.combine(counts[thread])
    }
    return hasher.finalize()
  }

  var outcome: UInt64 {
    var outcome: UInt64 = 0
    for thread in 0..<threadCount {
      outcome = outcome << (4 * UInt64(counts[thread])) | values[thread]
    }
    return outcome
  }
}

extension Instruction {
  func run(_ words: Words, thread: Int, _ record: (Int) -> Void) {
    switch self {
    case .load(let word, let ordering):
      record(words[word].load(ordering))
    case .store(let word, let value, let ordering):
      words[word].store(value, ordering)
    case .exchange(let word, let value, let ordering):
      record(words[word].exchange(value, ordering))
    case .add(let word, let value, let ordering):
      record(words[word].add(value, ordering))
    case .compareExchange(let word, let expected, let desired, let success, let failure):
      record(words[word].compareExchange(expected, desired, success, failure: failure).original)
    case .fence(let ordering):
      ModelChecker.fence(ordering)
    case .fullFence:
      ModelChecker.fullFence()
    case .membarrier(let kind, let cpu):
      ModelChecker.membarrier(kind, cpu: cpu)
    case .section(let loaded, let stored, let committed, let value):
      var aborted = true
      let register = restartable(attempts: 2) { section throws(Aborted) in
        // The second attempt only takes note of the abort.
        if !aborted { return 9 }
        aborted = false
        let register = try section.load(words[loaded], .acquiring)
        if let stored { try section.store(words[stored], value, .relaxed) }
        try section.commit(words[committed], value, .releasing)
        return register
      }
      record(register)
    case .preempt(let thread):
      ModelChecker.preempt(thread)
    case .migrate(let thread, let cpu):
      ModelChecker.migrate(thread, to: cpu)
    case .signal(let thread):
      ModelChecker.signal(thread, 0)
    case .futexWait(let word, let expected):
      switch words[word].futexWait(expected) {
      case .woken: record(0)
      case .notEqual: record(1)
      case .interrupted: record(2)
      }
    case .futexWake(let word):
      words[word].futexWake(1)
    case .spin(let word, let ordering):
      var value = words[word].load(ordering)
      while value == 0 {
        pause()
        value = words[word].load(ordering)
      }
      record(value)
    case .join(let thread):
      ModelChecker.join(thread)
    case .skip, .skipUnless:
      preconditionFailure("that is up to the program")
    case .read:
      record(words.data.read())
    case .write:
      words.data.write(1 + thread)
    }
  }
}
