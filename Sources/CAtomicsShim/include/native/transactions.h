// SPDX-License-Identifier: Apache-2.0
//
// What a transaction on shared memory is made of: copying out, and committing.
//
// The commit as a section (`percpu_sequence_commit`) is aborted by a restart fence. The announced
// one needs no sections: it says in the thread's record that it is under way, before it looks at the
// word, so that a thief who changed the word and ran a heavy fence either is seen or sees.

#ifndef PERCPU_NATIVE_TRANSACTIONS_H
#define PERCPU_NATIVE_TRANSACTIONS_H

#include "fences.h"
#include "participant.h"
#include "sequences.h"

PERCPU_BEGIN

/// Copies `bytes` bytes out of shared memory by relaxed loads of whole words; `source` has room for
/// a whole number of them. What comes out may be torn until a word says otherwise.
PERCPU_INLINE void percpu_copy_from_shared(void *PERCPU_NONNULL destination,
                                           const void *PERCPU_NONNULL source, intptr_t bytes) {
  const intptr_t size = sizeof(intptr_t);
  const intptr_t *words = (const intptr_t *)source;
  for (; bytes >= size; bytes -= size, destination = (char *)destination + size) {
    intptr_t word = percpu_word_load_relaxed(words++);
    __builtin_memcpy(destination, &word, sizeof word);
  }
  if (bytes > 0) {
    intptr_t word = percpu_word_load_relaxed(words);
    __builtin_memcpy(destination, &word, (size_t)bytes);
  }
}

/// Says how `bytes` bytes at `source` go to `destination`. What fits into one word is in the plan
/// itself, which then does not mention the source: so that it may live in a register.
PERCPU_INLINE percpu_section_copy percpu_copy_plan(void *PERCPU_NONNULL destination,
                                                   const void *PERCPU_NONNULL source,
                                                   intptr_t bytes) {
  const intptr_t size = sizeof(intptr_t);
  percpu_section_copy copy = {destination, bytes > size ? source : destination,
                              bytes > 0 ? (bytes - 1) / size * size : 0, 0};
  __builtin_memcpy(&copy.last_word, (const char *)source + copy.whole_bytes,
                   (size_t)(bytes - copy.whole_bytes));
  return copy;
}

/// Copies by relaxed stores of whole words.
PERCPU_INLINE void percpu_copy_to_shared(percpu_section_copy copy) {
  const intptr_t size = sizeof(intptr_t);
  for (intptr_t offset = 0; offset < copy.whole_bytes; offset += size) {
    intptr_t word;
    __builtin_memcpy(&word, (const char *)copy.source + offset, sizeof word);
    percpu_word_store_relaxed((intptr_t *)((char *)copy.destination + offset), word);
  }
  percpu_word_store_relaxed((intptr_t *)((char *)copy.destination + copy.whole_bytes),
                            copy.last_word);
}

/// Copies, then stores `desired` into a word that nobody else may change. Release.
PERCPU_INLINE void percpu_commit_owned(intptr_t *PERCPU_NONNULL word, intptr_t desired,
                                       percpu_section_copy copy) {
  // Whoever sees something of the copy sees that the word was ours before: pairs with the acquire
  // fence between a reader's copying and its second look at the word.
  percpu_fence_release();
  percpu_copy_to_shared(copy);
  percpu_word_store_release(word, desired);
}

/// The same, if the word is `expected`, announced in the record of participant `own`: false if it is
/// not. The calling thread must be that participant, and in no other announced commit.
PERCPU_INLINE bool percpu_commit_announced(uint32_t own, intptr_t *PERCPU_NONNULL word,
                                           intptr_t expected, intptr_t desired,
                                           percpu_section_copy copy) {
  percpu_participant *record = percpu_participant_record(own);
  // Relaxed: our own. Release, both: a thief that sees it sees that the commit before is over. The word
  // comes second: from the odd count on, no handler of this thread puts another one in its place.
  const uint32_t before = percpu_u32_load_relaxed(&record->commits);
  percpu_u32_store_release(&record->commits, before + 1);
  percpu_word_store_release(&record->committing, (intptr_t)word);
  // Pairs with the heavy fence of a thief, between its change of the word and its look at `commits`.
  percpu_fence_light();
  const bool is_ours = percpu_word_load_acquire(word) == expected;
  if (is_ours) percpu_commit_owned(word, desired, copy);
  // Release: a thief that sees it sees all that was copied, too.
  percpu_u32_store_release(&record->commits, before + 2);
  return is_ours;
}

PERCPU_END

#endif
