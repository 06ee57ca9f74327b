// SPDX-License-Identifier: Apache-2.0
// Restartable sections of the own row's stack and list, on 64-bit ARM; part of sections_aarch64.h.
//
// What they must not do: add to the index in memory. A remote thread may have replaced it by its
// token since it was loaded, and the sum of the two would be neither.

// scratch := where the own row begins, count := its first word.
#define PERCPU_SECTION_ROW_WORD \
  PERCPU_SECTION_CPU("scratch") \
  PERCPU_SECTION_STEP "add %[scratch], %[slots], %[scratch], lsl %[shift]\n\t" \
  PERCPU_SECTION_STEP "ldar %[count], [%[scratch]]\n\t"

// Copies `words` words, the last one first.
#define PERCPU_SECTION_COPY_WORDS(from, to) \
  PERCPU_SECTION_STEP "lsl %[index], %[words], #3\n" \
  "11:\n\t" \
  PERCPU_SECTION_STEP "sub %[index], %[index], #8\n\t" \
  PERCPU_SECTION_STEP "ldr %[value], [%[" from "], %[index]]\n\t" \
  PERCPU_SECTION_STEP "str %[value], [%[" to "], %[index]]\n\t" \
  PERCPU_SECTION_STEP "cbnz %[index], 11b\n\t"

/// If own row's index is below `limit`, store the value in the slot of that index, then the index
/// and one. Tells the index that was found.
PERCPU_INLINE percpu_outcome percpu_section_push(void *PERCPU_NONNULL slots, intptr_t limit,
                                                 intptr_t value, intptr_t *PERCPU_NONNULL found) {
  intptr_t scratch, count, slot;
  __asm__ volatile goto(
      PERCPU_SECTION_OPEN
      PERCPU_SECTION_ROW_WORD
      PERCPU_SECTION_STEP "cmp %[count], %[limit]\n\t"
      PERCPU_SECTION_STEP "b.hs 50f\n\t"
      PERCPU_SECTION_STEP "add %[slot], %[scratch], %[count], lsl #3\n\t"
      PERCPU_SECTION_STEP "str %[value], [%[slot], #8]\n\t"
      PERCPU_SECTION_STEP "add %[count], %[count], #1\n\t"
      PERCPU_SECTION_STEP "stlr %[count], [%[scratch]]"
      PERCPU_SECTION_CLOSE
      PERCPU_SECTION_MISMATCH
      PERCPU_SECTION_END
      : [scratch] "=&r"(scratch), [count] "=&r"(count), [slot] "=&r"(slot)
      : [slots] "r"(slots), [limit] "Ir"(limit), [value] "r"(value), PERCPU_SECTION_AREA
      : "memory", "cc", "x16", "x17"
      : slow, mismatch);
  return PERCPU_COMMITTED;
mismatch:
  *found = count;
  return PERCPU_MISMATCH;
slow:
  return PERCPU_SLOW;
}

/// If own row's index is above 0, load the slot below it, and store the index less one.
PERCPU_INLINE percpu_outcome percpu_section_pop(void *PERCPU_NONNULL slots,
                                                intptr_t *PERCPU_NONNULL popped,
                                                intptr_t *PERCPU_NONNULL found) {
  intptr_t scratch, count, value;
  __asm__ volatile goto(
      PERCPU_SECTION_OPEN
      PERCPU_SECTION_ROW_WORD
      PERCPU_SECTION_STEP "cmp %[count], #0\n\t"
      PERCPU_SECTION_STEP "b.le 50f\n\t"
      PERCPU_SECTION_STEP "ldr %[value], [%[scratch], %[count], lsl #3]\n\t"
      PERCPU_SECTION_STEP "sub %[count], %[count], #1\n\t"
      PERCPU_SECTION_STEP "stlr %[count], [%[scratch]]"
      PERCPU_SECTION_CLOSE
      PERCPU_SECTION_MISMATCH
      PERCPU_SECTION_END
      : [scratch] "=&r"(scratch), [count] "=&r"(count), [value] "=&r"(value)
      : [slots] "r"(slots), PERCPU_SECTION_AREA
      : "memory", "cc", "x16", "x17"
      : slow, mismatch);
  *popped = value;
  return PERCPU_COMMITTED;
mismatch:
  *found = count;
  return PERCPU_MISMATCH;
slow:
  return PERCPU_SLOW;
}

/// If `words` words, at least one, fit below `limit`: copy them on top, then store the index and as
/// many.
PERCPU_INLINE percpu_outcome percpu_section_move_in(void *PERCPU_NONNULL slots, intptr_t limit,
                                                    const intptr_t *PERCPU_NONNULL source,
                                                    intptr_t words) {
  intptr_t scratch, count, index, value, destination;
  __asm__ volatile goto(
      PERCPU_SECTION_OPEN
      PERCPU_SECTION_ROW_WORD
      PERCPU_SECTION_STEP "cmp %[count], %[room]\n\t"
      PERCPU_SECTION_STEP "b.hi 50f\n\t"
      PERCPU_SECTION_STEP "add %[destination], %[scratch], %[count], lsl #3\n\t"
      PERCPU_SECTION_STEP "add %[destination], %[destination], #8\n\t"
      PERCPU_SECTION_COPY_WORDS("source", "destination")
      PERCPU_SECTION_STEP "add %[count], %[count], %[words]\n\t"
      PERCPU_SECTION_STEP "stlr %[count], [%[scratch]]"
      PERCPU_SECTION_CLOSE
      PERCPU_SECTION_MISMATCH
      PERCPU_SECTION_END
      : [scratch] "=&r"(scratch), [count] "=&r"(count), [index] "=&r"(index), [value] "=&r"(value),
        [destination] "=&r"(destination)
      : [slots] "r"(slots), [room] "r"(limit - words), [source] "r"(source), [words] "r"(words),
        PERCPU_SECTION_AREA
      : "memory", "cc", "x16", "x17"
      : slow, mismatch);
  return PERCPU_COMMITTED;
mismatch:
  return PERCPU_MISMATCH;
slow:
  return PERCPU_SLOW;
}

/// If there are `words` words, at least one: copy those on top, then store the index less as many.
PERCPU_INLINE percpu_outcome percpu_section_move_out(void *PERCPU_NONNULL slots,
                                                     intptr_t *PERCPU_NONNULL destination,
                                                     intptr_t words) {
  intptr_t scratch, count, index, value, source;
  __asm__ volatile goto(
      PERCPU_SECTION_OPEN
      PERCPU_SECTION_ROW_WORD
      PERCPU_SECTION_STEP "subs %[count], %[count], %[words]\n\t"
      PERCPU_SECTION_STEP "b.lt 50f\n\t"
      PERCPU_SECTION_STEP "add %[source], %[scratch], %[count], lsl #3\n\t"
      PERCPU_SECTION_STEP "add %[source], %[source], #8\n\t"
      PERCPU_SECTION_COPY_WORDS("source", "destination")
      PERCPU_SECTION_STEP "stlr %[count], [%[scratch]]"
      PERCPU_SECTION_CLOSE
      PERCPU_SECTION_MISMATCH
      PERCPU_SECTION_END
      : [scratch] "=&r"(scratch), [count] "=&r"(count), [index] "=&r"(index), [value] "=&r"(value),
        [source] "=&r"(source)
      : [slots] "r"(slots), [destination] "r"(destination), [words] "r"(words), PERCPU_SECTION_AREA
      : "memory", "cc", "x16", "x17"
      : slow, mismatch);
  return PERCPU_COMMITTED;
mismatch:
  return PERCPU_MISMATCH;
slow:
  return PERCPU_SLOW;
}

/// If own row's head is not negative, store it in the last one's first word, then store the first
/// one there.
PERCPU_INLINE percpu_outcome percpu_section_link(void *PERCPU_NONNULL slots,
                                                 intptr_t *PERCPU_NONNULL first,
                                                 intptr_t *PERCPU_NONNULL last) {
  intptr_t scratch, count;
  __asm__ volatile goto(
      PERCPU_SECTION_OPEN
      PERCPU_SECTION_ROW_WORD
      PERCPU_SECTION_STEP "tbnz %[count], #63, 50f\n\t"
      PERCPU_SECTION_STEP "str %[count], [%[last]]\n\t"
      PERCPU_SECTION_STEP "stlr %[first], [%[scratch]]"
      PERCPU_SECTION_CLOSE
      PERCPU_SECTION_MISMATCH
      PERCPU_SECTION_END
      : [scratch] "=&r"(scratch), [count] "=&r"(count)
      : [slots] "r"(slots), [first] "r"(first), [last] "r"(last), PERCPU_SECTION_AREA
      : "memory", "cc", "x16", "x17"
      : slow, mismatch);
  return PERCPU_COMMITTED;
mismatch:
  return PERCPU_MISMATCH;
slow:
  return PERCPU_SLOW;
}

/// If own row's head is above 0, load the word it points to, and store that there.
PERCPU_INLINE percpu_outcome percpu_section_unlink(void *PERCPU_NONNULL slots,
                                                   intptr_t *PERCPU_NONNULL popped,
                                                   intptr_t *PERCPU_NONNULL found) {
  intptr_t scratch, count, value;
  __asm__ volatile goto(
      PERCPU_SECTION_OPEN
      PERCPU_SECTION_ROW_WORD
      PERCPU_SECTION_STEP "cmp %[count], #0\n\t"
      PERCPU_SECTION_STEP "b.le 50f\n\t"
      PERCPU_SECTION_STEP "ldr %[value], [%[count]]\n\t"
      PERCPU_SECTION_STEP "stlr %[value], [%[scratch]]"
      PERCPU_SECTION_CLOSE
      PERCPU_SECTION_MISMATCH
      PERCPU_SECTION_END
      : [scratch] "=&r"(scratch), [count] "=&r"(count), [value] "=&r"(value)
      : [slots] "r"(slots), PERCPU_SECTION_AREA
      : "memory", "cc", "x16", "x17"
      : slow, mismatch);
  *popped = count;
  return PERCPU_COMMITTED;
mismatch:
  *found = count;
  return PERCPU_MISMATCH;
slow:
  return PERCPU_SLOW;
}

#undef PERCPU_SECTION_ROW_WORD
#undef PERCPU_SECTION_COPY_WORDS
