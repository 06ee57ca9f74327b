// SPDX-License-Identifier: Apache-2.0

import Testing

#if arch(x86_64)
  /// What the inlined parts of the batch become.
  extension CodeGenerationTests {
    /// From the first load of the object that holds the batch to the store that releases the row:
    /// today's number of instructions, and two.
    @Test(arguments: ["probeBatchNumber", "probeBatchObject"])
    func anElementIsAppendedInLine(probe: String) throws {
      let code = try #require(ClientBuild.native.get().probes[probe])
      let start = try #require(code.firstIndex { $0.contains("(%r13)") })
      let release = try #require(code.firstIndex(where: isClear))
      try #require(start < release)
      let path = code[start...release].filter { !isRetain($0) }
      #expect(path.count <= 29, "\(path)")
      #expect(!path.contains { $0.hasPrefix("call") || isFence($0) }, "\(path)")
      // Only the row is stored to: the element does not take a way around.
      #expect(!path.contains { $0.hasSuffix("(%rsp)") || $0.hasSuffix("(%rbp)") }, "\(path)")
      #expect(fencesOutOfTheWay(in: code) == 1, "\(code)")
      let behind = code[release...].prefix { !$0.hasPrefix("ret") }
      #expect(!behind.contains { $0.hasPrefix("call") }, "\(code)")
    }

    /// Whoever acquires the row next may take the element and destroy it.
    @Test(arguments: ["probeBatchObject", "probeBatchString"])
    func anElementIsRetainedBeforeItsRowIsReleased(probe: String) throws {
      let code = try #require(ClientBuild.native.get().probes[probe])
      #expect(!isRetainedTooLate(code), "\(code)")
    }

    /// The control: without the barrier in front of the releasing store the element is retained
    /// behind it, and the check above notices.
    @Test func withoutTheLeadingBarrierElementsAreRetainedTooLate() throws {
      let probes = try ClientBuild.withoutLeadingBarrier.get().probes
      for probe in ["probeBatchObject", "probeBatchString"] {
        let code = try #require(probes[probe])
        #expect(isRetainedTooLate(code), "\(probe): \(code)")
      }
    }

    private func isRetainedTooLate(_ code: [String]) -> Bool {
      guard let release = code.firstIndex(where: isClear) else { return true }
      let behind = code[release...].prefix { !$0.hasPrefix("ret") }
      return !code[..<release].contains(where: isRetain) || behind.contains(where: isRetain)
    }

    @Test func aBatchLivesUntilItsOperationIsDone() throws {
      let code = try #require(ClientBuild.native.get().probes["probeTemporaryBatch"])
      let done = try #require(code.lastIndex(where: isClear))
      let release = try #require(code.lastIndex { $0.contains("swift_release") })
      #expect(done < release, "\(code)")
    }
  }
#endif
