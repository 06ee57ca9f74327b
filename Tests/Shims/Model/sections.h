// SPDX-License-Identifier: Apache-2.0
//
// What each restartable section does, in the terms of the simulated machine. Aborts come from the
// checker: a switch on the CPU, a migration, a signal, a restart fence.

#ifndef PERCPU_MODEL_SECTIONS_H
#define PERCPU_MODEL_SECTIONS_H

PERCPU_BEGIN

PERCPU_INLINE bool percpu_model_section_load(const intptr_t *PERCPU_NONNULL word, int32_t order,
                                             intptr_t *PERCPU_NONNULL value) {
  uint64_t bits = 0;
  bool went_on = percpu_model()->section_load(word, sizeof *word, order, &bits);
  *value = (intptr_t)bits;
  return went_on;
}

PERCPU_INLINE percpu_outcome percpu_model_section_commit(intptr_t *PERCPU_NONNULL word,
                                                         intptr_t value, int32_t order) {
  return percpu_model()->section_commit(word, (uint64_t)value, sizeof *word, order)
             ? PERCPU_COMMITTED
             : PERCPU_SLOW;
}

PERCPU_INLINE percpu_outcome percpu_model_section_mismatch(void) {
  percpu_model()->section_end();
  return PERCPU_MISMATCH;
}

PERCPU_INLINE percpu_outcome percpu_model_section_add(void *PERCPU_NONNULL slots, intptr_t operand,
                                                      int32_t order) {
  if (percpu_thread_cpu() < 0) return PERCPU_SLOW;
  intptr_t *word = percpu_row_word(slots, percpu_model()->section_begin());
  intptr_t value;
  if (!percpu_model_section_load(word, PERCPU_MODEL_RELAXED, &value)) return PERCPU_SLOW;
  return percpu_model_section_commit(word, (intptr_t)((uintptr_t)value + (uintptr_t)operand),
                                     order);
}

PERCPU_INLINE percpu_outcome percpu_section_add(void *PERCPU_NONNULL slots, intptr_t operand) {
  if (!percpu_model()) return percpu_native_section_add(slots, operand);
  return percpu_model_section_add(slots, operand, PERCPU_MODEL_RELAXED);
}

PERCPU_INLINE percpu_outcome percpu_section_add_release(void *PERCPU_NONNULL slots,
                                                        intptr_t operand) {
  if (!percpu_model()) return percpu_native_section_add_release(slots, operand);
  return percpu_model_section_add(slots, operand, PERCPU_MODEL_RELEASE);
}

PERCPU_INLINE percpu_outcome percpu_section_add_selected(void *PERCPU_NONNULL slots,
                                                         const intptr_t *PERCPU_NONNULL index,
                                                         intptr_t operand,
                                                         intptr_t *PERCPU_NONNULL selected) {
  if (!percpu_model()) return percpu_native_section_add_selected(slots, index, operand, selected);
  if (percpu_thread_cpu() < 0) return PERCPU_SLOW;
  intptr_t *words = percpu_row_word(slots, percpu_model()->section_begin());
  intptr_t value;
  if (!percpu_model_section_load(index, PERCPU_MODEL_ACQUIRE, selected)) return PERCPU_SLOW;
  if (!percpu_model_section_load(words + *selected, PERCPU_MODEL_RELAXED, &value))
    return PERCPU_SLOW;
  return percpu_model_section_commit(words + *selected,
                                     (intptr_t)((uintptr_t)value + (uintptr_t)operand),
                                     PERCPU_MODEL_RELAXED);
}

PERCPU_INLINE percpu_outcome percpu_section_claim_if(void *PERCPU_NONNULL slots, intptr_t expected,
                                                     intptr_t desired,
                                                     intptr_t *PERCPU_NULLABLE *PERCPU_NONNULL word) {
  if (!percpu_model()) return percpu_native_section_claim_if(slots, expected, desired, word);
  if (percpu_thread_cpu() < 0) return PERCPU_SLOW;
  *word = percpu_row_word(slots, percpu_model()->section_begin());
  intptr_t value;
  if (!percpu_model_section_load(*word, PERCPU_MODEL_ACQUIRE, &value)) return PERCPU_SLOW;
  if (value != expected) return percpu_model_section_mismatch();
  return percpu_model_section_commit(*word, desired, PERCPU_MODEL_RELEASE);
}

PERCPU_INLINE percpu_outcome percpu_section_store_if(intptr_t *PERCPU_NONNULL word,
                                                     intptr_t expected, intptr_t desired) {
  if (!percpu_model()) return percpu_native_section_store_if(word, expected, desired);
  if (percpu_thread_cpu() < 0) return PERCPU_SLOW;
  percpu_model()->section_begin();
  intptr_t value;
  if (!percpu_model_section_load(word, PERCPU_MODEL_ACQUIRE, &value)) return PERCPU_SLOW;
  if (value != expected) return percpu_model_section_mismatch();
  return percpu_model_section_commit(word, desired, PERCPU_MODEL_RELEASE);
}

PERCPU_INLINE percpu_outcome percpu_section_publish(void *PERCPU_NONNULL slots,
                                                    const intptr_t *PERCPU_NONNULL source,
                                                    intptr_t *PERCPU_NULLABLE *PERCPU_NONNULL word,
                                                    intptr_t *PERCPU_NONNULL published) {
  if (!percpu_model()) return percpu_native_section_publish(slots, source, word, published);
  if (percpu_thread_cpu() < 0) return PERCPU_SLOW;
  *word = percpu_row_word(slots, percpu_model()->section_begin());
  intptr_t value;
  if (!percpu_model_section_load(source, PERCPU_MODEL_ACQUIRE, published)) return PERCPU_SLOW;
  if (!percpu_model_section_load(*word, PERCPU_MODEL_ACQUIRE, &value)) return PERCPU_SLOW;
  if (value != 0) return percpu_model_section_mismatch();
  return percpu_model_section_commit(*word, *published, PERCPU_MODEL_RELEASE);
}

// The release fence is the barrier of the sections that need one in this place. Where there is none,
// the processor keeps stores in order.
PERCPU_INLINE percpu_outcome percpu_model_section_copy_and_commit(intptr_t *PERCPU_NONNULL word,
                                                                  intptr_t expected,
                                                                  intptr_t desired,
                                                                  percpu_section_copy copy) {
  intptr_t value;
  percpu_model()->section_begin();
  if (!percpu_model_section_load(word, PERCPU_MODEL_ACQUIRE, &value)) return PERCPU_SLOW;
  if (value != expected) return percpu_model_section_mismatch();
  percpu_fence_release();
  char *destination = (char *)copy.destination;
  for (intptr_t offset = 0; offset <= copy.whole_bytes; offset += (intptr_t)sizeof value) {
    value = copy.last_word;
    if (offset < copy.whole_bytes)
      __builtin_memcpy(&value, (const char *)copy.source + offset, sizeof value);
    if (!percpu_model()->section_store(destination + offset, (uint64_t)value, sizeof value,
                                       PERCPU_MODEL_RELAXED))
      return PERCPU_SLOW;
  }
  return percpu_model_section_commit(word, desired, PERCPU_MODEL_RELEASE);
}

PERCPU_INLINE percpu_outcome percpu_section_commit(intptr_t *PERCPU_NONNULL word, intptr_t expected,
                                                   intptr_t desired, percpu_section_copy copy) {
  if (!percpu_model()) return percpu_native_section_commit(word, expected, desired, copy);
  if (percpu_thread_cpu() < 0) return PERCPU_SLOW;
  return percpu_model_section_copy_and_commit(word, expected, desired, copy);
}

PERCPU_INLINE percpu_outcome percpu_section_commit_on(int32_t cpu, intptr_t *PERCPU_NONNULL word,
                                                      intptr_t expected, intptr_t desired,
                                                      percpu_section_copy copy) {
  if (!percpu_model()) return percpu_native_section_commit_on(cpu, word, expected, desired, copy);
  if (percpu_thread_cpu() != cpu) return PERCPU_MISMATCH;
  return percpu_model_section_copy_and_commit(word, expected, desired, copy);
}

PERCPU_INLINE percpu_outcome percpu_section_add_within(void *PERCPU_NONNULL slots, intptr_t operand,
                                                       intptr_t limit) {
  if (!percpu_model()) return percpu_native_section_add_within(slots, operand, limit);
  if (percpu_thread_cpu() < 0) return PERCPU_SLOW;
  char *row = (char *)percpu_row_word(slots, percpu_model()->section_begin());
  intptr_t gate, total, folded;
  if (!percpu_model_section_load((intptr_t *)row, PERCPU_MODEL_ACQUIRE, &gate)) return PERCPU_SLOW;
  if (gate != 0) return percpu_model_section_mismatch();
  intptr_t *word = (intptr_t *)(row + PERCPU_GATED_TOTAL);
  if (!percpu_model_section_load(word, PERCPU_MODEL_RELAXED, &total)) return PERCPU_SLOW;
  if (!percpu_model_section_load((intptr_t *)(row + PERCPU_GATED_FOLDED), PERCPU_MODEL_RELAXED, &folded))
    return PERCPU_SLOW;
  uintptr_t value = (uintptr_t)total + (uintptr_t)operand;
  if (value - (uintptr_t)folded + (uintptr_t)limit > 2 * (uintptr_t)limit)
    return percpu_model_section_mismatch();
  return percpu_model_section_commit(word, (intptr_t)value, PERCPU_MODEL_RELAXED);
}

PERCPU_END

#endif
