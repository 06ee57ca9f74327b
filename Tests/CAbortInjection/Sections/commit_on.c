// SPDX-License-Identifier: Apache-2.0
// The commit of a transaction on the CPU it began on.

#define STEPS percpu_steps_commit_on
#include "Steps.h"

#if PERCPU_HAS_SECTIONS

STEPS_DECLARE(STEPS)

static __attribute__((noinline)) int run(struct abort_subject *subject) {
  percpu_section_copy copy = {&subject->destination[1], subject->copied,
                              (intptr_t)sizeof(intptr_t) * (subject->words - 1),
                              subject->copied[subject->words - 1]};
  int32_t cpu = percpu_thread_cpu();
  int outcome = (int)percpu_section_commit_on(
      subject->elsewhere ? cpu ^ 1 << 30 : cpu, subject->word, subject->expected,
      subject->desired, copy);
  // A thread that was moved in front of the section was interrupted. If none is, there is no end of
  // interruptions, and that is found.
  bool was_moved = outcome == PERCPU_MISMATCH && !subject->elsewhere &&
                   *subject->word == subject->expected;
  return was_moved ? PERCPU_SLOW : outcome;
}

const struct abort_section abort_section_commit_on_word = {
    .name = "commit-on, 1 word",
    .run = run,
    .first = STEPS_FIRST(STEPS),
    .end = STEPS_END(STEPS),
    .effect = ABORT_COMMITS,
    .words = 1,
    .bypassed = ABORT_LOOP,
    .names_cpu = true,
};

const struct abort_section abort_section_commit_on_words = {
    .name = "commit-on, 5 words",
    .run = run,
    .first = STEPS_FIRST(STEPS),
    .end = STEPS_END(STEPS),
    .effect = ABORT_COMMITS,
    .words = ABORT_WORDS,
    .names_cpu = true,
};

#endif
