// SPDX-License-Identifier: Apache-2.0

import PerCPU
import Synchronization

let storageScenarios: [Scenario] = [
  Scenario(
    "cpu-local",
    "values of all CPUs together hold what all threads put into current ones"
  ) { run in
    let values = CPULocal { _ in Atomic<Int>(0) }
    run.work(disturbed: .allButSignals) { _ in
      for _ in 0..<200 {
        values.withCurrent { _ = $0.wrappingAdd(1, ordering: .relaxed) }
      }
      run.operations.add(200)
    }
    var sum = 0
    values.forEach { _, value in sum += value.load(ordering: .relaxed) }
    run.expect(sum == run.operations.count, "\(sum) instead of \(run.operations.count)")
  }
]
