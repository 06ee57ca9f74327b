// swift-tools-version: 6.3
import PackageDescription

let settings: [SwiftSetting] = [
  .strictMemorySafety(),
  .enableUpcomingFeature("ExistentialAny"),
  .enableUpcomingFeature("InternalImportsByDefault"),
  .enableUpcomingFeature("MemberImportVisibility"),
]

// Tests and tools handle raw memory all the time; marking each use there would say nothing.
let toolSettings: [SwiftSetting] = [
  .enableUpcomingFeature("ExistentialAny"),
  .enableUpcomingFeature("MemberImportVisibility"),
]

let package = Package(
  name: "swift-percpu",
  platforms: [.macOS(.v15)],
  products: [
    .library(name: "PerCPU", targets: ["PerCPU"])
  ],
  targets: [
    // The library.
    .target(name: "CAtomicsShim"),
    .target(name: "PerCPU", dependencies: ["CAtomicsShim"], swiftSettings: settings),

    // `swift run -c release Benchmarks`
    .executableTarget(
      name: "Benchmarks",
      dependencies: ["PerCPU", "CAtomicsShim", "CBenchmarkPeers", "CEventLoop"],
      path: "Benchmarks/Runner", swiftSettings: toolSettings),
    .target(
      name: "CBenchmarkPeers", dependencies: ["CAtomicsShim"], path: "Benchmarks/CBenchmarkPeers"),

    // Stress scenarios and what drives them, shared by `swift test` and `swift run Torture`.
    .target(
      name: "CStressSupport", dependencies: ["CAtomicsShim"], path: "Tests/CStressSupport"),
    .target(name: "CEventLoop", path: "Tests/CEventLoop"),
    .target(
      name: "StressSupport",
      dependencies: ["PerCPU", "CAtomicsShim", "CStressSupport", "CEventLoop"],
      path: "Tests/StressSupport", swiftSettings: toolSettings),
    .executableTarget(
      name: "Torture", dependencies: ["StressSupport", "CStressSupport", "PerCPU"],
      path: "Tests/Torture",
      swiftSettings: toolSettings),

    // Every interleaving within a bound, of the real sources in a build with the Model headers.
    .target(name: "CModelChecker", path: "Tests/ModelChecker/CModelChecker"),
    .target(
      name: "ModelChecker", dependencies: ["CModelChecker"],
      path: "Tests/ModelChecker/ModelChecker", swiftSettings: toolSettings),
    .testTarget(
      name: "ModelCheckerTests", dependencies: ["ModelChecker"], swiftSettings: toolSettings),
    .testTarget(
      name: "ModelScenarios",
      dependencies: ["ModelChecker", "CModelChecker", "PerCPU", "CAtomicsShim"],
      swiftSettings: toolSettings),

    // Every section aborted at each of its instructions.
    .target(
      name: "CAbortInjection", dependencies: ["CAtomicsShim"], path: "Tests/CAbortInjection"),
    .testTarget(
      name: "AbortInjectionTests",
      dependencies: ["CAbortInjection", "CAtomicsShim", "CStressSupport", "StressSupport"],
      swiftSettings: toolSettings),

    // `swift test`
    .target(name: "CAllocationCount", path: "Tests/CAllocationCount"),
    .testTarget(
      name: "PerCPUTests",
      dependencies: [
        "PerCPU", "CAtomicsShim", "CAllocationCount", "CStressSupport", "CEventLoop",
        "StressSupport", "Torture",
      ],
      swiftSettings: toolSettings),
    .testTarget(
      name: "CodeGenerationTests", dependencies: ["CStressSupport"], exclude: ["Client"],
      swiftSettings: toolSettings),
  ],
  cLanguageStandard: .gnu11
)
