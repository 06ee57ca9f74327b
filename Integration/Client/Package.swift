// swift-tools-version: 6.3
import PackageDescription

let settings: [SwiftSetting] = [
  .strictMemorySafety(),
  .treatAllWarnings(as: .error),
  .enableUpcomingFeature("ExistentialAny"),
  .enableUpcomingFeature("InternalImportsByDefault"),
  .enableUpcomingFeature("MemberImportVisibility"),
  .enableUpcomingFeature("NonisolatedNonsendingByDefault"),
]

// A client of every family, with every check that a strict user may ask for, in both language modes.
let package = Package(
  name: "client",
  dependencies: [.package(name: "swift-percpu", path: "../..")],
  targets: [
    .executableTarget(
      name: "Client", dependencies: [.product(name: "PerCPU", package: "swift-percpu")],
      swiftSettings: settings + [.swiftLanguageMode(.v6)]),
    // The same source.
    .executableTarget(
      name: "Client5", dependencies: [.product(name: "PerCPU", package: "swift-percpu")],
      swiftSettings: settings + [.swiftLanguageMode(.v5)]),
  ]
)
