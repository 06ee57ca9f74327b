// SPDX-License-Identifier: Apache-2.0
#if !hasFeature(Embedded)

  extension BigPerCPULock where State: ~Copyable {
    /// Runs `body` with the state, here if the context is parked, and otherwise in the context, while
    /// the task is suspended.
    ///
    /// It is not cancelled: a body that was handed over runs. Also for tasks that run on the context's
    /// own thread while that is active. The task is resumed while the lock is held: its executor must
    /// not perform anything on the same lock when it takes a job.
    ///
    /// - Complexity: O(1) for a parked context.
    public func perform<Result: Sendable, Failure: Error>(
      _ body: @escaping @Sendable (inout sending State) throws(Failure) -> Result
    ) async throws(Failure) -> Result {
      defer { withExtendedLifetime(self) {} }
      if let outcome = performHere(body) { return try outcome.get() }
      let outcome: Swift.Result<Result, Failure> = await withCheckedContinuation { continuation in
        let work = DeferredWork(runsDetached: true) { [self] in
          // It keeps the lock alive as long as it waits there.
          withExtendedLifetime(self) {
            unsafe continuation.resume(returning: Self.outcome(of: body, &self.state.pointee))
          }
        }
        lock.deferWork(work)
      }
      return try outcome.get()
    }

    private func performHere<Result, Failure>(
      _ body: @Sendable (inout sending State) throws(Failure) -> Result
    ) -> Swift.Result<Result, Failure>? {
      guard lock.tryAcquire() else { return nil }
      defer { lock.release() }
      return unsafe Self.outcome(of: body, &state.pointee)
    }

    private static func outcome<Result, Failure>(
      of body: @Sendable (inout sending State) throws(Failure) -> Result,
      _ state: inout sending State
    ) -> Swift.Result<Result, Failure> {
      do throws(Failure) {
        return .success(try body(&state))
      } catch {
        return .failure(error)
      }
    }
  }

#endif
