// SPDX-License-Identifier: Apache-2.0

import Testing

#if arch(x86_64)
  /// What read sections become.
  extension CodeGenerationTests {
    /// In the whole function: nothing is counted, and nothing locked. Up to the return: no call but that of the
    /// body, and today's number of instructions, and two.
    @Test(arguments: [
      ("probeInSectionField", 31), ("probeInSectionToken", 31), ("probeInSectionCall", 34),
      ("probeInSectionTokenCall", 34), ("probeInSectionScope", 34), ("probeInSectionThrowing", 44),
    ])
    func sectionsAreEnteredAndLeftInLine(probe: String, limit: Int) throws {
      let code = try body(of: probe)
      #expect(!code.contains { $0.contains("etain") || $0.contains("elease") }, "\(code)")
      #expect(!code.contains { isFence($0) || $0.hasPrefix("xchg") && $0.contains("(") }, "\(code)")
      let end = try #require(code.firstIndex { $0.hasPrefix("ret") })
      let path = code[...end]
      #expect(path.count <= limit, "\(probe): \(path.count), \(path)")
      let calls = path.filter { $0.hasPrefix("call") }
      #expect(calls.allSatisfy { $0.contains("Opaquely") }, "\(probe): \(calls)")
      // Whatever is read is read in between.
      let enter = try #require(path.firstIndex(where: isEntering))
      let leave = try #require(path.firstIndex(where: isLeaving))
      let use = path.lastIndex { $0.contains("Opaquely") || $0.contains("(%r13)") }
      #expect(path.count(where: isEntering) == 1)
      #expect(try enter < #require(use) && #require(use) < leave, "\(path)")
    }

    @Test func retainsStayInFrontOfTheEndOfASection() throws {
      for form in ["probeSection", "probeToken", "probeScope"] {
        for result in ["String", "Object", "Field", "Array"] {
          let code = try body(of: form + result)
          #expect(code.contains(where: isEntering))
          #expect(!isTooLateForSection(code), "\(form)\(result): \(code)")
        }
      }
      let throwing = try body(of: "probeSectionThrowing")
      #expect(!isTooLateForSection(throwing), "\(throwing)")
    }

    /// The control takes something out that nobody keeps, on purpose.
    @Test(arguments: ["probeLateObject", "probeLateField"])
    func whatIsUsedTooLateIsFound(probe: String) throws {
      let code = try body(of: probe)
      #expect(code.contains(where: isEntering))
      #expect(isTooLateForSection(code), "\(code)")
    }

    @Test func aDomainLivesUntilItsSectionIsOver() throws {
      let code = try body(of: "probeTemporaryDomain")
      let leave = try #require(code.firstIndex(where: isLeaving))
      let release = try #require(code.firstIndex { $0.contains("swift_release") })
      #expect(leave < release, "\(code)")
    }

    // MARK: Reading

    /// Where several probes become the same code, all but one of them lead to another.
    private func body(of probe: String) throws -> [String] {
      let symbols = try ClientBuild.native.get().symbols
      var name = probe
      for _ in 0..<8 {
        let mangled = "\(name.utf8.count)\(name)"
        let parts = symbols.filter { $0.key == name || $0.key.contains(mangled) }
        if let own = parts.values.first(where: { $0.contains(where: isEntering) }) { return own }
        let jump = try #require(parts.values.joined().first { $0.hasPrefix("jmp") }, "\(parts)")
        name = String(try #require(jump.split(separator: "<").last).dropLast())
      }
      return []
    }

    private func isEntering(_ instruction: String) -> Bool {
      isAddition(instruction) && instruction.hasSuffix(",8)")
    }

    private func isLeaving(_ instruction: String) -> Bool {
      isAddition(instruction) && instruction.hasSuffix(",1)")
    }

    private func isAddition(_ instruction: String) -> Bool {
      ["addq $0x1,(%r", "addq $0x1,0x0(%r"].contains { instruction.hasPrefix($0) }
    }

    /// True if something is retained behind the end of the section, or an object's field is loaded there
    /// although nothing was retained in front of it.
    private func isTooLateForSection(_ code: [String]) -> Bool {
      guard let leave = code.lastIndex(where: isLeaving) else { return true }
      let isRetained = code[..<leave].contains { $0.contains("etain") }
      // What stands behind a filler is another function.
      let behind = code[leave...].prefix { !$0.contains("nop") }
      return behind.contains { $0.contains("etain") || (!isRetained && isFieldLoad($0)) }
    }
  }
#endif
