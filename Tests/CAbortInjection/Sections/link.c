// SPDX-License-Identifier: Apache-2.0
// The push of a chain of two blocks on a list.

#define STEPS percpu_steps_link
#include "Steps.h"

#if PERCPU_HAS_SECTIONS

STEPS_DECLARE(STEPS)

static __attribute__((noinline)) int run(struct abort_subject *subject) {
  return (int)percpu_section_link(subject->slots, &subject->destination[1],
                                  &subject->destination[3]);
}

const struct abort_section abort_section_link = {
    .name = "link",
    .run = run,
    .first = STEPS_FIRST(STEPS),
    .end = STEPS_END(STEPS),
    .effect = ABORT_STAGED,
    .stage = &abort_list_stage,
    .kind = ABORT_LINK,
};

#endif
