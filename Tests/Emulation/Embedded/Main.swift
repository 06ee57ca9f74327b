// SPDX-License-Identifier: Apache-2.0
//
// The library on an emulated machine, as Embedded Swift: counters and per-CPU values, used by more
// threads than there are CPUs. Sums are exact.

import CGuest
import PerCPU
import Synchronization

private let threads = 8
private let rounds = 20_000

private let sum = PerCPUCounter()
private let emptied = PerCPUCounter()
private let taken = Atomic<Int>(0)
private let perCPU = CPULocal { _ in Atomic<Int>(0) }
private let complaints = Atomic<Int>(0)

@main
enum Core {
  static func main() {
    let report = EngineReport.current
    say("core: \(report)")
    expect(guest_expects_engine(isRestartable(report.engine)), "this is not the expected engine")

    guest_run_threads(Int32(threads)) { index in
      for round in 1...rounds { Core.work(Int(index), round) }
    }

    let operations = threads * rounds
    var values = 0
    perCPU.forEach { _, value in values += value.load(ordering: .relaxed) }
    let left = emptied.exchange(0)
    let total = taken.load(ordering: .relaxed) + left
    say(
      "core: threads \(threads), additions \(sum.load()), taken \(total),"
        + " per-CPU values \(values)")
    expect(sum.load() == operations, "the counter lost or doubled additions")
    expect(total == operations, "exchanges lost or doubled additions")
    expect(emptied.load() == 0, "an emptied counter is not empty")
    expect(values == operations, "per-CPU values lost or doubled additions")
    guest_end("core", complaints.load(ordering: .relaxed) == 0)
  }

  private static func work(_ index: Int, _ round: Int) {
    sum.increment()
    emptied.add(2)
    emptied.decrement()
    perCPU.withCurrent { _ = $0.wrappingAdd(1, ordering: .relaxed) }
    if round % 256 == index { taken.add(emptied.exchange(0), ordering: .relaxed) }
    if round % 512 == index {
      let before = sum.load()
      sum.add(1)
      sum.add(-1)
      // Other threads may be between their own two.
      expect(sum.load() >= before - threads, "a counter went back")
    }
    if round % 1024 == index {
      let own = PerCPUCounter()
      for number in 1...10 { own.add(number) }
      expect(own.load() == 55, "a new counter did not begin at zero")
    }
  }

  private static func isRestartable(_ engine: Engine) -> Bool {
    switch engine {
    case .restartable: true
    case .atomic: false
    }
  }

  private static func expect(_ condition: Bool, _ complaint: StaticString) {
    if condition { return }
    complaints.add(1, ordering: .relaxed)
    guest_say(complaint.utf8Start)
  }

  private static func say(_ text: String) {
    text.withCString { guest_say(UnsafeRawPointer($0).assumingMemoryBound(to: UInt8.self)) }
  }
}
