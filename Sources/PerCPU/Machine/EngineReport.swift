// SPDX-License-Identifier: Apache-2.0

internal import CAtomicsShim

/// Which engine this process runs on, and why. For logs, and for people who wonder.
///
/// ```swift
/// print(EngineReport.current)
/// // restartable engine: the platform offers all it needs
/// //   registration: glibc 2.36
/// //   membarrier: expedited, with restart
/// ```
public struct EngineReport: Sendable {
  /// The engine of this process.
  public let engine: Engine

  /// Why it was chosen, as a sentence without a full stop.
  public let reason: String

  /// Who registers threads with the kernel for restartable sequences: the C library, this package,
  /// or nobody.
  public let registration: String

  /// What the heavy half of an asymmetric fence is made of.
  public let membarrier: String

  /// What this process lacks for the restartable engine; empty if nothing, or if it was not asked.
  public let missing: [String]

  /// The report on this process.
  public static var current: EngineReport {
    EngineReport()
  }

  init() {
    let facts = percpu_engine_facts()
    engine = .current
    missing = EngineReport.describeMissing(facts)
    reason =
      if facts.requested {
        "asked for by PERCPU_ENGINE"
      } else if missing.isEmpty {
        "the platform offers all it needs"
      } else {
        "the restartable engine lacks " + missing.joined(separator: ", ")
      }
    registration =
      switch facts.registration {
      case Int32(PERCPU_REGISTRATION_LIBC): unsafe String(cString: percpu_libc_text())
      case Int32(PERCPU_REGISTRATION_OWN): "by this package, at a thread's first use"
      default: "none"
      }
    membarrier =
      switch (facts.membarrier, engine) {
      case (true, .restartable): "expedited, with restart"
      case (true, .atomic): "expedited"
      case (false, _): "none; both halves of a fence are sequentially consistent"
      }
  }

  private static func describeMissing(_ facts: percpu_engine_report) -> [String] {
    func lacks(_ bit: Int) -> Bool {
      facts.missing & UInt32(bit) != 0
    }
    var missing: [String] = []
    if lacks(PERCPU_MISSING_PLATFORM) { missing.append("Linux on x86-64 or 64-bit ARM") }
    if lacks(PERCPU_MISSING_UNSANITIZED) {
      missing.append("a build without the thread sanitizer, which cannot see it")
    }
    if lacks(PERCPU_MISSING_RSEQ) {
      let error = unsafe String(cString: percpu_error_text(facts.rseq_error))
      missing.append("restartable sequences (\(error))")
    }
    if lacks(PERCPU_MISSING_MEMBARRIER) {
      let error = unsafe String(cString: percpu_error_text(facts.membarrier_error))
      missing.append("membarrier for restartable sequences (\(error))")
    }
    if lacks(PERCPU_MISSING_PREEMPTION_ABORTS) {
      missing.append("a kernel that restarts sequences on preemption")
    }
    return missing
  }
}

extension EngineReport: CustomStringConvertible {
  /// Three lines for people.
  public var description: String {
    """
    \(engine) engine: \(reason)
      registration: \(registration)
      membarrier: \(membarrier)
    """
  }
}
