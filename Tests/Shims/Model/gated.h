// SPDX-License-Identifier: Apache-2.0
// What each gated section does, in the terms of the simulated machine.

#ifndef PERCPU_MODEL_GATED_H
#define PERCPU_MODEL_GATED_H

PERCPU_BEGIN

PERCPU_INLINE intptr_t *PERCPU_NONNULL percpu_model_word(void *PERCPU_NONNULL slots, intptr_t row,
                                                         intptr_t offset) {
  return percpu_row_word((char *)slots + offset, row);
}

// Begins a section and looks at the gate of the own row: PERCPU_COMMITTED if the section goes on.
PERCPU_INLINE percpu_outcome percpu_model_gate(void *PERCPU_NONNULL slots,
                                               intptr_t *PERCPU_NONNULL row) {
  if (percpu_thread_cpu() < 0) return PERCPU_SLOW;
  *row = percpu_model()->section_begin();
  intptr_t gate;
  if (!percpu_model_section_load(percpu_row_word(slots, *row), PERCPU_MODEL_ACQUIRE, &gate))
    return PERCPU_SLOW;
  if (gate == 0) return PERCPU_COMMITTED;
  percpu_model()->section_end();
  return PERCPU_CLOSED;
}

// The same, and loads the word.
PERCPU_INLINE percpu_outcome percpu_model_gated_load(void *PERCPU_NONNULL slots, intptr_t offset,
                                                     percpu_found *PERCPU_NONNULL found) {
  percpu_outcome outcome = percpu_model_gate(slots, &found->row);
  if (outcome != PERCPU_COMMITTED) return outcome;
  return percpu_model_section_load(percpu_model_word(slots, found->row, offset),
                                   PERCPU_MODEL_ACQUIRE, &found->original)
             ? PERCPU_COMMITTED
             : PERCPU_SLOW;
}

PERCPU_INLINE percpu_outcome percpu_model_gated_commit(void *PERCPU_NONNULL slots, intptr_t row,
                                                       intptr_t offset, intptr_t value) {
  return percpu_model_section_commit(percpu_model_word(slots, row, offset), value,
                                     PERCPU_MODEL_RELEASE);
}

PERCPU_INLINE percpu_outcome percpu_section_gated_add(void *PERCPU_NONNULL slots, intptr_t offset,
                                                      intptr_t operand,
                                                      percpu_found *PERCPU_NONNULL found) {
  if (!percpu_model()) return percpu_native_section_gated_add(slots, offset, operand, found);
  percpu_outcome outcome = percpu_model_gated_load(slots, offset, found);
  if (outcome != PERCPU_COMMITTED) return outcome;
  return percpu_model_gated_commit(slots, found->row, offset,
                                   (intptr_t)((uintptr_t)found->original + (uintptr_t)operand));
}

PERCPU_INLINE percpu_outcome percpu_section_gated_exchange(void *PERCPU_NONNULL slots,
                                                           intptr_t offset, intptr_t desired,
                                                           percpu_found *PERCPU_NONNULL found) {
  if (!percpu_model()) return percpu_native_section_gated_exchange(slots, offset, desired, found);
  percpu_outcome outcome = percpu_model_gated_load(slots, offset, found);
  if (outcome != PERCPU_COMMITTED) return outcome;
  return percpu_model_gated_commit(slots, found->row, offset, desired);
}

PERCPU_INLINE percpu_outcome percpu_section_gated_store_if(void *PERCPU_NONNULL slots,
                                                           intptr_t offset, intptr_t expected,
                                                           intptr_t desired,
                                                           percpu_found *PERCPU_NONNULL found) {
  if (!percpu_model())
    return percpu_native_section_gated_store_if(slots, offset, expected, desired, found);
  percpu_outcome outcome = percpu_model_gated_load(slots, offset, found);
  if (outcome != PERCPU_COMMITTED) return outcome;
  if (found->original != expected) return percpu_model_section_mismatch();
  return percpu_model_gated_commit(slots, found->row, offset, desired);
}

PERCPU_INLINE percpu_outcome percpu_section_gated_store_if_both(
    void *PERCPU_NONNULL slots, percpu_pair_test test, intptr_t desired,
    percpu_found_pair *PERCPU_NONNULL found) {
  if (!percpu_model())
    return percpu_native_section_gated_store_if_both(slots, test, desired, found);
  percpu_found first = {0, 0};
  percpu_outcome outcome = percpu_model_gated_load(slots, test.first_offset, &first);
  if (outcome != PERCPU_COMMITTED) return outcome;
  found->row = first.row;
  found->first = first.original;
  if (!percpu_model_section_load(percpu_model_word(slots, first.row, test.second_offset),
                                 PERCPU_MODEL_ACQUIRE, &found->second))
    return PERCPU_SLOW;
  if (found->first != test.first_expected || found->second != test.second_expected)
    return percpu_model_section_mismatch();
  return percpu_model_gated_commit(slots, first.row, test.first_offset, desired);
}

PERCPU_END

#endif
