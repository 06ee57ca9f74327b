// SPDX-License-Identifier: Apache-2.0

import Testing

#if arch(x86_64)
  /// What differential counters and histograms become.
  extension CodeGenerationTests {
    /// From the first load of the object that holds the counter to the commit: today's number of
    /// instructions, and two.
    @Test(arguments: ["probeDifferentialIncrement", "probeDifferentialAdd"])
    func aDifferenceIsAddedInLine(probe: String) throws {
      let code = try #require(ClientBuild.native.get().probes[probe])
      let path = try #require(hotPath(of: code, endingWith: isTotalCommit))
      #expect(path.count <= 23, "\(probe): \(path)")
      #expect(!path.contains(where: isCostly), "\(path)")
      // One section, and one call for everything that is not that easy.
      #expect(code.count { $0.hasPrefix("call") } == 1, "\(code)")
      #expect(!code.contains(where: isFence), "\(code)")
    }

    @Test func anApproximateValueIsOneLoad() throws {
      let code = try #require(ClientBuild.native.get().probes["probeDifferentialApproximate"])
      let path = try #require(hotPath(of: code) { $0.hasPrefix("ret") })
      #expect(path.count <= 5, "\(path)")
      #expect(!path.contains(where: isCostly), "\(path)")
    }

    /// From the first load of the object to the last commit, both searches included.
    @Test func aValueIsRecordedInLine() throws {
      let code = try #require(ClientBuild.native.get().probes["probeHistogramRecord"])
      let start = try #require(code.firstIndex { $0.contains("(%r13)") })
      let end = try #require(code.lastIndex(where: isCommit))
      let path = code[start...end]
      #expect(path.count(where: isCommit) == 2, "\(path)")
      #expect(!path.contains(where: isCostly), "\(path)")
      #expect(!code.contains(where: isFence), "\(code)")
    }

    @Test func statisticsLiveUntilTheyAreWritten() throws {
      let probes = try ClientBuild.native.get().probes
      for (probe, isDone) in [
        ("probeTemporaryDifferential", isTotalCommit), ("probeTemporaryHistogram", isCommit),
      ] as [(String, (String) -> Bool)] {
        let code = try #require(probes[probe])
        let done = try #require(code.lastIndex(where: isDone))
        let release = try #require(code.lastIndex { $0.contains("swift_release") })
        #expect(done < release, "\(probe): \(code)")
      }
    }

    private func isCostly(_ instruction: String) -> Bool {
      instruction.hasPrefix("call") || instruction.hasPrefix("lock")
        || instruction.hasPrefix("xchg")
    }

    /// The store of a row's total.
    private func isTotalCommit(_ instruction: String) -> Bool {
      instruction.hasPrefix("mov %r") && instruction.contains(",0x10(%r")
        && instruction.hasSuffix(",1)")
    }
  }
#endif
