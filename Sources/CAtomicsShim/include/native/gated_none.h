// SPDX-License-Identifier: Apache-2.0
// Gated sections where there are none; part of sections_none.h.

PERCPU_INLINE percpu_outcome percpu_section_gated_add(void *PERCPU_NONNULL slots, intptr_t offset,
                                                      intptr_t operand,
                                                      percpu_found *PERCPU_NONNULL found) {
  (void)slots, (void)offset, (void)operand, (void)found;
  return PERCPU_SLOW;
}

PERCPU_INLINE percpu_outcome percpu_section_gated_exchange(void *PERCPU_NONNULL slots,
                                                           intptr_t offset, intptr_t desired,
                                                           percpu_found *PERCPU_NONNULL found) {
  (void)slots, (void)offset, (void)desired, (void)found;
  return PERCPU_SLOW;
}

PERCPU_INLINE percpu_outcome percpu_section_gated_store_if(void *PERCPU_NONNULL slots,
                                                           intptr_t offset, intptr_t expected,
                                                           intptr_t desired,
                                                           percpu_found *PERCPU_NONNULL found) {
  (void)slots, (void)offset, (void)expected, (void)desired, (void)found;
  return PERCPU_SLOW;
}

PERCPU_INLINE percpu_outcome percpu_section_gated_store_if_both(
    void *PERCPU_NONNULL slots, percpu_pair_test test, intptr_t desired,
    percpu_found_pair *PERCPU_NONNULL found) {
  (void)slots, (void)test, (void)desired, (void)found;
  return PERCPU_SLOW;
}
