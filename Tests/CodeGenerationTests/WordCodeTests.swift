// SPDX-License-Identifier: Apache-2.0

import Testing

#if arch(x86_64)
  /// What operations on words become.
  extension CodeGenerationTests {
    /// From the first load of the object that holds the words to the commit: today's number of
    /// instructions, and two.
    @Test(arguments: [
      ("probeWordAdd", 21), ("probeWordAddResult", 21), ("probeWordExchange", 21),
      ("probeWordCompare", 22), ("probeWordCompareBoth", 30),
    ])
    func anOperationOnAWordIsDoneInLine(probe: String, limit: Int) throws {
      let code = try #require(ClientBuild.native.get().probes[probe])
      let commit = try #require(wordCommit(in: code))
      let start = try #require(code.firstIndex { $0.contains("(%r13)") })
      try #require(start < commit)
      let path = code[start...commit]
      #expect(path.count <= limit, "\(probe), \(path.count): \(path)")
      #expect(!path.contains { $0.hasPrefix("call") || isFence($0) }, "\(path)")
      // What is told of it needs no call, either.
      let behind = code[commit...].prefix { !$0.hasPrefix("ret") }
      #expect(!behind.contains { $0.hasPrefix("call") || isFence($0) }, "\(code)")
      #expect(!code.contains { isFence($0) || isRetain($0) }, "\(code)")
      // One section; one call for everything that is not that easy, and one for a word there is not.
      #expect(code.count { $0.contains(",%fs:0x8(%r") } == 1)
      let calls = code.filter { $0.hasPrefix("call") && !$0.contains("__stack_chk_fail") }
      #expect(calls.count <= 3, "\(calls)")
      #expect(calls.allSatisfy { $0.contains("*") || $0.contains("refuse") }, "\(calls)")
    }

    @Test func wordsLiveUntilTheirOperationIsDone() throws {
      let code = try #require(ClientBuild.native.get().probes["probeTemporaryWords"])
      let commit = try #require(wordCommit(in: code))
      let release = try #require(code.firstIndex { $0.contains("swift_release") })
      #expect(commit < release, "\(code)")
    }

    /// The store behind the announcement of a section.
    private func wordCommit(in code: [String]) -> Int? {
      guard let arming = code.firstIndex(where: { $0.contains(",%fs:0x8(%r") }) else { return nil }
      return code[arming...].firstIndex {
        ($0.hasPrefix("mov") || $0.hasPrefix("add")) && $0.hasSuffix(",1)")
      }
    }
  }
#endif
