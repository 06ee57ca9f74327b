// SPDX-License-Identifier: Apache-2.0

#include <ck_stack.h>

#include "CLibraryPeers.h"
#include "lines.h"

struct buffer {
  ck_stack_entry_t entry;
  intptr_t number;
};

struct peer_ck_stack {
  _Alignas(128) ck_stack_t stack;
};

peer_ck_stack *peer_ck_stack_create(void) {
  peer_ck_stack *stack = new_lines(sizeof *stack);
  ck_stack_init(&stack->stack);
  return stack;
}

intptr_t peer_ck_stack_loop(peer_ck_stack *stack, intptr_t n) {
  intptr_t sum = 0;
  for (intptr_t i = 0; i < n; i++) {
    struct buffer *buffer = (struct buffer *)ck_stack_pop_mpmc(&stack->stack);
    if (buffer == NULL) {
      buffer = new_lines(sizeof *buffer);
      buffer->number = 1;
    }
    sum += *(volatile intptr_t *)&buffer->number;
    ck_stack_push_mpmc(&stack->stack, &buffer->entry);
  }
  return sum;
}

void peer_ck_stack_destroy(peer_ck_stack *stack) {
  ck_stack_entry_t *entry;
  while ((entry = ck_stack_pop_npsc(&stack->stack)) != NULL) free(entry);
  free(stack);
}
