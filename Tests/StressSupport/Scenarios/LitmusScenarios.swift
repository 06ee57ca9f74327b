// SPDX-License-Identifier: Apache-2.0

import CAtomicsShim
import CStressSupport

/// Two-thread litmus tests of the shim's accesses on the real machine, each with its control.
let litmusScenarios: [Scenario] = [
  Scenario(
    "litmus-fences",
    "store buffering: seen without fences, never with two fences, nor with an asymmetric pair"
  ) { run in
    run.nameExtra("weak outcomes of the control")
    // On a busy machine the two sides seldom run at once: then it takes longer. The thread
    // sanitizer's own accesses keep them apart for good.
    let demanded = allowedCPUs.count > 1 && !stress_has_thread_sanitizer()
    if demanded { run.demand("weak outcomes of the control", run.extra, perSecond: 0) }
    let patience = stress_nanoseconds() + 20_000_000_000
    while !run.isOver || (demanded && run.extra.count == 0 && stress_nanoseconds() < patience) {
      run.extra.add(Int(stress_store_buffering(100_000, STRESS_FENCE_NONE)))
      let fenced = stress_store_buffering(100_000, STRESS_FENCE_SEQ_CST)
      run.expect(fenced == 0, "\(fenced) weak outcomes in spite of two fences")
      let asymmetric = stress_store_buffering(20_000, STRESS_FENCE_ASYMMETRIC)
      run.expect(asymmetric == 0, "\(asymmetric) weak outcomes in spite of an asymmetric pair")
      run.operations.add(220_000)
    }
  },

  Scenario(
    "litmus-messages",
    "message passing: data that a release store publishes is seen by who acquires it"
  ) { run in
    run.nameExtra("weak outcomes of the control")
    while !run.isOver {
      // The control can show something on weakly ordered machines only, so nothing is demanded.
      run.extra.add(Int(stress_message_passing(100_000, false)))
      let weak = stress_message_passing(100_000, true)
      run.expect(weak == 0, "\(weak) messages without their data")
      run.operations.add(200_000)
    }
  },
]
