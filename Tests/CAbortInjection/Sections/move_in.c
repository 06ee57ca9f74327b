// SPDX-License-Identifier: Apache-2.0
// The push of several words.

#define STEPS percpu_steps_move_in
#include "Steps.h"

#if PERCPU_HAS_SECTIONS

STEPS_DECLARE(STEPS)

static __attribute__((noinline)) int run(struct abort_subject *subject) {
  return (int)percpu_section_move_in(subject->slots, subject->limit, subject->copied, ABORT_WORDS);
}

const struct abort_section abort_section_move_in = {
    .name = "move-in",
    .run = run,
    .first = STEPS_FIRST(STEPS),
    .end = STEPS_END(STEPS),
    .effect = ABORT_STAGED,
    .stage = &abort_stack_stage,
    .kind = ABORT_MOVE_IN,
};

#endif
