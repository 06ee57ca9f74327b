// SPDX-License-Identifier: Apache-2.0

import Atomics
import CReclamationPeers
import NIOConcurrencyHelpers

/// Who else protects what is read.
func readPeers(_ interval: Int64?) -> [Implementation] {
  [
    .peer("swift-atomics, strong reference") {
      let reference = ManagedAtomic(CountedSettings())
      return .reading(interval) {
        reference.store(CountedSettings(), ordering: .releasing)
      } loop: { count in
        var sum = 0
        for _ in 0..<count { sum &+= reference.load(ordering: .acquiring).limit }
        return sum
      }
    },
    .peer("NIOLockedValueBox, copy") {
      let box = NIOLockedValueBox(Settings())
      return .reading(interval) {
        box.withLockedValue { $0 = Settings() }
      } loop: { count in
        var sum = 0
        for _ in 0..<count { sum &+= copy(box).limit }
        return sum
      }
    },
    .peer("liburcu memb") { reading(peer_urcu_memb, interval) },
    .peer("liburcu qsbr") { reading(peer_urcu_qsbr, interval) },
    .peer("ConcurrencyKit hp") { reading(peer_ck_hp, interval) },
    .peer("ConcurrencyKit epoch") { reading(peer_ck_epoch, interval) },
  ]
}

private final class CountedSettings: AtomicReference, Sendable {
  let limit: Int

  init() { limit = 1 }
}

/// As with the other locks: what leaves it is a reference of its own.
@inline(never)
private func copy(_ box: NIOLockedValueBox<Settings>) -> Settings {
  box.withLockedValue { $0 }
}

/// A loop in C: each of its readings loads a field, which is 1.
private func reading(_ scheme: peer_reclamation, _ interval: Int64?) -> Subject {
  scheme.write()
  return .reading(interval, write: { scheme.write() }, loop: { scheme.read_loop($0) })
}
