// SPDX-License-Identifier: Apache-2.0

import CAbortInjection
import CAtomicsShim
import CStressSupport
import StressSupport
import Testing

private let obstacle = abort_injection_obstacle().map { String(cString: $0) }

/// A section that can be trapped; those with a fault are wrong on purpose.
struct TrappedSection: CustomTestStringConvertible, Sendable {
  let number: Int32
  let name: String
  let fault: String?

  init(number: Int32) {
    self.number = number
    name = String(cString: abort_injection_section_name(number))
    fault = abort_injection_section_fault(number).map { String(cString: $0) }
  }

  var testDescription: String { name }

  static let all = (0..<abort_injection_section_count()).map(TrappedSection.init)
  static let right = all.filter { $0.fault == nil }
  static let wrong = all.filter { $0.fault != nil }

  /// Instructions of each on x86-64.
  static let instructions: [String: Int32] = [
    "add": 5, "add-release": 5, "add-selected": 7, "claim-if": 8, "store-if": 6, "publish": 9,
    "commit, 1 word": 14, "commit, 5 words": 14, "commit-on, 1 word": 13, "commit-on, 5 words": 13,
    "add-within": 13,
    "gated add": 9, "gated exchange": 9, "gated store-if": 11, "gated store-if-both": 14,
    "push": 11, "pop": 11, "move-in": 16, "move-out": 15, "link": 10, "unlink": 10,
    "sound control": 3,
  ]

  /// On a thread of its own, which `started` is told the number of.
  func run(_ repetitions: Int64, started: Tally = Tally()) -> abort_injection_result {
    let outcome = Outcome()
    var threads = Threads()
    threads.start {
      started.publish(Int(percpu_thread_id()))
      outcome.result = traps.withLock { _ in abort_injection_run(number, repetitions, 1) }
    }
    threads.join()
    let result = outcome.result
    print(
      "aborts of \(name): instructions \(result.boundaries), aborts \(result.aborts),",
      "commits \(result.commits), interruptions \(result.interruptions), wrong \(result.wrong)")
    return result
  }
}

/// Written by one thread and read when that has ended.
private final class Outcome: @unchecked Sendable {
  var result = abort_injection_result()
}

extension abort_injection_result {
  var complaint: String? {
    first_wrong.map { "at instruction \(first_wrong_boundary): \(String(cString: $0))" }
  }
}

/// Moves a thread from CPU to CPU, and aborts the section it is in, until told to stop.
private final class Mover: Sendable {
  let target = Tally()
  let moves = Tally()

  func run() {
    let cpus = allowedCPUs
    var random = SeededGenerator(seed: 1)
    while case let tid = target.loadPublished(), tid >= 0 {
      let cpu = cpus[random.below(cpus.count)]
      var mask = [UInt64](repeating: 0, count: cpu / 64 + 1)
      mask[cpu / 64] |= 1 << (cpu % 64)
      // The thread may have ended; zero would be this one.
      if tid > 0 && percpu_thread_set_affinity(Int32(tid), mask, Int32(mask.count)) == 0 {
        moves.add()
      }
      percpu_fence_restart_all()
      percpu_thread_yield()
    }
  }
}

/// Each restartable section, aborted at each of its instructions.
@Suite(.serialized, .enabled(if: obstacle == nil, "\(obstacle ?? "")"))
struct AbortInjectionTests {
  @Test(arguments: TrappedSection.right)
  func anAbortAtAnyInstructionLeavesNothingBehind(section: TrappedSection) {
    let repetitions: Int64 = 20_000
    let result = section.run(repetitions)
    #expect(result.complaint == nil)
    #expect(result.wrong == 0)
    #if arch(x86_64)
      #expect(result.boundaries == TrappedSection.instructions[section.name])
    #else
      #expect(result.boundaries >= 3)
    #endif
    #expect(result.fewest >= repetitions)
    #expect(result.commits >= repetitions)
  }

  @Test func itDoesNotMatterWhereTheThreadRunsMeanwhile() {
    let mover = Mover()
    var threads = Threads()
    threads.start { mover.run() }
    let end = stress_nanoseconds() + 20_000_000_000
    repeat {
      for section in TrappedSection.right {
        let result = section.run(2_000, started: mover.target)
        #expect(result.complaint == nil, "\(section.name)")
        #expect(result.fewest >= 2_000)
      }
    } while mover.moves.count < 50 && stress_nanoseconds() < end
    mover.target.publish(-1)
    threads.join()
    #expect(mover.moves.count >= 50)
  }

  @Test(arguments: TrappedSection.wrong)
  func aSectionThatIsWrongIsFoundOut(section: TrappedSection) {
    let result = section.run(200)
    #expect(result.wrong >= 200)
    #expect(result.first_wrong.map { String(cString: $0) } == section.fault)
  }
}
