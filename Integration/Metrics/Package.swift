// swift-tools-version: 6.3
import PackageDescription

let settings: [SwiftSetting] = [
  .enableUpcomingFeature("ExistentialAny"),
  .enableUpcomingFeature("InternalImportsByDefault"),
  .enableUpcomingFeature("MemberImportVisibility"),
]

// A backend for swift-metrics, with an exporter for Prometheus.
let package = Package(
  name: "percpu-metrics",
  products: [
    .library(name: "PerCPUMetrics", targets: ["PerCPUMetrics"])
  ],
  dependencies: [
    .package(name: "swift-percpu", path: "../.."),
    .package(url: "https://github.com/apple/swift-metrics", from: "2.13.0"),
  ],
  targets: [
    .target(
      name: "PerCPUMetrics",
      dependencies: [
        .product(name: "PerCPU", package: "swift-percpu"),
        .product(name: "CoreMetrics", package: "swift-metrics"),
      ],
      swiftSettings: settings),
    .testTarget(
      name: "PerCPUMetricsTests",
      dependencies: [
        "PerCPUMetrics",
        .product(name: "CoreMetrics", package: "swift-metrics"),
        .product(name: "Metrics", package: "swift-metrics"),
        .product(name: "MetricsTestKit", package: "swift-metrics"),
      ],
      swiftSettings: [
        .enableUpcomingFeature("ExistentialAny"),
        .enableUpcomingFeature("MemberImportVisibility"),
      ]),
  ]
)
