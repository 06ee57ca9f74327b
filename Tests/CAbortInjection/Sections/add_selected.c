// SPDX-License-Identifier: Apache-2.0
// The addition to the word that an index selects.

#define STEPS percpu_steps_add_selected
#include "Steps.h"

#if PERCPU_HAS_SECTIONS

STEPS_DECLARE(STEPS)

// The index is 1, and the word it selects is the one in front: who takes it for another one adds to
// what nobody looks at.
static __attribute__((noinline)) int run(struct abort_subject *subject) {
  intptr_t index = 1, selected = 0;
  int outcome = (int)percpu_section_add_selected((intptr_t *)subject->slots - index, &index,
                                                 subject->desired, &selected);
  subject->told_value = selected;
  return outcome;
}

const struct abort_section abort_section_add_selected = {
    .name = "add-selected",
    .run = run,
    .first = STEPS_FIRST(STEPS),
    .end = STEPS_END(STEPS),
    .effect = ABORT_ADDS,
};

#endif
