// SPDX-License-Identifier: Apache-2.0
// The heavy fences and their mutants.

PERCPU_BEGIN

PERCPU_INLINE void percpu_fence_heavy(void) {
  if (percpu_mutant != PERCPU_MUTANT_HEAVY_FENCE_MISSING) percpu_native_fence_heavy();
}

PERCPU_INLINE void percpu_fence_restart_all(void) {
  if (percpu_mutant == PERCPU_MUTANT_RESTART_FENCE_PLAIN)
    percpu_native_fence_heavy();
  else
    percpu_native_fence_restart_all();
}

PERCPU_INLINE void percpu_fence_restart_cpu(int32_t cpu) {
  if (percpu_mutant == PERCPU_MUTANT_REMOTE_FENCE_PLAIN)
    percpu_native_fence_heavy();
  else
    percpu_native_fence_restart_cpu(cpu);
}

PERCPU_END
