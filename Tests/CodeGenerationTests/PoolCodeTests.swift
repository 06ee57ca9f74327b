// SPDX-License-Identifier: Apache-2.0

import Testing

#if arch(x86_64)
  /// What the inlined parts of pools become.
  extension CodeGenerationTests {
    /// From the first load of the object that holds the pool, or the first instruction, to the last
    /// commit: today's number of instructions, and two. In the whole function, nothing locked.
    @Test(arguments: [
      ("probePoolTakeObject", 1, 19), ("probePoolTakeNumber", 1, 19),
      ("probePoolTakePermit", 1, 19), ("probePoolTakeEndpoint", 2, 60),
      ("probePoolGiveObject", 1, 22), ("probePoolGiveNumber", 1, 22),
      ("probePoolGivePermit", 1, 22), ("probePoolUseObject", 2, 40),
    ])
    func takingAndGivingAreASectionEach(probe: String, sections: Int, limit: Int) throws {
      let code = try #require(ClientBuild.native.get().probes[probe])
      let path = try #require(straightPath(of: code, sections: sections), "\(probe): \(code)")
      #expect(path.count <= limit, "\(probe): \(path.count), \(path)")
      #expect(!path.contains { $0.hasPrefix("call") }, "\(probe): \(path)")
      #expect(!path.contains { isRetain($0) || $0.contains("elease") }, "\(probe): \(path)")
      #expect(!code.contains(where: isFence), "\(probe): \(code)")
    }

    @Test func aPoolLivesUntilItHasWhatIsGiven() throws {
      let code = try #require(ClientBuild.native.get().probes["probeTemporaryPool"])
      let path = try #require(straightPath(of: code, sections: 1))
      let release = try #require(code.lastIndex { $0.contains("swift_release") })
      #expect(!path.contains { $0.contains("swift_release") } && release > 0, "\(code)")
    }

    /// From the first load of a stored property to the commit of the last of so many sections,
    /// jumps not followed: what is unlikely stands behind.
    private func straightPath(of code: [String], sections: Int) -> [String]? {
      let armings = code.indices.filter { code[$0].contains(",%fs:0x8(%r") }
      guard armings.count >= sections else { return nil }
      let start = code.firstIndex { $0.contains("(%r13)") } ?? armings[0]
      // The last store of a section is its commit: the word at the row's beginning, or at a list's
      // head.
      let behind = code[armings[sections - 1]...]
      guard
        let commit = behind.firstIndex(where: {
          $0.hasPrefix("mov %r") && $0.hasSuffix(")") && !$0.contains(",8)")
            && !$0.contains("%fs") && !$0.contains("(%rsp") && !$0.contains("(%rbp")
            && $0.contains(",(%r")
        })
      else { return nil }
      return start <= commit ? Array(code[start...commit]) : Array(code[armings[0]...commit])
    }
  }
#endif
