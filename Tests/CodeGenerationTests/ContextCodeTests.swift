// SPDX-License-Identifier: Apache-2.0

import Testing

#if arch(x86_64)
  /// What coming and going of contexts becomes.
  extension CodeGenerationTests {
    /// Locked instructions, light fences of processes without membarrier, and instructions: today's
    /// number and two.
    @Test(arguments: [
      ("probeFlushWordActivate", 1, 0, 12), ("probeFlushWordPark", 0, 0, 12),
      ("probeContextWordEnter", 1, 1, 16), ("probeContextWordExit", 0, 0, 15),
      ("probeParticipantActivate", 0, 1, 20), ("probeParticipantPark", 0, 1, 20),
    ])
    func comingAndGoingIsDoneInLine(
      probe: String, locked: Int, fences: Int, limit: Int
    ) throws {
      let code = try #require(ClientBuild.native.get().probes[probe])
      let end = try #require(code.firstIndex { $0.hasPrefix("ret") })
      let path = code[...end]
      #expect(path.count <= limit, "\(probe): \(path)")
      #expect(!path.contains { $0.hasPrefix("call") }, "\(probe): \(path)")
      #expect(path.count { isFence($0) || $0.hasPrefix("xchg") } == locked, "\(probe): \(path)")
      let behind = Array(code[end...])
      #expect(fencesOutOfTheWay(in: behind) == fences, "\(probe): \(behind)")
    }

    @Test func retainsStayInFrontOfParking() throws {
      let probes = try ClientBuild.native.get().probes.filter { isParkProbe($0.key) }
      #expect(probes.count == 8)
      #expect(probes.filter { isRetainedTooLate($0.value) }.keys.sorted() == [])
    }

    /// The control: without the barrier in front of the releasing store the check finds it wrong.
    @Test func withoutTheLeadingBarrierRetainsMoveBehindParking() throws {
      let probes = try ClientBuild.withoutLeadingBarrier.get().probes
      let late = probes.filter { isParkProbe($0.key) && isRetainedTooLate($0.value) }.keys
      #expect(late.contains("probeParticipantParkString"), "\(late)")
    }

    private func isParkProbe(_ name: String) -> Bool {
      ["String", "Object", "Field"].contains { name.hasSuffix($0) }
        && ["probePark", "probeExit", "probeParticipantPark"].contains { name.hasPrefix($0) }
    }

    /// Everything is retained in front of the store that parks, which is the only one of its kind, or
    /// in front of the call that does it.
    private func isRetainedTooLate(_ code: [String]) -> Bool {
      guard let retain = code.lastIndex(where: isRetain) else { return true }
      let park = code.firstIndex {
        $0.hasPrefix("call") && $0.contains("defer")
          || ($0.hasPrefix("movl $0x0,(%r") || $0.hasPrefix("mov %r"))
            && $0.contains(",(%r") && !$0.contains("(%rsp") && !$0.contains("(%rbp")
      }
      guard let park else { return true }
      return retain > park
    }
  }
#endif
