// SPDX-License-Identifier: Apache-2.0
//
// Fences: the symmetric ones of C11, and the asymmetric pairs of which one side costs nothing.
//
// A light fence and a heavy fence pair like two sequentially consistent fences do. The light one is
// a compiler barrier; the heavy one makes every other thread of the process execute a full barrier
// (Linux: membarrier). Where the kernel has no membarrier both are sequentially consistent fences.
//
// A restart fence is a heavy fence that also aborts the restartable sequence that any other thread
// is in. After it, each sequence that was in flight has either committed or will begin anew and see
// everything stored before the fence.

#ifndef PERCPU_NATIVE_FENCES_H
#define PERCPU_NATIVE_FENCES_H

#include "base.h"
#include "atomics.h"
#include "engine.h"

PERCPU_BEGIN

PERCPU_INLINE void percpu_fence_acquire(void) { __atomic_thread_fence(__ATOMIC_ACQUIRE); }
PERCPU_INLINE void percpu_fence_release(void) {
  percpu_compiler_barrier();
  __atomic_thread_fence(__ATOMIC_RELEASE);
  percpu_compiler_barrier();
}
PERCPU_INLINE void percpu_fence_seq_cst(void) {
  percpu_compiler_barrier();
  __atomic_thread_fence(__ATOMIC_SEQ_CST);
  percpu_compiler_barrier();
}

/// Pairs with `percpu_fence_heavy` and the restart fences.
PERCPU_INLINE void percpu_fence_light(void) {
  percpu_compiler_barrier();
  // Unexpected, so that it stands out of the way of all who need no more than the barrier above.
  if (__builtin_expect(!percpu_engine.membarrier, 0)) percpu_fence_seq_cst();
}

void percpu_membarrier(void);
void percpu_membarrier_restart_all(void);
void percpu_membarrier_restart_cpu(int32_t cpu);

/// Pairs with `percpu_fence_light`. 0.5 to 10 microseconds.
PERCPU_INLINE void percpu_fence_heavy(void) {
  percpu_fence_seq_cst();
  percpu_membarrier();
}

/// Restart fence towards the threads that run on any CPU.
PERCPU_INLINE void percpu_fence_restart_all(void) {
  percpu_fence_seq_cst();
  percpu_membarrier_restart_all();
}

/// Restart fence towards the threads that run on `cpu`. Enough only for words that are written by
/// sections that select their word by the CPU they run on, and not towards users of the unbound row.
PERCPU_INLINE void percpu_fence_restart_cpu(int32_t cpu) {
  percpu_fence_seq_cst();
  percpu_membarrier_restart_cpu(cpu);
}

PERCPU_END

#endif
