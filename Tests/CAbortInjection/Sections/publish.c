// SPDX-License-Identifier: Apache-2.0
// The publication.

#define STEPS percpu_steps_publish
#include "Steps.h"

#if PERCPU_HAS_SECTIONS

STEPS_DECLARE(STEPS)

static __attribute__((noinline)) int run(struct abort_subject *subject) {
  intptr_t *word;
  int outcome = (int)percpu_section_publish(subject->slots, &subject->source, &word,
                                            &subject->told_value);
  if (outcome != PERCPU_SLOW)
    subject->told_row = percpu_row_of(subject->slots, word);
  return outcome;
}

const struct abort_section abort_section_publish = {
    .name = "publish",
    .run = run,
    .first = STEPS_FIRST(STEPS),
    .end = STEPS_END(STEPS),
    .effect = ABORT_PUBLISHES,
};

#endif
