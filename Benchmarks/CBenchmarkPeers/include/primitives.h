// SPDX-License-Identifier: Apache-2.0
//
// The primitives of the shim in C loops, as a measure of what their import into Swift costs.
// Each runs its primitive n times and returns n if all of them did what they should.

#ifndef CBENCHMARKPEERS_PRIMITIVES_H
#define CBENCHMARKPEERS_PRIMITIVES_H

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/// An unknown use of a value: the compiler must have computed it.
void peer_consume(intptr_t value);

/// `word` must hold 1.
intptr_t peer_load_acquire(intptr_t *_Nonnull word, intptr_t n);
intptr_t peer_store_release(intptr_t *_Nonnull word, intptr_t n);
intptr_t peer_exchange(intptr_t *_Nonnull word, intptr_t n);
intptr_t peer_compare_exchange(intptr_t *_Nonnull word, intptr_t n);
intptr_t peer_fetch_add(intptr_t *_Nonnull word, intptr_t n);
intptr_t peer_fence_seq_cst(intptr_t n);
intptr_t peer_fence_light(intptr_t n);
intptr_t peer_thread_cpu(intptr_t n);
intptr_t peer_cpu_hint(intptr_t n);

/// Claims the own-CPU word of `slots` and gives it back. Waits where another thread has it.
intptr_t peer_claim_and_store(void *_Nonnull slots, intptr_t n);

/// Publishes `source`, which must not hold 0, in the own-CPU word of `slots` and takes it back.
intptr_t peer_publish_and_store(void *_Nonnull slots, intptr_t *_Nonnull source, intptr_t n);

/// The kernel's expedited membarrier, called without the shim. Returns 0 or an errno.
int32_t peer_membarrier(void);

#ifdef __cplusplus
}
#endif

#endif
