// SPDX-License-Identifier: Apache-2.0

#include "pools.h"

#include <stdatomic.h>
#include <stdlib.h>

#include "lines.h"

enum { BLOCK = 32 };

// The compiler must believe that the block is used.
static inline void use(void *block) { __asm__ volatile("" : : "r"(block) : "memory"); }

intptr_t peer_malloc_loop(intptr_t n) {
  for (intptr_t i = 0; i < n; i++) {
    void *block = malloc(BLOCK);
    use(block);
    free(block);
  }
  return n;
}

intptr_t peer_malloc(void) { return (intptr_t)malloc(BLOCK); }
void peer_free(intptr_t block) { free((void *)block); }

struct peer_stack {
  _Alignas(LINE) _Atomic uint64_t head;
  _Alignas(LINE) uint32_t count;
  _Atomic uint32_t *next;
};

// The upper half of the head is the tag. Node 0 is none.
static void give(peer_stack *stack, uint32_t node) {
  uint64_t head = atomic_load_explicit(&stack->head, memory_order_relaxed);
  do {
    atomic_store_explicit(&stack->next[node], (uint32_t)head, memory_order_relaxed);
  } while (!atomic_compare_exchange_weak_explicit(
      &stack->head, &head, ((head >> 32) + 1) << 32 | node, memory_order_release,
      memory_order_relaxed));
}

static uint32_t take(peer_stack *stack) {
  uint64_t head = atomic_load_explicit(&stack->head, memory_order_acquire);
  while ((uint32_t)head != 0) {
    uint32_t next = atomic_load_explicit(&stack->next[(uint32_t)head], memory_order_relaxed);
    if (atomic_compare_exchange_weak_explicit(&stack->head, &head, ((head >> 32) + 1) << 32 | next,
                                              memory_order_acquire, memory_order_acquire))
      break;
  }
  return (uint32_t)head;
}

peer_stack *peer_stack_create(uint32_t nodes) {
  peer_stack *stack = allocate_lines(sizeof *stack);
  stack->next = calloc(nodes + 1, sizeof *stack->next);
  for (uint32_t node = nodes; node > 0; node--) give(stack, node);
  return stack;
}

void peer_stack_destroy(peer_stack *stack) {
  free((void *)stack->next);
  free(stack);
}

intptr_t peer_stack_loop(peer_stack *stack, intptr_t n) {
  intptr_t done = 0;
  for (intptr_t i = 0; i < n; i++) {
    uint32_t node = take(stack);
    if (node == 0) continue;
    done++;
    give(stack, node);
  }
  return done;
}
