// SPDX-License-Identifier: Apache-2.0
//
// Sequences: what the Swift code calls. A sequence is a section plus what happens if it was
// interrupted or cannot run: it is tried again a bounded number of times, then done with atomic
// instructions in the unbound row. On the atomic engine it is done with atomic instructions in the
// row of a CPU. A sequence therefore never asks its caller to try again, and always ends; only a
// publication without sections goes on for as long as others keep changing its source.

#ifndef PERCPU_NATIVE_SEQUENCES_H
#define PERCPU_NATIVE_SEQUENCES_H

#include "rows.h"
#include "sections.h"

PERCPU_BEGIN

typedef struct {
  /// What was claimed, or the word that did not match.
  intptr_t *PERCPU_NULLABLE word;
  bool committed;
} percpu_claim;

typedef struct {
  /// Where it took place, or the word that was not 0.
  intptr_t *PERCPU_NULLABLE word;
  /// What was published; meaningless unless committed.
  intptr_t value;
  bool committed;
} percpu_publication;

extern void (PERCPU_SLOW_PATH *PERCPU_NONNULL const percpu_sequence_add_slow)(
    void *PERCPU_NONNULL slots, intptr_t operand);
extern void (PERCPU_SLOW_PATH *PERCPU_NONNULL const percpu_sequence_add_release_slow)(
    void *PERCPU_NONNULL slots, intptr_t operand);
extern intptr_t (PERCPU_SLOW_PATH *PERCPU_NONNULL const percpu_sequence_enter_slow)(
    void *PERCPU_NONNULL slots, const intptr_t *PERCPU_NONNULL index);
extern percpu_claim (PERCPU_SLOW_PATH *PERCPU_NONNULL const percpu_sequence_claim_if_slow)(
    void *PERCPU_NONNULL slots, intptr_t expected, intptr_t desired);
extern bool (PERCPU_SLOW_PATH *PERCPU_NONNULL const percpu_sequence_store_if_slow)(
    intptr_t *PERCPU_NONNULL word, intptr_t expected, intptr_t desired);
extern percpu_publication (PERCPU_SLOW_PATH *PERCPU_NONNULL const percpu_sequence_publish_slow)(
    void *PERCPU_NONNULL slots, const intptr_t *PERCPU_NONNULL source);

/// Add to the own-CPU word. Relaxed. The word must be one that is never read-modify-written
/// remotely.
PERCPU_INLINE void percpu_sequence_add(void *PERCPU_NONNULL slots, intptr_t operand) {
  if (percpu_section_add(slots, operand) != PERCPU_COMMITTED)
    percpu_sequence_add_slow(slots, operand);
}

/// The same, release.
PERCPU_INLINE void percpu_sequence_add_release(void *PERCPU_NONNULL slots, intptr_t operand) {
  if (percpu_section_add_release(slots, operand) != PERCPU_COMMITTED)
    percpu_sequence_add_release_slow(slots, operand);
}

/// Enter a section of the kind that the index names, 0 or 1, and return it. Each row counts, in four
/// words, who has entered of either kind and who has left. Leaving is a release addition to the own-CPU
/// word `slots + 2 + kind`, by any thread on any CPU. After a restart fence that follows a change of
/// the index, whoever has entered of the former kind is seen, and nobody does any more but for a
/// moment: a thread without sections counts itself, looks at the index again, and leaves.
PERCPU_INLINE intptr_t percpu_sequence_enter(void *PERCPU_NONNULL slots,
                                             const intptr_t *PERCPU_NONNULL index) {
  intptr_t kind;
  if (percpu_section_add_selected(slots, index, 1, &kind) == PERCPU_COMMITTED) return kind;
  return percpu_sequence_enter_slow(slots, index);
}

/// If the own-CPU word is `expected`, store `desired`. Acquire, and release on commit.
PERCPU_INLINE percpu_claim percpu_sequence_claim_if(void *PERCPU_NONNULL slots, intptr_t expected,
                                                    intptr_t desired) {
  percpu_claim claim = {0, true};
  switch (percpu_section_claim_if(slots, expected, desired, &claim.word)) {
    case PERCPU_COMMITTED:
      return claim;
    case PERCPU_MISMATCH:
      claim.committed = false;
      return claim;
    default:
      return percpu_sequence_claim_if_slow(slots, expected, desired);
  }
}

/// The same without a second try: not committed if the word did not match, or if the section did not
/// get through. For a hot path whose slow path calls the above.
PERCPU_INLINE percpu_claim percpu_sequence_claim_once(void *PERCPU_NONNULL slots, intptr_t expected,
                                                      intptr_t desired) {
  percpu_claim claim = {0, false};
  claim.committed =
      percpu_section_claim_if(slots, expected, desired, &claim.word) == PERCPU_COMMITTED;
  return claim;
}

/// If the word at this address, of whatever row, is `expected`, store `desired`. Acquire, and
/// release on commit. `expected` must be a value that nobody but the caller may replace by a
/// sequence (a lock word that it holds, a hazard that it published); that is what allows a thread
/// without sections to do the same with a compare-exchange.
PERCPU_INLINE bool percpu_sequence_store_if(intptr_t *PERCPU_NONNULL word, intptr_t expected,
                                            intptr_t desired) {
  switch (percpu_section_store_if(word, expected, desired)) {
    case PERCPU_COMMITTED:
      return true;
    case PERCPU_MISMATCH:
      return false;
    default:
      return percpu_sequence_store_if_slow(word, expected, desired);
  }
}

/// Load the source and, if the own-CPU word is 0, store there what was loaded. After a restart
/// fence that follows a change of the source, every publication of an earlier value is visible.
PERCPU_INLINE percpu_publication percpu_sequence_publish(void *PERCPU_NONNULL slots,
                                                         const intptr_t *PERCPU_NONNULL source) {
  percpu_publication publication = {0, 0, true};
  switch (percpu_section_publish(slots, source, &publication.word, &publication.value)) {
    case PERCPU_COMMITTED:
      return publication;
    case PERCPU_MISMATCH:
      publication.committed = false;
      return publication;
    default:
      return percpu_sequence_publish_slow(slots, source);
  }
}

/// The same without a second try: not committed if the word was not 0, or if the section did not get
/// through. For a hot path whose slow path calls the above.
PERCPU_INLINE percpu_publication percpu_sequence_publish_once(
    void *PERCPU_NONNULL slots, const intptr_t *PERCPU_NONNULL source) {
  percpu_publication publication = {0, 0, false};
  publication.committed = percpu_section_publish(slots, source, &publication.word,
                                                 &publication.value) == PERCPU_COMMITTED;
  return publication;
}

extern percpu_outcome (PERCPU_SLOW_PATH *PERCPU_NONNULL const percpu_sequence_commit_slow)(
    intptr_t *PERCPU_NONNULL word, intptr_t expected, intptr_t desired, percpu_section_copy copy);

/// If the word at this address, of whatever row, is `expected`, copy and store `desired`. Release on
/// commit. `expected` must be a value that nobody but the caller may replace by a sequence; others
/// may take the word by a compare-exchange and a restart fence. PERCPU_SLOW, and nothing done, if
/// sections do not get through: the caller then makes the word one that nobody takes.
PERCPU_INLINE percpu_outcome percpu_sequence_commit(intptr_t *PERCPU_NONNULL word,
                                                    intptr_t expected, intptr_t desired,
                                                    percpu_section_copy copy) {
  percpu_outcome outcome = percpu_section_commit(word, expected, desired, copy);
  if (__builtin_expect(outcome != PERCPU_SLOW, 1)) return outcome;
  return percpu_sequence_commit_slow(word, expected, desired, copy);
}

/// The same if the thread is on `cpu` besides, without a second try: false, and nothing done, if it
/// is not, if the word did not match, or if the section did not get through. `expected` may then be a
/// value that others replace by sequences on that CPU.
PERCPU_INLINE bool percpu_sequence_commit_once(int32_t cpu, intptr_t *PERCPU_NONNULL word,
                                               intptr_t expected, intptr_t desired,
                                               percpu_section_copy copy) {
  return percpu_section_commit_on(cpu, word, expected, desired, copy) == PERCPU_COMMITTED;
}

/// Add to the own-CPU total if the gate is 0 and that takes it no further than `limit` from what was
/// folded of it. Acquires the gate; the addition is relaxed. Without a second try: false, and nothing
/// done, if that was not so or the section did not get through. Whoever holds the gate, and nobody else,
/// may change both words in other ways.
PERCPU_INLINE bool percpu_sequence_add_within_once(void *PERCPU_NONNULL slots, intptr_t operand,
                                                   intptr_t limit) {
  return percpu_section_add_within(slots, operand, limit) == PERCPU_COMMITTED;
}

PERCPU_END

#endif
