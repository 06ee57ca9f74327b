// SPDX-License-Identifier: Apache-2.0
// Where the sections on stacks and lists work, and what comes of them.

#include "Section.h"

#if PERCPU_HAS_SECTIONS

#include "CAtomicsShim.h"

enum {
  // Slots of a row that are looked at.
  SLOTS = 24,
  LIMIT = 16,
  FILLED = 6,
  // Numbers of no meaning: of a full slot, of an empty one, of what is put there, of a block's next.
  FULL = 7001,
  EMPTY = 1000003,
  DESIRED = 7919,
  COPIED = 104729,
  NEXT = 65537,
};

static const intptr_t HELD = INTPTR_MIN | 7;

static volatile intptr_t *row_word(const struct abort_subject *subject, int32_t row) {
  return percpu_row_word(subject->slots, row);
}

#define FOR_EACH_ROW(subject, row) \
  for (int32_t row = -PERCPU_EXTRA_ROWS; row < (subject)->rows; row++)

// MARK: Stacks

static intptr_t index_for(int kind, enum abort_occasion occasion) {
  if (occasion == OUT_OF_LIMIT) return HELD;
  if (occasion == MATCHES) return FILLED;
  switch (kind) {
    case ABORT_PUSH:
      return LIMIT;
    case ABORT_MOVE_IN:
      return LIMIT - ABORT_WORDS + 1;
    case ABORT_MOVE_OUT:
      return ABORT_WORDS - 1;
    default:
      return 0;
  }
}

static intptr_t slot_at_first(intptr_t slot) { return slot < FILLED ? FULL + slot : EMPTY; }

static void fill_row(struct abort_subject *subject, int32_t row) {
  volatile intptr_t *words = row_word(subject, row);
  words[0] = subject->expected;
  for (intptr_t slot = 0; slot < SLOTS; slot++) words[1 + slot] = slot_at_first(slot);
}

static void prepare_stack(struct abort_subject *subject, int kind, enum abort_occasion occasion) {
  subject->expected = index_for(kind, occasion);
  subject->limit = LIMIT;
  subject->desired = DESIRED;
  for (int word = 0; word < ABORT_WORDS; word++) subject->copied[word] = COPIED + word;
  FOR_EACH_ROW(subject, row) fill_row(subject, row);
}

static void begin_stack(struct abort_subject *subject, int kind) {
  (void)kind;
  for (int word = 0; word < ABORT_WORDS + 2; word++) subject->destination[word] = EMPTY;
}

// What the section puts into a slot above the index, if any.
static intptr_t put_into(const struct abort_subject *subject, int kind, intptr_t slot) {
  intptr_t offset = slot - FILLED;
  if (kind == ABORT_PUSH && offset == 0) return subject->desired;
  if (kind == ABORT_MOVE_IN && offset >= 0 && offset < ABORT_WORDS) return COPIED + offset;
  return slot_at_first(slot);
}

// Whether a row is as it was. What an aborted push has left above the index is nobody's.
static bool row_is_untouched(const struct abort_subject *subject, int kind, int32_t row,
                             bool is_aborted) {
  volatile intptr_t *words = row_word(subject, row);
  if (words[0] != subject->expected) return false;
  for (intptr_t slot = 0; slot < SLOTS; slot++) {
    intptr_t found = words[1 + slot];
    if (found != slot_at_first(slot) && !(is_aborted && found == put_into(subject, kind, slot)))
      return false;
  }
  return true;
}

// Whether the words that are moved out are there: all, or, after an abort, some.
static bool destination_is_right(const struct abort_subject *subject, bool must, bool may) {
  for (int word = 0; word < ABORT_WORDS + 2; word++) {
    volatile const intptr_t *found = &subject->destination[word];
    bool is_moved = word >= 1 && word <= ABORT_WORDS;
    bool is_there = is_moved && *found == FULL + FILLED - ABORT_WORDS + word - 1;
    if (!(is_there && may) && (*found != EMPTY || (is_moved && must))) return false;
  }
  return true;
}

static bool stack_is_untouched(const struct abort_subject *subject, int kind, bool is_aborted) {
  if (!destination_is_right(subject, false, is_aborted && kind == ABORT_MOVE_OUT)) return false;
  FOR_EACH_ROW(subject, row) {
    if (!row_is_untouched(subject, kind, row, is_aborted)) return false;
  }
  return true;
}

static intptr_t index_after(int kind) {
  switch (kind) {
    case ABORT_PUSH:
      return FILLED + 1;
    case ABORT_POP:
      return FILLED - 1;
    case ABORT_MOVE_IN:
      return FILLED + ABORT_WORDS;
    default:
      return FILLED - ABORT_WORDS;
  }
}

static bool row_is_changed(const struct abort_subject *subject, int kind, int32_t row) {
  volatile intptr_t *words = row_word(subject, row);
  if (words[0] != index_after(kind)) return false;
  for (intptr_t slot = 0; slot < SLOTS; slot++)
    if (words[1 + slot] != put_into(subject, kind, slot)) return false;
  return true;
}

static bool take_back_stack(struct abort_subject *subject, int kind) {
  int changed = 0;
  bool is_right = destination_is_right(subject, kind == ABORT_MOVE_OUT, kind == ABORT_MOVE_OUT) &&
                  (kind != ABORT_POP || subject->told_value == FULL + FILLED - 1);
  FOR_EACH_ROW(subject, row) {
    if (*row_word(subject, row) == subject->expected) {
      // An attempt before, on another CPU, may have left something above the index.
      is_right = is_right && row_is_untouched(subject, kind, row, true);
    } else {
      changed++;
      is_right = is_right && percpu_cpu_is_possible(row) && row_is_changed(subject, kind, row);
    }
    fill_row(subject, row);
  }
  return is_right && changed == 1;
}

const struct abort_stage abort_stack_stage = {
    .prepare = prepare_stack,
    .begin = begin_stack,
    .is_untouched = stack_is_untouched,
    .take_back = take_back_stack,
};

// MARK: Lists

static void prepare_list(struct abort_subject *subject, int kind, enum abort_occasion occasion) {
  subject->copied[0] = NEXT;
  subject->expected = (intptr_t)&subject->copied[0];
  if (occasion == OUT_OF_LIMIT) subject->expected = HELD;
  if (occasion == OTHER_VALUE) subject->expected = kind == ABORT_UNLINK ? 0 : -1;
  FOR_EACH_ROW(subject, row) *row_word(subject, row) = subject->expected;
}

// Whether the blocks are as they were; the last one of a chain may lead to the head.
static bool blocks_are_right(const struct abort_subject *subject, bool must_lead, bool may_lead) {
  for (int word = 0; word < ABORT_WORDS + 2; word++) {
    intptr_t found = *(volatile const intptr_t *)&subject->destination[word];
    bool leads = word == 3 && found == subject->expected;
    if (!(leads && may_lead) && (found != EMPTY || (word == 3 && must_lead))) return false;
  }
  return *(volatile const intptr_t *)&subject->copied[0] == NEXT;
}

static bool list_is_untouched(const struct abort_subject *subject, int kind, bool is_aborted) {
  if (!blocks_are_right(subject, false, is_aborted && kind == ABORT_LINK)) return false;
  FOR_EACH_ROW(subject, row) {
    if (*row_word(subject, row) != subject->expected) return false;
  }
  return true;
}

static bool take_back_list(struct abort_subject *subject, int kind) {
  bool links = kind == ABORT_LINK;
  intptr_t head = links ? (intptr_t)&subject->destination[1] : NEXT;
  int changed = 0;
  bool is_right = blocks_are_right(subject, links, links) &&
                  (links || subject->told_value == (intptr_t)&subject->copied[0]);
  FOR_EACH_ROW(subject, row) {
    volatile intptr_t *word = row_word(subject, row);
    if (*word == subject->expected) continue;
    changed++;
    is_right = is_right && percpu_cpu_is_possible(row) && *word == head;
    *word = subject->expected;
  }
  return is_right && changed == 1;
}

const struct abort_stage abort_list_stage = {
    .prepare = prepare_list,
    .begin = begin_stack,
    .is_untouched = list_is_untouched,
    .take_back = take_back_list,
};

#endif
