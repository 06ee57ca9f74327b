// SPDX-License-Identifier: Apache-2.0
//
// The slow halves of the sequences: bounded restarts, then atomic instructions.
//
// Why the restarts are bounded: a thread that single-steps, or is stormed with signals, may never
// get through a section. The unbound row does not care.
//
// Each slow path is in two functions. The first is all that the atomic engine ever runs, and is a
// leaf, so that it saves next to no registers; the second has the loop.

#include "CAtomicsShim.h"

enum { ATTEMPTS = 64 };

#define RESTARTS static PERCPU_SLOW_PATH __attribute__((noinline))

static inline bool may_try(int attempt) {
  return attempt < ATTEMPTS && percpu_thread_prepare();
}

// MARK: Add

// Relaxed: an addition orders nothing.
static inline void add_atomically(void *slots, intptr_t operand) {
  percpu_word_fetch_add_relaxed(percpu_row_word(slots, percpu_row_for_atomics()), operand);
}

RESTARTS void add_again(void *slots, intptr_t operand) {
  PERCPU_SLOW_PATH_BEGINS;
  for (int attempt = 0; may_try(attempt); attempt++)
    if (percpu_section_add(slots, operand) == PERCPU_COMMITTED) return;
  add_atomically(slots, operand);
}

static PERCPU_SLOW_PATH void add_slow(void *slots, intptr_t operand) {
  PERCPU_SLOW_PATH_BEGINS;
  if (percpu_engine_is_restartable()) return add_again(slots, operand);
  add_atomically(slots, operand);
}

// Release: whoever acquires the sum sees what came before the addition.
static inline void add_release_atomically(void *slots, intptr_t operand) {
  percpu_word_fetch_add_release(percpu_row_word(slots, percpu_row_for_atomics()), operand);
}

RESTARTS void add_release_again(void *slots, intptr_t operand) {
  PERCPU_SLOW_PATH_BEGINS;
  for (int attempt = 0; may_try(attempt); attempt++)
    if (percpu_section_add_release(slots, operand) == PERCPU_COMMITTED) return;
  add_release_atomically(slots, operand);
}

static PERCPU_SLOW_PATH void add_release_slow(void *slots, intptr_t operand) {
  PERCPU_SLOW_PATH_BEGINS;
  if (percpu_engine_is_restartable()) return add_release_again(slots, operand);
  add_release_atomically(slots, operand);
}

// MARK: Claim if

// Acquire: pairs with the release of store-if. A locked instruction passes on what the store before it
// has released.
static inline percpu_claim claim_if_atomically(void *slots, intptr_t expected, intptr_t desired) {
  percpu_claim claim = {percpu_row_word(slots, percpu_row_for_atomics()), false};
  claim.committed = percpu_word_compare_exchange_acquire(claim.word, expected, desired).exchanged;
  return claim;
}

RESTARTS percpu_claim claim_if_again(void *slots, intptr_t expected, intptr_t desired) {
  PERCPU_SLOW_PATH_BEGINS;
  percpu_claim claim = {0, false};
  for (int attempt = 0; may_try(attempt); attempt++) {
    percpu_outcome outcome = percpu_section_claim_if(slots, expected, desired, &claim.word);
    claim.committed = outcome == PERCPU_COMMITTED;
    if (outcome != PERCPU_SLOW) return claim;
  }
  return claim_if_atomically(slots, expected, desired);
}

static PERCPU_SLOW_PATH percpu_claim claim_if_slow(void *slots, intptr_t expected,
                                                   intptr_t desired) {
  PERCPU_SLOW_PATH_BEGINS;
  if (percpu_engine_is_restartable()) return claim_if_again(slots, expected, desired);
  return claim_if_atomically(slots, expected, desired);
}

// MARK: Store if

// Allowed on a CPU row of the restartable engine, too: no other thread's section may be between a
// load of `expected` and a store, by the contract of this sequence, so no locked instruction can
// fall in between. Release: pairs with the acquire of the next claim.
static inline bool store_if_atomically(intptr_t *word, intptr_t expected, intptr_t desired) {
  return percpu_word_compare_exchange_acq_rel(word, expected, desired).exchanged;
}

RESTARTS bool store_if_again(intptr_t *word, intptr_t expected, intptr_t desired) {
  PERCPU_SLOW_PATH_BEGINS;
  for (int attempt = 0; may_try(attempt); attempt++) {
    percpu_outcome outcome = percpu_section_store_if(word, expected, desired);
    if (outcome != PERCPU_SLOW) return outcome == PERCPU_COMMITTED;
  }
  return store_if_atomically(word, expected, desired);
}

static PERCPU_SLOW_PATH bool store_if_slow(intptr_t *word, intptr_t expected, intptr_t desired) {
  PERCPU_SLOW_PATH_BEGINS;
  if (percpu_engine_is_restartable()) return store_if_again(word, expected, desired);
  return store_if_atomically(word, expected, desired);
}

// MARK: Publish

// Without a section, what was loaded may be out of date by the time it is stored. So store, fence,
// and load again until both agree. The light fence stands between our store of the slot and our load
// of the source; it pairs with the heavy or restart fence that the other side runs between its store
// of the source and its load of the slot.
static inline percpu_publication publish_atomically(void *slots, const intptr_t *source) {
  percpu_publication publication = {percpu_row_word(slots, percpu_row_for_atomics()), 0, false};
  intptr_t *slot = publication.word;
  intptr_t value = percpu_word_load_acquire(source);
  publication.committed = percpu_word_compare_exchange_acq_rel(slot, 0, value).exchanged;
  // A published zero is a free slot: another thread may have taken it, so it is not ours to change.
  while (publication.committed && value != 0) {
    percpu_fence_light();
    intptr_t newer = percpu_word_load_acquire(source);
    if (newer == value) break;
    value = newer;
    percpu_word_store_release(slot, value);
  }
  publication.value = value;
  return publication;
}

RESTARTS percpu_publication publish_again(void *slots, const intptr_t *source) {
  PERCPU_SLOW_PATH_BEGINS;
  percpu_publication publication = {0, 0, false};
  for (int attempt = 0; may_try(attempt); attempt++) {
    percpu_outcome outcome =
        percpu_section_publish(slots, source, &publication.word, &publication.value);
    publication.committed = outcome == PERCPU_COMMITTED;
    if (outcome != PERCPU_SLOW) return publication;
  }
  return publish_atomically(slots, source);
}

static PERCPU_SLOW_PATH percpu_publication publish_slow(void *slots, const intptr_t *source) {
  PERCPU_SLOW_PATH_BEGINS;
  if (percpu_engine_is_restartable()) return publish_again(slots, source);
  return publish_atomically(slots, source);
}

// MARK: Enter

// Without a section the index may have changed by the time the thread is counted, and been looked
// for in vain. So count, fence, and load it again. The fence pairs with the restart fence between the
// change of the index and the sums: the sums contain this thread, or it sees the change. The way back is a
// release, so that whoever counts it has counted the way in. Acquire: this thread sees what was done
// before the index was changed.
static inline intptr_t enter_atomically(void *slots, const intptr_t *index) {
  intptr_t kind = percpu_word_load_acquire(index);
  for (;;) {
    intptr_t *entered = percpu_row_word(slots, percpu_row_for_atomics()) + kind;
    percpu_word_fetch_add_relaxed(entered, 1);
    percpu_fence_light();
    intptr_t newer = percpu_word_load_acquire(index);
    if (newer == kind) return kind;
    percpu_word_fetch_add_release(entered + 2, 1);
    kind = newer;
  }
}

RESTARTS intptr_t enter_again(void *slots, const intptr_t *index) {
  PERCPU_SLOW_PATH_BEGINS;
  intptr_t kind;
  for (int attempt = 0; may_try(attempt); attempt++)
    if (percpu_section_add_selected(slots, index, 1, &kind) == PERCPU_COMMITTED) return kind;
  return enter_atomically(slots, index);
}

static PERCPU_SLOW_PATH intptr_t enter_slow(void *slots, const intptr_t *index) {
  PERCPU_SLOW_PATH_BEGINS;
  if (percpu_engine_is_restartable()) return enter_again(slots, index);
  return enter_atomically(slots, index);
}

// MARK: Commit

static PERCPU_SLOW_PATH percpu_outcome commit_slow(intptr_t *word, intptr_t expected,
                                                   intptr_t desired, percpu_section_copy copy) {
  PERCPU_SLOW_PATH_BEGINS;
  for (int attempt = 0; may_try(attempt); attempt++) {
    percpu_outcome outcome = percpu_section_commit(word, expected, desired, copy);
    if (outcome != PERCPU_SLOW) return outcome;
  }
  return PERCPU_SLOW;
}

void (PERCPU_SLOW_PATH *const percpu_sequence_add_slow)(void *, intptr_t) = add_slow;
void (PERCPU_SLOW_PATH *const percpu_sequence_add_release_slow)(void *,
                                                                intptr_t) = add_release_slow;
percpu_claim (PERCPU_SLOW_PATH *const percpu_sequence_claim_if_slow)(void *, intptr_t,
                                                                     intptr_t) = claim_if_slow;
bool (PERCPU_SLOW_PATH *const percpu_sequence_store_if_slow)(intptr_t *, intptr_t,
                                                             intptr_t) = store_if_slow;
percpu_publication (PERCPU_SLOW_PATH *const percpu_sequence_publish_slow)(
    void *, const intptr_t *) = publish_slow;
percpu_outcome (PERCPU_SLOW_PATH *const percpu_sequence_commit_slow)(
    intptr_t *, intptr_t, intptr_t, percpu_section_copy) = commit_slow;
intptr_t (PERCPU_SLOW_PATH *const percpu_sequence_enter_slow)(void *,
                                                              const intptr_t *) = enter_slow;
