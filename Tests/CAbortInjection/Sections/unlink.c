// SPDX-License-Identifier: Apache-2.0
// The pop of a block off a list.

#define STEPS percpu_steps_unlink
#include "Steps.h"

#if PERCPU_HAS_SECTIONS

STEPS_DECLARE(STEPS)

static __attribute__((noinline)) int run(struct abort_subject *subject) {
  intptr_t found;
  return (int)percpu_section_unlink(subject->slots, &subject->told_value, &found);
}

const struct abort_section abort_section_unlink = {
    .name = "unlink",
    .run = run,
    .first = STEPS_FIRST(STEPS),
    .end = STEPS_END(STEPS),
    .effect = ABORT_STAGED,
    .stage = &abort_list_stage,
    .kind = ABORT_UNLINK,
};

#endif
