// SPDX-License-Identifier: Apache-2.0
// The fences.

#ifndef PERCPU_MODEL_FENCES_H
#define PERCPU_MODEL_FENCES_H

// Stands in for the native header.
#define PERCPU_NATIVE_FENCES_H

PERCPU_BEGIN

PERCPU_INLINE void percpu_model_fence(int32_t order, int32_t native_order) {
  if (percpu_model()) {
    percpu_model()->fence(order);
    return;
  }
  percpu_compiler_barrier();
  switch (native_order) {
    case __ATOMIC_ACQUIRE: __atomic_thread_fence(__ATOMIC_ACQUIRE); break;
    case __ATOMIC_RELEASE: __atomic_thread_fence(__ATOMIC_RELEASE); break;
    default: __atomic_thread_fence(__ATOMIC_SEQ_CST); break;
  }
  percpu_compiler_barrier();
}

PERCPU_INLINE void percpu_fence_acquire(void) {
  percpu_model_fence(PERCPU_MODEL_ACQUIRE, __ATOMIC_ACQUIRE);
}
PERCPU_INLINE void percpu_fence_release(void) {
  percpu_model_fence(PERCPU_MODEL_RELEASE, __ATOMIC_RELEASE);
}
PERCPU_INLINE void percpu_fence_seq_cst(void) {
  percpu_model_fence(PERCPU_MODEL_SEQ_CST, __ATOMIC_SEQ_CST);
}

PERCPU_INLINE void percpu_fence_light(void) {
  percpu_compiler_barrier();
  if (percpu_model()) {
    percpu_model()->light_fence();
  } else if (!percpu_engine.membarrier) {
    percpu_fence_seq_cst();
  }
}

void percpu_membarrier(void);
void percpu_membarrier_restart_all(void);
void percpu_membarrier_restart_cpu(int32_t cpu);

PERCPU_INLINE void percpu_fence_heavy(void) {
  if (percpu_model()) {
    percpu_model()->membarrier(false, -1);
    return;
  }
  percpu_fence_seq_cst();
  percpu_membarrier();
}

PERCPU_INLINE void percpu_fence_restart_all(void) {
  if (percpu_model()) {
    percpu_model()->membarrier(percpu_model()->restartable, -1);
    return;
  }
  percpu_fence_seq_cst();
  percpu_membarrier_restart_all();
}

PERCPU_INLINE void percpu_fence_restart_cpu(int32_t cpu) {
  if (percpu_model()) {
    bool restart = percpu_model()->restartable;
    percpu_model()->membarrier(restart, restart ? cpu : -1);
    return;
  }
  percpu_fence_seq_cst();
  percpu_membarrier_restart_cpu(cpu);
}

PERCPU_END

#endif
