// SPDX-License-Identifier: Apache-2.0

import Foundation
import Hummingbird
import Logging
import NIOPosix
import PerCPU
import PerCPUMetrics
import UnixSignals

/// `swift run -c release --package-path Integration/Server Server --settings FILE`
@main
enum Main {
  static func main() async throws {
    guard let options = Options(Array(CommandLine.arguments.dropFirst())) else {
      FileHandle.standardError.write(Data((Options.usage + "\n").utf8))
      exit(64)
    }
    let settings = try Settings.load(options.settings)
    let file = try LogFile(path: options.accessLog)
    switch options.variant {
    case .percpu: try await run(PerCPUFacilities(settings: settings, file: file), options)
    case .mutex: try await run(LockedFacilities(.mutex, settings: settings, file: file), options)
    case .nio: try await run(LockedFacilities(.nio, settings: settings, file: file), options)
    }
  }

  private static func run(_ shared: some Facilities, _ options: Options) async throws {
    let logger = Logger(label: "server")
    let routes = Routes(shared)
    let application = Application(
      router: routes.router(),
      configuration: ApplicationConfiguration(address: .hostname("127.0.0.1", port: options.port)),
      // The first one ends last.
      services: [
        Flushing(shared: shared),
        Reloading(routes: routes, path: options.settings, logger: logger),
      ],
      onServerRunning: { channel in
        // Whoever started it waits for this line.
        let port = channel.localAddress?.port ?? 0
        let line = "\(options.variant) \(EngineReport.current.engine) \(port)\n"
        FileHandle.standardOutput.write(Data(line.utf8))
      },
      eventLoopGroupProvider: .shared(
        MultiThreadedEventLoopGroup(numberOfThreads: options.threads)),
      logger: logger)
    try await application.runService(gracefulShutdownSignals: [.sigterm, .sigint])
    if let path = options.metrics {
      try Data(PrometheusText.render(shared.families())).write(to: URL(filePath: path))
    }
  }
}
