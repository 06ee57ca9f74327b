// SPDX-License-Identifier: Apache-2.0
// Platforms without restartable sections: those of stacks and lists leave through their slow exit.

PERCPU_INLINE percpu_outcome percpu_section_push(void *PERCPU_NONNULL slots, intptr_t limit,
                                                 intptr_t value, intptr_t *PERCPU_NONNULL found) {
  (void)slots, (void)limit, (void)value, (void)found;
  return PERCPU_SLOW;
}

PERCPU_INLINE percpu_outcome percpu_section_pop(void *PERCPU_NONNULL slots,
                                                intptr_t *PERCPU_NONNULL popped,
                                                intptr_t *PERCPU_NONNULL found) {
  (void)slots, (void)popped, (void)found;
  return PERCPU_SLOW;
}

PERCPU_INLINE percpu_outcome percpu_section_move_in(void *PERCPU_NONNULL slots, intptr_t limit,
                                                    const intptr_t *PERCPU_NONNULL source,
                                                    intptr_t words) {
  (void)slots, (void)limit, (void)source, (void)words;
  return PERCPU_SLOW;
}

PERCPU_INLINE percpu_outcome percpu_section_move_out(void *PERCPU_NONNULL slots,
                                                     intptr_t *PERCPU_NONNULL destination,
                                                     intptr_t words) {
  (void)slots, (void)destination, (void)words;
  return PERCPU_SLOW;
}

PERCPU_INLINE percpu_outcome percpu_section_link(void *PERCPU_NONNULL slots,
                                                 intptr_t *PERCPU_NONNULL first,
                                                 intptr_t *PERCPU_NONNULL last) {
  (void)slots, (void)first, (void)last;
  return PERCPU_SLOW;
}

PERCPU_INLINE percpu_outcome percpu_section_unlink(void *PERCPU_NONNULL slots,
                                                   intptr_t *PERCPU_NONNULL popped,
                                                   intptr_t *PERCPU_NONNULL found) {
  (void)slots, (void)popped, (void)found;
  return PERCPU_SLOW;
}
