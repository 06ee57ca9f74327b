// SPDX-License-Identifier: Apache-2.0
#if !hasFeature(Embedded)

  extension Housekeeper {
    /// Keeps the thread running until the task is cancelled, and shuts the housekeeper down then. Returns when the last
    /// round is over. Also returns if somebody else shuts it down.
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
    public func run() async {
      await withTaskCancellationHandler {
        await withCheckedContinuation { continuation in
          loop.atEnd { continuation.resume() }
          // Then the handler may have come too early.
          if Task.isCancelled { loop.endSoon() }
        }
      } onCancel: {
        loop.endSoon()
      }
    }

    /// Has everything done a last time, and ends the thread, while the task is suspended; see `shutdown()`.
    public func shutdown() async {
      // How many final rounds there were when this one was asked for. The end of one that had begun before is not
      // enough, and may be the one that resumes us.
      var before: UInt32?
      repeat {
        await withCheckedContinuation { continuation in
          loop.atEnd { continuation.resume() }
          // Once more if ours is over: the end that was just added has come too late for it.
          if before == nil || loop.finalRounds != before {
            let rounds = loop.endSoon()
            before = before ?? rounds
          }
        }
      } while before == nil || loop.finalRounds == before
    }
  }

#endif
