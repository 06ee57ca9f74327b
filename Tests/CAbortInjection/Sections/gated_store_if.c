// SPDX-License-Identifier: Apache-2.0
// The gated store if one word is as expected.

#define STEPS percpu_steps_gated_store_if
#include "Steps.h"

#if PERCPU_HAS_SECTIONS

STEPS_DECLARE(STEPS)

static __attribute__((noinline)) int run(struct abort_subject *subject) {
  percpu_found found = {0, 0};
  percpu_outcome outcome = percpu_section_gated_store_if(
      (char *)subject->slots + ABORT_GATE, -ABORT_GATE, subject->expected, subject->desired, &found);
  subject->told_row = found.row;
  subject->told_value = found.original;
  return (int)(outcome == PERCPU_CLOSED ? PERCPU_MISMATCH : outcome);
}

const struct abort_section abort_section_gated_store_if = {
    .name = "gated store-if",
    .run = run,
    .first = STEPS_FIRST(STEPS),
    .end = STEPS_END(STEPS),
    .effect = ABORT_CLAIMS,
    .stands_behind_gate = true,
};

#endif
