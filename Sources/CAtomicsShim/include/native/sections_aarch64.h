// SPDX-License-Identifier: Apache-2.0
// Restartable sections on 64-bit ARM.
// Local labels: 10 first instruction, 11 a loop, 12 behind it, 20 behind the commit, 30 descriptor,
// 40 abort handler,
// 50 mismatch exit, 51 closed exit, 60 the way on.
//
// The exits stand in line, jumped over, because conditional branches reach no further than 32 KB
// (`tbnz`) or 1 MB and the compiler may place the labels in a cold section of its own. A plain `b`
// may be given a thunk by the linker, which is allowed to use x16 and x17. `ldar` and `stlr` take a
// bare base register, so addresses are computed first and passed as "r".

PERCPU_BEGIN

#define PERCPU_SECTION_OPEN \
  PERCPU_SECTION_DESCRIPTOR \
  "adrp %[scratch], 30b\n\t" \
  "add %[scratch], %[scratch], :lo12:30b\n\t" \
  "str %[scratch], [%[area], %[cs]]\n" \
  "10:\n\t"

#define PERCPU_SECTION_CPU(into) \
  PERCPU_SECTION_STEP "ldr %w[" into "], [%[area], %[cpu_id]]\n\t" \
  PERCPU_SECTION_STEP "tbnz %w[" into "], #31, 40f\n\t"

// The signature is a `brk` with an operand of its own.
#define PERCPU_SECTION_CLOSE \
  "\n20:\n\t" \
  "b 60f\n\t" \
  ".inst 0xd428bc00\n" \
  "40:\n\t" \
  "b %l[slow]\n"

#define PERCPU_SECTION_MISMATCH \
  "50:\n\t" \
  "b %l[mismatch]\n"

#define PERCPU_SECTION_END "60:\n\t"

#define PERCPU_SECTION_AREA \
  [area] "r"(percpu_thread_pointer() + percpu_thread_area_offset), \
  [cpu_id] "i"(offsetof(struct percpu_thread_area, cpu_id)), \
  [cs] "i"(offsetof(struct percpu_thread_area, rseq_cs)), \
  [shift] "i"(PERCPU_ROW_SHIFT)

/// Own row's word += operand, with a store of this kind.
#define PERCPU_SECTION_ADD(name, store) \
  PERCPU_INLINE percpu_outcome name(void *PERCPU_NONNULL slots, intptr_t operand) { \
    intptr_t scratch, value; \
    __asm__ volatile goto( \
        PERCPU_SECTION_OPEN \
        PERCPU_SECTION_CPU("scratch") \
        PERCPU_SECTION_STEP "add %[scratch], %[slots], %[scratch], lsl %[shift]\n\t" \
        PERCPU_SECTION_STEP "ldr %[value], [%[scratch]]\n\t" \
        PERCPU_SECTION_STEP "add %[value], %[value], %[operand]\n\t" \
        PERCPU_SECTION_STEP store " %[value], [%[scratch]]" \
        PERCPU_SECTION_CLOSE \
        PERCPU_SECTION_END \
        : [scratch] "=&r"(scratch), [value] "=&r"(value) \
        : [slots] "r"(slots), [operand] "Ir"(operand), PERCPU_SECTION_AREA \
        : "memory", "cc", "x16", "x17" \
        : slow); \
    return PERCPU_COMMITTED; \
  slow: \
    return PERCPU_SLOW; \
  }

PERCPU_SECTION_ADD(percpu_section_add, "str")
PERCPU_SECTION_ADD(percpu_section_add_release, "stlr")
#undef PERCPU_SECTION_ADD

/// If own row's word == expected, store desired. Tells where that word is, committed or not.
PERCPU_INLINE percpu_outcome percpu_section_claim_if(void *PERCPU_NONNULL slots, intptr_t expected,
                                                     intptr_t desired,
                                                     intptr_t *PERCPU_NULLABLE *PERCPU_NONNULL word) {
  intptr_t scratch, value;
  __asm__ volatile goto(
      PERCPU_SECTION_OPEN
      PERCPU_SECTION_CPU("scratch")
      PERCPU_SECTION_STEP "add %[scratch], %[slots], %[scratch], lsl %[shift]\n\t"
      PERCPU_SECTION_STEP "ldar %[value], [%[scratch]]\n\t"
      PERCPU_SECTION_STEP "cmp %[value], %[expected]\n\t"
      PERCPU_SECTION_STEP "b.ne 50f\n\t"
      PERCPU_SECTION_STEP "stlr %[desired], [%[scratch]]"
      PERCPU_SECTION_CLOSE
      PERCPU_SECTION_MISMATCH
      PERCPU_SECTION_END
      : [scratch] "=&r"(scratch), [value] "=&r"(value)
      : [slots] "r"(slots), [expected] "Ir"(expected), [desired] "r"(desired), PERCPU_SECTION_AREA
      : "memory", "cc", "x16", "x17"
      : slow, mismatch);
  *word = (intptr_t *)scratch;
  return PERCPU_COMMITTED;
mismatch:
  *word = (intptr_t *)scratch;
  return PERCPU_MISMATCH;
slow:
  return PERCPU_SLOW;
}

/// If the word at a fixed address == expected, store-release desired. Runs on any CPU.
PERCPU_INLINE percpu_outcome percpu_section_store_if(intptr_t *PERCPU_NONNULL word,
                                                     intptr_t expected, intptr_t desired) {
  intptr_t scratch;
  __asm__ volatile goto(
      PERCPU_SECTION_OPEN
      PERCPU_SECTION_CPU("scratch")
      PERCPU_SECTION_STEP "ldar %[scratch], [%[word]]\n\t"
      PERCPU_SECTION_STEP "cmp %[scratch], %[expected]\n\t"
      PERCPU_SECTION_STEP "b.ne 50f\n\t"
      PERCPU_SECTION_STEP "stlr %[desired], [%[word]]"
      PERCPU_SECTION_CLOSE
      PERCPU_SECTION_MISMATCH
      PERCPU_SECTION_END
      : [scratch] "=&r"(scratch)
      : [word] "r"(word), [expected] "Ir"(expected), [desired] "r"(desired), PERCPU_SECTION_AREA
      : "memory", "cc", "x16", "x17"
      : slow, mismatch);
  return PERCPU_COMMITTED;
mismatch:
  return PERCPU_MISMATCH;
slow:
  return PERCPU_SLOW;
}

/// Load the source word and, if own row's word == 0, store-release there what was loaded. Tells where
/// the own row's word is.
PERCPU_INLINE percpu_outcome percpu_section_publish(void *PERCPU_NONNULL slots,
                                                    const intptr_t *PERCPU_NONNULL source,
                                                    intptr_t *PERCPU_NULLABLE *PERCPU_NONNULL word,
                                                    intptr_t *PERCPU_NONNULL published) {
  intptr_t scratch, value;
  __asm__ volatile goto(
      PERCPU_SECTION_OPEN
      PERCPU_SECTION_CPU("scratch")
      PERCPU_SECTION_STEP "add %[scratch], %[slots], %[scratch], lsl %[shift]\n\t"
      PERCPU_SECTION_STEP "ldar %[value], [%[scratch]]\n\t"
      PERCPU_SECTION_STEP "cbnz %[value], 50f\n\t"
      PERCPU_SECTION_STEP "ldar %[value], [%[source]]\n\t"
      PERCPU_SECTION_STEP "stlr %[value], [%[scratch]]"
      PERCPU_SECTION_CLOSE
      PERCPU_SECTION_MISMATCH
      PERCPU_SECTION_END
      : [scratch] "=&r"(scratch), [value] "=&r"(value)
      : [slots] "r"(slots), [source] "r"(source), PERCPU_SECTION_AREA
      : "memory", "cc", "x16", "x17"
      : slow, mismatch);
  *word = (intptr_t *)scratch;
  *published = value;
  return PERCPU_COMMITTED;
mismatch:
  *word = (intptr_t *)scratch;
  return PERCPU_MISMATCH;
slow:
  return PERCPU_SLOW;
}

// What both commits are made of: compare, copy, store. The barrier keeps what is copied from being
// seen before the word that was compared.
#define PERCPU_SECTION_COMMIT \
  PERCPU_SECTION_STEP "ldar %[value], [%[word]]\n\t" \
  PERCPU_SECTION_STEP "cmp %[value], %[expected]\n\t" \
  PERCPU_SECTION_STEP "b.ne 50f\n\t" \
  PERCPU_SECTION_STEP "dmb ish\n\t" \
  PERCPU_SECTION_STEP "mov %[scratch], %[whole]\n\t" \
  PERCPU_SECTION_STEP "cbz %[scratch], 12f\n" \
  "11:\n\t" \
  PERCPU_SECTION_STEP "sub %[scratch], %[scratch], #8\n\t" \
  PERCPU_SECTION_STEP "ldr %[value], [%[source], %[scratch]]\n\t" \
  PERCPU_SECTION_STEP "str %[value], [%[destination], %[scratch]]\n\t" \
  PERCPU_SECTION_STEP "cbnz %[scratch], 11b\n" \
  "12:\n\t" \
  PERCPU_SECTION_STEP "str %[last], [%[destination], %[whole]]\n\t" \
  PERCPU_SECTION_STEP "stlr %[desired], [%[word]]"

#define PERCPU_SECTION_COMMIT_OPERANDS \
  [word] "r"(word), [expected] "r"(expected), [desired] "r"(desired), \
  [destination] "r"(copy.destination), [source] "r"(copy.source), \
  [whole] "r"(copy.whole_bytes), [last] "r"(copy.last_word)

/// If the word at a fixed address == expected, copy, then store-release desired. Runs on any CPU.
PERCPU_INLINE percpu_outcome percpu_section_commit(intptr_t *PERCPU_NONNULL word, intptr_t expected,
                                                   intptr_t desired, percpu_section_copy copy) {
  intptr_t scratch, value;
  __asm__ volatile goto(
      PERCPU_SECTION_OPEN
      PERCPU_SECTION_CPU("scratch")
      PERCPU_SECTION_COMMIT
      PERCPU_SECTION_CLOSE
      PERCPU_SECTION_MISMATCH
      PERCPU_SECTION_END
      : [scratch] "=&r"(scratch), [value] "=&r"(value)
      : PERCPU_SECTION_COMMIT_OPERANDS, PERCPU_SECTION_AREA
      : "memory", "cc", "x16", "x17"
      : slow, mismatch);
  return PERCPU_COMMITTED;
mismatch:
  return PERCPU_MISMATCH;
slow:
  return PERCPU_SLOW;
}

/// The same if the thread is on `cpu` besides.
PERCPU_INLINE percpu_outcome percpu_section_commit_on(int32_t cpu, intptr_t *PERCPU_NONNULL word,
                                                      intptr_t expected, intptr_t desired,
                                                      percpu_section_copy copy) {
  intptr_t scratch, value;
  __asm__ volatile goto(
      PERCPU_SECTION_OPEN
      PERCPU_SECTION_STEP "ldr %w[scratch], [%[area], %[cpu_id]]\n\t"
      PERCPU_SECTION_STEP "cmp %w[scratch], %w[cpu]\n\t"
      PERCPU_SECTION_STEP "b.ne 50f\n\t"
      PERCPU_SECTION_COMMIT
      PERCPU_SECTION_CLOSE
      PERCPU_SECTION_MISMATCH
      PERCPU_SECTION_END
      : [scratch] "=&r"(scratch), [value] "=&r"(value)
      : [cpu] "r"(cpu), PERCPU_SECTION_COMMIT_OPERANDS, PERCPU_SECTION_AREA
      : "memory", "cc", "x16", "x17"
      : slow, mismatch);
  return PERCPU_COMMITTED;
mismatch:
  return PERCPU_MISMATCH;
slow:
  return PERCPU_SLOW;
}

/// Load the index word and add to the own row's word of that number. Tells the index.
PERCPU_INLINE percpu_outcome percpu_section_add_selected(void *PERCPU_NONNULL slots,
                                                         const intptr_t *PERCPU_NONNULL index,
                                                         intptr_t operand,
                                                         intptr_t *PERCPU_NONNULL selected) {
  intptr_t scratch, number, value;
  __asm__ volatile goto(
      PERCPU_SECTION_OPEN
      PERCPU_SECTION_CPU("scratch")
      PERCPU_SECTION_STEP "add %[scratch], %[slots], %[scratch], lsl %[shift]\n\t"
      PERCPU_SECTION_STEP "ldar %[number], [%[index]]\n\t"
      PERCPU_SECTION_STEP "add %[scratch], %[scratch], %[number], lsl #3\n\t"
      PERCPU_SECTION_STEP "ldr %[value], [%[scratch]]\n\t"
      PERCPU_SECTION_STEP "add %[value], %[value], %[operand]\n\t"
      PERCPU_SECTION_STEP "str %[value], [%[scratch]]"
      PERCPU_SECTION_CLOSE
      PERCPU_SECTION_END
      : [scratch] "=&r"(scratch), [number] "=&r"(number), [value] "=&r"(value)
      : [slots] "r"(slots), [index] "r"(index), [operand] "Ir"(operand), PERCPU_SECTION_AREA
      : "memory", "cc", "x16", "x17"
      : slow);
  *selected = number;
  return PERCPU_COMMITTED;
slow:
  return PERCPU_SLOW;
}

#include "stacks_aarch64.h"

#undef PERCPU_SECTION_COMMIT
#undef PERCPU_SECTION_COMMIT_OPERANDS

/// If own row's gate == 0 and its total + operand is no further than `limit` from what was folded of it:
/// total += operand. `limit` is less than 2^62.
PERCPU_INLINE percpu_outcome percpu_section_add_within(void *PERCPU_NONNULL slots, intptr_t operand,
                                                       intptr_t limit) {
  intptr_t scratch, value, excess;
  __asm__ volatile goto(
      PERCPU_SECTION_OPEN
      PERCPU_SECTION_CPU("scratch")
      PERCPU_SECTION_STEP "add %[scratch], %[slots], %[scratch], lsl %[shift]\n\t"
      PERCPU_SECTION_STEP "ldar %[value], [%[scratch]]\n\t"
      PERCPU_SECTION_STEP "cbnz %[value], 50f\n\t"
      PERCPU_SECTION_STEP "ldr %[value], [%[scratch], %[total]]\n\t"
      PERCPU_SECTION_STEP "add %[value], %[value], %[operand]\n\t"
      PERCPU_SECTION_STEP "ldr %[excess], [%[scratch], %[folded]]\n\t"
      PERCPU_SECTION_STEP "sub %[excess], %[value], %[excess]\n\t"
      PERCPU_SECTION_STEP "add %[excess], %[excess], %[limit]\n\t"
      PERCPU_SECTION_STEP "cmp %[excess], %[width]\n\t"
      PERCPU_SECTION_STEP "b.hi 50f\n\t"
      PERCPU_SECTION_STEP "str %[value], [%[scratch], %[total]]"
      PERCPU_SECTION_CLOSE
      PERCPU_SECTION_MISMATCH
      PERCPU_SECTION_END
      : [scratch] "=&r"(scratch), [value] "=&r"(value), [excess] "=&r"(excess)
      : [slots] "r"(slots), [operand] "Ir"(operand), [limit] "r"(limit), [width] "r"(2 * limit),
        [total] "i"(PERCPU_GATED_TOTAL), [folded] "i"(PERCPU_GATED_FOLDED), PERCPU_SECTION_AREA
      : "memory", "cc", "x16", "x17"
      : slow, mismatch);
  return PERCPU_COMMITTED;
mismatch:
  return PERCPU_MISMATCH;
slow:
  return PERCPU_SLOW;
}

#include "gated_aarch64.h"

#undef PERCPU_SECTION_OPEN
#undef PERCPU_SECTION_CPU
#undef PERCPU_SECTION_CLOSE
#undef PERCPU_SECTION_MISMATCH
#undef PERCPU_SECTION_END
#undef PERCPU_SECTION_AREA

PERCPU_END
