// SPDX-License-Identifier: Apache-2.0
#if !hasFeature(Embedded)

  internal import CAtomicsShim

  extension Housekeeper {
    /// Keeps the thread running until the task is cancelled, and shuts the housekeeper down then: it returns when a
    /// last round is over that began after the cancellation. Also returns if somebody else shuts the housekeeper
    /// down meanwhile; a shutdown that had begun before does not count.
    ///
    /// For a task group in which each service has a task; cancelling it is what stops it gracefully.
    ///
    /// ```swift
    /// try await withThrowingTaskGroup(of: Void.self) { group in
    ///   group.addTask { await Housekeeper.shared.run() }
    ///   group.addTask { try await server.run() }
    ///   try await group.next()
    ///   group.cancelAll()
    /// }
    /// ```
    ///
    /// The work is done on the housekeeper's thread: the task is suspended and keeps no thread of its executor.
    ///
    /// - Complexity: That of the last round: O(registrations), and of their work.
    public func run() async {
      let cancellation = Cancellation()
      await withTaskCancellationHandler {
        // The end of a round that had begun before is none of ours.
        var own: UInt32?
        repeat {
          await withCheckedContinuation { continuation in
            // Before anybody can see that this runs, and shut it down.
            let rounds = own ?? loop.finalRoundsAfterNext
            own = rounds
            loop.atEnd { continuation.resume() }
            // The handler, or the round, may have come too early for the end that was just added.
            if Task.isCancelled || loop.hasFinished(rounds) { loop.endSoon() }
          }
        } while !Task.isCancelled && own.map(loop.hasFinished) != true
      } onCancel: {
        cancellation.note(loop.endSoon())
      }
      // What we have seen the end of may have begun before the cancellation.
      if Task.isCancelled { await shutdown(after: cancellation.rounds) }
    }

    /// Has everything done a last time, and ends the thread, while the task is suspended; see `shutdown()`.
    ///
    /// - Complexity: O(registrations), and that of their work.
    public func shutdown() async {
      await shutdown(after: nil)
    }

    /// Waits for a final round that begins after the call, or after there were so many.
    private func shutdown(after rounds: UInt32?) async {
      // How many final rounds there were when this one was asked for. The end of one that had begun before is not
      // enough, and may be the one that resumes us.
      var before = rounds
      while before == nil || loop.finalRounds == before {
        await withCheckedContinuation { continuation in
          loop.atEnd { continuation.resume() }
          // Once more if ours is over: the end that was just added has come too late for it.
          if before == nil || loop.finalRounds != before {
            let rounds = loop.endSoon()
            before = before ?? rounds
          }
        }
      }
    }
  }

  /// How many final rounds there were when a cancellation has asked for one.
  private final class Cancellation: @unchecked Sendable {
    // Sendable: the word is accessed atomically.

    private let line = OwnLine()
    private static let none = UInt32.max

    init() {
      // Relaxed: nobody else is here.
      unsafe percpu_u32_store_relaxed(line.u32(at: 0), Self.none)
    }

    deinit { line.deallocate() }

    func note(_ rounds: UInt32?) {
      // Relaxed: the task knows that its handler has returned.
      unsafe percpu_u32_store_relaxed(line.u32(at: 0), rounds ?? Self.none)
    }

    var rounds: UInt32? {
      // Relaxed: as above.
      let rounds = unsafe percpu_u32_load_relaxed(line.u32(at: 0))
      return rounds == Self.none ? nil : rounds
    }
  }

#endif
