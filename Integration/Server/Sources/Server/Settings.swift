// SPDX-License-Identifier: Apache-2.0

import Foundation

/// What the server reads for each request, and somebody replaces now and then.
struct Settings: Codable, Sendable, Equatable {
  var greeting = "Hello"
  /// Counts the versions. Answers say it twice, so that a client sees it when parts of two versions are mixed.
  var revision = 0
  /// How often an answer repeats its greeting.
  var repetitions = 4

  static func load(_ path: String) throws -> Settings {
    try JSONDecoder().decode(Settings.self, from: Data(contentsOf: URL(filePath: path)))
  }
}
