// SPDX-License-Identifier: Apache-2.0

/// The command line.
struct Options: Sendable {
  struct Invalid: Error {
    let message: String
  }

  static let usage = """
    usage: Benchmarks [options]

      --list            the names of all rows, FAMILY/OPERATION/IMPLEMENTATION, and no figures
      --filter REGEX    only the rows whose name matches, and their baselines
      --threads 1,2,4   numbers of threads (default: 1, the CPUs, four times the CPUs,
                        and what else an operation asks for)
      --seconds N       time for everything (default 30); small N is exceeded by the minimum of
                        9 repetitions for each row; below 10, fewer numbers of threads
      --quick           the same as --seconds 5
      --json FILE       write the figures as JSON; FILE may be - for standard output
      --html FILE       write a page with charts; FILE may be -
      --compare OLD     compare with the figures of an earlier --json
      --debug-build     measure a debug build as it is, instead of building a release
      --help            this text

    Figures are nanoseconds per operation: the time from the start of all threads to the end of one,
    over the operations of that one, as the average of the threads. All implementations of an
    operation take turns, repetition by repetition, and ratios are those of the medians of one run.
    With PERCPU_ENGINE=atomic you see the package where restartable sequences are not to be had.
    """

  var list = false
  var help = false
  var debugBuild = false
  var seconds = 30.0
  var threads: [Int]?
  var json: String?
  var html: String?
  var compare: String?
  private var filter: String?
  // The pattern was tried when the options were read.
  private var pattern: Regex<AnyRegexOutput>? { filter.flatMap { try? Regex($0) } }

  init(_ arguments: [String]) throws(Invalid) {
    var rest = arguments[...]
    var quick = false
    var chosenSeconds: Double?
    while let argument = rest.popFirst() {
      var option = argument
      var attached: String?
      if argument.hasPrefix("--"), let sign = argument.firstIndex(of: "=") {
        option = String(argument[..<sign])
        attached = String(argument[argument.index(after: sign)...])
      }
      func value() throws(Invalid) -> String {
        guard let value = attached ?? rest.popFirst(), !value.isEmpty else {
          throw Invalid(message: "\(option) wants a value")
        }
        attached = nil
        return value
      }
      switch option {
      case "--list": list = true
      case "--help", "-h": help = true
      case "--quick": quick = true
      case "--debug-build": debugBuild = true
      case "--seconds": chosenSeconds = try Self.seconds(value())
      case "--threads": threads = try Self.threads(value())
      case "--filter": filter = try Self.filter(value())
      case "--json": json = try value()
      case "--html": html = try value()
      case "--compare": compare = try value()
      default: throw Invalid(message: "there is no option '\(argument)'")
      }
      guard attached == nil else { throw Invalid(message: "\(option) takes no value") }
    }
    seconds = chosenSeconds ?? (quick ? 5 : 30)
    if json == "-", html == "-" {
      throw Invalid(message: "--json and --html cannot both write to standard output")
    }
  }

  /// Whether there is time for the ends of a range only.
  var isShort: Bool {
    seconds < 10
  }

  func matches(_ name: String) -> Bool {
    guard let pattern else { return true }
    return name.contains(pattern)
  }

  /// Whether standard output belongs to a report and tables must go elsewhere.
  var usesStandardOutput: Bool {
    json == "-" || html == "-"
  }

  private static func seconds(_ text: String) throws(Invalid) -> Double {
    guard let seconds = Double(text), seconds > 0, seconds <= 86_400 else {
      throw Invalid(message: "--seconds wants a number above 0 and up to 86400, not '\(text)'")
    }
    return seconds
  }

  private static func threads(_ text: String) throws(Invalid) -> [Int] {
    var counts: Set<Int> = []
    for part in text.split(separator: ",", omittingEmptySubsequences: false) {
      guard let count = Int(part), (1...4096).contains(count) else {
        throw Invalid(message: "--threads wants numbers from 1 to 4096 like 1,2,4, not '\(text)'")
      }
      counts.insert(count)
    }
    return counts.sorted()
  }

  private static func filter(_ text: String) throws(Invalid) -> String {
    do {
      _ = try Regex(text)
      return text
    } catch {
      throw Invalid(message: "--filter wants a regular expression, and '\(text)' is none: \(error)")
    }
  }
}
