// SPDX-License-Identifier: Apache-2.0
// The addition.

#define STEPS percpu_steps_add
#include "Steps.h"

#if PERCPU_HAS_SECTIONS

STEPS_DECLARE(STEPS)

static __attribute__((noinline)) int run(struct abort_subject *subject) {
  return (int)percpu_section_add(subject->slots, subject->desired);
}

const struct abort_section abort_section_add = {
    .name = "add",
    .run = run,
    .first = STEPS_FIRST(STEPS),
    .end = STEPS_END(STEPS),
    .effect = ABORT_ADDS,
};

#endif
