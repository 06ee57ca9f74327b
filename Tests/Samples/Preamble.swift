// SPDX-License-Identifier: Apache-2.0
// What the samples of the documentation take for granted. It is compiled beside them, and never run.

import PerCPU
import Synchronization

// A server's.
let path = "/"
let ns = 1
let limit = 10
struct Request: Sendable { let size = 0 }
struct Event: Sendable {}
let event = Event()
struct Settings: Sendable { var limit = 10 }
struct Histogram {
  mutating func record(_ value: Int) {}
  mutating func merge(_ other: Histogram) {}
}
struct Generator {
  let seed: Int
  mutating func next() -> Int { seed }
}
final class RouteTable: Sendable {
  func target(for path: String) -> Int? { nil }
  func add(_ path: String, _ target: Int) {}
}
func write(_ lines: Span<String>) {}
final class Buffer: Sendable {
  init(bytes: Int) {}
}
func use(_ buffer: borrowing Buffer) {}
func sum(of count: Int, in table: UnsafeMutablePointer<Int>) -> Int { 0 }
struct Sample: Sendable { init(_ value: Int) {} }
final class Store: Sendable { func add(_ samples: Span<Sample>) {} }
let (store, now) = (Store(), 0)
func refuse() {}
struct Server: Sendable { func run() async throws {} }
let server = Server()
func flush(_ events: inout [Event]) {}

// An event loop's.
struct Connections: Sendable {
  mutating func readAndWrite() {}
  @discardableResult mutating func closeIdle() -> Int { 0 }
}
func wait() -> Bool { false }
func wakeUp() {}
func wakeUp(_ loop: Int) {}
func emptySourceOfWakeUps() {}
func handleEvents() {}
func changeRoutes() {}
func reloadRoutes() {}
func flush() {}

// A linked structure's.
final class Node: Sendable {
  let next = HazardPointerSource<Node>()
}
let domain = HazardDomain.shared
let head = HazardPointerSource<Node>()
