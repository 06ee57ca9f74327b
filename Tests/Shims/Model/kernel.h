// SPDX-License-Identifier: Apache-2.0
// CPUs and waiting on the machine that the thread runs on.

#ifndef PERCPU_MODEL_KERNEL_H
#define PERCPU_MODEL_KERNEL_H

PERCPU_BEGIN

// The rows of objects are the same for the whole process, so there is room for both machines.
PERCPU_INLINE int32_t percpu_cpu_limit(void) {
  int32_t limit = percpu_native_cpu_limit();
  return limit > PERCPU_MODEL_CPUS ? limit : PERCPU_MODEL_CPUS;
}

// What goes through the possible CPUs must find those of the simulated machine and no others,
// wherever the checker runs; and they, too, are the same for the whole process.
PERCPU_INLINE bool percpu_cpu_is_possible(int32_t cpu) {
  return cpu >= 0 && cpu < percpu_model_cpus();
}

// Simulated threads have no signals of the real kernel.
PERCPU_INLINE void percpu_signals_defer(void) {
  if (!percpu_model()) percpu_native_signals_defer();
}
PERCPU_INLINE void percpu_signals_resume(void) {
  if (!percpu_model()) percpu_native_signals_resume();
}

PERCPU_INLINE void percpu_thread_yield(void) {
  if (percpu_model()) {
    percpu_model()->pause();
  } else {
    percpu_native_thread_yield();
  }
}

// Time does not pass on the simulated machine: a wait with a limit that nobody ends is a deadlock.
PERCPU_INLINE int32_t percpu_futex_wait(const uint32_t *PERCPU_NONNULL word, uint32_t expected,
                                        int64_t nanoseconds) {
  if (!percpu_model()) return percpu_native_futex_wait(word, expected, nanoseconds);
  return percpu_model()->futex_wait(word, expected);
}

PERCPU_INLINE int32_t percpu_futex_wake(const uint32_t *PERCPU_NONNULL word, int32_t count) {
  if (!percpu_model()) return percpu_native_futex_wake(word, count);
  return percpu_model()->futex_wake(word, count);
}

// What the allocator orders is unknown to the simulated machine: it has to be told.
PERCPU_INLINE void percpu_model_forget(const void *PERCPU_NONNULL address, uint64_t bytes) {
  if (percpu_model()) percpu_model()->forget(address, bytes);
}

PERCPU_END

#endif
