// SPDX-License-Identifier: Apache-2.0
// The commit of a transaction.

#define STEPS percpu_steps_commit
#include "Steps.h"

#if PERCPU_HAS_SECTIONS

STEPS_DECLARE(STEPS)

static __attribute__((noinline)) int run(struct abort_subject *subject) {
  percpu_section_copy copy = {&subject->destination[1], subject->copied,
                              (intptr_t)sizeof(intptr_t) * (subject->words - 1),
                              subject->copied[subject->words - 1]};
  return (int)percpu_section_commit(subject->word, subject->expected, subject->desired, copy);
}

const struct abort_section abort_section_commit_word = {
    .name = "commit, 1 word",
    .run = run,
    .first = STEPS_FIRST(STEPS),
    .end = STEPS_END(STEPS),
    .effect = ABORT_COMMITS,
    .words = 1,
    .bypassed = ABORT_LOOP,
};

const struct abort_section abort_section_commit_words = {
    .name = "commit, 5 words",
    .run = run,
    .first = STEPS_FIRST(STEPS),
    .end = STEPS_END(STEPS),
    .effect = ABORT_COMMITS,
    .words = ABORT_WORDS,
};

#endif
