// SPDX-License-Identifier: Apache-2.0
//
// The slow halves of the sequences on stacks and lists: bounded restarts, then, in the row for
// atomic instructions, a moment in which the row is held.
//
// Why held, and not changed by a compare-exchange: an index says nothing about what is in the slots
// below it, and a head nothing about the block behind it. A thread that has loaded either, and the
// value that goes with it, may find the same word again after others have taken that value, put
// another one in its place and gone (ABA). While the word is the holder's token, nobody else
// changes anything.

#include "CAtomicsShim.h"

enum { ATTEMPTS = 64 };

static inline bool may_try(int attempt) {
  return attempt < ATTEMPTS && percpu_thread_prepare();
}

// MARK: Holding a row that no section writes

typedef struct {
  intptr_t *word;
  /// What the word was.
  intptr_t value;
} held_row;

// Whether it was not held. The thread says first that it is about to hold something: so in the
// child of a fork of another thread it is known that the row will never be given back.
static bool hold(intptr_t *word, held_row *row) {
  const uint32_t own = percpu_participant_number();
  percpu_participant_pin(own, 1);
  // Relaxed: only its value is used.
  intptr_t value = percpu_word_load_relaxed(word);
  while (value >= 0) {
    // Acquire: pairs with the release of whoever held it before.
    percpu_word_exchange_result result =
        percpu_word_compare_exchange_acquire(word, value, percpu_holder_token());
    if (result.exchanged) {
      row->word = word;
      row->value = value;
      return true;
    }
    value = result.original;
  }
  percpu_participant_pin(own, -1);
  return false;
}

// Release: pairs with the acquire of whoever holds it next, or reads it in a section.
static void give_back(held_row row, intptr_t value) {
  percpu_word_store_release(row.word, value);
  percpu_participant_pin(percpu_participant_number(), -1);
}

// The row for atomic instructions, or the unbound one.
static bool hold_some(void *slots, held_row *row) {
  const intptr_t own = percpu_row_for_atomics();
  if (hold(percpu_row_word(slots, own), row)) return true;
  return own != PERCPU_ROW_UNBOUND && hold(percpu_row_word(slots, PERCPU_ROW_UNBOUND), row);
}

// MARK: Push and pop

// Relaxed, all accesses of slots: the release and the acquire of the first word order them.
static bool push_held(void *slots, intptr_t limit, intptr_t value) {
  held_row row;
  if (!hold_some(slots, &row)) return false;
  const bool fits = row.value < limit;
  if (fits) percpu_word_store_relaxed(&row.word[1 + row.value], value);
  give_back(row, row.value + fits);
  return fits;
}

bool percpu_sequence_push(void *slots, intptr_t limit, intptr_t value) {
  intptr_t found;
  for (int attempt = 0; may_try(attempt); attempt++) {
    percpu_outcome outcome = percpu_section_push(slots, limit, value, &found);
    if (outcome == PERCPU_COMMITTED) return true;
    if (outcome == PERCPU_MISMATCH && found >= 0) return false;
    if (outcome == PERCPU_MISMATCH) break;
  }
  return push_held(slots, limit, value);
}

static percpu_popped pop_held(void *slots) {
  percpu_popped popped = {0, false};
  held_row row;
  if (!hold_some(slots, &row)) return popped;
  popped.committed = row.value > 0;
  if (popped.committed) popped.value = percpu_word_load_relaxed(&row.word[row.value]);
  give_back(row, row.value - popped.committed);
  return popped;
}

percpu_popped percpu_sequence_pop(void *slots) {
  percpu_popped popped = {0, false};
  intptr_t found;
  for (int attempt = 0; may_try(attempt); attempt++) {
    percpu_outcome outcome = percpu_section_pop(slots, &popped.value, &found);
    popped.committed = outcome == PERCPU_COMMITTED;
    if (popped.committed || (outcome == PERCPU_MISMATCH && found == 0)) return popped;
    if (outcome == PERCPU_MISMATCH) break;
  }
  return pop_held(slots);
}

// MARK: Many at a time

bool percpu_sequence_move_in(void *slots, intptr_t limit, const intptr_t *source, intptr_t words) {
  if (words > limit) return false;
  for (int attempt = 0; may_try(attempt); attempt++) {
    percpu_outcome outcome = percpu_section_move_in(slots, limit, source, words);
    if (outcome != PERCPU_SLOW) return outcome == PERCPU_COMMITTED;
  }
  held_row row;
  if (!hold_some(slots, &row)) return false;
  const bool fits = row.value + words <= limit;
  for (intptr_t index = 0; fits && index < words; index++)
    percpu_word_store_relaxed(&row.word[1 + row.value + index],
                              percpu_word_load_relaxed(&source[index]));
  give_back(row, fits ? row.value + words : row.value);
  return fits;
}

bool percpu_sequence_move_out(void *slots, intptr_t *destination, intptr_t words) {
  for (int attempt = 0; may_try(attempt); attempt++) {
    percpu_outcome outcome = percpu_section_move_out(slots, destination, words);
    if (outcome != PERCPU_SLOW) return outcome == PERCPU_COMMITTED;
  }
  held_row row;
  if (!hold_some(slots, &row)) return false;
  const intptr_t rest = row.value - words;
  for (intptr_t index = 0; rest >= 0 && index < words; index++)
    percpu_word_store_relaxed(&destination[index],
                              percpu_word_load_relaxed(&row.word[1 + rest + index]));
  give_back(row, rest >= 0 ? rest : row.value);
  return rest >= 0;
}

// MARK: Lists

bool percpu_sequence_link(void *slots, intptr_t *first, intptr_t *last) {
  for (int attempt = 0; may_try(attempt); attempt++) {
    percpu_outcome outcome = percpu_section_link(slots, first, last);
    if (outcome == PERCPU_COMMITTED) return true;
    if (outcome == PERCPU_MISMATCH) break;
  }
  held_row row;
  if (!hold_some(slots, &row)) return false;
  percpu_word_store_relaxed(last, row.value);
  give_back(row, (intptr_t)first);
  return true;
}

bool percpu_sequence_begin(void *slots, intptr_t *first) {
  intptr_t *word;
  for (int attempt = 0; may_try(attempt); attempt++) {
    percpu_outcome outcome = percpu_section_claim_if(slots, 0, (intptr_t)first, &word);
    if (outcome != PERCPU_SLOW) return outcome == PERCPU_COMMITTED;
  }
  held_row row;
  if (!hold_some(slots, &row)) return false;
  const bool is_empty = row.value == 0;
  give_back(row, is_empty ? (intptr_t)first : row.value);
  return is_empty;
}

percpu_popped percpu_sequence_unlink(void *slots) {
  percpu_popped popped = {0, false};
  intptr_t found;
  for (int attempt = 0; may_try(attempt); attempt++) {
    percpu_outcome outcome = percpu_section_unlink(slots, &popped.value, &found);
    popped.committed = outcome == PERCPU_COMMITTED;
    if (popped.committed || (outcome == PERCPU_MISMATCH && found == 0)) return popped;
    if (outcome == PERCPU_MISMATCH) break;
  }
  held_row row;
  if (!hold_some(slots, &row)) return popped;
  popped.committed = row.value != 0;
  popped.value = row.value;
  give_back(row, popped.committed ? percpu_word_load_relaxed((intptr_t *)row.value) : 0);
  return popped;
}
