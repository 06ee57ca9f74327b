// SPDX-License-Identifier: Apache-2.0
// Copying out and the announced commit, with delays between their steps, and mutants.

PERCPU_BEGIN

PERCPU_INLINE void percpu_copy_from_shared(void *PERCPU_NONNULL destination,
                                           const void *PERCPU_NONNULL source, intptr_t bytes) {
  const intptr_t word = sizeof(intptr_t), first = bytes < word ? bytes : word;
  percpu_native_copy_from_shared(destination, source, first);
  percpu_instrumented_delay();
  percpu_native_copy_from_shared((char *)destination + first, (const char *)source + first,
                                 bytes - first);
}

// The word is looked at before the announcement, or without one.
PERCPU_INLINE bool percpu_mutant_commit(uint32_t own, intptr_t *PERCPU_NONNULL word,
                                        intptr_t expected, intptr_t desired,
                                        percpu_section_copy copy) {
  percpu_participant *record = percpu_participant_record(own);
  if (percpu_word_load_acquire(word) != expected) return false;
  percpu_instrumented_delay();
  const uint32_t before = percpu_u32_load_relaxed(&record->commits);
  const bool announces = percpu_mutant == PERCPU_MUTANT_ANNOUNCED_TOO_LATE;
  if (announces) percpu_u32_store_release(&record->commits, before + 1);
  percpu_word_store_release(&record->committing, (intptr_t)word);
  percpu_fence_light();
  percpu_instrumented_delay();
  percpu_commit_owned(word, desired, copy);
  if (announces) percpu_u32_store_release(&record->commits, before + 2);
  return true;
}

PERCPU_INLINE bool percpu_commit_announced(uint32_t own, intptr_t *PERCPU_NONNULL word,
                                           intptr_t expected, intptr_t desired,
                                           percpu_section_copy copy) {
  if (percpu_mutant == PERCPU_MUTANT_ANNOUNCED_TOO_LATE ||
      percpu_mutant == PERCPU_MUTANT_NOT_ANNOUNCED)
    return percpu_mutant_commit(own, word, expected, desired, copy);
  percpu_participant *record = percpu_participant_record(own);
  const uint32_t before = percpu_u32_load_relaxed(&record->commits);
  percpu_u32_store_release(&record->commits, before + 1);
  percpu_word_store_release(&record->committing, (intptr_t)word);
  percpu_fence_light();
  const bool is_ours = percpu_word_load_acquire(word) == expected;
  // Where a thief must wait for what comes.
  percpu_instrumented_delay();
  if (is_ours) percpu_commit_owned(word, desired, copy);
  percpu_instrumented_delay();
  percpu_u32_store_release(&record->commits, before + 2);
  return is_ours;
}

PERCPU_END
