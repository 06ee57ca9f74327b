// SPDX-License-Identifier: Apache-2.0
//
// Participants: a number for each thread that takes part in locking, and a record that others find
// by it.
//
// Numbers begin at 1 and are used again, so that they stay small and fit beside other things in one
// word. Records are never given back: who read a number from a word may look at its record although
// the thread is long gone, and then learns so. The kernel's thread numbers would do neither.

#ifndef PERCPU_NATIVE_PARTICIPANT_H
#define PERCPU_NATIVE_PARTICIPANT_H

#include "atomics.h"

PERCPU_BEGIN

enum {
  PERCPU_PARTICIPANT_BITS = 22,
  PERCPU_PARTICIPANT_CHUNK_SHIFT = 10,
  PERCPU_PARTICIPANT_CHUNKS = 1 << (PERCPU_PARTICIPANT_BITS - PERCPU_PARTICIPANT_CHUNK_SHIFT),
};

typedef struct {
  /// Counts entries into and exits from announced commits: odd inside of one. Written by the thread
  /// itself and by its signal handlers.
  uint32_t commits;
  /// How many words this thread holds that must not be taken from it while it lives.
  uint32_t pinned;
  /// Not 0 if its thread is gone and left pinned words behind: the number is not used again.
  uint32_t is_dead;
  /// The next free number, while this one is free.
  uint32_t next_free;
  /// The address of the word that the announced commit is about. Stored behind `commits`, and in front
  /// of the look at the word.
  intptr_t committing;
} __attribute__((aligned(64))) percpu_participant;

extern percpu_participant *PERCPU_NULLABLE percpu_participants[PERCPU_PARTICIPANT_CHUNKS];

/// Gives the calling thread a number. Async-signal-safe.
extern uint32_t (PERCPU_SLOW_PATH *PERCPU_NONNULL const percpu_participant_enroll)(void);

/// The number of the calling thread. The same in the child of a fork. Async-signal-safe.
PERCPU_INLINE uint32_t percpu_participant_number(void) {
  extern __thread uint32_t percpu_own_participant
#if defined(__linux__)
      __attribute__((tls_model("initial-exec")))
#endif
      ;
  uint32_t number = percpu_own_participant;
  return __builtin_expect(number != 0, 1) ? number : percpu_participant_enroll();
}

/// The record of a number that was handed out at some time.
PERCPU_INLINE percpu_participant *PERCPU_NONNULL percpu_participant_record(uint32_t number) {
  return &percpu_participants[number >> PERCPU_PARTICIPANT_CHUNK_SHIFT]
                             [number & ((1u << PERCPU_PARTICIPANT_CHUNK_SHIFT) - 1)];
}

/// The highest number that was handed out so far.
uint32_t percpu_participant_limit(void);

/// How many announced commits the thread has entered and left. Acquire: pairs with the release at
/// the end of one.
PERCPU_INLINE uint32_t percpu_participant_commits(uint32_t number) {
  return percpu_u32_load_acquire(&percpu_participant_record(number)->commits);
}

/// Whether the announced commit that the thread is in, or was in last, is about this word. After
/// `percpu_participant_commits` returned an odd number it is the commit of that number, or a later one;
/// or the one before, if that of the number has not looked at its word yet. Acquire: pairs with the
/// release when it is noted; then all earlier commits are seen.
PERCPU_INLINE bool percpu_participant_commits_to(uint32_t number,
                                                 const intptr_t *PERCPU_NONNULL word) {
  return percpu_word_load_acquire(&percpu_participant_record(number)->committing) ==
         (intptr_t)word;
}

/// Whether the thread is gone and left pinned words behind. Acquire: pairs with the release at its
/// end.
PERCPU_INLINE bool percpu_participant_is_dead(uint32_t number) {
  return percpu_u32_load_acquire(&percpu_participant_record(number)->is_dead) != 0;
}

/// How many words the thread has pinned. For the thread itself.
PERCPU_INLINE uint32_t percpu_participant_pinned(uint32_t own) {
  return percpu_u32_load_relaxed(&percpu_participant_record(own)->pinned);
}

/// Adds to the number of words that the calling thread has pinned. Relaxed: nobody else reads it
/// while the thread lives. The compiler barriers keep its place among the accesses of the word that
/// it is about, since a fork of another thread may come in between.
PERCPU_INLINE void percpu_participant_pin(uint32_t own, int32_t amount) {
  uint32_t *pinned = &percpu_participant_record(own)->pinned;
  percpu_compiler_barrier();
  percpu_u32_store_relaxed(pinned, percpu_u32_load_relaxed(pinned) + (uint32_t)amount);
  percpu_compiler_barrier();
}

PERCPU_END

#endif
