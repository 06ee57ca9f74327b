// SPDX-License-Identifier: Apache-2.0

internal import CAtomicsShim

/// Ends the program unless a condition holds, with a sentence that says what to do.
///
/// `precondition` would end a release build without a word.
@usableFromInline
func enforce(_ condition: Bool, _ sentence: @autoclosure () -> String) {
  if !condition { fatalError("PerCPU: \(sentence())") }
}

/// Traps unless there is a row of this number. It allocates nothing: this may be a signal handler.
@usableFromInline
func requireRow(_ cpu: CPU) {
  let number = cpu.rawValue
  let isPossible =
    number >= 0 && number < Int(percpu_cpu_limit())
    && percpu_cpu_is_possible(Int32(truncatingIfNeeded: number))
  enforce(
    isPossible || cpu == .unbound,
    "there is no \(cpu) on this system; use one of CPU.possible or CPU.unbound")
}
