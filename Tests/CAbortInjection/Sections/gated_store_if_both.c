// SPDX-License-Identifier: Apache-2.0
// The gated store if two words are as expected.

#define STEPS percpu_steps_gated_store_if_both
#include "Steps.h"

#if PERCPU_HAS_SECTIONS

STEPS_DECLARE(STEPS)

static __attribute__((noinline)) int run(struct abort_subject *subject) {
  percpu_pair_test test = {-ABORT_GATE, ABORT_SECOND, subject->expected, 0};
  percpu_found_pair found = {0, 0, 0};
  percpu_outcome outcome = percpu_section_gated_store_if_both(
      (char *)subject->slots + ABORT_GATE, test, subject->desired, &found);
  subject->told_row = found.row;
  subject->told_value = found.first;
  return (int)(outcome == PERCPU_CLOSED ? PERCPU_MISMATCH : outcome);
}

const struct abort_section abort_section_gated_store_if_both = {
    .name = "gated store-if-both",
    .run = run,
    .first = STEPS_FIRST(STEPS),
    .end = STEPS_END(STEPS),
    .effect = ABORT_CLAIMS,
    .stands_behind_gate = true,
    .compares_both = true,
};

#endif
