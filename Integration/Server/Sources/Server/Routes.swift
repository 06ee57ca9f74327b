// SPDX-License-Identifier: Apache-2.0

import CoreMetrics
import Hummingbird
import NIOCore
import PerCPUMetrics

/// What the server answers.
struct Routes<Shared: Facilities>: Sendable {
  let shared: Shared
  let items: Counter
  let itemTimes: CoreMetrics.Timer

  init(_ shared: Shared) {
    self.shared = shared
    items = Counter(label: "items", factory: shared.metrics)
    itemTimes = Timer(label: "item.duration", factory: shared.metrics)
  }

  func router() -> Router<BasicRequestContext> {
    let router = Router()
    router.add(middleware: Recording(shared))

    // A page, which depends on the settings.
    router.get("/hello/:name") { _, context -> Response in
      let name = try context.parameters.require("name")
      return .text(answer { page(name, &$0) })
    }
    // A request that is much work: each of its items looks at the settings, is counted, and timed.
    router.get("/work/:items") { _, context -> Response in
      let count = min(try context.parameters.require("items", as: Int.self), 100_000)
      return .text(answer { work(count, &$0) })
    }

    router.get("/settings") { _, _ in shared.withSettings { copy $0 } }
    router.put("/settings") { request, context -> Settings in
      let settings = try await request.decode(as: Settings.self, context: context)
      replace(settings, by: "request")
      return settings
    }
    router.get("/metrics") { _, _ -> Response in
      .bytes(PrometheusText.render(shared.families()), type: PrometheusText.contentType)
    }
    return router
  }

  func replace(_ settings: Settings, by source: String) {
    shared.replaceSettings(settings)
    Counter(
      label: "settings.replaced", dimensions: [("by", source)], factory: shared.metrics
    ).increment()
    Gauge(label: "settings.revision", factory: shared.metrics).record(settings.revision)
  }

  private func page(_ name: String, _ bytes: inout [UInt8]) {
    shared.withSettings { settings in
      bytes.append(contentsOf: "\(settings.revision)\n".utf8)
      for _ in 0..<settings.repetitions {
        bytes.append(contentsOf: settings.greeting.utf8)
        bytes.append(contentsOf: ", \(name)!\n".utf8)
      }
      bytes.append(contentsOf: "\(settings.revision)\n".utf8)
    }
  }

  private func work(_ count: Int, _ bytes: inout [UInt8]) {
    var sum = 0
    for item in 0..<count {
      sum &+= shared.withSettings { $0.repetitions }
      items.increment()
      itemTimes.recordNanoseconds(item &* 1000)
    }
    bytes.append(contentsOf: "\(sum)\n".utf8)
  }

  /// Builds an answer in memory that is there already.
  private func answer(_ build: (inout [UInt8]) -> Void) -> ByteBuffer {
    let scratch = shared.takeScratch()
    defer { shared.giveScratch(scratch) }
    scratch.bytes.removeAll(keepingCapacity: true)
    build(&scratch.bytes)
    return ByteBuffer(bytes: scratch.bytes)
  }
}

extension Settings: ResponseCodable {}

extension Response {
  fileprivate static func text(_ buffer: ByteBuffer) -> Response {
    Response(
      status: .ok, headers: [.contentType: "text/plain; charset=utf-8"],
      body: ResponseBody(byteBuffer: buffer))
  }

  fileprivate static func bytes(_ bytes: [UInt8], type: String) -> Response {
    Response(
      status: .ok, headers: [.contentType: type],
      body: ResponseBody(byteBuffer: ByteBuffer(bytes: bytes)))
  }
}
