// SPDX-License-Identifier: Apache-2.0
//
// What the sections on stacks and lists do, in the terms of the simulated machine.

#ifndef PERCPU_MODEL_STACKS_H
#define PERCPU_MODEL_STACKS_H

PERCPU_BEGIN

// Begins a section and loads the own row's first word.
PERCPU_INLINE bool percpu_model_row_word(void *PERCPU_NONNULL slots,
                                         intptr_t *PERCPU_NULLABLE *PERCPU_NONNULL row,
                                         intptr_t *PERCPU_NONNULL value) {
  if (percpu_thread_cpu() < 0) return false;
  *row = percpu_row_word(slots, percpu_model()->section_begin());
  return percpu_model_section_load(*row, PERCPU_MODEL_ACQUIRE, value);
}

PERCPU_INLINE bool percpu_model_section_store(intptr_t *PERCPU_NONNULL word, intptr_t value) {
  return percpu_model()->section_store(word, (uint64_t)value, sizeof value, PERCPU_MODEL_RELAXED);
}

// The last word first.
PERCPU_INLINE bool percpu_model_section_copy(intptr_t *PERCPU_NONNULL destination,
                                             const intptr_t *PERCPU_NONNULL source,
                                             intptr_t words) {
  for (intptr_t index = words - 1; index >= 0; index--) {
    intptr_t value;
    if (!percpu_model_section_load(&source[index], PERCPU_MODEL_RELAXED, &value)) return false;
    if (!percpu_model_section_store(&destination[index], value)) return false;
  }
  return true;
}

PERCPU_INLINE percpu_outcome percpu_section_push(void *PERCPU_NONNULL slots, intptr_t limit,
                                                 intptr_t value, intptr_t *PERCPU_NONNULL found) {
  if (!percpu_model()) return percpu_native_section_push(slots, limit, value, found);
  intptr_t *row;
  if (!percpu_model_row_word(slots, &row, found)) return PERCPU_SLOW;
  if ((uintptr_t)*found >= (uintptr_t)limit) return percpu_model_section_mismatch();
  if (!percpu_model_section_store(&row[1 + *found], value)) return PERCPU_SLOW;
  return percpu_model_section_commit(row, *found + 1, PERCPU_MODEL_RELEASE);
}

PERCPU_INLINE percpu_outcome percpu_section_pop(void *PERCPU_NONNULL slots,
                                                intptr_t *PERCPU_NONNULL popped,
                                                intptr_t *PERCPU_NONNULL found) {
  if (!percpu_model()) return percpu_native_section_pop(slots, popped, found);
  intptr_t *row;
  if (!percpu_model_row_word(slots, &row, found)) return PERCPU_SLOW;
  if (*found <= 0) return percpu_model_section_mismatch();
  if (!percpu_model_section_load(&row[*found], PERCPU_MODEL_RELAXED, popped)) return PERCPU_SLOW;
  return percpu_model_section_commit(row, *found - 1, PERCPU_MODEL_RELEASE);
}

PERCPU_INLINE percpu_outcome percpu_section_move_in(void *PERCPU_NONNULL slots, intptr_t limit,
                                                    const intptr_t *PERCPU_NONNULL source,
                                                    intptr_t words) {
  if (!percpu_model()) return percpu_native_section_move_in(slots, limit, source, words);
  intptr_t *row, count;
  if (!percpu_model_row_word(slots, &row, &count)) return PERCPU_SLOW;
  if ((uintptr_t)count > (uintptr_t)(limit - words)) return percpu_model_section_mismatch();
  if (!percpu_model_section_copy(&row[1 + count], source, words)) return PERCPU_SLOW;
  return percpu_model_section_commit(row, count + words, PERCPU_MODEL_RELEASE);
}

PERCPU_INLINE percpu_outcome percpu_section_move_out(void *PERCPU_NONNULL slots,
                                                     intptr_t *PERCPU_NONNULL destination,
                                                     intptr_t words) {
  if (!percpu_model()) return percpu_native_section_move_out(slots, destination, words);
  intptr_t *row, count;
  if (!percpu_model_row_word(slots, &row, &count)) return PERCPU_SLOW;
  if (count < words) return percpu_model_section_mismatch();
  if (!percpu_model_section_copy(destination, &row[1 + count - words], words)) return PERCPU_SLOW;
  return percpu_model_section_commit(row, count - words, PERCPU_MODEL_RELEASE);
}

PERCPU_INLINE percpu_outcome percpu_section_link(void *PERCPU_NONNULL slots,
                                                 intptr_t *PERCPU_NONNULL first,
                                                 intptr_t *PERCPU_NONNULL last) {
  if (!percpu_model()) return percpu_native_section_link(slots, first, last);
  intptr_t *row, head;
  if (!percpu_model_row_word(slots, &row, &head)) return PERCPU_SLOW;
  if (head < 0) return percpu_model_section_mismatch();
  if (!percpu_model_section_store(last, head)) return PERCPU_SLOW;
  return percpu_model_section_commit(row, (intptr_t)first, PERCPU_MODEL_RELEASE);
}

PERCPU_INLINE percpu_outcome percpu_section_unlink(void *PERCPU_NONNULL slots,
                                                   intptr_t *PERCPU_NONNULL popped,
                                                   intptr_t *PERCPU_NONNULL found) {
  if (!percpu_model()) return percpu_native_section_unlink(slots, popped, found);
  intptr_t *row, next;
  if (!percpu_model_row_word(slots, &row, found)) return PERCPU_SLOW;
  if (*found <= 0) return percpu_model_section_mismatch();
  *popped = *found;
  if (!percpu_model_section_load((intptr_t *)*found, PERCPU_MODEL_RELAXED, &next))
    return PERCPU_SLOW;
  return percpu_model_section_commit(row, next, PERCPU_MODEL_RELEASE);
}

PERCPU_END

#endif
