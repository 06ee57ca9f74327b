// SPDX-License-Identifier: Apache-2.0
#if PERCPU_MODEL

  import CAtomicsShim
  import ModelChecker
  import PerCPU
  import Testing

  extension ModelScenarios {
    @Suite struct FenceScenarios {
      /// Each of two threads stores a word of its own, fences, and loads that of the other.
      private func storeBuffering(
        _ left: @escaping () -> Void, _ right: @escaping () -> Void,
        _ mode: SearchMode = .exhaustive()
      ) -> CheckResult {
        checkLibrary(mode) { scenario in
          let words = [scenario.word("left"), scenario.word("right")]
          let fences = [left, right]
          var seen = [0, 0]
          for i in 0..<2 {
            scenario.thread(i == 0 ? "left" : "right", cpu: i) {
              words[i].store(1, .relaxed)
              fences[i]()
              seen[i] = words[1 - i].load(.relaxed)
            }
          }
          scenario.finally { require(seen != [0, 0], "neither saw the other") }
        }
      }

      @Test func aLightAndAHeavyFenceAreAPair() {
        expectPass(
          storeBuffering(asymmetricMemoryFenceLight, asymmetricMemoryFenceHeavy), executions: 11)
        expectPass(
          storeBuffering(asymmetricMemoryFenceHeavy, asymmetricMemoryFenceHeavy), executions: 78)
      }

      @Test func withoutTheHeavyHalfThereIsNoPair() {
        expectFailure("neither saw the other", "store buffering, no heavy fence") {
          storeBuffering(asymmetricMemoryFenceLight, {}, $0)
        }
        expectFailure("neither saw the other", "store buffering, two light fences") {
          storeBuffering(asymmetricMemoryFenceLight, asymmetricMemoryFenceLight, $0)
        }
      }

      /// Where the kernel has no membarrier both halves are these. (Where it has, the light half is
      /// no instruction, and taking it away changes nothing but what the compiler may do.)
      @Test func aSequentiallyConsistentPairNeedsBothHalves() {
        expectPass(
          storeBuffering(percpu_fence_seq_cst, percpu_fence_seq_cst), executions: 10,
          "store buffering, two full fences")
        expectFailure("neither saw the other", "store buffering, right half missing") {
          storeBuffering(percpu_fence_seq_cst, {}, $0)
        }
        expectFailure("neither saw the other", "store buffering, left half missing") {
          storeBuffering({}, percpu_fence_seq_cst, $0)
        }
      }
    }
  }

#endif
