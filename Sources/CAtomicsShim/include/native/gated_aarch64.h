// SPDX-License-Identifier: Apache-2.0
// Gated sections on 64-bit ARM; part of sections_aarch64.h, whose macros they are made of. A word is
// named by its distance from the beginning of its row.

// scratch := own row, or leave if its gate is closed; then word := the address of the word.
#define PERCPU_SECTION_GATE \
  PERCPU_SECTION_CPU("scratch") \
  PERCPU_SECTION_STEP "add %[scratch], %[slots], %[scratch], lsl %[shift]\n\t" \
  PERCPU_SECTION_STEP "ldar %[word], [%[scratch]]\n\t" \
  PERCPU_SECTION_STEP "cbnz %[word], 51f\n\t" \
  PERCPU_SECTION_STEP "add %[word], %[scratch], %[offset]\n\t"

#define PERCPU_SECTION_CLOSED \
  "51:\n\t" \
  "b %l[closed]\n"

// The number of the row that stands in scratch.
#define PERCPU_SECTION_ROW ((scratch - (intptr_t)slots) >> PERCPU_ROW_SHIFT)

/// Own row's word += operand. Tells what it held.
PERCPU_INLINE percpu_outcome percpu_section_gated_add(void *PERCPU_NONNULL slots, intptr_t offset,
                                                      intptr_t operand,
                                                      percpu_found *PERCPU_NONNULL found) {
  intptr_t scratch, word, value, sum;
  __asm__ volatile goto(
      PERCPU_SECTION_OPEN
      PERCPU_SECTION_GATE
      PERCPU_SECTION_STEP "ldar %[value], [%[word]]\n\t"
      PERCPU_SECTION_STEP "add %[sum], %[value], %[operand]\n\t"
      PERCPU_SECTION_STEP "stlr %[sum], [%[word]]"
      PERCPU_SECTION_CLOSE
      PERCPU_SECTION_CLOSED
      PERCPU_SECTION_END
      : [scratch] "=&r"(scratch), [word] "=&r"(word), [value] "=&r"(value), [sum] "=&r"(sum)
      : [slots] "r"(slots), [offset] "r"(offset), [operand] "Ir"(operand), PERCPU_SECTION_AREA
      : "memory", "cc", "x16", "x17"
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
  intptr_t scratch, word, value;
  __asm__ volatile goto(
      PERCPU_SECTION_OPEN
      PERCPU_SECTION_GATE
      PERCPU_SECTION_STEP "ldar %[value], [%[word]]\n\t"
      PERCPU_SECTION_STEP "stlr %[desired], [%[word]]"
      PERCPU_SECTION_CLOSE
      PERCPU_SECTION_CLOSED
      PERCPU_SECTION_END
      : [scratch] "=&r"(scratch), [word] "=&r"(word), [value] "=&r"(value)
      : [slots] "r"(slots), [offset] "r"(offset), [desired] "r"(desired), PERCPU_SECTION_AREA
      : "memory", "cc", "x16", "x17"
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
  intptr_t scratch, word, value;
  __asm__ volatile goto(
      PERCPU_SECTION_OPEN
      PERCPU_SECTION_GATE
      PERCPU_SECTION_STEP "ldar %[value], [%[word]]\n\t"
      PERCPU_SECTION_STEP "cmp %[value], %[expected]\n\t"
      PERCPU_SECTION_STEP "b.ne 50f\n\t"
      PERCPU_SECTION_STEP "stlr %[desired], [%[word]]"
      PERCPU_SECTION_CLOSE
      PERCPU_SECTION_CLOSED
      PERCPU_SECTION_MISMATCH
      PERCPU_SECTION_END
      : [scratch] "=&r"(scratch), [word] "=&r"(word), [value] "=&r"(value)
      : [slots] "r"(slots), [offset] "r"(offset), [expected] "Ir"(expected),
        [desired] "r"(desired), PERCPU_SECTION_AREA
      : "memory", "cc", "x16", "x17"
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
  intptr_t scratch, word, first, second;
  __asm__ volatile goto(
      PERCPU_SECTION_OPEN
      PERCPU_SECTION_GATE
      PERCPU_SECTION_STEP "add %[second], %[scratch], %[other]\n\t"
      PERCPU_SECTION_STEP "ldar %[first], [%[word]]\n\t"
      PERCPU_SECTION_STEP "ldar %[second], [%[second]]\n\t"
      PERCPU_SECTION_STEP "cmp %[first], %[expected]\n\t"
      PERCPU_SECTION_STEP "b.ne 50f\n\t"
      PERCPU_SECTION_STEP "cmp %[second], %[too]\n\t"
      PERCPU_SECTION_STEP "b.ne 50f\n\t"
      PERCPU_SECTION_STEP "stlr %[desired], [%[word]]"
      PERCPU_SECTION_CLOSE
      PERCPU_SECTION_CLOSED
      PERCPU_SECTION_MISMATCH
      PERCPU_SECTION_END
      : [scratch] "=&r"(scratch), [word] "=&r"(word), [first] "=&r"(first), [second] "=&r"(second)
      : [slots] "r"(slots), [offset] "r"(test.first_offset), [other] "r"(test.second_offset),
        [expected] "Ir"(test.first_expected), [too] "Ir"(test.second_expected),
        [desired] "r"(desired), PERCPU_SECTION_AREA
      : "memory", "cc", "x16", "x17"
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
#undef PERCPU_SECTION_CLOSED
#undef PERCPU_SECTION_ROW
