// SPDX-License-Identifier: Apache-2.0

import CStressSupport
import PerCPU
import StressSupport
import Synchronization

/// Numbers in the order in which they were noted.
final class Notes: Sendable {
  private let numbers = Mutex<[Int]>([])

  func add(_ number: Int) {
    numbers.withLock { $0.append(number) }
  }

  var all: [Int] { numbers.withLock { $0 } }
}

/// Something of which each instance is counted.
final class Holder: Sendable {
  let counted = Counted(0)
}

/// Whoever has a registration.
final class Owner: Sendable {
  private struct Held: ~Copyable {
    var registration: Housekeeper.Registration?
  }
  private let held = Mutex(Held(registration: nil))

  func take(_ registration: consuming Housekeeper.Registration) {
    var registration: Housekeeper.Registration? = consume registration
    held.withLock { held in
      held.registration = registration.take()
    }
  }

  func release() {
    let registration = held.withLock { $0.registration.take() }
    _ = consume registration
  }

  func runSoon() {
    held.withLock { held in
      held.registration!.runSoon()
    }
  }
}

/// Keeps a housekeeper's thread.
final class Stay: Sendable {
  private let isInside = Tally(), isOver = Tally()

  func begin(on housekeeper: Housekeeper) {
    housekeeper.perform { [self] in
      isInside.publish(1)
      while isOver.loadPublished() == 0 { stress_sleep(100_000) }
    }
    precondition(becomesTrue { isInside.loadPublished() == 1 })
  }

  func end() {
    isOver.publish(1)
  }
}

/// Waits for something that happens on another thread.
func becomesTrue(_ condition: () -> Bool) -> Bool {
  let end = stress_nanoseconds() + 20_000_000_000
  while !condition() {
    if stress_nanoseconds() > end { return false }
    stress_sleep(100_000)
  }
  return true
}
