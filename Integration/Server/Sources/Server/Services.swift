// SPDX-License-Identifier: Apache-2.0

import Logging
import ServiceLifecycle
import UnixSignals

/// Has the access log written. It ends after the server, whose requests it logs.
struct Flushing<Shared: Facilities>: Service {
  let shared: Shared

  func run() async throws {
    await cancelWhenGracefulShutdown { await shared.runFlushing() }
    shared.flush()
  }
}

/// Reads the settings again whenever the process gets a SIGHUP.
struct Reloading<Shared: Facilities>: Service {
  let routes: Routes<Shared>
  let path: String
  let logger: Logger

  func run() async throws {
    let signals = await UnixSignalsSequence(trapping: .sighup)
    for await _ in signals.cancelOnGracefulShutdown() {
      do {
        routes.replace(try Settings.load(path), by: "signal")
      } catch {
        logger.error("the settings stay as they are: \(error)")
      }
    }
  }
}
