// SPDX-License-Identifier: Apache-2.0
// The store at a fixed address.

#define STEPS percpu_steps_store_if
#include "Steps.h"

#if PERCPU_HAS_SECTIONS

STEPS_DECLARE(STEPS)

static __attribute__((noinline)) int run(struct abort_subject *subject) {
  return (int)percpu_section_store_if(subject->word, subject->expected, subject->desired);
}

const struct abort_section abort_section_store_if = {
    .name = "store-if",
    .run = run,
    .first = STEPS_FIRST(STEPS),
    .end = STEPS_END(STEPS),
    .effect = ABORT_STORES,
};

#endif
