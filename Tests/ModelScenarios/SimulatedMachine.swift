// SPDX-License-Identifier: Apache-2.0

// These scenarios run the library's own sources, on the checker's machine. They need a build of
// everything with the model set of headers:
//
//     swift test --scratch-path .build/model --filter ModelScenarios \
//       -Xcc -O2 -Xcc -DPERCPU_SHIM=Model -Xcc -I$PWD/Tests/Shims \
//       -Xswiftc -DPERCPU_MODEL -Xswiftc -enforce-exclusivity=unchecked
//
// In other builds this target is empty.
#if PERCPU_MODEL

  import CAtomicsShim
  import CModelChecker
  import ModelChecker
  import PerCPU
  import Testing

  @Suite(.serialized)
  struct ModelScenarios {}

  /// What the simulated machine does less well than the sources ask for. Where a correctness
  /// argument rests on an order, the weakening that takes it away must make a scenario fail.
  enum Weakening: CaseIterable {
    case noAcquireFences, noReleaseFences, noAcquireLoads, noReleaseStores
    case noAcquireUpdates, noReleaseUpdates
    /// Of the loads of 64 bits.
    case noAcquireLongLoads
    /// Of the loads in sections: all, or those of rows.
    case noAcquireInSections, noAcquireOfRows
    /// Commits of zero, by which rows are cleared and locks released; and those of anything else.
    case relaxedClearing, relaxedPublication
    case noLightFences, noHeavyFences
    /// Restart fences that are heavy fences and abort no section.
    case plainRestartFences
  }

  /// How the simulated machine does the asymmetric pair of fences.
  enum AsymmetricFences {
    /// The heavy one interrupts all other threads; the light one is nothing.
    case membarrier
    /// Both are sequentially consistent fences, as where the kernel has no membarrier.
    case symmetric
  }

  /// Checks a scenario that uses the library: like `check`, with the library on the simulated
  /// machine. Threads with a `cpu` run sections there; threads without one cannot run sections.
  ///
  /// Objects of the library must live to the end of the execution: words that are given back and
  /// handed out again keep their last values, unless the machine is told (`percpu_model_forget`).
  func checkLibrary(
    _ mode: SearchMode = .exhaustive(), engine: Engine = .restartable,
    fences: AsymmetricFences = .membarrier, weakening: Weakening? = nil, limit: Int = 0,
    _ scenario: @escaping (Scenario) -> Void
  ) -> CheckResult {
    let operations = UnsafeMutablePointer<percpu_model_operations>.allocate(capacity: 1)
    operations.initialize(to: .simulated(engine, fences, weakening))
    defer { operations.deallocate() }
    let result = check(mode, limit: limit) { execution in
      percpu_model_install(operations)
      scenario(execution)
    }
    percpu_model_install(nil)
    return result
  }

  extension percpu_model_operations {
    fileprivate static func simulated(
      _ engine: Engine, _ fences: AsymmetricFences, _ weakening: Weakening?
    ) -> Self {
      var operations = percpu_model_operations(
        restartable: engine == .restartable,
        load: cmc_load_at, store: cmc_store_at, update: cmc_update_at,
        compare_exchange: cmc_compare_exchange_at, fence: cmc_fence_of_order, light_fence: {},
        membarrier: cmc_membarrier_of_kind, pause: cmc_pause,
        thread: cmc_current_thread, cpu: cmc_section_cpu, cpu_hint: cmc_cpu_hint,
        section_begin: cmc_section_begin_at_cpu,
        section_load: cmc_section_load_at, section_store: cmc_section_store_at,
        section_commit: cmc_section_commit_at, section_end: cmc_section_end_without_commit,
        futex_wait: cmc_futex_wait_at, futex_wake: cmc_futex_wake_at,
        forget: { cmc_forget_addresses($0, $1) })
      if fences == .symmetric {
        operations.light_fence = { cmc_fence_of_order(Order.sequentiallyConsistent) }
        operations.membarrier = { _, _ in cmc_fence_of_order(Order.sequentiallyConsistent) }
      }
      switch weakening {
      case nil:
        break
      case .noAcquireFences:
        operations.fence = { if $0 != Order.acquire { cmc_fence_of_order($0) } }
      case .noReleaseFences:
        operations.fence = { if $0 != Order.release { cmc_fence_of_order($0) } }
      case .noAcquireLoads:
        operations.load = { address, bytes, _ in cmc_load_at(address, bytes, Order.relaxed) }
      case .noAcquireLongLoads:
        operations.load = { address, bytes, order in
          cmc_load_at(address, bytes, bytes == 8 ? Order.relaxed : order)
        }
      case .noReleaseStores:
        operations.store = { address, value, bytes, _ in
          cmc_store_at(address, value, bytes, Order.relaxed)
        }
      case .noAcquireUpdates:
        operations.update = { address, update, operand, bytes, order in
          cmc_update_at(address, update, operand, bytes, Order.withoutAcquire(order))
        }
        operations.compare_exchange = { address, expected, desired, bytes, order in
          cmc_compare_exchange_at(address, expected, desired, bytes, Order.withoutAcquire(order))
        }
      case .noReleaseUpdates:
        operations.update = { address, update, operand, bytes, order in
          cmc_update_at(address, update, operand, bytes, Order.withoutRelease(order))
        }
        operations.compare_exchange = { address, expected, desired, bytes, order in
          cmc_compare_exchange_at(address, expected, desired, bytes, Order.withoutRelease(order))
        }
      case .noAcquireInSections:
        operations.section_load = { address, bytes, _, value in
          cmc_section_load_at(address, bytes, Order.relaxed, value)
        }
      case .noAcquireOfRows:
        operations.section_load = { address, bytes, order, value in
          let isRow = address != UnsafeRawPointer(Rows.common)
          return cmc_section_load_at(address, bytes, isRow ? Order.relaxed : order, value)
        }
      case .relaxedClearing:
        operations.section_commit = { address, value, bytes, order in
          cmc_section_commit_at(address, value, bytes, value == 0 ? Order.relaxed : order)
        }
      case .relaxedPublication:
        operations.section_commit = { address, value, bytes, order in
          cmc_section_commit_at(address, value, bytes, value == 0 ? order : Order.relaxed)
        }
      case .noLightFences:
        operations.light_fence = {}
      case .noHeavyFences:
        // Which are restart fences as well, where nobody runs sections.
        operations.membarrier = { restart, cpu in
          if restart { cmc_membarrier_of_kind(restart, cpu) }
        }
      case .plainRestartFences:
        operations.membarrier = { _, cpu in cmc_membarrier_of_kind(false, cpu) }
      }
      return operations
    }
  }

  private enum Order {
    static let relaxed = Int32(PERCPU_MODEL_RELAXED)
    static let acquire = Int32(PERCPU_MODEL_ACQUIRE)
    static let release = Int32(PERCPU_MODEL_RELEASE)
    static let acquireRelease = Int32(PERCPU_MODEL_ACQ_REL)
    static let sequentiallyConsistent = Int32(PERCPU_MODEL_SEQ_CST)

    static func withoutAcquire(_ order: Int32) -> Int32 {
      order == acquire ? relaxed : order == acquireRelease ? release : order
    }

    static func withoutRelease(_ order: Int32) -> Int32 {
      order == release ? relaxed : order == acquireRelease ? acquire : order
    }
  }

  /// Expects that all executions pass, that there are this many, and that they took no longer. A
  /// search with a bound does not say that it was complete.
  func expectPass(
    _ result: CheckResult, executions: Int, isBounded: Bool = false, seconds: Double = 30,
    _ name: String = #function,
    sourceLocation: SourceLocation = #_sourceLocation
  ) {
    result.report(name)
    #expect(result.passed, "\(result)", sourceLocation: sourceLocation)
    if isBounded && boundsAreLifted {
      #expect(result.isComplete, sourceLocation: sourceLocation)
      return
    }
    #expect(result.isComplete != isBounded, sourceLocation: sourceLocation)
    #expect(result.executions == executions, sourceLocation: sourceLocation)
    #expect(result.seconds <= seconds, sourceLocation: sourceLocation)
  }

  /// Expects that all states pass, that there are this many, and that they took no longer.
  func expectPass(
    _ result: CheckResult, states: Int, seconds: Double = 30, _ name: String = #function,
    sourceLocation: SourceLocation = #_sourceLocation
  ) {
    result.report(name)
    #expect(result.passed && result.isComplete, "\(result)", sourceLocation: sourceLocation)
    #expect(result.states == states, sourceLocation: sourceLocation)
    #expect(result.seconds <= seconds, sourceLocation: sourceLocation)
  }

  /// Expects a failure, and that its replay string repeats it step by step.
  func expectFailure(
    _ message: String, mode: SearchMode = .exhaustive(), seconds: Double = 30,
    _ name: String = #function, sourceLocation: SourceLocation = #_sourceLocation,
    _ run: (SearchMode) -> CheckResult
  ) {
    let result = run(mode)
    result.report(name)
    #expect(result.seconds <= seconds, sourceLocation: sourceLocation)
    guard let failure = result.failure, failure.message.contains(message) else {
      Issue.record("'\(message)' was not found: \(result)", sourceLocation: sourceLocation)
      return
    }
    let again = run(.replay(failure.replay)).failure
    #expect(again?.message == failure.message, sourceLocation: sourceLocation)
    #expect(
      again.map { withoutAddresses($0.trace) } == withoutAddresses(failure.trace),
      sourceLocation: sourceLocation)
  }

  /// The words and numbers of a trace, but for the long ones: objects lie elsewhere in each check.
  private func withoutAddresses(_ trace: String) -> [Substring] {
    trace.split { !$0.isLetter && !$0.isNumber }.filter { $0.count < 12 }
  }

#endif
