// SPDX-License-Identifier: Apache-2.0

/// An object that knows whether it has ended.
final class Canary: Sendable {
  private static let alive = 0x600D
  private static let dead = 0xDEAD
  let number: Int
  private let state = Tally()
  private let ends: Tally

  init(_ number: Int, _ ends: Tally) {
    self.number = number
    self.ends = ends
    state.store(Self.alive ^ number)
  }

  deinit {
    state.store(Self.dead)
    ends.add()
  }

  var isAlive: Bool { state.count == Self.alive ^ number }
}
