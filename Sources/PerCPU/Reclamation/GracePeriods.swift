// SPDX-License-Identifier: Apache-2.0

internal import CAtomicsShim

/// When grace periods begin and end, and what is done then.
///
/// In a line
///
///     begun     how many grace periods have begun
///     ended     how many of them are over: as many, or one less
///     wanted    how many somebody waits for
///     done      how many of those over have had all done that was deferred for them
///     runner    the token of the thread that does it now, or 0
///     sleepers, changes
///     announced see Assistance
///
/// Whoever waits for something makes *steps*, and so does the housekeeper. A step takes the conductor's lock, if it is
/// free, and waits for nobody but those who are putting a call into a list:
///
///     begun == ended, more wanted?    begun += 1 (release); full fence
///                                     take what was deferred
///                                     change the kind (release); restart fence
///                                     note which contexts are active
///     begun > ended, and nobody of    ended += 1 (release)
///     the former kind reads, and
///     the contexts have parked?
///
/// A ticket is the number of the first grace period that begins after it:
///
///     full fence; ticket = begun + 1; wanted := max(wanted, ticket)
///
/// - What was done before the ticket is seen by all that come as the new kind. If the ticket is read after `begun` was
///   changed, it is the next one's. Otherwise its full fence comes before the one between `begun` and the change
///   of the kind, and whoever acquires the new kind sees what was stored before it. The restart fence alone is not enough:
///   a reader that comes as the new kind before it could read what is still to be stored. Nor is a light fence with
///   the ticket: the restart fence reaches one thread after the other.
/// - What was deferred before the lists were taken was done so under a lock that the conductor takes later. So it
///   happens before the change of the kind, which everybody acquires who comes as the new one.
///   What is deferred after that waits for the next grace period, however long this one takes.
/// - `begun` is changed before the lists are taken, and a full fence comes in between, as between deferring something and
///   looking at `begun`: who finds the number n then has it done by grace period n + 1. Without the fences neither may see
///   what the other one has stored.
///
/// What was deferred moves from the lists to `waiting` when a grace period begins, to `ready` when it ends, and is done
/// by one *runner* at a time, in the order of grace periods. Inside of what it does the runner is known by its
/// token: it must not wait there for what only itself could do.
@safe
@usableFromInline
final class GracePeriods: @unchecked Sendable {
  // Sendable: the words are accessed atomically; the stored properties are constant, or only accessed under the
  // conductor's lock.

  private struct Segment {
    var number: Int
    var calls: [DeferredCall]
  }

  private struct Context {
    let id: Int
    var note: UInt64?
    let noteActive: () -> UInt64
    let haveParked: (UInt64) -> Bool
  }

  @usableFromInline
  let sections: ReadSections
  let calls: DeferredCalls
  private let line = OwnLine()
  private let counterBits: Int
  private let conductor: RowLocks
  private static let row = CPU.unbound.rawValue

  // Under the conductor's lock.
  private var former = 0
  private var waiting: [DeferredCall] = []
  private var ready: [Segment] = []
  private var contexts: [Context] = []
  private var nextContext = 0
  private(set) var isClosed = false
  var assistance: Assistance

  let deferred = PerCPUCounter()
  let finished = PerCPUCounter()
  let waits = PerCPUCounter()

  /// - Parameter counterBits: For tests, in which the counters of readers wrap around. Fewer than two to this power may
  ///   read at a time.
  init(limit: Int, housekeeper: Housekeeper?, counterBits: Int = Int.bitWidth) {
    sections = ReadSections()
    assistance = Assistance(by: housekeeper)
    self.counterBits = counterBits
    unsafe conductor = RowLocks(slots: sections.slots + 64)
    unsafe calls = DeferredCalls(limit: limit, marks: sections.slots + 32)
  }

  deinit {
    line.deallocate()
    sections.deallocate()
  }

  var begun: UnsafeMutablePointer<Int> { unsafe line.word(at: 0) }
  var ended: UnsafeMutablePointer<Int> { unsafe line.word(at: 8) }
  private var wanted: UnsafeMutablePointer<Int> { unsafe line.word(at: 16) }
  private var done: UnsafeMutablePointer<Int> { unsafe line.word(at: 24) }
  private var runner: UnsafeMutablePointer<Int> { unsafe line.word(at: 32) }
  private var sleepers: UnsafeMutablePointer<UInt32> { unsafe line.u32(at: 40) }
  private var changes: UnsafeMutablePointer<UInt32> { unsafe line.u32(at: 44) }
  var announced: UnsafeMutablePointer<UInt32> { unsafe line.u32(at: 48) }

  // MARK: Steps

  /// Makes a step. False if nothing came of it.
  func step() -> Bool {
    tryConducting { () -> Bool in
      // Relaxed: only stored under the lock.
      let number = unsafe percpu_word_load_relaxed(begun)
      if unsafe number == percpu_word_load_relaxed(ended) {
        // Acquire: pairs with the release of `want`.
        guard unsafe percpu_word_load_acquire(wanted) > number else { return false }
        begin(number + 1)
        _ = endIfOver(number + 1)
        return true
      }
      return endIfOver(number)
    } ?? false
  }

  private func begin(_ number: Int) {
    // Release: pairs with the acquire of `ticket` and `barrier`.
    unsafe percpu_word_store_release(begun, number)
    // Pairs with those of `ticket` and `wantCalls`.
    percpu_fence_seq_cst()
    waiting = calls.takeAll()
    former = sections.change()
    for index in contexts.indices { contexts[index].note = contexts[index].noteActive() }
  }

  private func endIfOver(_ number: Int) -> Bool {
    guard sections.areOver(former, bits: counterBits), haveContextsParked() else { return false }
    enqueue(number, waiting)
    waiting = []
    // Release: pairs with the acquire of `isOver`.
    unsafe percpu_word_store_release(ended, number)
    noteChange()
    return true
  }

  private func haveContextsParked() -> Bool {
    for index in contexts.indices {
      guard let note = contexts[index].note else { continue }
      guard contexts[index].haveParked(note) else { return false }
      contexts[index].note = nil
    }
    return true
  }

  private func enqueue(_ number: Int, _ calls: [DeferredCall]) {
    // Relaxed: stored under the lock.
    let isIdle = unsafe percpu_word_load_relaxed(runner) == 0
    if !calls.isEmpty {
      ready.append(Segment(number: number, calls: calls))
    } else if !ready.isEmpty {
      ready[ready.count - 1].number = number
    } else if isIdle {
      // Release: pairs with the acquire of `barrier`.
      unsafe percpu_word_store_release(done, number)
    } else {
      ready.append(Segment(number: number, calls: []))
    }
  }

  // MARK: Tickets

  func ticket() -> Int {
    // Pairs with that of `begin`.
    percpu_fence_seq_cst()
    // Acquire: pairs with the release of `begin`.
    let ticket = unsafe percpu_word_load_acquire(begun) + 1
    want(ticket)
    return ticket
  }

  func isOver(_ ticket: Int) -> Bool {
    // Acquire: pairs with the release of `endIfOver`.
    unsafe percpu_word_load_acquire(ended) >= ticket
  }

  /// How many grace periods are over.
  var endedCount: Int {
    // Relaxed: a number, and nothing else.
    unsafe percpu_word_load_relaxed(ended)
  }

  func wait(for ticket: Int) {
    wait {
      step()
    } until: {
      isOver(ticket)
    }
  }

  private func want(_ ticket: Int) {
    // Relaxed: the compare-exchange orders.
    var now = unsafe percpu_word_load_relaxed(wanted)
    while now < ticket {
      // Release: pairs with the acquire of `step`.
      let result = unsafe percpu_word_compare_exchange_release(wanted, now, ticket)
      if result.exchanged { return }
      now = result.original
    }
  }

  /// Has the lists taken, if there is anything in them, by a grace period that begins now or when the present one
  /// is over.
  func wantCalls() {
    // Pairs with that of `begin`.
    percpu_fence_seq_cst()
    // Acquire: pairs with the release of `begin`.
    if calls.areTouched { want(unsafe percpu_word_load_acquire(begun) + 1) }
  }

  // MARK: What was deferred

  /// Defers a call. Waits for others to be done if there are too many, unless it may not.
  func add(_ call: DeferredCall, isUrgent: Bool, mayWait: Bool) {
    deferred.increment()
    var isUrgent = isUrgent
    if !calls.add(call, spending: 0) {
      var credit = calls.takeCredit(call.cost)
      if credit == 0 {
        credit = call.cost
        if !mayWait || isRunner {
          calls.overdraw(credit)
        } else {
          credit = waitForCredit(credit)
        }
      }
      _ = calls.add(call, spending: credit)
      isUrgent = isUrgent || calls.spent > calls.limit / 2
    }
    if isUrgent { wantCalls() }
    announce(isUrgent ? .urgent : .lazy)
  }

  private func waitForCredit(_ cost: Int) -> Int {
    waits.increment()
    var credit = 0
    wait {
      wantCalls()
      let hasStepped = step()
      return runReady() || hasStepped
    } until: {
      if credit == 0 { credit = calls.takeCredit(cost) }
      return credit != 0
    }
    return credit
  }

  /// Does what is ready. False if there is nothing, or another thread does it.
  @discardableResult
  func runReady() -> Bool {
    var segments =
      tryConducting { () -> [Segment] in
        // Relaxed: stored under the lock.
        if unsafe percpu_word_load_relaxed(runner) != 0 { return [] }
        return takeReady()
      } ?? []
    if segments.isEmpty { return false }
    while !segments.isEmpty {
      let last = segments[segments.count - 1].number
      for index in segments.indices { run(&segments[index].calls) }
      segments = conducting {
        // Release: pairs with the acquire of `barrier`.
        unsafe percpu_word_store_release(done, last)
        // Relaxed: stored under the lock.
        unsafe percpu_word_store_relaxed(runner, 0)
        return isClosed ? takeReady() : []
      }
      noteChange()
    }
    return true
  }

  private func takeReady() -> [Segment] {
    defer { ready = [] }
    // Relaxed: stored under the lock; and a thread only looks for its own.
    if !ready.isEmpty { unsafe percpu_word_store_relaxed(runner, percpu_thread_token()) }
    return ready
  }

  private func run(_ calls: inout [DeferredCall]) {
    var credit = 0
    for index in calls.indices {
      calls[index].perform()
      credit += calls[index].cost
      // Others may wait for it.
      if index % 32 == 31 || index == calls.count - 1 {
        self.calls.giveBack(credit)
        noteChange()
        credit = 0
      }
    }
    finished.add(calls.count)
  }

  /// Whether this thread is inside of what was deferred.
  var isRunner: Bool {
    // Relaxed: a thread only looks for its own.
    unsafe percpu_word_load_relaxed(runner) == percpu_thread_token()
  }

  /// Waits until all is done that was deferred before.
  func barrier() {
    let isAllDone = conducting {
      // Relaxed: stored under the lock.
      unsafe waiting.isEmpty && ready.isEmpty && percpu_word_load_relaxed(runner) == 0
        && !calls.areTouched
    }
    if isAllDone { return }
    // Acquire: pairs with the release of `begin`.
    let number = unsafe percpu_word_load_acquire(begun) + 1
    want(number)
    wait {
      let hasStepped = step()
      return runReady() || hasStepped
    } until: {
      // Acquire: pairs with the release of `runReady` and `enqueue`.
      unsafe percpu_word_load_acquire(done) >= number
    }
  }

  /// Whether a grace period is on, or wanted, or something is ready. For whoever conducts.
  var isUnderWay: Bool {
    // Relaxed: stored under the lock. Acquire: pairs with the release of `want`.
    let ended = unsafe percpu_word_load_relaxed(self.ended)
    return unsafe percpu_word_load_relaxed(begun) != ended || !ready.isEmpty
      || percpu_word_load_acquire(wanted) > ended
  }

  /// How many somebody waits for now.
  var wantedCount: Int {
    // Relaxed: a number, and nothing else.
    unsafe percpu_word_load_relaxed(wanted)
  }

  /// Nobody reads any more, or ever will: what is left is done now.
  func close() {
    enforce(
      sections.areOver(0, bits: counterBits) && sections.areOver(1, bits: counterBits),
      "a read section outlives its GracePeriodDomain; leave it first")
    // Closed in the same moment: a tick that is on starts no other. It wants the lock, so it is waited for outside.
    let assistance = conducting {
      isClosed = true
      return self.assistance.take()
    }
    _ = consume assistance
    let last = Int.max
    conducting {
      enqueue(last, waiting + calls.takeAll())
      waiting = []
    }
    runReady()
  }

  // MARK: Contexts

  func register<Contexts: ParkableContexts>(_ registered: Contexts) -> Int {
    conducting {
      nextContext += 1
      contexts.append(
        Context(
          id: nextContext, noteActive: { registered.noteActive() },
          haveParked: { registered.haveParked(since: $0) }))
      return nextContext
    }
  }

  func unregister(_ id: Int) {
    // Destroyed outside of the lock.
    let ended = conducting {
      contexts.firstIndex { $0.id == id }.map { contexts.remove(at: $0) }
    }
    withExtendedLifetime(ended) {}
  }

  // MARK: The conductor's lock

  var isConductor: Bool { conductor.isMine(Self.row) }

  func conducting<Result: ~Copyable>(_ body: () -> Result) -> Result {
    let word = unsafe conductor.acquire(Self.row)
    defer { unsafe conductor.release(word) }
    return body()
  }

  private func tryConducting<Result>(_ body: () -> Result) -> Result? {
    guard conductor.tryAcquire(Self.row, percpu_thread_token()) else { return nil }
    defer { unsafe conductor.release(conductor.word(Self.row)) }
    return body()
  }

  // MARK: Waiting

  /// Makes steps until something is so. Readers wake nobody: whoever waits for them looks again, first often and
  /// then every millisecond.
  private func wait(_ step: () -> Bool, until isDone: () -> Bool) {
    var turn = 0
    while !isDone() {
      if step() {
        turn = 0
        continue
      }
      pause(turn, until: isDone)
      turn += 1
    }
  }

  #if PERCPU_MODEL
    private func pause(_ turn: Int, until isDone: () -> Bool) {
      // Of the simulated machine: it lasts until something has changed.
      percpu_pause()
    }
  #else
    private func pause(_ turn: Int, until isDone: () -> Bool) {
      if turn < 128 { return percpu_pause() }
      if turn < 144 { return percpu_thread_yield() }
      // Relaxed: ordered by the fence, which pairs with that of `noteChange`.
      _ = unsafe percpu_u32_fetch_add_relaxed(sleepers, 1)
      percpu_fence_seq_cst()
      // Acquire: pairs with the release of `noteChange`.
      let before = unsafe percpu_u32_load_acquire(changes)
      if !isDone() {
        let nanoseconds = Int64(min(1_000_000, 50_000 << min(5, (turn - 144) / 4)))
        _ = unsafe percpu_futex_wait(changes, before, nanoseconds)
      }
      _ = unsafe percpu_u32_fetch_add_relaxed(sleepers, UInt32.max)
    }
  #endif

  /// Wakes all that sleep until something is so.
  private func noteChange() {
    #if !PERCPU_MODEL
      // Pairs with that of `pause`.
      percpu_fence_seq_cst()
      // Relaxed: ordered by the fences.
      if unsafe percpu_u32_load_relaxed(sleepers) == 0 { return }
      // Release: whoever reads it sees what has changed.
      _ = unsafe percpu_u32_fetch_add_release(changes, 1)
      _ = unsafe percpu_futex_wake(changes, Int32.max)
    #endif
  }
}
