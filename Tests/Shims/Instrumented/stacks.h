// SPDX-License-Identifier: Apache-2.0
// The sections on stacks and lists, counted and at times given up, and their mutants.

PERCPU_BEGIN

// The own row, without the kernel's help.
PERCPU_INLINE intptr_t *PERCPU_NULLABLE percpu_unarmed_row(void *PERCPU_NONNULL slots) {
  int32_t cpu = percpu_thread_cpu();
  return cpu < 0 ? NULL : percpu_row_word(slots, cpu);
}

// Load, delay, store.
PERCPU_INLINE percpu_outcome percpu_unarmed_push(void *PERCPU_NONNULL slots, intptr_t limit,
                                                 intptr_t value, intptr_t *PERCPU_NONNULL found) {
  intptr_t *row = percpu_unarmed_row(slots);
  if (row == NULL) return PERCPU_SLOW;
  *found = percpu_word_load_acquire(row);
  if ((uintptr_t)*found >= (uintptr_t)limit) return PERCPU_MISMATCH;
  percpu_instrumented_delay();
  percpu_word_store_relaxed(&row[1 + *found], value);
  percpu_word_store_release(row, *found + 1);
  return PERCPU_COMMITTED;
}

// The index says that a slot is full before it is. What was in it is what a slot may hold.
PERCPU_INLINE percpu_outcome percpu_early_push(void *PERCPU_NONNULL slots, intptr_t limit,
                                               intptr_t value, intptr_t *PERCPU_NONNULL found) {
  intptr_t *row = percpu_unarmed_row(slots);
  if (row == NULL) return PERCPU_SLOW;
  intptr_t count = percpu_word_load_acquire(row);
  if ((uintptr_t)count >= (uintptr_t)limit) return *found = count, PERCPU_MISMATCH;
  percpu_outcome outcome =
      percpu_native_section_push(slots, limit, percpu_word_load_relaxed(&row[1 + count]), found);
  percpu_instrumented_delay();
  if (outcome == PERCPU_COMMITTED) percpu_word_store_relaxed(&row[1 + count], value);
  return outcome;
}

PERCPU_INLINE percpu_outcome percpu_section_push(void *PERCPU_NONNULL slots, intptr_t limit,
                                                 intptr_t value, intptr_t *PERCPU_NONNULL found) {
  if (percpu_instrumented_gives_up()) return PERCPU_SLOW;
  if (percpu_mutant == PERCPU_MUTANT_PUSH_UNARMED)
    return percpu_unarmed_push(slots, limit, value, found);
  if (percpu_mutant == PERCPU_MUTANT_PUSH_INDEX_FIRST)
    return percpu_early_push(slots, limit, value, found);
  return percpu_instrumented_count(percpu_native_section_push(slots, limit, value, found));
}

PERCPU_INLINE percpu_outcome percpu_section_pop(void *PERCPU_NONNULL slots,
                                                intptr_t *PERCPU_NONNULL popped,
                                                intptr_t *PERCPU_NONNULL found) {
  if (percpu_instrumented_gives_up()) return PERCPU_SLOW;
  return percpu_instrumented_count(percpu_native_section_pop(slots, popped, found));
}

PERCPU_INLINE percpu_outcome percpu_section_move_in(void *PERCPU_NONNULL slots, intptr_t limit,
                                                    const intptr_t *PERCPU_NONNULL source,
                                                    intptr_t words) {
  if (percpu_instrumented_gives_up()) return PERCPU_SLOW;
  return percpu_instrumented_count(percpu_native_section_move_in(slots, limit, source, words));
}

PERCPU_INLINE percpu_outcome percpu_section_move_out(void *PERCPU_NONNULL slots,
                                                     intptr_t *PERCPU_NONNULL destination,
                                                     intptr_t words) {
  if (percpu_instrumented_gives_up()) return PERCPU_SLOW;
  return percpu_instrumented_count(percpu_native_section_move_out(slots, destination, words));
}

PERCPU_INLINE percpu_outcome percpu_section_link(void *PERCPU_NONNULL slots,
                                                 intptr_t *PERCPU_NONNULL first,
                                                 intptr_t *PERCPU_NONNULL last) {
  if (percpu_instrumented_gives_up()) return PERCPU_SLOW;
  return percpu_instrumented_count(percpu_native_section_link(slots, first, last));
}

// The head and the next one, some time apart.
PERCPU_INLINE percpu_outcome percpu_unarmed_unlink(void *PERCPU_NONNULL slots,
                                                   intptr_t *PERCPU_NONNULL popped,
                                                   intptr_t *PERCPU_NONNULL found) {
  intptr_t *row = percpu_unarmed_row(slots);
  if (row == NULL) return PERCPU_SLOW;
  *found = *popped = percpu_word_load_acquire(row);
  if (*found <= 0) return PERCPU_MISMATCH;
  intptr_t next = percpu_word_load_relaxed((intptr_t *)*found);
  percpu_instrumented_delay();
  percpu_word_store_release(row, next);
  return PERCPU_COMMITTED;
}

PERCPU_INLINE percpu_outcome percpu_section_unlink(void *PERCPU_NONNULL slots,
                                                   intptr_t *PERCPU_NONNULL popped,
                                                   intptr_t *PERCPU_NONNULL found) {
  if (percpu_instrumented_gives_up()) return PERCPU_SLOW;
  if (percpu_mutant == PERCPU_MUTANT_UNLINK_UNARMED)
    return percpu_unarmed_unlink(slots, popped, found);
  return percpu_instrumented_count(percpu_native_section_unlink(slots, popped, found));
}

PERCPU_END
