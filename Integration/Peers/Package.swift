// swift-tools-version: 6.3
import PackageDescription

// The benchmarks of the root package beside libraries that it does not depend on. Of the system:
// liburcu and ConcurrencyKit with their headers (Debian: liburcu-dev, libck-dev).
//
//     swift run -c release --package-path Integration/Peers Peers
let package = Package(
  name: "peers",
  dependencies: [
    .package(name: "swift-percpu", path: "../.."),
    .package(name: "percpu-metrics", path: "../Metrics"),
    .package(url: "https://github.com/apple/swift-metrics", from: "2.13.0"),
    .package(url: "https://github.com/apple/swift-atomics", from: "1.3.0"),
    .package(url: "https://github.com/apple/swift-nio", from: "2.101.2"),
  ],
  targets: [
    // Links to the root package's, which are no products.
    .target(
      name: "CBenchmarkPeers",
      dependencies: [.product(name: "PerCPU", package: "swift-percpu")]),
    .target(name: "CEventLoop"),
    .target(
      name: "CReclamationPeers",
      linkerSettings: [
        .linkedLibrary("urcu-memb"), .linkedLibrary("urcu-qsbr"), .linkedLibrary("ck"),
      ]),
    .target(
      name: "CLibraryPeers",
      linkerSettings: [.linkedLibrary("urcu-memb"), .linkedLibrary("ck")]),
    .executableTarget(
      name: "Peers",
      dependencies: [
        "CBenchmarkPeers", "CEventLoop", "CLibraryPeers", "CReclamationPeers",
        .product(name: "PerCPU", package: "swift-percpu"),
        .product(name: "PerCPUMetrics", package: "percpu-metrics"),
        .product(name: "CoreMetrics", package: "swift-metrics"),
        .product(name: "Atomics", package: "swift-atomics"),
        .product(name: "NIOConcurrencyHelpers", package: "swift-nio"),
        .product(name: "NIOCore", package: "swift-nio"),
        .product(name: "NIOPosix", package: "swift-nio"),
      ],
      swiftSettings: [
        .enableUpcomingFeature("ExistentialAny"),
        .enableUpcomingFeature("MemberImportVisibility"),
      ]),
  ],
  cLanguageStandard: .gnu11
)
