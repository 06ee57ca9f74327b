// SPDX-License-Identifier: Apache-2.0
// The sections and fences, counted and at times given up, and their mutants.

PERCPU_BEGIN

PERCPU_INLINE percpu_outcome percpu_instrumented_count(percpu_outcome outcome) {
  percpu_u64_fetch_add_relaxed(&percpu_instrumented_sections, 1);
  if (outcome == PERCPU_SLOW && percpu_thread_cpu() >= 0)
    percpu_u64_fetch_add_relaxed(&percpu_instrumented_aborts, 1);
  return outcome;
}

// Load, delay, store: what a section is without the kernel's help.
PERCPU_INLINE percpu_outcome percpu_unarmed_add(void *PERCPU_NONNULL slots, intptr_t operand) {
  int32_t cpu = percpu_thread_cpu();
  if (cpu < 0) return PERCPU_SLOW;
  intptr_t value = percpu_word_load_relaxed(percpu_row_word(slots, cpu));
  percpu_instrumented_delay();
  percpu_word_store_relaxed(percpu_row_word(slots, cpu), value + operand);
  return PERCPU_COMMITTED;
}

// The CPU is read first and believed: one plain instruction adds to its row, wherever that is.
PERCPU_INLINE percpu_outcome percpu_unchecked_add(void *PERCPU_NONNULL slots, intptr_t operand) {
  int32_t cpu = percpu_thread_cpu();
  if (cpu < 0) return PERCPU_SLOW;
  volatile intptr_t *word = percpu_row_word(slots, cpu);
  percpu_instrumented_delay();
  *word += operand;
  return PERCPU_COMMITTED;
}

PERCPU_INLINE percpu_outcome percpu_section_add(void *PERCPU_NONNULL slots, intptr_t operand) {
  if (percpu_instrumented_gives_up()) return PERCPU_SLOW;
  if (percpu_mutant == PERCPU_MUTANT_ADD_UNARMED) return percpu_unarmed_add(slots, operand);
  if (percpu_mutant == PERCPU_MUTANT_ADD_CPU_UNCHECKED) return percpu_unchecked_add(slots, operand);
  return percpu_instrumented_count(percpu_native_section_add(slots, operand));
}

PERCPU_INLINE percpu_outcome percpu_section_add_release(void *PERCPU_NONNULL slots,
                                                        intptr_t operand) {
  if (percpu_instrumented_gives_up()) return PERCPU_SLOW;
  return percpu_instrumented_count(percpu_native_section_add_release(slots, operand));
}

PERCPU_INLINE percpu_outcome percpu_section_add_selected(void *PERCPU_NONNULL slots,
                                                         const intptr_t *PERCPU_NONNULL index,
                                                         intptr_t operand,
                                                         intptr_t *PERCPU_NONNULL selected) {
  if (percpu_instrumented_gives_up()) return PERCPU_SLOW;
  if (percpu_mutant == PERCPU_MUTANT_INDEX_LOADED_BEFORE) {
    *selected = percpu_word_load_acquire(index);
    percpu_instrumented_delay();
    return percpu_native_section_add((intptr_t *)slots + *selected, operand);
  }
  return percpu_instrumented_count(
      percpu_native_section_add_selected(slots, index, operand, selected));
}

PERCPU_INLINE percpu_outcome percpu_section_claim_if(void *PERCPU_NONNULL slots, intptr_t expected,
                                                     intptr_t desired,
                                                     intptr_t *PERCPU_NULLABLE *PERCPU_NONNULL word) {
  if (percpu_instrumented_gives_up()) return PERCPU_SLOW;
  if (percpu_mutant == PERCPU_MUTANT_CLAIM_UNARMED && percpu_thread_cpu() >= 0) {
    *word = percpu_row_word(slots, percpu_thread_cpu());
    return percpu_torn_compare_exchange(*word, expected, desired).exchanged ? PERCPU_COMMITTED
                                                                            : PERCPU_MISMATCH;
  }
  return percpu_instrumented_count(percpu_native_section_claim_if(slots, expected, desired, word));
}

PERCPU_INLINE percpu_outcome percpu_section_store_if(intptr_t *PERCPU_NONNULL word,
                                                     intptr_t expected, intptr_t desired) {
  if (percpu_instrumented_gives_up()) return PERCPU_SLOW;
  return percpu_instrumented_count(percpu_native_section_store_if(word, expected, desired));
}

PERCPU_INLINE percpu_outcome percpu_section_publish(void *PERCPU_NONNULL slots,
                                                    const intptr_t *PERCPU_NONNULL source,
                                                    intptr_t *PERCPU_NULLABLE *PERCPU_NONNULL word,
                                                    intptr_t *PERCPU_NONNULL published) {
  if (percpu_instrumented_gives_up()) return PERCPU_SLOW;
  if (percpu_mutant == PERCPU_MUTANT_PUBLISH_LOADS_BEFORE) {
    *published = percpu_word_load_acquire(source);
    percpu_instrumented_delay();
    return percpu_native_section_claim_if(slots, 0, *published, word);
  }
  return percpu_instrumented_count(
      percpu_native_section_publish(slots, source, word, published));
}

// Compare, delay, copy, store: what a commit is without the kernel's help.
PERCPU_INLINE percpu_outcome percpu_unarmed_commit(intptr_t *PERCPU_NONNULL word, intptr_t expected,
                                                   intptr_t desired, percpu_section_copy copy) {
  if (percpu_thread_cpu() < 0) return PERCPU_SLOW;
  if (percpu_word_load_acquire(word) != expected) return PERCPU_MISMATCH;
  percpu_instrumented_delay();
  __builtin_memcpy(copy.destination, copy.source, (size_t)copy.whole_bytes);
  *(intptr_t *)((char *)copy.destination + copy.whole_bytes) = copy.last_word;
  percpu_instrumented_delay();
  percpu_word_store_release(word, desired);
  return PERCPU_COMMITTED;
}

PERCPU_INLINE percpu_outcome percpu_section_commit(intptr_t *PERCPU_NONNULL word, intptr_t expected,
                                                   intptr_t desired, percpu_section_copy copy) {
  if (percpu_instrumented_gives_up()) return PERCPU_SLOW;
  if (percpu_mutant == PERCPU_MUTANT_COMMIT_UNARMED)
    return percpu_unarmed_commit(word, expected, desired, copy);
  return percpu_instrumented_count(percpu_native_section_commit(word, expected, desired, copy));
}

PERCPU_INLINE percpu_outcome percpu_section_commit_on(int32_t cpu, intptr_t *PERCPU_NONNULL word,
                                                      intptr_t expected, intptr_t desired,
                                                      percpu_section_copy copy) {
  if (percpu_instrumented_gives_up()) return PERCPU_SLOW;
  if (percpu_mutant == PERCPU_MUTANT_COMMIT_CPU_UNCHECKED)
    return percpu_native_section_commit(word, expected, desired, copy);
  return percpu_instrumented_count(
      percpu_native_section_commit_on(cpu, word, expected, desired, copy));
}

// Look at gate and limit, or at the limit alone, then add: a check and an update in two steps.
PERCPU_INLINE percpu_outcome percpu_add_after_looking(void *PERCPU_NONNULL slots, intptr_t operand,
                                                      intptr_t limit, bool at_gate) {
  int32_t cpu = percpu_thread_cpu();
  if (cpu < 0) return PERCPU_SLOW;
  char *row = (char *)percpu_row_word(slots, cpu);
  if (at_gate && percpu_word_load_acquire((intptr_t *)row) != 0) return PERCPU_MISMATCH;
  intptr_t total = percpu_word_load_relaxed((intptr_t *)(row + PERCPU_GATED_TOTAL));
  intptr_t folded = percpu_word_load_relaxed((intptr_t *)(row + PERCPU_GATED_FOLDED));
  if ((uintptr_t)(total + operand - folded + limit) > 2 * (uintptr_t)limit) return PERCPU_MISMATCH;
  if (at_gate) percpu_instrumented_delay();
  return percpu_native_section_add((char *)slots + PERCPU_GATED_TOTAL, operand);
}

PERCPU_INLINE percpu_outcome percpu_section_add_within(void *PERCPU_NONNULL slots, intptr_t operand,
                                                       intptr_t limit) {
  if (percpu_instrumented_gives_up()) return PERCPU_SLOW;
  if (percpu_mutant == PERCPU_MUTANT_LIMIT_CHECKED_BEFORE)
    return percpu_add_after_looking(slots, operand, limit, true);
  if (percpu_mutant == PERCPU_MUTANT_GATE_NOT_TESTED)
    return percpu_add_after_looking(slots, operand, limit, false);
  return percpu_instrumented_count(percpu_native_section_add_within(slots, operand, limit));
}

PERCPU_INLINE intptr_t percpu_row_for_atomics(void) {
  if (percpu_mutant != PERCPU_MUTANT_UNBOUND_ROW_MISSING) return percpu_native_row_for_atomics();
  int32_t cpu = percpu_cpu_hint();
  percpu_instrumented_delay();
  return cpu;
}

PERCPU_END
