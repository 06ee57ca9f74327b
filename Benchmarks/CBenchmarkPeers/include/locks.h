// SPDX-License-Identifier: Apache-2.0
//
// Locks as one would use them without this package, each with the state it protects: 1 word or 8.
// An increment adds 1 to every word. Each loop does it n times from the calling thread; any number
// of threads may run it at once.

#ifndef CBENCHMARKPEERS_LOCKS_H
#define CBENCHMARKPEERS_LOCKS_H

#include <stdbool.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/// A plain increment of memory on the thread's own stack: no lock can be cheaper. Returns n.
intptr_t peer_plain_words_loop(intptr_t words, intptr_t n);

/// The state behind one lock of the system.
typedef struct peer_locked peer_locked;

typedef enum peer_lock_kind {
  PEER_PTHREAD_MUTEX,
  PEER_PTHREAD_RWLOCK,
  // Not on Darwin, which has none.
  PEER_PTHREAD_SPINLOCK,
} peer_lock_kind;

/// `words` is 1 or 8. Each begins as `value`.
peer_locked *_Nonnull peer_locked_create(peer_lock_kind kind, intptr_t words, intptr_t value);
void peer_locked_destroy(peer_locked *_Nonnull object);
/// A read-write lock is locked for writing.
void peer_locked_increment_loop(peer_locked *_Nonnull object, intptr_t n);
/// For what Swift code does under the lock. `shared` is for a read-write lock; others are exclusive.
void peer_locked_hold(peer_locked *_Nonnull object, bool shared);
void peer_locked_release(peer_locked *_Nonnull object);
/// Returns how many of n readings found all words alike and not 0. A read-write lock is locked for
/// reading.
intptr_t peer_locked_read_loop(peer_locked *_Nonnull object, intptr_t n);
/// What each word holds; -1 if they differ.
intptr_t peer_locked_value(peer_locked *_Nonnull object);

/// A state for each CPU behind a compare-exchange lock of its own, found by the CPU number in the C
/// library's rseq area: what one writes who has no restartable sequences.
typedef struct peer_cpu_locks peer_cpu_locks;

/// `words` is 1 or 8.
peer_cpu_locks *_Nonnull peer_cpu_locks_create(intptr_t cpus, intptr_t words);
void peer_cpu_locks_destroy(peer_cpu_locks *_Nonnull locks);
void peer_cpu_locks_increment_loop(peer_cpu_locks *_Nonnull locks, intptr_t n);
/// The sum over all CPUs of what each word holds; -1 if those of a CPU differ.
intptr_t peer_cpu_locks_value(peer_cpu_locks *_Nonnull locks);

#ifdef __cplusplus
}
#endif

#endif
