// SPDX-License-Identifier: Apache-2.0

import CLibraryPeers
import CReclamationPeers
import PerCPU

extension Family {
  /// Read sections and what waits for them, which is what these libraries are made for.
  static let gracePeriods = Family(
    "grace", "sections of readers, and memory that is given back when they have been left",
    [
      Operation(
        "read section", threads: .perCPU([1, 2, 4]), baseline: "liburcu memb",
        [
          .ours("GracePeriodDomain") {
            let domain = GracePeriodDomain()
            let settings = Lines(Settings())
            return .tallied { count in
              var sum = 0
              for _ in 0..<count {
                sum &+= domain.withReadSection { settings.pointer.pointee.limit }
              }
              return sum
            }
          },
          .peer("liburcu memb") { sections(peer_urcu_memb) },
          .peer("liburcu qsbr") { sections(peer_urcu_qsbr) },
          .peer("ConcurrencyKit epoch") { sections(peer_ck_epoch) },
        ]),
      Operation(
        "free behind a grace period", threads: .perCPU([1]), baseline: "liburcu call_rcu",
        [
          .ours("GracePeriodDomain") {
            let domain = GracePeriodDomain()
            let freed = PerCPUCounter()
            return Subject(
              run: {
                for _ in 0..<$0 {
                  let object = Settings()
                  domain.afterGracePeriod(bytes: 32) { freed.add(object.limit) }
                }
              },
              total: {
                domain.barrier()
                return freed.load()
              })
          }
        ] + deferredPeers),
      Operation(
        "replace and wait", threads: .one, baseline: "liburcu memb",
        [
          .ours("GracePeriodDomain") {
            let domain = GracePeriodDomain()
            return .counting { domain.synchronize() }
          },
          .peer("liburcu memb") { waiting(peer_urcu_memb) },
          .peer("liburcu qsbr") { waiting(peer_urcu_qsbr) },
          .peer("ConcurrencyKit epoch") { waiting(peer_ck_epoch) },
        ]),
    ])
}

private func sections(_ scheme: peer_reclamation) -> Subject {
  scheme.write()
  return .tallied { scheme.read_loop($0) }
}

private func waiting(_ scheme: peer_reclamation) -> Subject {
  .counting { scheme.write() }
}
