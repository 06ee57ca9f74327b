// SPDX-License-Identifier: Apache-2.0
#if !hasFeature(Embedded)

  extension BigPerCPULock where State: ~Copyable {
    /// Runs `body` with the state, here if the context is parked, and otherwise in the context, while
    /// the task is suspended.
    ///
    /// Once it has begun it is not cancelled: a body that was handed over runs.
    ///
    /// - Complexity: O(1) for a parked context.
    public func perform<Result: Sendable, Failure: Error>(
      _ body: @escaping @Sendable (inout State) throws(Failure) -> Result
    ) async throws(Failure) -> Result {
      if let outcome = performHere(body) { return try outcome.get() }
      let outcome: Swift.Result<Result, Failure> = await withCheckedContinuation { continuation in
        let work = unsafe DeferredWork(runsDetached: true) { [self] state in
          // It keeps the lock alive as long as it waits there.
          withExtendedLifetime(self) {
            let state = unsafe state.assumingMemoryBound(to: State.self)
            unsafe continuation.resume(returning: Self.outcome(of: body, &state.pointee))
          }
        }
        unsafe lock.deferWork(work, state)
      }
      return try outcome.get()
    }

    private func performHere<Result, Failure>(
      _ body: (inout State) throws(Failure) -> Result
    ) -> Swift.Result<Result, Failure>? {
      guard lock.tryAcquire() else { return nil }
      defer { unsafe lock.release(state) }
      return unsafe Self.outcome(of: body, &state.pointee)
    }

    private static func outcome<Result, Failure>(
      of body: (inout State) throws(Failure) -> Result, _ state: inout State
    ) -> Swift.Result<Result, Failure> {
      do throws(Failure) {
        return .success(try body(&state))
      } catch {
        return .failure(error)
      }
    }
  }

#endif
