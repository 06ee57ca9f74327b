// SPDX-License-Identifier: Apache-2.0

import CBenchmarkPeers
import PerCPU

/// A copy of this program that runs on the atomic engine. The engine of a process never changes, so
/// this is how both engines take part in one comparison, repetition by repetition.
///
/// The two talk in lines of text, with tabs between the words:
///
///     open FAMILY OPERATION IMPLEMENTATION THREADS    ->  number of the seat
///     run SEAT ITERATIONS LIMIT                       ->  nanoseconds per operation
///     sample SEAT NANOSECONDS                         ->  a histogram
///     note SEAT                                       ->  what there is to say, or nothing
///     close                                           ->  ok
final class Worker {
  /// The hidden argument that makes a worker.
  static let argument = "--worker"

  private let lines: LineSocket
  private let process: Int32

  init() {
    var (ours, theirs): (Int32, Int32) = (-1, -1)
    guard bench_socket_pair(&ours, &theirs) == 0 else { fail("no socket could be created") }
    #if os(Linux)
      let path = "/proc/self/exe"
    #else
      let path = CommandLine.arguments[0]
    #endif
    do throws(Processes.Failure) {
      process = try Processes.start(
        [path, Self.argument], environment: ["PERCPU_ENGINE": "atomic"], input: theirs,
        output: theirs)
    } catch {
      fail("the worker for the atomic engine: \(error.reason)")
    }
    Processes.closeStream(theirs)
    lines = LineSocket(ours)
  }

  /// The worker ends at the end of its input.
  deinit {
    lines.close()
    _ = bench_wait(process)
  }

  func open(_ row: Row) -> any Seat {
    let answer = ask(
      "open\t\(row.family.name)\t\(row.operation.name)\t\(row.implementation.name)\t\(row.threads)")
    guard let number = Int(answer) else { brokenOff() }
    return RemoteSeat(worker: self, number: number)
  }

  /// Gives up all seats.
  func closeSeats() {
    _ = ask("close")
  }

  fileprivate func ask(_ question: String) -> String {
    guard lines.send(question), let answer = lines.receive() else { brokenOff() }
    return answer
  }

  fileprivate func brokenOff() -> Never {
    lines.close()
    fail("the worker for the atomic engine ended with status \(bench_wait(process))")
  }
}

/// A seat in the worker.
private final class RemoteSeat: Seat {
  private let worker: Worker
  private let number: Int

  init(worker: Worker, number: Int) {
    self.worker = worker
    self.number = number
  }

  func run(iterations: Int, limit: Double) -> Double {
    guard let time = Double(worker.ask("run\t\(number)\t\(iterations)\t\(limit)")) else {
      worker.brokenOff()
    }
    return time
  }

  func sample(nanoseconds: Double) -> Histogram {
    let answer = worker.ask("sample\t\(number)\t\(nanoseconds)")
    guard let histogram = Histogram(encoded: answer) else { worker.brokenOff() }
    return histogram
  }

  var note: String? {
    let answer = worker.ask("note\t\(number)")
    return answer.isEmpty ? nil : answer
  }
}

// MARK: The worker's side

extension Worker {
  /// Answers until the other side is gone.
  static func serve() {
    let lines = LineSocket(0)
    let cpus = Machine.allowedCPUs()
    var crew: Crew?
    var seats: [any Seat] = []
    while let line = lines.receive() {
      let words = line.split(separator: "\t").map(String.init)
      switch words.first {
      case "open":
        let row = find(words)
        if crew == nil { crew = Crew(size: row.threads, cpus: cpus) }
        seats.append(LocalSeat(row.implementation, name: "\(row.name) (atomic)", crew: crew!))
        _ = lines.send("\(seats.count - 1)")
      case "run":
        let seat = seats[Int(words[1])!]
        _ = lines.send("\(seat.run(iterations: Int(words[2])!, limit: Double(words[3])!))")
      case "sample":
        _ = lines.send(seats[Int(words[1])!].sample(nanoseconds: Double(words[2])!).encoded)
      case "note":
        _ = lines.send(seats[Int(words[1])!].note ?? "")
      case "close":
        seats = []
        crew?.dismiss()
        crew = nil
        _ = lines.send("ok")
      default:
        fail("\(argument) is how this program talks to itself, not for you")
      }
    }
    crew?.dismiss()
  }

  private static func find(_ words: [String]) -> Row {
    guard words.count == 5, let threads = Int(words[4]),
      let family = Family.all.first(where: { $0.name == words[1] }),
      let operation = family.operations.first(where: { $0.name == words[2] }),
      let implementation = operation.implementations.first(where: { $0.name == words[3] })
    else { fail("the worker was asked for what there is not: \(words)") }
    return Row(
      family: family, operation: operation, implementation: implementation, engine: .current,
      threads: threads)
  }
}

/// Lines of text through a socket.
private final class LineSocket {
  private let socket: Int32
  private var pending: [UInt8] = []

  init(_ socket: Int32) {
    self.socket = socket
  }

  func close() {
    Processes.closeStream(socket)
  }

  func send(_ line: String) -> Bool {
    let bytes = Array("\(line)\n".utf8)
    return bench_socket_send(socket, bytes, bytes.count) == 0
  }

  func receive() -> String? {
    while true {
      if let end = pending.firstIndex(of: 0x0A) {
        defer { pending.removeSubrange(...end) }
        return String(decoding: pending[..<end], as: UTF8.self)
      }
      let bytes = Processes.receive(socket, upTo: 1 << 16)
      if bytes.isEmpty { return nil }
      pending += bytes
    }
  }
}
