// SPDX-License-Identifier: Apache-2.0

/// Ends the program unless a condition holds, with a sentence that says what to do.
///
/// `precondition` would end a release build without a word.
@usableFromInline
func enforce(_ condition: Bool, _ sentence: @autoclosure () -> String) {
  if !condition { fatalError("PerCPU: \(sentence())") }
}

/// Traps unless there is a row of this number.
@usableFromInline
func requireRow(_ cpu: CPU) {
  enforce(
    cpu == .unbound || CPU.possible.contains(cpu),
    "there is no \(cpu) on this system; use one of CPU.possible or CPU.unbound")
}
