// SPDX-License-Identifier: Apache-2.0

import Testing

/// What becomes of the library in a user's release build. Stress does not find these faults: code
/// that is wrong in its assembly can run for hours before it shows.
@Suite(.serialized, .enabled(if: ClientBuild.obstacle == nil, "needs swift and a disassembler"))
struct CodeGenerationTests {
  #if arch(x86_64)
    @Test func hotPathsAreInlinedAndShort() throws {
      let client = try ClientBuild.native.get()
      // From the first load of the object that holds the counter to the commit.
      for probe in ["probeCounterIncrement", "probeCounterAdd"] {
        let path = try #require(hotPath(of: client.probes[probe], endingWith: isCommit))
        #expect(path.count <= 12, "\(probe): \(path)")
        #expect(!path.contains { $0.hasPrefix("call") || $0.hasPrefix("lock") }, "\(path)")
      }
      for probe in ["probeCPULocal", "probeCurrentCPU"] {
        let path = try #require(hotPath(of: client.probes[probe]) { $0.hasPrefix("ret") })
        #expect(!path.contains { $0.hasPrefix("call") || $0.hasPrefix("lock") }, "\(path)")
      }
      let fence = try #require(client.probes["probeLightFence"])
      #expect(!fence.prefix { !$0.hasPrefix("j") }.contains { isFence($0) }, "\(fence)")
    }

    /// Slow paths preserve registers that the dynamic linker's lazy resolver does not.
    @Test func slowPathsAreNotCalledByName() throws {
      let calls = try ClientBuild.native.get().probes.values.joined()
        .filter { $0.hasPrefix("call") && $0.contains("percpu_sequence") }
      #expect(calls == [])
    }

    @Test func aCounterLivesUntilItsAdditionIsDone() throws {
      let probe = try #require(ClientBuild.native.get().probes["probeTemporaryCounter"])
      let commit = try #require(probe.firstIndex(where: isCommit))
      let release = try #require(probe.firstIndex { $0.contains("swift_release") })
      #expect(commit < release, "\(probe)")
    }

    @Test func retainsStayInFrontOfTheClearingStore() throws {
      let client = try ClientBuild.native.get()
      let probes = client.probes.filter { isRetainProbe($0.key) }
      #expect(probes.count == 10)
      #expect(probes.filter { isTooLate($0.value) }.keys.sorted() == [])
    }

    /// The control: without the barrier in front of the releasing store the optimizer does move
    /// them, and the check above notices.
    @Test func withoutTheLeadingBarrierRetainsMove() throws {
      let client = try ClientBuild.withoutLeadingBarrier.get()
      let late = client.probes.filter { isRetainProbe($0.key) && isTooLate($0.value) }.keys
      #expect(late.contains("probeStoreString"))
      #expect(late.contains("probeStoreObject"))
      #expect(late.allSatisfy { $0.hasPrefix("probeStore") })
    }

    @Test func theKernelFindsItsTablesAndSignatures() throws {
      let client = try ClientBuild.native.get()
      let sizes = try ["__rseq_cs", "__rseq_cs_ptr_array", "__rseq_failure"].map {
        try #require(size(of: $0, in: client.sections), "section \($0) was dropped")
      }
      // 32 bytes a descriptor, 8 a pointer to one.
      #expect(sizes[0] > 0 && sizes[0] % 32 == 0)
      #expect(sizes[1] * 4 == sizes[0])
      let bytes = client.failingSections.split(separator: "\n")
        .compactMap { line -> Substring? in
          let columns = line.split(separator: " ", omittingEmptySubsequences: true)
          return columns.count > 2 && columns[0].allSatisfy(\.isHexDigit)
            ? columns[1...].prefix(4).filter { $0.allSatisfy(\.isHexDigit) }
              .joined()[...] : nil
        }.joined()
      // In front of each abort handler.
      #expect(bytes.ranges(of: "0fb93d53300553").count == sizes[0] / 32, "\(bytes)")
    }
  #endif
}
