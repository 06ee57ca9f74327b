// SPDX-License-Identifier: Apache-2.0
#if PERCPU_MODEL

  import Foundation
  import ModelChecker

  /// Whether PERCPU_MODEL_UNBOUNDED is set: searches that have a bound only to be over in seconds are
  /// then done in full, however long it takes.
  let boundsAreLifted = ProcessInfo.processInfo.environment["PERCPU_MODEL_UNBOUNDED"] != nil

  /// All executions with at most so many preemptions; see `boundsAreLifted`.
  func preemptions(atMost bound: Int) -> SearchMode {
    .exhaustive(preemptionBound: boundsAreLifted ? nil : bound)
  }

  /// The same, of scenarios that tell what threads share: in full it is their states.
  func states(orPreemptionsAtMost bound: Int) -> SearchMode {
    boundsAreLifted ? .states : preemptions(atMost: bound)
  }

#endif
