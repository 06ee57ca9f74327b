// swift-tools-version: 6.3
import PackageDescription

// What a user of the library compiles. The code-generation tests build it in release and read the
// assembly of the functions whose names begin with `probe`.
let package = Package(
  name: "code-generation-client",
  dependencies: [.package(name: "swift-percpu", path: "../../..")],
  targets: [
    .executableTarget(
      name: "Client", dependencies: [.product(name: "PerCPU", package: "swift-percpu")])
  ]
)
