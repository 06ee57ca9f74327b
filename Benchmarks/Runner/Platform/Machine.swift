// SPDX-License-Identifier: Apache-2.0

import CAtomicsShim
import CBenchmarkPeers
import PerCPU

/// What the figures were measured on.
struct Machine: Sendable {
  let cpu: String
  /// The CPUs this process may use.
  let cpus: [Int32]
  /// The CPUs that can exist.
  let possibleCPUs: Int
  let kernel: String
  let libc: String
  let swift: String
  let revision: String
  let engine: String
  let engineReason: String
  let engineDetails: String

  static let current = Machine()

  private init() {
    cpu = Self.cpuModel()
    cpus = Self.allowedCPUs()
    possibleCPUs = CPU.possible.count
    kernel = String(cString: bench_kernel())
    libc = String(cString: percpu_libc_text())
    swift = Self.swiftVersion()
    revision = Sources.revision
    let report = EngineReport.current
    engine = "\(report.engine)"
    engineReason = report.reason
    engineDetails = "registration: \(report.registration); membarrier: \(report.membarrier)"
  }

  /// This thread's affinity. The main thread asks, before any other thread is pinned.
  static func allowedCPUs() -> [Int32] {
    var mask = [UInt64](repeating: 0, count: 1024)
    guard percpu_thread_get_affinity(&mask, Int32(mask.count)) == 0 else {
      return CPU.possible.map { Int32($0.rawValue) }
    }
    return (0..<Int32(mask.count * 64)).filter { mask[Int($0) / 64] >> ($0 % 64) & 1 != 0 }
  }

  private static func cpuModel() -> String {
    let lines = (Files.text("/proc/cpuinfo") ?? "").split(separator: "\n")
    func field(_ name: String) -> String? {
      guard let line = lines.first(where: { $0.hasPrefix(name) }),
        let colon = line.firstIndex(of: ":")
      else { return nil }
      return String(line[line.index(after: colon)...].drop { $0 == " " })
    }
    if let name = field("model name") { return name }
    // 64-bit ARM kernels tell numbers only.
    if let implementer = field("CPU implementer"), let part = field("CPU part") {
      return "implementer \(implementer), part \(part)"
    }
    return "unknown"
  }

  /// The compiler's version. No language feature tells it, but the compiler leaves it in the file.
  private static func swiftVersion() -> String {
    let mark = Array("Swift version ".utf8)
    guard let bytes = try? Files.read(Processes.ownPath) else { return oldestPossibleSwift }
    var at = 0
    while at + mark.count < bytes.count {
      if bytes[at] == mark[0], bytes[at + mark.count] &- 0x30 < 10,
        bytes[at..<at + mark.count].elementsEqual(mark)
      {
        let version = bytes[(at + mark.count)...].prefix { $0 &- 0x30 < 10 || $0 == 0x2E }
        return String(decoding: version, as: UTF8.self)
      }
      at += 1
    }
    return oldestPossibleSwift
  }

  private static var oldestPossibleSwift: String {
    #if compiler(>=6.4)
      "6.4 or later"
    #else
      "6.3"
    #endif
  }
}
