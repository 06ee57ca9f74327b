// SPDX-License-Identifier: Apache-2.0
// Gated sections on x86-64; part of sections_x86_64.h, whose macros they are made of. A word is named
// by its distance from the beginning of its row.

// scratch := own row, or leave if its gate is closed.
#define PERCPU_SECTION_GATE \
  PERCPU_SECTION_CPU("scratch") \
  PERCPU_SECTION_STEP "shlq %[shift], %[scratch]\n\t" \
  PERCPU_SECTION_STEP "addq %[slots], %[scratch]\n\t" \
  PERCPU_SECTION_STEP "cmpq $0, (%[scratch])\n\t" \
  PERCPU_SECTION_STEP "jne %l[closed]\n\t"

// The number of the row that stands in scratch.
#define PERCPU_SECTION_ROW ((scratch - (intptr_t)slots) >> PERCPU_ROW_SHIFT)

/// Own row's word += operand. Tells what it held.
PERCPU_INLINE percpu_outcome percpu_section_gated_add(void *PERCPU_NONNULL slots, intptr_t offset,
                                                      intptr_t operand,
                                                      percpu_found *PERCPU_NONNULL found) {
  intptr_t scratch, value;
  __asm__ volatile goto(
      PERCPU_SECTION_OPEN
      PERCPU_SECTION_GATE
      PERCPU_SECTION_STEP "movq (%[scratch], %[offset]), %[value]\n\t"
      PERCPU_SECTION_STEP "addq %[operand], (%[scratch], %[offset])"
      PERCPU_SECTION_CLOSE
      : [scratch] "=&r"(scratch), [value] "=&r"(value)
      : [slots] "r"(slots), [offset] "r"(offset), [operand] "er"(operand), PERCPU_SECTION_AREA
      : "memory", "cc"
      : slow, closed);
  found->row = PERCPU_SECTION_ROW;
  found->original = value;
  return PERCPU_COMMITTED;
closed:
  return PERCPU_CLOSED;
slow:
  return PERCPU_SLOW;
}

/// Store desired in own row's word. Tells what it held.
PERCPU_INLINE percpu_outcome percpu_section_gated_exchange(void *PERCPU_NONNULL slots,
                                                           intptr_t offset, intptr_t desired,
                                                           percpu_found *PERCPU_NONNULL found) {
  intptr_t scratch, value;
  __asm__ volatile goto(
      PERCPU_SECTION_OPEN
      PERCPU_SECTION_GATE
      PERCPU_SECTION_STEP "movq (%[scratch], %[offset]), %[value]\n\t"
      PERCPU_SECTION_STEP "movq %[desired], (%[scratch], %[offset])"
      PERCPU_SECTION_CLOSE
      : [scratch] "=&r"(scratch), [value] "=&r"(value)
      : [slots] "r"(slots), [offset] "r"(offset), [desired] "er"(desired), PERCPU_SECTION_AREA
      : "memory", "cc"
      : slow, closed);
  found->row = PERCPU_SECTION_ROW;
  found->original = value;
  return PERCPU_COMMITTED;
closed:
  return PERCPU_CLOSED;
slow:
  return PERCPU_SLOW;
}

/// If own row's word == expected, store desired. Tells what it held, committed or not.
PERCPU_INLINE percpu_outcome percpu_section_gated_store_if(void *PERCPU_NONNULL slots,
                                                           intptr_t offset, intptr_t expected,
                                                           intptr_t desired,
                                                           percpu_found *PERCPU_NONNULL found) {
  intptr_t scratch, value;
  __asm__ volatile goto(
      PERCPU_SECTION_OPEN
      PERCPU_SECTION_GATE
      PERCPU_SECTION_STEP "movq (%[scratch], %[offset]), %[value]\n\t"
      PERCPU_SECTION_STEP "cmpq %[expected], %[value]\n\t"
      PERCPU_SECTION_STEP "jne %l[mismatch]\n\t"
      PERCPU_SECTION_STEP "movq %[desired], (%[scratch], %[offset])"
      PERCPU_SECTION_CLOSE
      : [scratch] "=&r"(scratch), [value] "=&r"(value)
      : [slots] "r"(slots), [offset] "r"(offset), [expected] "er"(expected),
        [desired] "er"(desired), PERCPU_SECTION_AREA
      : "memory", "cc"
      : slow, closed, mismatch);
  found->row = PERCPU_SECTION_ROW;
  found->original = value;
  return PERCPU_COMMITTED;
mismatch:
  found->row = PERCPU_SECTION_ROW;
  found->original = value;
  return PERCPU_MISMATCH;
closed:
  return PERCPU_CLOSED;
slow:
  return PERCPU_SLOW;
}

/// If two words of the own row hold what is expected, store desired in the first. Tells what both
/// held, committed or not: both were loaded before either was compared.
PERCPU_INLINE percpu_outcome percpu_section_gated_store_if_both(
    void *PERCPU_NONNULL slots, percpu_pair_test test, intptr_t desired,
    percpu_found_pair *PERCPU_NONNULL found) {
  intptr_t scratch, first, second;
  __asm__ volatile goto(
      PERCPU_SECTION_OPEN
      PERCPU_SECTION_GATE
      PERCPU_SECTION_STEP "movq (%[scratch], %[offset]), %[first]\n\t"
      PERCPU_SECTION_STEP "movq (%[scratch], %[other]), %[second]\n\t"
      PERCPU_SECTION_STEP "cmpq %[expected], %[first]\n\t"
      PERCPU_SECTION_STEP "jne %l[mismatch]\n\t"
      PERCPU_SECTION_STEP "cmpq %[too], %[second]\n\t"
      PERCPU_SECTION_STEP "jne %l[mismatch]\n\t"
      PERCPU_SECTION_STEP "movq %[desired], (%[scratch], %[offset])"
      PERCPU_SECTION_CLOSE
      : [scratch] "=&r"(scratch), [first] "=&r"(first), [second] "=&r"(second)
      : [slots] "r"(slots), [offset] "r"(test.first_offset), [other] "r"(test.second_offset),
        [expected] "er"(test.first_expected), [too] "er"(test.second_expected),
        [desired] "er"(desired), PERCPU_SECTION_AREA
      : "memory", "cc"
      : slow, closed, mismatch);
  found->row = PERCPU_SECTION_ROW;
  found->first = first;
  found->second = second;
  return PERCPU_COMMITTED;
mismatch:
  found->row = PERCPU_SECTION_ROW;
  found->first = first;
  found->second = second;
  return PERCPU_MISMATCH;
closed:
  return PERCPU_CLOSED;
slow:
  return PERCPU_SLOW;
}

#undef PERCPU_SECTION_GATE
#undef PERCPU_SECTION_ROW
