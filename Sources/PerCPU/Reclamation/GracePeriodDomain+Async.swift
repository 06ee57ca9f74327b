// SPDX-License-Identifier: Apache-2.0
#if !hasFeature(Embedded)

  extension GracePeriodDomain {
    /// Waits until every read section that is open now has been left, while the task is suspended.
    ///
    /// It is not cancelled. A section that the task itself holds is waited for as well: for ever.
    ///
    /// - Complexity: One or two grace periods.
    public func synchronize() async {
      await withCheckedContinuation { continuation in
        afterGracePeriod(urgency: .urgent, mayWait: false) { continuation.resume() }
      }
    }
  }

#endif
