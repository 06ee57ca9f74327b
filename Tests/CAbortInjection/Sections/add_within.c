// SPDX-License-Identifier: Apache-2.0
// The addition to a gated sum.

#define STEPS percpu_steps_add_within
#include "Steps.h"

#if PERCPU_HAS_SECTIONS

STEPS_DECLARE(STEPS)

static __attribute__((noinline)) int run(struct abort_subject *subject) {
  return (int)percpu_section_add_within(subject->slots, subject->desired, subject->limit);
}

const struct abort_section abort_section_add_within = {
    .name = "add-within",
    .run = run,
    .first = STEPS_FIRST(STEPS),
    .end = STEPS_END(STEPS),
    .effect = ABORT_ADDS_WITHIN,
};

#endif
