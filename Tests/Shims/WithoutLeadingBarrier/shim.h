// SPDX-License-Identifier: Apache-2.0
//
// The native headers with one thing taken away: the compiler barrier in front of the releasing
// store. The control of the code-generation tests: their probes must come out wrong with it.

#ifndef PERCPU_WITHOUT_LEADING_BARRIER_SHIM_H
#define PERCPU_WITHOUT_LEADING_BARRIER_SHIM_H

#include "native/base.h"

#define percpu_word_store_release percpu_native_word_store_release
#define percpu_u32_store_release percpu_native_u32_store_release
#define percpu_u64_store_release percpu_native_u64_store_release
#include "native/atomics.h"
#undef percpu_word_store_release
#undef percpu_u32_store_release
#undef percpu_u64_store_release

PERCPU_BEGIN

PERCPU_INLINE void percpu_word_store_release(intptr_t *PERCPU_NONNULL address, intptr_t value) {
  __atomic_store_n(address, value, __ATOMIC_RELEASE);
  percpu_compiler_barrier();
}
PERCPU_INLINE void percpu_u32_store_release(uint32_t *PERCPU_NONNULL address, uint32_t value) {
  __atomic_store_n(address, value, __ATOMIC_RELEASE);
  percpu_compiler_barrier();
}
PERCPU_INLINE void percpu_u64_store_release(uint64_t *PERCPU_NONNULL address, uint64_t value) {
  __atomic_store_n(address, value, __ATOMIC_RELEASE);
  percpu_compiler_barrier();
}

PERCPU_END

#include "native/shim.h"

#endif
