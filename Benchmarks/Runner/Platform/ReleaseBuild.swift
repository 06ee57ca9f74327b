// SPDX-License-Identifier: Apache-2.0

import CBenchmarkPeers

#if DEBUG
  let isDebugBuild = true
#else
  let isDebugBuild = false
#endif

/// Figures of a debug build mean nothing, and `swift run Benchmarks` makes one. So a debug build
/// puts the release build in its place, where it can.
enum ReleaseBuild {
  /// Set in the environment of the program that takes the place, so that this happens once.
  private static let guardVariable = "PERCPU_BENCHMARKS_REPLACED"

  /// Builds the release configuration and becomes it. Returns only if that fails: why.
  static func takePlace(arguments: [String]) -> String {
    if Processes.environment(guardVariable) != nil {
      return "the release configuration is a debug build, too"
    }
    Files.writeError(
      "Benchmarks: this is a debug build; building and running the release configuration in its"
        + " place (--debug-build measures this one)\n")
    do throws(Processes.Failure) {
      let executable = try build()
      throw Processes.become([executable] + arguments, environment: [guardVariable: "1"])
    } catch {
      return error.reason
    }
  }

  private static func build() throws(Processes.Failure) -> String {
    guard Processes.find("swift") != nil else { throw .init(reason: "no 'swift' in PATH") }
    guard let root = Sources.root else {
      throw .init(reason: "no package sources above \(Processes.ownPath)")
    }
    // The build that is going on has let go of its folder by the time it runs us.
    var command = ["swift", "build", "-c", "release", "--package-path", root]
    if let folder = scratchPath { command += ["--scratch-path", folder] }
    command += ["--product", "Benchmarks"]
    // On standard error, because standard output may be somebody's JSON.
    let status = bench_wait(try Processes.start(command, output: 2))
    guard status == 0 else {
      throw .init(reason: "the release build failed: 'swift build' exits with \(status)")
    }
    guard let folder = Processes.output(of: command + ["--show-bin-path"]),
      Files.isExecutable("\(folder)/Benchmarks")
    else { throw .init(reason: "the release build left no executable") }
    return "\(folder)/Benchmarks"
  }

  /// The build folder we are in: SCRATCH/PLATFORM/debug/Benchmarks.
  private static var scratchPath: String? {
    let parts = Processes.ownPath.split(separator: "/")
    guard parts.count > 3, parts[parts.count - 2] == "debug" else { return nil }
    return "/" + parts.dropLast(3).joined(separator: "/")
  }
}
