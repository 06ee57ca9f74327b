// SPDX-License-Identifier: Apache-2.0

import CReclamationPeers

/// Read sections and what waits for them, which is what these libraries are made for.
let sectionPeers: [Implementation] = [
  .peer("liburcu memb") { sections(peer_urcu_memb) },
  .peer("liburcu qsbr") { sections(peer_urcu_qsbr) },
  .peer("ConcurrencyKit epoch") { sections(peer_ck_epoch) },
]

let waitingPeers: [Implementation] = [
  .peer("liburcu memb") { waiting(peer_urcu_memb) },
  .peer("liburcu qsbr") { waiting(peer_urcu_qsbr) },
  .peer("ConcurrencyKit epoch") { waiting(peer_ck_epoch) },
]

/// Each reads an object as well.
private func sections(_ scheme: peer_reclamation) -> Subject {
  scheme.write()
  return .tallied { scheme.read_loop($0) }
}

/// Each replaces an object as well.
private func waiting(_ scheme: peer_reclamation) -> Subject {
  scheme.write()
  var subject = Subject.counting { scheme.write() }
  subject.background = { stop in
    while !stop.isStopped { _ = scheme.read_loop(1000) }
  }
  return subject
}
