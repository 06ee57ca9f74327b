// SPDX-License-Identifier: Apache-2.0
// The gated sections, counted and at times given up, and their mutant.

PERCPU_BEGIN

// Gate, delay, words, delay, store: what a gated section is without the kernel's help.
PERCPU_INLINE percpu_outcome percpu_unarmed_store_if_both(
    void *PERCPU_NONNULL slots, percpu_pair_test test, intptr_t desired, bool expects, bool adds,
    percpu_found_pair *PERCPU_NONNULL found) {
  if (percpu_thread_cpu() < 0) return PERCPU_SLOW;
  found->row = percpu_thread_cpu();
  if (percpu_word_load_acquire(percpu_row_word(slots, found->row)) != 0) return PERCPU_CLOSED;
  percpu_instrumented_delay();
  char *row = (char *)percpu_row_word(slots, found->row);
  intptr_t *word = (intptr_t *)(row + test.first_offset);
  found->first = percpu_word_load_acquire(word);
  found->second = percpu_word_load_acquire((intptr_t *)(row + test.second_offset));
  percpu_instrumented_delay();
  if (expects && found->first != test.first_expected) return PERCPU_MISMATCH;
  if (expects && found->second != test.second_expected) return PERCPU_MISMATCH;
  percpu_word_store_release(word, adds ? found->first + desired : desired);
  return PERCPU_COMMITTED;
}

PERCPU_INLINE percpu_outcome percpu_unarmed_gated(void *PERCPU_NONNULL slots, intptr_t offset,
                                                  const intptr_t *PERCPU_NULLABLE expected,
                                                  intptr_t desired, bool adds,
                                                  percpu_found *PERCPU_NONNULL found) {
  intptr_t value = expected ? *expected : 0;
  percpu_pair_test test = {offset, offset, value, value};
  percpu_found_pair pair = {0, 0, 0};
  percpu_outcome outcome =
      percpu_unarmed_store_if_both(slots, test, desired, expected != NULL, adds, &pair);
  found->row = pair.row;
  found->original = pair.first;
  return outcome;
}

PERCPU_INLINE percpu_outcome percpu_section_gated_add(void *PERCPU_NONNULL slots, intptr_t offset,
                                                      intptr_t operand,
                                                      percpu_found *PERCPU_NONNULL found) {
  if (percpu_instrumented_gives_up()) return PERCPU_SLOW;
  if (percpu_mutant == PERCPU_MUTANT_GATED_UNARMED)
    return percpu_unarmed_gated(slots, offset, NULL, operand, true, found);
  return percpu_instrumented_count(percpu_native_section_gated_add(slots, offset, operand, found));
}

PERCPU_INLINE percpu_outcome percpu_section_gated_exchange(void *PERCPU_NONNULL slots,
                                                           intptr_t offset, intptr_t desired,
                                                           percpu_found *PERCPU_NONNULL found) {
  if (percpu_instrumented_gives_up()) return PERCPU_SLOW;
  if (percpu_mutant == PERCPU_MUTANT_GATED_UNARMED)
    return percpu_unarmed_gated(slots, offset, NULL, desired, false, found);
  return percpu_instrumented_count(
      percpu_native_section_gated_exchange(slots, offset, desired, found));
}

PERCPU_INLINE percpu_outcome percpu_section_gated_store_if(void *PERCPU_NONNULL slots,
                                                           intptr_t offset, intptr_t expected,
                                                           intptr_t desired,
                                                           percpu_found *PERCPU_NONNULL found) {
  if (percpu_instrumented_gives_up()) return PERCPU_SLOW;
  if (percpu_mutant == PERCPU_MUTANT_GATED_UNARMED)
    return percpu_unarmed_gated(slots, offset, &expected, desired, false, found);
  return percpu_instrumented_count(
      percpu_native_section_gated_store_if(slots, offset, expected, desired, found));
}

PERCPU_INLINE percpu_outcome percpu_section_gated_store_if_both(
    void *PERCPU_NONNULL slots, percpu_pair_test test, intptr_t desired,
    percpu_found_pair *PERCPU_NONNULL found) {
  if (percpu_instrumented_gives_up()) return PERCPU_SLOW;
  if (percpu_mutant == PERCPU_MUTANT_GATED_UNARMED)
    return percpu_unarmed_store_if_both(slots, test, desired, true, false, found);
  if (percpu_mutant == PERCPU_MUTANT_SECOND_COMPARED_BEFORE && percpu_thread_cpu() >= 0) {
    found->second = percpu_word_load_acquire(
        percpu_row_word((char *)slots + test.second_offset, percpu_thread_cpu()));
    percpu_instrumented_delay();
    percpu_found first = {0, 0};
    if (found->second == test.second_expected &&
        percpu_native_section_gated_store_if(slots, test.first_offset, test.first_expected, desired,
                                             &first) == PERCPU_COMMITTED) {
      found->row = first.row;
      found->first = first.original;
      return PERCPU_COMMITTED;
    }
  }
  return percpu_instrumented_count(
      percpu_native_section_gated_store_if_both(slots, test, desired, found));
}

PERCPU_END
