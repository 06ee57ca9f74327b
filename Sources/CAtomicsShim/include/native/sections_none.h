// SPDX-License-Identifier: Apache-2.0
// Platforms without restartable sections: each leaves through its slow exit at once.

PERCPU_BEGIN

PERCPU_INLINE percpu_outcome percpu_section_add(void *PERCPU_NONNULL slots, intptr_t operand) {
  (void)slots, (void)operand;
  return PERCPU_SLOW;
}

PERCPU_INLINE percpu_outcome percpu_section_add_release(void *PERCPU_NONNULL slots,
                                                        intptr_t operand) {
  (void)slots, (void)operand;
  return PERCPU_SLOW;
}

PERCPU_INLINE percpu_outcome percpu_section_add_selected(void *PERCPU_NONNULL slots,
                                                         const intptr_t *PERCPU_NONNULL index,
                                                         intptr_t operand,
                                                         intptr_t *PERCPU_NONNULL selected) {
  (void)slots, (void)index, (void)operand, (void)selected;
  return PERCPU_SLOW;
}

PERCPU_INLINE percpu_outcome percpu_section_claim_if(void *PERCPU_NONNULL slots, intptr_t expected,
                                                     intptr_t desired,
                                                     intptr_t *PERCPU_NULLABLE *PERCPU_NONNULL word) {
  (void)slots, (void)expected, (void)desired, (void)word;
  return PERCPU_SLOW;
}

PERCPU_INLINE percpu_outcome percpu_section_store_if(intptr_t *PERCPU_NONNULL word,
                                                     intptr_t expected, intptr_t desired) {
  (void)word, (void)expected, (void)desired;
  return PERCPU_SLOW;
}

PERCPU_INLINE percpu_outcome percpu_section_publish(void *PERCPU_NONNULL slots,
                                                    const intptr_t *PERCPU_NONNULL source,
                                                    intptr_t *PERCPU_NULLABLE *PERCPU_NONNULL word,
                                                    intptr_t *PERCPU_NONNULL published) {
  (void)slots, (void)source, (void)word, (void)published;
  return PERCPU_SLOW;
}

PERCPU_INLINE percpu_outcome percpu_section_commit(intptr_t *PERCPU_NONNULL word, intptr_t expected,
                                                   intptr_t desired, percpu_section_copy copy) {
  (void)word, (void)expected, (void)desired, (void)copy;
  return PERCPU_SLOW;
}

PERCPU_INLINE percpu_outcome percpu_section_commit_on(int32_t cpu, intptr_t *PERCPU_NONNULL word,
                                                      intptr_t expected, intptr_t desired,
                                                      percpu_section_copy copy) {
  (void)cpu, (void)word, (void)expected, (void)desired, (void)copy;
  return PERCPU_SLOW;
}

PERCPU_INLINE percpu_outcome percpu_section_add_within(void *PERCPU_NONNULL slots, intptr_t operand,
                                                       intptr_t limit) {
  (void)slots, (void)operand, (void)limit;
  return PERCPU_SLOW;
}

#include "stacks_none.h"
#include "gated_none.h"

PERCPU_END
