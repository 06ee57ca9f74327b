// SPDX-License-Identifier: Apache-2.0
// The claim of a row.

#define STEPS percpu_steps_claim_if
#include "Steps.h"

#if PERCPU_HAS_SECTIONS

STEPS_DECLARE(STEPS)

static __attribute__((noinline)) int run(struct abort_subject *subject) {
  intptr_t *word;
  int outcome =
      (int)percpu_section_claim_if(subject->slots, subject->expected, subject->desired, &word);
  if (outcome != PERCPU_SLOW) subject->told_row = percpu_row_of(subject->slots, word);
  return outcome;
}

const struct abort_section abort_section_claim_if = {
    .name = "claim-if",
    .run = run,
    .first = STEPS_FIRST(STEPS),
    .end = STEPS_END(STEPS),
    .effect = ABORT_CLAIMS,
};

#endif
