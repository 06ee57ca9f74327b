// SPDX-License-Identifier: Apache-2.0

/// A plain state for each CPU, changed by transactions that nobody ever waits for.
///
/// ```swift
/// struct Latency: BitwiseCopyable { var count = 0, sum = 0, longest = 0 }
///
/// let latency = ShardedLock(initial: Latency())
/// latency.update { $0.count += 1; $0.sum += ns; $0.longest = max($0.longest, ns) }
/// let total = latency.reduce(into: Latency()) {
///   $0.count += $1.count
///   $0.sum += $1.sum
///   $0.longest = max($0.longest, $1.longest)
/// }
/// ```
///
/// With an ordinary lock, a thread that is preempted while it holds the lock makes all others wait
/// until the scheduler gives it the processor back: milliseconds. Here the next one overtakes it, or
/// *steals* the shard from it, and goes on. What the preempted thread has done is not visible, because
/// its closure works on a private copy, and it starts again when it finds that somebody was faster. So a
/// closure must do nothing but change the state it is given: **it may run more than once**.
///
/// Use it for statistics of several numbers that must fit together, for small state machines and
/// histograms. For a single sum ``PerCPUCounter`` is faster; for a state that holds references, or
/// closures that must run once, there is ``PerCPULock``.
///
/// ## Guarantees
/// - Each ``update(_:)`` that returns has changed exactly one shard, once; one that throws, none.
/// - ``snapshot(cpu:)`` and ``reduce(into:_:)`` get each shard as it was at one moment: all its words
///   from the same update. Shards are read one after the other.
///
/// ## Cost
/// On the restartable engine an update has no locked instruction: two copies of the state and one
/// restartable sequence (benchmark `lock`). Only a thread that was overtaken once holds its shard, so
/// that it can be stolen. Each row takes twice the size of the state and 32 bytes.
///
/// ## Progress, memory ordering, signals, tasks, forks
/// A thread that is preempted, stopped or ended in its closure delays others by one steal, 0.5 to 10
/// microseconds. Lock-free, but for these cases in which others wait for a thread: its shard was
/// stolen eight times in a row and it insists; with ``Stealing/announcement``, it was preempted within
/// the few instructions of a commit or of a steal; ``Stealing/never`` was asked for. An update acquires
/// and releases its shard.
///
/// ``update(_:)``, ``snapshot(cpu:)`` and ``reduce(into:_:)`` may be called from signal handlers, also
/// from one that interrupted an update of the same lock; not with ``Stealing/never``, and, with
/// ``Stealing/announcement``, not if such handlers can interrupt each other, or if they can run on more
/// threads at a time than there are CPUs: each may interrupt a commit that a thief of another row waits
/// for, and look for a row that is free. ``update(on:_:)`` may not.
/// While a thread insists on its shard, or steals one, its signals wait, but for those of faults.
/// Closures are synchronous, so nothing is held across an `await`. The child of a fork can go on with it,
/// whatever other threads held.
///
/// After a proposal made on the Linux kernel's list in 2015: a lock for each CPU that records its
/// holder and a count of acquisitions, and is stolen from whoever does not run.
@safe
public final class ShardedLock<State: BitwiseCopyable> {
  /// How a shard is taken from a thread that holds it.
  public enum Stealing: Sendable {
    /// The best there is: ``restartFence`` on the restartable engine, ``announcement`` elsewhere.
    case automatic
    /// A fence that aborts commits under way. On the atomic engine this is ``announcement``.
    case restartFence
    /// A fence, after which a commit under way is seen and waited for.
    case announcement
    /// Not at all: whoever comes to a held shard waits, as with any lock.
    case never
  }

  /// What has happened to a lock.
  public struct Statistics: Sendable, Equatable {
    /// How many times a thread took a shard from another one, or from the code that its signal
    /// handler had interrupted.
    public let steals: Int
    /// How many transactions found their shard stolen and started again, or, having thrown an error,
    /// gave up. Never more than ``steals``: a steal from a thief that was not sure of the shard yet
    /// costs nobody a transaction, nor does one from a thread that ended.
    public let losses: Int
  }

  @usableFromInline
  let shards: Shards
  @usableFromInline
  let initial: State

  /// Creates a lock whose shards all hold `initial`.
  ///
  /// - Precondition: The state is at most 4096 bytes in size.
  /// - Complexity: O(possible CPUs).
  public init(initial: State, stealing: Stealing = .automatic) {
    enforce(Int.bitWidth == 64, "ShardedLock needs a platform with words of 64 bits")
    enforce(
      MemoryLayout<State>.size <= 4096,
      "ShardedLock copies its state twice in each update: at most 4096 bytes")
    self.initial = initial
    shards = Shards(stateSize: MemoryLayout<State>.size, stealing: Self.resolve(stealing))
    for cpu in CPU.rows {
      // Nobody else knows of the memory yet.
      unsafe withUnsafeBytes(of: initial) { bytes in
        unsafe shards.buffer(cpu.rawValue, 0, bytes.count).copyMemory(
          from: bytes.baseAddress!, byteCount: bytes.count)
      }
    }
  }

  deinit { shards.deallocate() }

  /// Changes the shard of the CPU this thread is on.
  ///
  /// `body` may run more than once, each time on what the shard holds then; only the changes of the
  /// last time count, and its result is returned. If it throws, nothing is changed. It must not
  /// update the same lock.
  ///
  /// - Complexity: O(size of the state), apart from `body`. See the type for progress.
  @inlinable
  public func update<Result: ~Copyable, Failure: Error>(
    _ body: (inout State) throws(Failure) -> Result
  ) throws(Failure) -> Result {
    defer { withExtendedLifetime(self) {} }
    if let start = shards.begin() {
      var state = initial
      if _fastPath(
        unsafe shards.copyOptimistically(start, to: &state, size: MemoryLayout<State>.size))
      {
        let result = try body(&state)
        if _fastPath(unsafe shards.finish(start, from: &state, size: MemoryLayout<State>.size)) {
          return result
        }
      }
    }
    return try updateClaimed(body)
  }

  /// An update that holds the shard while it runs.
  @inlinable
  @inline(never)
  func updateClaimed<Result: ~Copyable, Failure: Error>(
    _ body: (inout State) throws(Failure) -> Result
  ) throws(Failure) -> Result {
    var losses = 0
    while true {
      if let result = try update(shards.acquire(losses: losses), body) { return result }
      losses &+= 1
    }
  }

  /// Updates a shard that this thread holds, and releases it. Nil if it was taken meanwhile.
  @inlinable
  @inline(__always)
  func update<Result: ~Copyable, Failure: Error>(
    _ claim: Shards.Claim, _ body: (inout State) throws(Failure) -> Result
  ) throws(Failure) -> Result? {
    var state = initial
    guard unsafe shards.copy(claim, to: &state, size: MemoryLayout<State>.size) else {
      shards.noteLoss()
      return nil
    }
    let result: Result
    do throws(Failure) {
      result = try body(&state)
    } catch {
      shards.abandon(claim)
      throw error
    }
    let isCommitted = unsafe shards.commit(claim, from: &state, size: MemoryLayout<State>.size)
    return isCommitted ? consume result : nil
  }

  /// Changes the shard of a given CPU, wherever this thread is: to reset it, for example.
  ///
  /// `body` may run more than once, as with ``update(_:)``. Not inside of another update.
  ///
  /// - Precondition: `cpu` is one of ``CPU/possible`` or ``CPU/unbound``.
  /// - Complexity: As ``update(_:)``, and a fence of 0.5 to 10 microseconds.
  public func update<Result: ~Copyable, Failure: Error>(
    on cpu: CPU, _ body: (inout State) throws(Failure) -> Result
  ) throws(Failure) -> Result {
    defer { withExtendedLifetime(self) {} }
    requireRow(cpu)
    var losses = 0
    while true {
      guard let claim = shards.acquire(row: cpu.rawValue, losses: losses) else {
        fatalError(
          "PerCPU: this thread is updating \(cpu) of the same ShardedLock and would wait for itself."
        )
      }
      if let result = try update(claim, body) { return result }
      losses &+= 1
    }
  }

  /// The shard of a CPU, as it was at one moment.
  ///
  /// - Precondition: `cpu` is one of ``CPU/possible`` or ``CPU/unbound``.
  /// - Complexity: O(size of the state). Makes nobody wait, unless the shard changes faster than it
  ///   can be read, 64 times in a row; it is then held for the time of a copy.
  public func snapshot(cpu: CPU) -> State {
    defer { withExtendedLifetime(self) {} }
    requireRow(cpu)
    var state = initial
    unsafe shards.read(cpu.rawValue, to: &state)
    return state
  }

  /// Combines the shards, that of ``CPU/unbound`` included, each as it was at one moment.
  ///
  /// - Complexity: O(possible CPUs), each as ``snapshot(cpu:)``.
  public func reduce<Result, Failure: Error>(
    into initialResult: Result, _ combine: (inout Result, State) throws(Failure) -> Void
  ) throws(Failure) -> Result {
    var result = initialResult
    try CPU.forEachRow { (cpu) throws(Failure) in try combine(&result, snapshot(cpu: cpu)) }
    return result
  }

  /// What has happened so far.
  ///
  /// - Complexity: O(possible CPUs).
  public var statistics: Statistics {
    defer { withExtendedLifetime(self) {} }
    return Statistics(steals: shards.statistic(at: 16), losses: shards.statistic(at: 24))
  }

  private static func resolve(_ stealing: Stealing) -> Shards.Stealing {
    switch stealing {
    case .automatic, .restartFence:
      Engine.current == .restartable ? .restartFence : .announcement
    case .announcement: .announcement
    case .never: .never
    }
  }
}

// Sendable: the state is plain bits, accessed as described in Shards, and copied from thread to thread.
extension ShardedLock: @unchecked Sendable where State: Sendable {}
