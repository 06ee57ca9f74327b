// SPDX-License-Identifier: Apache-2.0

// Reading x86-64.
#if arch(x86_64)
  extension CodeGenerationTests {
    /// From the first load of a stored property (r13 is `self`) to the instruction that ends it.
    func hotPath(
      of probe: [String]?, endingWith isEnd: (String) -> Bool
    ) -> [String]? {
      guard let probe, let end = probe.firstIndex(where: isEnd) else { return nil }
      let start = probe.firstIndex { $0.contains("(%r13)") } ?? 0
      return start <= end ? Array(probe[start...end]) : nil
    }

    func isCommit(_ instruction: String) -> Bool {
      instruction.hasPrefix("add") && instruction.hasSuffix(",1)")
    }

    func isFence(_ instruction: String) -> Bool {
      instruction.hasPrefix("mfence") || instruction.hasPrefix("lock")
    }

    /// Light fences of a process without membarrier, if each of them stands where only a jump leads.
    func fencesOutOfTheWay(in code: [String]) -> Int? {
      let found = code.indices.filter { isFence(code[$0]) }
      let areReached = found.contains { index in
        let before = code[..<index].last { !$0.hasPrefix("nop") && !$0.hasPrefix("cs nop") } ?? ""
        return !before.hasPrefix("ret") && !before.hasPrefix("jmp")
          && !before.contains("__stack_chk_fail")
      }
      return areReached ? nil : found.count
    }

    func isRetainProbe(_ name: String) -> Bool {
      ["probeStore", "probeSequence", "probeExchange"].contains { name.hasPrefix($0) }
    }

    /// True if something is retained behind the store that clears the slot, or an object's field is
    /// loaded there although nothing was retained in front of it.
    func isTooLate(_ probe: [String]) -> Bool {
      guard let clear = probe.firstIndex(where: isClear) else { return true }
      let retained = probe[..<clear].contains(where: isRetain)
      return probe[clear...].contains { isRetain($0) || (!retained && isFieldLoad($0)) }
    }

    func isClear(_ instruction: String) -> Bool {
      // (An exchange of two registers is a filler behind a function.)
      (instruction.hasPrefix("movq $0x0,(%r") || instruction.hasPrefix("movq $0x0,0x0(%r13")
        || (instruction.hasPrefix("xchg") && instruction.contains("(")))
        && !instruction.contains("(%rsp") && !instruction.contains("(%rbp")
    }

    func isRetain(_ instruction: String) -> Bool {
      instruction.hasPrefix("call") && instruction.contains("etain")
    }

    func isFieldLoad(_ instruction: String) -> Bool {
      instruction.hasPrefix("mov 0x10(%r") && !instruction.contains("(%r13)")
    }

    func size(of section: String, in headers: String) -> Int? {
      for line in headers.split(separator: "\n") {
        let columns = line.split(separator: " ", omittingEmptySubsequences: true)
        if columns.count > 2, columns[1] == section { return Int(columns[2], radix: 16) }
      }
      return nil
    }
  }
#endif
