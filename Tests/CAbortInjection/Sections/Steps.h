// SPDX-License-Identifier: Apache-2.0
//
// The native sections, compiled with a note of where each instruction stands.
//
// Who includes this says in `STEPS` which table the notes go to: one for each section, so that each
// has a source file of its own. The native headers are included rather than the set this build
// was made with: only the real instructions are worth trapping.

#include "../Section.h"

#define STEPS_TEXT_(tokens) #tokens
#define STEPS_TEXT(tokens) STEPS_TEXT_(tokens)
#define STEPS_JOIN_(left, right) left##right
#define STEPS_JOIN(left, right) STEPS_JOIN_(left, right)

// The address of what follows, and the section's descriptor. `R` keeps linkers from dropping the
// table, which nothing but its own bounds refers to.
#define PERCPU_SECTION_STEP_INTO(table) \
  ".pushsection " STEPS_TEXT(table) ", \"awR\", %%progbits\n\t" \
  ".balign 8\n\t" \
  ".quad 90f, 30b\n\t" \
  ".popsection\n" \
  "90:\n\t"
#define PERCPU_SECTION_STEP PERCPU_SECTION_STEP_INTO(STEPS)

#include "native/sections.h"
#include "native/rows.h"

// The linker's names for the bounds of the table of that name.
#define STEPS_FIRST(table) STEPS_JOIN(__start_, table)
#define STEPS_END(table) STEPS_JOIN(__stop_, table)
#define STEPS_DECLARE(table) \
  extern const struct abort_step STEPS_FIRST(table)[] __attribute__((visibility("hidden"))); \
  extern const struct abort_step STEPS_END(table)[] __attribute__((visibility("hidden")));
