// SPDX-License-Identifier: Apache-2.0

import Testing

#if arch(x86_64)
  /// What reading under protection becomes.
  extension CodeGenerationTests {
    /// In the whole function: nothing is counted, and no instruction locked but the light fence of a process
    /// without membarrier. Up to the first return: today's number of instructions, and two.
    @Test(arguments: [
      ("probeReadingCellField", 38), ("probeReadingCellCall", 41),
      ("probeReadingSourceField", 57), ("probeReadingSourceCall", 66),
      ("probeReadingGuardField", 57), ("probeReadingGuardCall", 64),
    ])
    func readingCountsNoReferences(probe: String, limit: Int) throws {
      let code = try #require(ClientBuild.native.get().probes[probe])
      #expect(!code.contains { isRetain($0) || $0.contains("elease") }, "\(probe): \(code)")
      #expect(fencesOutOfTheWay(in: code) != nil, "\(probe): \(code)")
      #expect(!code.contains { $0.hasPrefix("xchg") && $0.contains("(") }, "\(probe): \(code)")
      let calls = code.filter { $0.hasPrefix("call") }
      #expect(
        calls.allSatisfy {
          $0.contains("protectSlowly") || $0.contains("pickUp") || $0.contains("useOpaquely")
        }, "\(probe): \(calls)")
      let end = try #require(code.firstIndex { $0.hasPrefix("ret") })
      #expect(end + 1 <= limit, "\(probe): \(end + 1), \(code[...end])")
    }

    @Test func retainsStayInFrontOfTheEndOfAProtection() throws {
      let probes = try ClientBuild.native.get().probes.filter { isReadProbe($0.key) }
      #expect(probes.count == 12)
      // Where two become the same code, one of them leads to the other.
      let own = probes.filter { !$0.value.contains(where: isJumpToAnother) }
      #expect(own.count >= 8)
      #expect(own.filter { isTooLate($0.value) }.keys.sorted() == [])
    }

    /// The control: without the barrier in front of the releasing store the check finds them wrong.
    @Test func withoutTheLeadingBarrierRetainsMoveOutOfProtections() throws {
      let probes = try ClientBuild.withoutLeadingBarrier.get().probes
      let late = probes.filter { isReadProbe($0.key) && isTooLate($0.value) }.keys
      #expect(late.contains("probeCellString"), "\(late)")
      #expect(late.contains("probeSourceObject"), "\(late)")
    }

    private func isJumpToAnother(_ instruction: String) -> Bool {
      instruction.hasPrefix("jmp") && instruction.contains("probe")
        && !instruction.contains("+0x")
    }

    private func isReadProbe(_ name: String) -> Bool {
      ["probeCell", "probeSource", "probeGuard"].contains { name.hasPrefix($0) }
    }
  }
#endif
