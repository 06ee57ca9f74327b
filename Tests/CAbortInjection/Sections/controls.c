// SPDX-License-Identifier: Apache-2.0
//
// Additions that are wrong on purpose, and one that is right and made in the same way. The threads
// that run them can run sections: there is no test of the CPU number.

#define STEPS percpu_steps_none
#include "Steps.h"

#if PERCPU_HAS_SECTIONS

#include <stddef.h>

#define STEP(table) PERCPU_SECTION_STEP_INTO(table)
#define BEGIN "\n10:\n\t"
#define END "\n20:\n\t"

#define DESCRIPTOR \
  ".pushsection __rseq_cs, \"aw\", %%progbits\n\t" \
  ".balign 32\n" \
  "30:\n\t" \
  ".long 0, 0\n\t" \
  ".quad 10f, 20f - 10f, 40f\n\t" \
  ".popsection\n\t"

// Where the section is armed, begins and ends is for each control to say.
#if defined(__x86_64__)

#define ARM "movq %[scratch], %%fs:%c[cs](%[area])\n\t"
#define NO_MATTER "nopl 64(%%rax)\n\t"
#define CODE(table, arm, before_first, behind_first, before_commit, behind_commit) \
  DESCRIPTOR \
  "leaq 30b(%%rip), %[scratch]\n\t" \
  arm before_first \
  STEP(table) "movl %%fs:%c[cpu_id](%[area]), %k[scratch]\n\t" \
  behind_first \
  STEP(table) "shlq %[shift], %[scratch]\n\t" \
  before_commit \
  STEP(table) "addq %[operand], (%[slots], %[scratch])\n\t" \
  behind_commit \
  ".pushsection __rseq_failure, \"ax\", %%progbits\n\t" \
  ".byte 0x0f, 0xb9, 0x3d\n\t" \
  ".long 0x53053053\n" \
  "40:\n\t" \
  "jmp %l[slow]\n\t" \
  ".popsection\n\t"
#define AREA percpu_thread_area_offset
#define CLOBBERED

#else

#define ARM "str %[scratch], [%[area], %[cs]]\n\t"
#define NO_MATTER "nop\n\t"
#define CODE(table, arm, before_first, behind_first, before_commit, behind_commit) \
  DESCRIPTOR \
  "adrp %[scratch], 30b\n\t" \
  "add %[scratch], %[scratch], :lo12:30b\n\t" \
  arm before_first \
  STEP(table) "ldr %w[scratch], [%[area], %[cpu_id]]\n\t" \
  behind_first \
  STEP(table) "add %[scratch], %[slots], %[scratch], lsl %[shift]\n\t" \
  STEP(table) "ldr %[value], [%[scratch]]\n\t" \
  STEP(table) "add %[value], %[value], %[operand]\n\t" \
  before_commit \
  STEP(table) "str %[value], [%[scratch]]\n\t" \
  behind_commit \
  "b 60f\n\t" \
  ".inst 0xd428bc00\n" \
  "40:\n\t" \
  "b %l[slow]\n" \
  "60:\n\t"
#define AREA (char *)__builtin_thread_pointer() + percpu_thread_area_offset
#define CLOBBERED , "x16", "x17"

#endif

#define CONTROL(symbol, text, table, what, ...) \
  STEPS_DECLARE(table) \
  static __attribute__((noinline)) int run_##symbol(struct abort_subject *subject) { \
    intptr_t scratch, value; \
    __asm__ volatile goto( \
        CODE(table, __VA_ARGS__) \
        : [scratch] "=&r"(scratch), [value] "=&r"(value) \
        : [slots] "r"(subject->slots), [operand] "r"(subject->desired), [area] "r"(AREA), \
          [cpu_id] "i"(offsetof(struct percpu_thread_area, cpu_id)), \
          [cs] "i"(offsetof(struct percpu_thread_area, rseq_cs)), [shift] "i"(PERCPU_ROW_SHIFT) \
        : "memory", "cc" CLOBBERED \
        : slow); \
    return PERCPU_COMMITTED; \
  slow: \
    return PERCPU_SLOW; \
  } \
  const struct abort_section abort_control_##symbol = { \
      .name = text, .run = run_##symbol, .first = STEPS_FIRST(table), .end = STEPS_END(table), \
      .effect = ABORT_ADDS, .fault = what};

CONTROL(sound, "sound control", percpu_steps_sound, NULL, ARM, BEGIN, "", "", END)

// The kernel never hears of it.
CONTROL(unarmed, "control: not armed", percpu_steps_unarmed, ABORT_FAULT_GOES_ON, "", BEGIN, "", "",
        END)

// The kernel takes it for begun after the first instruction.
CONTROL(late_start, "control: begins too late", percpu_steps_late_start, ABORT_FAULT_GOES_ON, ARM,
        "", BEGIN, "", END)

// The commit is no part of it.
CONTROL(early_end, "control: ends before the commit", percpu_steps_early_end, ABORT_FAULT_GOES_ON,
        ARM, BEGIN, "", END, "")

// The commit is not its last instruction.
CONTROL(late_end, "control: ends behind the commit", percpu_steps_late_end, ABORT_FAULT_STORES, ARM,
        BEGIN, "", "", STEP(percpu_steps_late_end) NO_MATTER END)

#endif
