// SPDX-License-Identifier: Apache-2.0

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

/// A finished program: its exit status and what it printed.
struct Finished {
  let status: Int32
  let output: String
}

/// Runs Torture, which stands beside the tests, in an environment of its own. Variables of the
/// engine that the tests themselves were started with are not passed on.
func runTorture(
  _ arguments: [String], _ variables: [String: String] = [:], refusingRseqWith refusal: Int32 = 0,
  through launcher: [String] = []
) -> Finished {
  let path = siblingExecutable("Torture")
  let passedOn = ["PATH", "HOME", "LD_LIBRARY_PATH", "TSAN_OPTIONS", "ASAN_OPTIONS"].compactMap {
    name in environment(name).map { "\(name)=\($0)" }
  }
  let command = launcher + [path] + arguments
  let file = tmpfile()!
  defer { fclose(file) }
  let status = withCStrings(command) { arguments in
    withCStrings(passedOn + variables.map { "\($0)=\($1)" }) { environment in
      refusal == 0
        ? stress_run(command[0], arguments, environment, fileno(file))
        : stress_run_without_rseq(command[0], arguments, environment, refusal, fileno(file))
    }
  }
  rewind(file)
  var bytes: [UInt8] = []
  while case let byte = fgetc(file), byte != EOF { bytes.append(UInt8(byte)) }
  return Finished(status: status, output: String(decoding: bytes, as: UTF8.self))
}

private func siblingExecutable(_ name: String) -> String {
  var buffer = [CChar](repeating: 0, count: 4096)
  let length = readlink("/proc/self/exe", &buffer, buffer.count - 1)
  precondition(length > 0, "the tests do not know where they are")
  let own = String(decoding: buffer[..<length].map(UInt8.init(bitPattern:)), as: UTF8.self)
  // The tests may be run by a helper of the toolchain, which gets the bundle as an argument.
  let bundle = CommandLine.arguments.first { $0.hasSuffix(".xctest") } ?? own
  return bundle.split(separator: "/", omittingEmptySubsequences: false).dropLast()
    .joined(separator: "/") + "/" + name
}

private func withCStrings<Result>(
  _ strings: [String], _ body: (UnsafePointer<UnsafePointer<CChar>?>) -> Result
) -> Result {
  let copies = strings.map { strdup($0) }
  defer { for copy in copies { free(copy) } }
  return body(copies.map { UnsafePointer($0) } + [nil])
}

extension PerCPUTests {
  /// The engines in environments a process cannot get into once it runs.
  @Suite struct EnvironmentTests {
    private let quick = ["--seconds", "0.3", "--filter", "counter-sum", "--seed", "1"]
    private let all = ["--seconds", "6", "--filter", "counter-", "--seed", "1"]

    @Test func anUnknownEngineIsAClearError() {
      let child = runTorture(quick, ["PERCPU_ENGINE": "nonsense"])
      #expect(child.status == 64)
      #expect(child.output.contains("PERCPU_ENGINE=nonsense names no engine"))
      #expect(child.output.contains("'restartable' or 'atomic'"))
    }

    @Test func theAtomicEngineCanBeAskedFor() {
      let child = runTorture(all, ["PERCPU_ENGINE": "atomic"])
      #expect(child.status == 0, "\(child.output)")
      #expect(child.output.contains("atomic engine: asked for by PERCPU_ENGINE"))
    }

    @Test func anEmptyVariableIsAsGoodAsNone() {
      let child = runTorture(quick, ["PERCPU_ENGINE": ""])
      #expect(child.status == 0, "\(child.output)")
      #expect(!child.output.contains("asked for"))
    }

    @Test(.enabled(if: Engine.current == .restartable))
    func threadsRegisterThemselvesWhereTheLibraryDoesNot() {
      let child = runTorture(all, ["GLIBC_TUNABLES": "glibc.pthread.rseq=0"])
      #expect(child.status == 0, "\(child.output)")
      #expect(child.output.contains("restartable engine"))
      #expect(child.output.contains("by this package"))
    }

    @Test(arguments: [EPERM, ENOSYS])
    func aRefusedRegistrationLeadsToTheAtomicEngine(refusal: Int32) {
      let child = runTorture(all, refusingRseqWith: refusal)
      #expect(child.status == 0, "\(child.output)")
      #expect(child.output.contains("atomic engine: the restartable engine lacks"))
    }

    @Test func aDemandThatCannotBeMetNamesWhatIsMissing() {
      let child = runTorture(
        quick, ["PERCPU_ENGINE": "restartable"], refusingRseqWith: EPERM)
      #expect(child.status == 64)
      #expect(child.output.contains("PERCPU_ENGINE=restartable, but this process lacks"))
    }

    @Test(.enabled(if: access("/usr/bin/taskset", X_OK) == 0, "taskset is not installed"))
    func oneCPUIsEnough() {
      let child = runTorture(all, through: ["/usr/bin/taskset", "-c", "0"])
      #expect(child.status == 0, "\(child.output)")
    }

    @Test func wrongArgumentsOfTortureAreAClearError() {
      for arguments in [["--nonsense"], ["--seconds"], ["--seconds", "x"], ["--filter", "zzz"]] {
        let child = runTorture(arguments)
        #expect(child.status == 64)
        #expect(child.output.contains("usage: Torture"))
      }
    }
  }
}
