// SPDX-License-Identifier: Apache-2.0

import CModelChecker

/// One execution of a scenario: what it is made of. ``check(_:limit:_:)`` hands it out.
public final class Scenario {
  private let declaration: (Scenario) -> Void
  let visitor: (any Visitor)?
  private struct Parts {
    var threadCount = 0
    var finalCheck: (() -> Void)?
    var state: (() -> Int)?
  }
  // In memory of their own: each access to a variable of a class is checked for exclusivity, and
  // these are accessed several times in each of millions of executions.
  private let threads = UnsafeMutablePointer<() -> Void>.allocate(capacity: Int(CMC_MAX_THREADS))
  private let parts = UnsafeMutablePointer<Parts>.allocate(capacity: 1)
  private var handlers: [Int: (Int) -> Void] = [:]

  init(declaration: @escaping (Scenario) -> Void, visitor: (any Visitor)?) {
    self.declaration = declaration
    self.visitor = visitor
    parts.initialize(to: Parts())
  }

  deinit {
    threads.deinitialize(count: parts.pointee.threadCount)
    threads.deallocate()
    parts.deinitialize(count: 1)
    parts.deallocate()
  }

  // MARK: Declaring

  /// A location for atomic accesses, 64 bits wide or narrower.
  public func word(
    _ name: StaticString, _ index: Int? = nil, initially value: Int = 0, bytes: Int = 8
  ) -> Word {
    Word(
      cmc_add_word(
        name.cString, Int32(index ?? -1), UInt64(bitPattern: Int64(value)), Int32(bytes)))
  }

  /// Names the word at a memory address, for the trace.
  public func name(
    _ address: UnsafeRawPointer, _ name: StaticString, _ index: Int? = nil, bytes: Int = 8
  ) {
    cmc_name_address(address, Int32(bytes), name.cString, Int32(index ?? -1))
  }

  /// Declares that the word at a memory address is only accessed in an order that other words give, as if a lock
  /// protected it. That is checked as for plain data, except that switches on a processor and interrupts order
  /// nothing. Its accesses are no steps, which makes a scenario smaller. There must be no signals.
  public func guarded(
    _ address: UnsafeRawPointer, _ name: StaticString, _ index: Int? = nil, bytes: Int = 8
  ) {
    self.name(address, name, index, bytes: bytes)
    cmc_guard(cmc_location_at(address, Int32(bytes)))
  }

  /// Declares, for ``SearchMode/states``, that the word at a memory address is a lock, 0 or held: a thread that has
  /// acquired it, by a compare-exchange or the commit of a section, goes on in the same way whatever it has seen of it
  /// before.
  public func lock(_ address: UnsafeRawPointer, _ name: StaticString, _ index: Int? = nil) {
    self.name(address, name, index)
    cmc_declare_lock(cmc_location_at(address, 8))
  }

  /// Plain data whose accesses are no steps: see ``guarded(_:_:_:bytes:)``.
  public func guardedPlain(
    _ name: StaticString, _ index: Int? = nil, initially value: Int = 0
  ) -> Plain {
    let data = plain(name, index, initially: value)
    cmc_guard(data.location)
    return data
  }

  /// Plain data, on which unordered accesses are reported as data races.
  public func plain(
    _ name: StaticString, _ index: Int? = nil, initially value: Int = 0
  ) -> Plain {
    Plain(cmc_add_plain(name.cString, Int32(index ?? -1), UInt64(bitPattern: Int64(value))))
  }

  /// Adds a thread and returns its number: the first is 0. Threads with the same `cpu` exclude each
  /// other; without one, a thread has a processor of its own.
  ///
  /// A thread that an execution leaves blocked is never unwound: what its stack holds leaks.
  @discardableResult
  public func thread(
    _ name: StaticString, cpu: Int? = nil, _ body: @escaping () -> Void
  ) -> Int {
    let index = Int(cmc_add_thread(name.cString, Int32(cpu ?? -1)))
    // Beyond the bound, the execution has failed already.
    guard index == parts.pointee.threadCount else { return index }
    (threads + index).initialize(to: body)
    parts.pointee.threadCount += 1
    return index
  }

  /// Follows threads of real code only up to so many aborts in a row of their sections, which is
  /// otherwise two. One keeps large scenarios within bounds.
  public func limitAborts(to count: Int) { cmc_limit_aborts(Int32(count)) }

  /// Runs after all threads, seeing everything that they did.
  public func finally(_ body: @escaping () -> Void) {
    parts.pointee.finalCheck = body
  }

  /// For ``SearchMode/states``: a digest of all that threads share besides words and plain data, and of what
  /// they leave behind for the final check. `body` runs after each step and must change nothing. What a thread reads of
  /// it, it gives to ``note(_:)``. Accesses to it must be ordered by words, as if it were ``guarded(_:_:_:bytes:)``.
  ///
  /// Where the scenario says nothing, there is nothing of the kind.
  public func state(_ body: @escaping () -> Int) { parts.pointee.state = body }

  /// What a thread does on receiving a signal; the argument is the thread.
  public func onSignal(_ number: Int, _ handler: @escaping (Int) -> Void) {
    handlers[number] = handler
  }

  // MARK: Running

  static func from(_ context: UnsafeMutableRawPointer?) -> Scenario {
    Unmanaged<Scenario>.fromOpaque(context!).takeUnretainedValue()
  }

  func declare() {
    threads.deinitialize(count: parts.pointee.threadCount)
    parts.pointee.threadCount = 0
    parts.pointee.finalCheck = nil
    parts.pointee.state = nil
    if !handlers.isEmpty { handlers.removeAll(keepingCapacity: true) }
    declaration(self)
  }

  func run(thread: Int) {
    threads[thread]()
  }

  func finish() {
    parts.pointee.finalCheck?()
  }

  func digest() -> UInt64 {
    parts.pointee.state.map { UInt64(bitPattern: Int64($0())) } ?? 0
  }

  func handle(signal: Int, thread: Int) {
    guard let handler = handlers[signal] else {
      return require(false, "a signal without a handler")
    }
    handler(thread)
  }
}

extension StaticString {
  fileprivate var cString: UnsafePointer<CChar> {
    UnsafeRawPointer(utf8Start).assumingMemoryBound(to: CChar.self)
  }
}
