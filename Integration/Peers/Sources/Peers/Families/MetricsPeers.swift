// SPDX-License-Identifier: Apache-2.0

import CoreMetrics
import PerCPUMetrics

extension Family {
  /// The backend of `Integration/Metrics`, as programs use it.
  static let metrics = Family(
    "metrics", "what swift-metrics is told, by whom a backend hears it",
    [
      operation("look up a counter and count") { factory in
        {
          let dimensions = [("method", "GET"), ("route", "/hello/{name}"), ("status", "200")]
          Counter(label: "http.requests", dimensions: dimensions, factory: factory).increment()
        }
      },
      operation("count") { factory in
        let counter = Counter(label: "http.requests", factory: factory)
        return { counter.increment() }
      },
      operation("time") { factory in
        let timer = CoreMetrics.Timer(label: "http.duration", factory: factory)
        return { timer.recordNanoseconds(1_000_000) }
      },
      operation("step a meter") { factory in
        let meter = Meter(label: "http.active", factory: factory)
        return { meter.increment() }
      },
    ])
}

private func operation(
  _ name: String, _ body: @escaping @Sendable (any MetricsFactory) -> (@Sendable () -> Void)
) -> Operation {
  Operation(
    name, threads: .perCPU([1, 2, 4]), baseline: "dictionary behind a Mutex",
    [
      .ours("PerCPUMetrics") { .counting(body(PerCPUMetricsFactory())) },
      .peer("dictionary behind a Mutex") { .counting(body(LockedMetrics(.mutex))) },
      .peer("dictionary behind a NIOLock") { .counting(body(LockedMetrics(.nio))) },
    ])
}
