// SPDX-License-Identifier: Apache-2.0

import CAtomicsShim
import CStressSupport

/// What a closure does besides its work, so that others come to what it holds meanwhile.
enum Pace {
  case nothing
  case pauses(Int)
  case yields
  case sleeps

  /// Mostly nothing; now and then the rest of the time slice, and rarely a sleep.
  static func random(_ random: inout SeededGenerator) -> Pace {
    switch random.below(64) {
    case 0: .sleeps
    case 1..<12: .yields
    case 12..<24: .pauses(random.below(100))
    default: .nothing
    }
  }

  func spend() {
    switch self {
    case .nothing: break
    case .pauses(let count): for _ in 0..<count { percpu_pause() }
    case .yields: percpu_thread_yield()
    case .sleeps: stress_sleep(20_000)
    }
  }
}
