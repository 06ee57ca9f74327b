// SPDX-License-Identifier: Apache-2.0

/// The package this executable was built from.
enum Sources {
  /// Its folder: above the executable, or else where the sources were when it was compiled.
  static let root: String? = above(Processes.ownPath) ?? above(#filePath)

  /// Its revision, as git tells it.
  static var revision: String {
    guard let root, Files.exists("\(root)/.git") else { return "unknown" }
    let command = ["git", "-C", root, "describe", "--always", "--dirty", "--abbrev=12"]
    return Processes.output(of: command) ?? "unknown"
  }

  private static func above(_ path: String) -> String? {
    var folder = path[...]
    while let slash = folder.lastIndex(of: "/") {
      folder = folder[..<slash]
      if Files.exists("\(folder)/Package.swift"), Files.exists("\(folder)/Benchmarks/Runner") {
        return String(folder)
      }
    }
    return nil
  }
}
