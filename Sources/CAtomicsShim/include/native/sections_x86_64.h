// SPDX-License-Identifier: Apache-2.0
// Restartable sections on x86-64. Loads are acquires and stores are releases by nature.
// Local labels: 10 first instruction, 11 a loop, 12 behind it, 20 behind the commit, 30 descriptor,
// 40 abort handler.

PERCPU_BEGIN

// Announce the section: point the thread's area at its descriptor.
#define PERCPU_SECTION_OPEN \
  PERCPU_SECTION_DESCRIPTOR \
  "leaq 30b(%%rip), %[scratch]\n\t" \
  "movq %[scratch], %%fs:%c[cs](%[area])\n" \
  "10:\n\t"

// scratch := the CPU number, or leave if there is none.
#define PERCPU_SECTION_CPU(into) \
  PERCPU_SECTION_STEP "movl %%fs:%c[cpu_id](%[area]), %k[" into "]\n\t" \
  PERCPU_SECTION_STEP "testl %k[" into "], %k[" into "]\n\t" \
  PERCPU_SECTION_STEP "js %l[slow]\n\t"

// The abort handler, out of the way, behind its signature: `ud1` with the signature as operand.
#define PERCPU_SECTION_CLOSE \
  "\n20:\n\t" \
  ".pushsection __rseq_failure, \"ax?\", %%progbits\n\t" \
  ".byte 0x0f, 0xb9, 0x3d\n\t" \
  ".long 0x53053053\n" \
  "40:\n\t" \
  "jmp %l[slow]\n\t" \
  ".popsection\n\t"

#define PERCPU_SECTION_AREA \
  [area] "r"(percpu_thread_area_offset), \
  [cpu_id] "i"(offsetof(struct percpu_thread_area, cpu_id)), \
  [cs] "i"(offsetof(struct percpu_thread_area, rseq_cs)), \
  [shift] "i"(PERCPU_ROW_SHIFT)

/// Own row's word += operand.
PERCPU_INLINE percpu_outcome percpu_section_add(void *PERCPU_NONNULL slots, intptr_t operand) {
  intptr_t scratch;
  __asm__ volatile goto(
      PERCPU_SECTION_OPEN
      PERCPU_SECTION_CPU("scratch")
      PERCPU_SECTION_STEP "shlq %[shift], %[scratch]\n\t"
      PERCPU_SECTION_STEP "addq %[operand], (%[slots], %[scratch])"
      PERCPU_SECTION_CLOSE
      : [scratch] "=&r"(scratch)
      : [slots] "r"(slots), [operand] "er"(operand), PERCPU_SECTION_AREA
      : "memory", "cc"
      : slow);
  return PERCPU_COMMITTED;
slow:
  return PERCPU_SLOW;
}

/// The same; every store of this machine is a release.
PERCPU_INLINE percpu_outcome percpu_section_add_release(void *PERCPU_NONNULL slots,
                                                        intptr_t operand) {
  return percpu_section_add(slots, operand);
}

/// If own row's word == expected, store desired. Tells where that word is, committed or not.
PERCPU_INLINE percpu_outcome percpu_section_claim_if(void *PERCPU_NONNULL slots, intptr_t expected,
                                                     intptr_t desired,
                                                     intptr_t *PERCPU_NULLABLE *PERCPU_NONNULL word) {
  intptr_t scratch;
  __asm__ volatile goto(
      PERCPU_SECTION_OPEN
      PERCPU_SECTION_CPU("scratch")
      PERCPU_SECTION_STEP "shlq %[shift], %[scratch]\n\t"
      PERCPU_SECTION_STEP "addq %[slots], %[scratch]\n\t"
      PERCPU_SECTION_STEP "cmpq %[expected], (%[scratch])\n\t"
      PERCPU_SECTION_STEP "jne %l[mismatch]\n\t"
      PERCPU_SECTION_STEP "movq %[desired], (%[scratch])"
      PERCPU_SECTION_CLOSE
      : [scratch] "=&r"(scratch)
      : [slots] "r"(slots), [expected] "er"(expected), [desired] "er"(desired), PERCPU_SECTION_AREA
      : "memory", "cc"
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
      PERCPU_SECTION_STEP "cmpq %[expected], (%[word])\n\t"
      PERCPU_SECTION_STEP "jne %l[mismatch]\n\t"
      PERCPU_SECTION_STEP "movq %[desired], (%[word])"
      PERCPU_SECTION_CLOSE
      : [scratch] "=&r"(scratch)
      : [word] "r"(word), [expected] "er"(expected), [desired] "er"(desired), PERCPU_SECTION_AREA
      : "memory", "cc"
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
      PERCPU_SECTION_STEP "shlq %[shift], %[scratch]\n\t"
      PERCPU_SECTION_STEP "addq %[slots], %[scratch]\n\t"
      PERCPU_SECTION_STEP "movq (%[source]), %[value]\n\t"
      PERCPU_SECTION_STEP "cmpq $0, (%[scratch])\n\t"
      PERCPU_SECTION_STEP "jne %l[mismatch]\n\t"
      PERCPU_SECTION_STEP "movq %[value], (%[scratch])"
      PERCPU_SECTION_CLOSE
      : [scratch] "=&r"(scratch), [value] "=&r"(value)
      : [slots] "r"(slots), [source] "r"(source), PERCPU_SECTION_AREA
      : "memory", "cc"
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

// What both commits are made of: compare, copy, store.
#define PERCPU_SECTION_COMMIT \
  PERCPU_SECTION_STEP "cmpq %[expected], (%[word])\n\t" \
  PERCPU_SECTION_STEP "jne %l[mismatch]\n\t" \
  PERCPU_SECTION_STEP "movq %[whole], %[scratch]\n\t" \
  PERCPU_SECTION_STEP "testq %[scratch], %[scratch]\n\t" \
  PERCPU_SECTION_STEP "je 12f\n" \
  "11:\n\t" \
  PERCPU_SECTION_STEP "movq -8(%[source], %[scratch]), %[value]\n\t" \
  PERCPU_SECTION_STEP "movq %[value], -8(%[destination], %[scratch])\n\t" \
  PERCPU_SECTION_STEP "subq $8, %[scratch]\n\t" \
  PERCPU_SECTION_STEP "jne 11b\n" \
  "12:\n\t" \
  PERCPU_SECTION_STEP "movq %[last], (%[destination], %[whole])\n\t" \
  PERCPU_SECTION_STEP "movq %[desired], (%[word])"

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
      : [scratch] "=&r"(scratch), [value] "=&r"(value)
      : PERCPU_SECTION_COMMIT_OPERANDS, PERCPU_SECTION_AREA
      : "memory", "cc"
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
      PERCPU_SECTION_STEP "cmpl %[cpu], %%fs:%c[cpu_id](%[area])\n\t"
      PERCPU_SECTION_STEP "jne %l[mismatch]\n\t"
      PERCPU_SECTION_COMMIT
      PERCPU_SECTION_CLOSE
      : [scratch] "=&r"(scratch), [value] "=&r"(value)
      : [cpu] "r"(cpu), PERCPU_SECTION_COMMIT_OPERANDS, PERCPU_SECTION_AREA
      : "memory", "cc"
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
  intptr_t scratch, number;
  __asm__ volatile goto(
      PERCPU_SECTION_OPEN
      PERCPU_SECTION_CPU("scratch")
      PERCPU_SECTION_STEP "shlq %[shift], %[scratch]\n\t"
      PERCPU_SECTION_STEP "addq %[slots], %[scratch]\n\t"
      PERCPU_SECTION_STEP "movq (%[index]), %[number]\n\t"
      PERCPU_SECTION_STEP "addq %[operand], (%[scratch], %[number], 8)"
      PERCPU_SECTION_CLOSE
      : [scratch] "=&r"(scratch), [number] "=&r"(number)
      : [slots] "r"(slots), [index] "r"(index), [operand] "er"(operand), PERCPU_SECTION_AREA
      : "memory", "cc"
      : slow);
  *selected = number;
  return PERCPU_COMMITTED;
slow:
  return PERCPU_SLOW;
}

#include "stacks_x86_64.h"

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
      PERCPU_SECTION_STEP "shlq %[shift], %[scratch]\n\t"
      PERCPU_SECTION_STEP "cmpq $0, (%[slots], %[scratch])\n\t"
      PERCPU_SECTION_STEP "jne %l[mismatch]\n\t"
      PERCPU_SECTION_STEP "movq %c[total](%[slots], %[scratch]), %[value]\n\t"
      PERCPU_SECTION_STEP "addq %[operand], %[value]\n\t"
      PERCPU_SECTION_STEP "leaq (%[value], %[limit]), %[excess]\n\t"
      PERCPU_SECTION_STEP "subq %c[folded](%[slots], %[scratch]), %[excess]\n\t"
      PERCPU_SECTION_STEP "cmpq %[width], %[excess]\n\t"
      PERCPU_SECTION_STEP "ja %l[mismatch]\n\t"
      PERCPU_SECTION_STEP "movq %[value], %c[total](%[slots], %[scratch])"
      PERCPU_SECTION_CLOSE
      : [scratch] "=&r"(scratch), [value] "=&r"(value), [excess] "=&r"(excess)
      : [slots] "r"(slots), [operand] "er"(operand), [limit] "r"(limit), [width] "r"(2 * limit),
        [total] "i"(PERCPU_GATED_TOTAL), [folded] "i"(PERCPU_GATED_FOLDED), PERCPU_SECTION_AREA
      : "memory", "cc"
      : slow, mismatch);
  return PERCPU_COMMITTED;
mismatch:
  return PERCPU_MISMATCH;
slow:
  return PERCPU_SLOW;
}

#include "gated_x86_64.h"

#undef PERCPU_SECTION_OPEN
#undef PERCPU_SECTION_CPU
#undef PERCPU_SECTION_CLOSE
#undef PERCPU_SECTION_AREA

PERCPU_END
