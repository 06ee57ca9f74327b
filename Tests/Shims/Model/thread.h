// SPDX-License-Identifier: Apache-2.0
// Who a thread is, where it runs, and whether it can run sections.

#ifndef PERCPU_MODEL_THREAD_H
#define PERCPU_MODEL_THREAD_H

PERCPU_BEGIN

PERCPU_INLINE int32_t percpu_thread_cpu(void) {
  if (!percpu_model()) return percpu_native_thread_cpu();
  return percpu_model()->restartable ? percpu_model()->cpu() : PERCPU_CPU_ID_UNINITIALIZED;
}

// All simulated threads run on one thread of the real machine, whose pointer tells nothing.
PERCPU_INLINE intptr_t percpu_thread_token(void) {
  return percpu_model() ? 2 * percpu_model()->thread() + 3 : percpu_native_thread_token();
}

PERCPU_INLINE bool percpu_thread_prepare(void) {
  return percpu_model() ? percpu_thread_cpu() >= 0 : percpu_native_thread_prepare();
}

PERCPU_INLINE int32_t percpu_cpu_hint(void) {
  return percpu_model() ? percpu_model()->cpu_hint() : percpu_native_cpu_hint();
}

PERCPU_END

#endif
