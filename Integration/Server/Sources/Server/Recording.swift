// SPDX-License-Identifier: Apache-2.0

import CoreMetrics
import Foundation
import HTTPTypes
import Hummingbird

/// Counts, times and logs each request.
struct Recording<Shared: Facilities>: RouterMiddleware {
  typealias Context = BasicRequestContext

  let shared: Shared
  let active: Meter

  init(_ shared: Shared) {
    self.shared = shared
    active = Meter(label: "http.active", factory: shared.metrics)
  }

  func handle(
    _ request: Request, context: Context, next: (Request, Context) async throws -> Response
  ) async throws -> Response {
    let start = ContinuousClock.now
    active.increment()
    defer { active.decrement() }
    do {
      let response = try await next(request, context)
      record(request, context, response.status, since: start)
      return response
    } catch {
      let status = (error as? any HTTPResponseError)?.status ?? .internalServerError
      record(request, context, status, since: start)
      throw error
    }
  }

  private func record(
    _ request: Request, _ context: Context, _ status: HTTPResponse.Status,
    since start: ContinuousClock.Instant
  ) {
    let nanoseconds = Int64((ContinuousClock.now - start) / .nanoseconds(1))
    let dimensions = [
      ("method", request.method.rawValue), ("route", context.endpointPath ?? "NotFound"),
      ("status", "\(status.code)"),
    ]
    // Looked up each time, as programs do that do not know their dimensions beforehand.
    Counter(label: "http.requests", dimensions: dimensions, factory: shared.metrics).increment()
    CoreMetrics.Timer(label: "http.duration", dimensions: dimensions, factory: shared.metrics)
      .recordNanoseconds(nanoseconds)
    shared.log(
      AccessLine(
        milliseconds: Int64(Date().timeIntervalSince1970 * 1000),
        method: request.method.rawValue, path: request.uri.path, status: status.code,
        nanoseconds: nanoseconds))
  }
}
