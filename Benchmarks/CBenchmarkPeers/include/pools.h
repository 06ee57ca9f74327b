// SPDX-License-Identifier: Apache-2.0
// Other places to get a small block of memory from, and to give it back to.

#ifndef CBENCHMARKPEERS_POOLS_H
#define CBENCHMARKPEERS_POOLS_H

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/// Allocates and frees 32 bytes, n times. Returns n.
intptr_t peer_malloc_loop(intptr_t n);
intptr_t peer_malloc(void);
void peer_free(intptr_t block);

/// A stack of numbered nodes that threads take from and give to by compare-exchange, with a tag against
/// ABA: what one writes who wants no lock.
typedef struct peer_stack peer_stack;
peer_stack *_Nonnull peer_stack_create(uint32_t nodes);
void peer_stack_destroy(peer_stack *_Nonnull stack);
/// Takes a node and gives it back, n times. Returns how often there was one.
intptr_t peer_stack_loop(peer_stack *_Nonnull stack, intptr_t n);

#ifdef __cplusplus
}
#endif

#endif
