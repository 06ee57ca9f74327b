// SPDX-License-Identifier: Apache-2.0

import CAtomicsShim
import CStressSupport
import PerCPU
import StressSupport
import Testing

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

extension PerCPUTests {
  /// What a server does with it: a log and an exporter of metrics, fed by threads that come and go, drained to
  /// a file by the housekeeper, in a process that forks.
  ///
  /// What was appended before a fork is the parent's: it writes it, whatever the child does. The child does not
  /// touch the parent's objects and makes its own.
  @Suite struct HousekeeperUseTests {
    /// (The thread sanitizer lets the child of a program with threads start none.)
    @Test(.enabled(if: !stress_has_thread_sanitizer()))
    func everyLineIsWrittenOnceAndInTheOrderOfItsCPU() {
      let file = File()
      let log = Log(file, process: 0)
      for generation in 0..<4 {
        onThreads(16) { worker in
          let writer = generation * 16 + worker
          for number in 0..<500 {
            log.lines.append(Line(writer: writer, number: number))
            if number % 128 == 0 { percpu_thread_yield() }
            // While the others are at it.
            if worker == 0 && number % 250 == 100 { logInChild(file, writer * 2 + number / 250) }
          }
        }
      }
      log.housekeeper.shutdown()

      var parents = 0, children = 0
      // Of each process, CPU and writer the last number.
      var last: [[Int]: Int] = [:]
      var seen: Set<[Int]> = []
      for line in file.contents {
        let (process, cpu, writer, number) = (line[0], line[1], line[2], line[3])
        #expect(seen.insert([process, writer, number]).inserted, "\(line) is there twice")
        #expect(last[[process, cpu, writer], default: -1] < number, "\(line) is out of order")
        last[[process, cpu, writer]] = number
        if process == 0 { parents += 1 } else { children += 1 }
      }
      #expect(parents == 4 * 16 * 500)
      #expect(children == 4 * 2 * 100)
    }

    @Test func allThatWasCountedIsExported() {
      let file = File()
      let requests = PerCPUCounter()
      let sizes = PerCPUHistogram(bounds: [10, 100, 1000])
      let totals = ShardedLock(initial: Totals())
      let housekeeper = Housekeeper(name: "exporter")
      let exporter = housekeeper.register(every: .milliseconds(1)) {
        // What was counted since the last time; the histogram and the totals as they are.
        let since = requests.exchange(0)
        let total = totals.reduce(into: Totals()) { sum, shard in
          sum.count += shard.count
          sum.bytes += shard.bytes
        }
        file.write("\(since) \(sizes.snapshot().count) \(total.count) \(total.bytes)\n")
      }
      onThreads(16) { worker in
        for number in 0..<5000 {
          let size = (worker * 31 + number) % 1500
          requests.increment()
          sizes.record(size)
          totals.update {
            $0.count += 1
            $0.bytes += 7
          }
          if number % 512 == 0 { exporter.runSoon() }
        }
      }
      housekeeper.shutdown()
      let lines = file.contents
      let expected = 16 * 5000
      var sinceAll = 0
      for line in lines { sinceAll += line[0] }
      #expect(sinceAll == expected)
      let end: [Int] = lines.last ?? []
      #expect(Array(end.dropFirst()) == [expected, expected, 7 * expected])
      // What is counted together is exported together, and nothing goes back.
      var before = [0, 0, 0]
      for line in lines {
        #expect(line[3] == 7 * line[2])
        #expect(line[1] >= before[1] && line[2] >= before[2])
        before = line
      }
      exporter.stop()
    }
  }
}

private struct Line {
  let writer: Int, number: Int
}

private struct Totals: BitwiseCopyable {
  var count = 0, bytes = 0
}

/// A log of one process.
private final class Log: Sendable {
  let housekeeper = Housekeeper(name: "log")
  let lines: PerCPUBatch<Line>
  let drain: Housekeeper.Registration

  init(_ file: File, process: Int) {
    let lines = PerCPUBatch<Line>(capacityPerCPU: 64) { cpu, lines in
      var text = ""
      for index in lines.indices {
        text += "\(process) \(cpu.rawValue) \(lines[index].writer) \(lines[index].number)\n"
      }
      file.write(text)
    }
    self.lines = lines
    drain = housekeeper.register(every: .milliseconds(1)) { lines.drainAll() }
  }
}

/// Forks, and writes 100 lines in the child.
private func logInChild(_ file: File, _ process: Int) {
  let child = stress_fork_here()
  if child == 0 {
    let log = Log(file, process: process + 1)
    for number in 0..<100 { log.lines.append(Line(writer: 0, number: number)) }
    log.housekeeper.shutdown()
    _exit(0)
  }
  #expect(stress_wait_for(child) == 0)
}

/// A file without a name. Lines of numbers.
private final class File: Sendable {
  private let descriptor: Int32

  init() {
    var path = Array("/tmp/percpu-XXXXXX".utf8CString)
    descriptor = mkstemp(&path)
    precondition(descriptor >= 0)
    unlink(path)
    _ = fcntl(descriptor, F_SETFL, O_APPEND)
  }

  deinit { close(descriptor) }

  /// In one piece.
  func write(_ text: String) {
    var text = text
    text.withUTF8 { bytes in
      #if canImport(Glibc)
        let written = Glibc.write(descriptor, bytes.baseAddress, bytes.count)
      #elseif canImport(Musl)
        let written = Musl.write(descriptor, bytes.baseAddress, bytes.count)
      #else
        let written = Darwin.write(descriptor, bytes.baseAddress, bytes.count)
      #endif
      precondition(written == bytes.count)
    }
  }

  var contents: [[Int]] {
    let size = Int(lseek(descriptor, 0, SEEK_END))
    let bytes = [UInt8](unsafeUninitializedCapacity: size) { buffer, count in
      count = pread(descriptor, buffer.baseAddress, size, 0)
    }
    var lines: [[Int]] = []
    for line in bytes.split(separator: UInt8(ascii: "\n")) {
      let words: [ArraySlice<UInt8>] = line.split(separator: UInt8(ascii: " "))
      lines.append(
        words.map { (word: ArraySlice<UInt8>) -> Int in
          Int(String(decoding: word, as: UTF8.self))!
        })
    }
    return lines
  }
}
