// SPDX-License-Identifier: Apache-2.0

/// `swift run -c release --package-path Integration/Peers Peers`
@main
enum Main {
  static func main() {
    Program.start(named: "Peers") { _, _ in
      isDebugBuild ? "it was not built with -c release" : nil
    }
  }
}
