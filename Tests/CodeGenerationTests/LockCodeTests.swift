// SPDX-License-Identifier: Apache-2.0

import Testing

#if arch(x86_64)
  /// What the inlined parts of the locks become.
  extension CodeGenerationTests {
    /// From the first load of the object that holds the lock to the store that releases it, with the
    /// closure in between: today's number of instructions, and two.
    @Test func aLockIsAcquiredAndReleasedInLine() throws {
      try checkLockPath("probeLockAdd", fences: 1, limit: 23, isRelease: isClear)
      try checkLockPath("probeReadField", fences: 2, limit: 30, isRelease: isReaderCount)
    }

    private func checkLockPath(
      _ probe: String, fences: Int, limit: Int, isRelease: @escaping (String) -> Bool
    ) throws {
      let code = try #require(ClientBuild.native.get().probes[probe])
      let start = try #require(code.firstIndex { $0.contains("(%r13)") })
      let release = try #require(code.lastIndex(where: isRelease))
      try #require(start < release)
      let path = code[start...release]
      #expect(path.count <= limit, "\(probe): \(path)")
      #expect(!path.contains(where: isCall), "\(path)")
      #expect(fencesOutOfTheWay(in: code) == fences, "\(code)")
      let behind = code[release...].prefix { !$0.hasPrefix("ret") }
      #expect(!behind.contains(where: isCall), "\(code)")
    }

    /// From the first load of the object that holds the lock to the commit.
    @Test(arguments: [("probeUpdateWord", 53), ("probeUpdateWords", 87)])
    func aTransactionIsMadeInLine(probe: String, limit: Int) throws {
      let code = try #require(ClientBuild.native.get().probes[probe])
      let commit = try #require(sectionCommit(in: code))
      let start = try #require(code.firstIndex { $0.contains("(%r13)") })
      let path = code[start...commit]
      #expect(path.count <= limit, "\(probe): \(path)")
      #expect(!path.contains(where: isCall), "\(path)")
      #expect(!code.contains(where: isFence), "\(code)")
      // One section, and one call for everything that is not that easy.
      #expect(code.count(where: isArming) == 1)
      #expect(code.count { isCall($0) && !$0.contains("__stack_chk_fail") } == 1, "\(code)")
    }

    @Test func aLockLivesUntilItsOperationIsDone() throws {
      let probes = try ClientBuild.native.get().probes
      for (probe, isDone) in [
        ("probeTemporaryLock", isClear), ("probeTemporaryRead", isReaderCount),
        ("probeTemporaryShards", { _ in false }),
      ] as [(String, (String) -> Bool)] {
        let code = try #require(probes[probe])
        let done = try #require(code.lastIndex(where: isDone) ?? sectionCommit(in: code))
        let release = try #require(code.firstIndex { $0.contains("swift_release") })
        #expect(done < release, "\(probe): \(code)")
      }
    }

    @Test func retainsStayInFrontOfTheRelease() throws {
      let probes = try ClientBuild.native.get().probes
      let inlined = probes.filter { isLockRetainProbe($0.key) }
      #expect(inlined.count == 16)
      #expect(inlined.filter(isTooLateForLock).keys.sorted() == [])
      // These take a closure into the library, which returns what is retained already.
      let called = probes.filter {
        $0.key.hasPrefix("probeWriter") || $0.key.hasPrefix("probeEach")
      }
      #expect(called.count == 8)
      for (probe, code) in called {
        let isCalled = code.contains {
          isCall($0) && ($0.contains("ReadWriteLock") || $0.contains("forEach"))
        }
        #expect(
          isCalled && !code.contains { isClear($0) || isReaderCount($0) }, "\(probe): \(code)")
      }
    }

    /// The control: without the barrier in front of the releasing store each form that releases by
    /// one is found wrong. Readers leave by a section.
    @Test func withoutTheLeadingBarrierRetainsMoveOutOfLocks() throws {
      let probes = try ClientBuild.withoutLeadingBarrier.get().probes
      let late = probes.filter { isLockRetainProbe($0.key) }.filter(isTooLateForLock).keys
      for form in ["probeLocal", "probeTryLocal", "probeRemote"] {
        for result in ["String", "Object", "Field", "Array"] {
          #expect(late.contains(form + result), "\(late.sorted())")
        }
      }
      #expect(!late.contains { $0.hasPrefix("probeReader") }, "\(late.sorted())")
    }

    /// A task may go on with another thread after a suspension, whose token and CPU are others.
    @Test func nothingOfAThreadIsCarriedAcrossASuspension() throws {
      let symbols = try ClientBuild.native.get().symbols
      let parts = symbols.filter {
        $0.key.contains("probeAcrossSuspension") && $0.value.contains(where: isArming)
      }
      #expect(parts.count == 3)
      for (symbol, code) in parts { #expect(findsItsThread(code), "\(symbol): \(code)") }
      // The control carries a token on purpose.
      let control = symbols.filter {
        $0.key.contains("probeCarriedToken") && $0.value.contains(where: isArming)
      }
      #expect(control.count == 1)
      #expect(!control.values.contains(where: findsItsThread))
    }

    /// Whether all that a part of an asynchronous function tells the sections in it about its thread
    /// was read in this part.
    private func findsItsThread(_ code: [String]) -> Bool {
      let tokens = code.count { $0.hasPrefix("mov %fs:0x0,") }
      let claims = code.count { $0.hasPrefix("cmpq $0x0,") }
      let counts = code.count(where: isReaderCount)
      let commits = code.indices.filter { code[$0].hasPrefix("cmp %e") && isOwnCPU(code[$0]) }
      guard tokens == claims,
        claims + counts + commits.count == code.count(where: isArming)
      else { return false }
      // Each commit names the CPU that was read before it, and nothing else of the thread's is used.
      return commits.allSatisfy { commit in
        let register = code[commit].dropFirst(4).prefix { $0 != "," }
        let write = code[..<commit].last {
          $0.hasSuffix(",\(register)") && !$0.hasPrefix("test") && !$0.hasPrefix("cmp")
        }
        return write.map { $0.hasPrefix("mov") && isOwnCPU($0) } ?? false
      }
        && code.allSatisfy {
          !$0.contains("%fs:") || $0.hasPrefix("mov %fs:0x0,") || isArming($0) || isOwnCPU($0)
            || $0.contains("%fs:0x28,")
        }
    }

    // MARK: Reading

    private func isLockRetainProbe(_ name: String) -> Bool {
      ["probeLocal", "probeTryLocal", "probeRemote", "probeReader"].contains { name.hasPrefix($0) }
    }

    /// True if something is retained behind the release; or loaded there from a row's state, or from
    /// an object although nothing was retained in front of it.
    private func isTooLateForLock(_ name: String, _ code: [String]) -> Bool {
      let isRelease = name.hasPrefix("probeReader") ? isReaderCount : isClear
      guard let release = code.lastIndex(where: isRelease) else { return true }
      let retained = code[..<release].contains(where: isRetain)
      return code[release...].contains {
        isRetain($0) || (!retained && isFieldLoad($0))
          || ($0.hasPrefix("mov 0x10(%r") && $0.contains(",1),"))
      }
    }

    /// A reader that comes or goes.
    private func isReaderCount(_ instruction: String) -> Bool {
      ["addq $0x1,(%r", "addq $0x1,0x0(%r"].contains { instruction.hasPrefix($0) }
        && instruction.hasSuffix(",1)")
    }

    private func isCall(_ instruction: String) -> Bool { instruction.hasPrefix("call") }

    /// A section's announcement to the kernel.
    private func isArming(_ instruction: String) -> Bool { instruction.contains(",%fs:0x8(%r") }

    private func isOwnCPU(_ instruction: String) -> Bool { instruction.contains("%fs:0x4(%r") }

    /// The first store behind the announcement that is to a bare address.
    private func sectionCommit(in probe: [String]) -> Int? {
      guard let arming = probe.firstIndex(where: isArming) else { return nil }
      return probe[arming...].firstIndex {
        $0.hasPrefix("mov %r") && $0.contains(",(%r") && !$0.contains(",1)")
      }
    }
  }
#endif
