// SPDX-License-Identifier: Apache-2.0
//
// Sequences on a stack of words, and on a list of memory blocks, in the own row.
//
//     stack   | index | slot 0 | slot 1 | ...          the slots below the index are full
//     list    | head | -> | next | -> | next | -> 0    each block's first word is the next one's address
//
// The first word of a row is negative while a thread *holds* the row: it then carries a token that
// no other thread stores, and whatever the row consists of is that thread's. A section leaves a row
// alone that is held; a thread without sections holds a row for the moment in which it changes it.
// How others come to hold a row that sections write is in Swift (RowWord).
//
// Nothing here ever waits: whoever finds its own row held turns to the unbound one, and if that is
// held, too, returns as if the stack were full or empty. So all of it may be called by a signal
// handler that has interrupted a holder.

#ifndef PERCPU_NATIVE_STACKS_H
#define PERCPU_NATIVE_STACKS_H

#include "participant.h"
#include "rows.h"
#include "sections.h"

PERCPU_BEGIN

typedef struct {
  /// Meaningless unless committed.
  intptr_t value;
  bool committed;
} percpu_popped;

/// What stands in the first word of a row that the calling thread holds: negative, and no other
/// thread's.
PERCPU_INLINE intptr_t percpu_holder_token(void) {
  return INTPTR_MIN | (intptr_t)percpu_participant_number();
}

/// Whose token that is: the number of a participant.
PERCPU_INLINE uint32_t percpu_holder_of(intptr_t token) { return (uint32_t)token; }

/// Puts the value on the own row's stack, which has `limit` slots. Acquire, and release on commit.
/// One try: for a hot path whose slow path calls the below.
PERCPU_INLINE bool percpu_sequence_push_once(void *PERCPU_NONNULL slots, intptr_t limit,
                                             intptr_t value) {
  intptr_t found;
  return percpu_section_push(slots, limit, value, &found) == PERCPU_COMMITTED;
}

/// Takes the value off that was put there last. Acquire, and release on commit. One try.
PERCPU_INLINE percpu_popped percpu_sequence_pop_once(void *PERCPU_NONNULL slots) {
  percpu_popped popped = {0, false};
  intptr_t found;
  popped.committed = percpu_section_pop(slots, &popped.value, &found) == PERCPU_COMMITTED;
  return popped;
}

/// Takes the block off the own row's list that was put there last. Acquire, and release on commit.
/// One try.
PERCPU_INLINE percpu_popped percpu_sequence_unlink_once(void *PERCPU_NONNULL slots) {
  percpu_popped popped = {0, false};
  intptr_t found;
  popped.committed = percpu_section_unlink(slots, &popped.value, &found) == PERCPU_COMMITTED;
  return popped;
}

/// Puts a chain of blocks, or a single one, on the own row's list. Acquire, and release on commit.
/// One try.
PERCPU_INLINE bool percpu_sequence_link_once(void *PERCPU_NONNULL slots,
                                             intptr_t *PERCPU_NONNULL first,
                                             intptr_t *PERCPU_NONNULL last) {
  return percpu_section_link(slots, first, last) == PERCPU_COMMITTED;
}

/// The same, with as many tries as it takes; without sections, in the row for atomic instructions.
/// False: the stack is full, or in the hands of others.
bool percpu_sequence_push(void *PERCPU_NONNULL slots, intptr_t limit, intptr_t value);

/// Not committed: the stack is empty, or in the hands of others.
percpu_popped percpu_sequence_pop(void *PERCPU_NONNULL slots);

/// Puts `words` values on top of the stack, which nobody else knows before; the last one is on top.
bool percpu_sequence_move_in(void *PERCPU_NONNULL slots, intptr_t limit,
                             const intptr_t *PERCPU_NONNULL source, intptr_t words);

/// Takes `words` values off.
bool percpu_sequence_move_out(void *PERCPU_NONNULL slots, intptr_t *PERCPU_NONNULL destination,
                              intptr_t words);

/// False: the list is in the hands of others.
bool percpu_sequence_link(void *PERCPU_NONNULL slots, intptr_t *PERCPU_NONNULL first,
                          intptr_t *PERCPU_NONNULL last);

/// Makes a chain of blocks, whose last one's word is 0, the list of the own row. False: that is not
/// empty, or in the hands of others.
bool percpu_sequence_begin(void *PERCPU_NONNULL slots, intptr_t *PERCPU_NONNULL first);

/// Not committed: the list is empty, or in the hands of others.
percpu_popped percpu_sequence_unlink(void *PERCPU_NONNULL slots);

PERCPU_END

#endif
