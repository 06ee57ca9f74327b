// SPDX-License-Identifier: Apache-2.0
#if !hasFeature(Embedded)

  extension GracePeriodDomain {
    /// Waits until every read section that is open now has been left, while the task is suspended.
    ///
    /// It is not cancelled. A section that the task itself holds is waited for as well: for ever. Resuming is a call
    /// like others, deferred with urgency: it comes behind those that were deferred before, and behind what else the
    /// ``Housekeeper`` is doing, which must not wait for the task.
    ///
    /// - Complexity: One or two grace periods, and that of the calls.
    public func synchronize() async {
      await withCheckedContinuation { continuation in
        afterGracePeriod(urgency: .urgent, mayWait: false) { continuation.resume() }
      }
    }
  }

#endif
