// swift-tools-version: 6.3
import PackageDescription

// A client with C++ interoperability switched on and every check that a strict user may ask for.
let package = Package(
  name: "cxx-client",
  dependencies: [.package(name: "swift-percpu", path: "../..")],
  targets: [
    .target(name: "Native"),
    .executableTarget(
      name: "CxxClient",
      dependencies: ["Native", .product(name: "PerCPU", package: "swift-percpu")],
      swiftSettings: [
        .interoperabilityMode(.Cxx),
        .strictMemorySafety(),
        .enableUpcomingFeature("ExistentialAny"),
        .enableUpcomingFeature("InternalImportsByDefault"),
        .enableUpcomingFeature("MemberImportVisibility"),
      ]),
  ],
  cxxLanguageStandard: .cxx20
)
