// SPDX-License-Identifier: Apache-2.0

import CAtomicsShim
import CStressSupport
import PerCPU
import StressSupport
import Testing

extension PerCPUTests {
  @Suite struct FenceTests {
    @Test func fencesReturnWhateverTheyAreCalledWith() {
      asymmetricMemoryFenceLight()
      asymmetricMemoryFenceHeavy()
      percpu_fence_restart_all()
      for cpu in CPU.possible { percpu_fence_restart_cpu(Int32(cpu.rawValue)) }
      // A number beyond all CPUs names nobody, which is not an error.
      percpu_fence_restart_cpu(9999)
    }

    @Test(.enabled(if: Engine.current == .restartable))
    func aSectionStartsAgainAfterARestartFence() {
      // Restart fences without pause against sections without pause: nothing is lost.
      let counter = PerCPUCounter()
      let fences = Tally()
      onThreads(2) { index in
        let end = stress_nanoseconds() + 200_000_000
        while stress_nanoseconds() < end {
          if index == 0 {
            percpu_fence_restart_all()
            fences.add()
          } else {
            for _ in 0..<1000 { counter.increment() }
          }
        }
      }
      #expect(counter.load() % 1000 == 0)
      #expect(fences.count > 0)
    }
  }
}
