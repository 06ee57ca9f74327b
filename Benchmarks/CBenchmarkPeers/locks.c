// SPDX-License-Identifier: Apache-2.0

#include "locks.h"

#include <pthread.h>
#include <stdbool.h>

#include "lines.h"

#define ALWAYS_INLINE static inline __attribute__((always_inline))

enum { MOST_WORDS = 8 };

// The numbers of words are literals where these are called, so that the loops vanish.

ALWAYS_INLINE void increment(intptr_t *state, intptr_t words) {
  for (intptr_t i = 0; i < words; i++) state[i] += 1;
}

ALWAYS_INLINE bool are_alike(const intptr_t *state, intptr_t words) {
  intptr_t difference = 0;
  for (intptr_t i = 1; i < words; i++) difference |= state[i] ^ state[0];
  return difference == 0;
}

// MARK: None

ALWAYS_INLINE intptr_t plain_loop(intptr_t words, intptr_t n) {
  struct {
    _Alignas(LINE) intptr_t words[MOST_WORDS];
  } state = {0};
  for (intptr_t i = 0; i < n; i++) {
    increment(state.words, words);
    // The compiler must believe that somebody looks at the words after each increment.
    __asm__ volatile("" : "+m"(state));
  }
  return state.words[words - 1];
}

intptr_t peer_plain_words_loop(intptr_t words, intptr_t n) {
  return words == 1 ? plain_loop(1, n) : plain_loop(MOST_WORDS, n);
}

// MARK: One lock

struct peer_locked {
  _Alignas(LINE) union {
    pthread_mutex_t mutex;
    pthread_rwlock_t rwlock;
#if !defined(__APPLE__)
    pthread_spinlock_t spinlock;
#endif
  };
  intptr_t state[MOST_WORDS];
  intptr_t words;
  peer_lock_kind kind;
};

peer_locked *peer_locked_create(peer_lock_kind kind, intptr_t words, intptr_t value) {
  peer_locked *object = allocate_lines(sizeof *object);
  switch (kind) {
    case PEER_PTHREAD_MUTEX: pthread_mutex_init(&object->mutex, NULL); break;
    case PEER_PTHREAD_RWLOCK: pthread_rwlock_init(&object->rwlock, NULL); break;
    case PEER_PTHREAD_SPINLOCK:
#if !defined(__APPLE__)
      pthread_spin_init(&object->spinlock, PTHREAD_PROCESS_PRIVATE);
      break;
#else
      percpu_fatal("Benchmarks: this system has no pthread spin locks");
#endif
  }
  for (intptr_t i = 0; i < MOST_WORDS; i++) object->state[i] = value;
  object->words = words;
  object->kind = kind;
  return object;
}

void peer_locked_destroy(peer_locked *object) {
  switch (object->kind) {
    case PEER_PTHREAD_MUTEX: pthread_mutex_destroy(&object->mutex); break;
    case PEER_PTHREAD_RWLOCK: pthread_rwlock_destroy(&object->rwlock); break;
    case PEER_PTHREAD_SPINLOCK: break;
  }
  free(object);
}

ALWAYS_INLINE void lock(peer_locked *object, peer_lock_kind kind, bool for_reading) {
  switch (kind) {
    case PEER_PTHREAD_MUTEX: pthread_mutex_lock(&object->mutex); break;
    case PEER_PTHREAD_RWLOCK:
      if (for_reading)
        pthread_rwlock_rdlock(&object->rwlock);
      else
        pthread_rwlock_wrlock(&object->rwlock);
      break;
    case PEER_PTHREAD_SPINLOCK:
#if !defined(__APPLE__)
      pthread_spin_lock(&object->spinlock);
#endif
      break;
  }
}

ALWAYS_INLINE void unlock(peer_locked *object, peer_lock_kind kind) {
  switch (kind) {
    case PEER_PTHREAD_MUTEX: pthread_mutex_unlock(&object->mutex); break;
    case PEER_PTHREAD_RWLOCK: pthread_rwlock_unlock(&object->rwlock); break;
    case PEER_PTHREAD_SPINLOCK:
#if !defined(__APPLE__)
      pthread_spin_unlock(&object->spinlock);
#endif
      break;
  }
}

ALWAYS_INLINE void increment_loop(peer_locked *object, peer_lock_kind kind, intptr_t words,
                                  intptr_t n) {
  for (intptr_t i = 0; i < n; i++) {
    lock(object, kind, false);
    increment(object->state, words);
    unlock(object, kind);
  }
}

ALWAYS_INLINE intptr_t read_loop(peer_locked *object, peer_lock_kind kind, intptr_t words,
                                 intptr_t n) {
  intptr_t done = 0;
  for (intptr_t i = 0; i < n; i++) {
    lock(object, kind, true);
    done += object->state[0] != 0 && are_alike(object->state, words);
    unlock(object, kind);
  }
  return done;
}

// A loop of its own for each kind and number of words.
#define FOR_EACH_LOOP(loop, object, n)                                                   \
  switch ((object)->kind * 2 + ((object)->words == 1)) {                                 \
    case PEER_PTHREAD_MUTEX * 2: return loop(object, PEER_PTHREAD_MUTEX, MOST_WORDS, n); \
    case PEER_PTHREAD_MUTEX * 2 + 1: return loop(object, PEER_PTHREAD_MUTEX, 1, n);      \
    case PEER_PTHREAD_RWLOCK * 2: return loop(object, PEER_PTHREAD_RWLOCK, MOST_WORDS, n); \
    case PEER_PTHREAD_RWLOCK * 2 + 1: return loop(object, PEER_PTHREAD_RWLOCK, 1, n);    \
    case PEER_PTHREAD_SPINLOCK * 2:                                                      \
      return loop(object, PEER_PTHREAD_SPINLOCK, MOST_WORDS, n);                         \
    default: return loop(object, PEER_PTHREAD_SPINLOCK, 1, n);                           \
  }

void peer_locked_increment_loop(peer_locked *object, intptr_t n) {
  FOR_EACH_LOOP(increment_loop, object, n)
}

intptr_t peer_locked_read_loop(peer_locked *object, intptr_t n) {
  FOR_EACH_LOOP(read_loop, object, n)
}

void peer_locked_hold(peer_locked *object, bool shared) { lock(object, object->kind, shared); }

void peer_locked_release(peer_locked *object) { unlock(object, object->kind); }

intptr_t peer_locked_value(peer_locked *object) {
  lock(object, object->kind, true);
  intptr_t value = are_alike(object->state, object->words) ? object->state[0] : -1;
  unlock(object, object->kind);
  return value;
}

// MARK: A lock for each CPU

struct row {
  _Alignas(LINE) uint32_t is_held;
  intptr_t state[MOST_WORDS];
};

struct peer_cpu_locks {
  struct row *rows;
  intptr_t cpus;
  intptr_t words;
};

peer_cpu_locks *peer_cpu_locks_create(intptr_t cpus, intptr_t words) {
  peer_cpu_locks *locks = allocate_lines(sizeof *locks);
  *locks = (peer_cpu_locks){allocate_lines((size_t)cpus * sizeof(struct row)), cpus, words};
  for (intptr_t i = 0; i < cpus; i++) locks->rows[i] = (struct row){0};
  return locks;
}

void peer_cpu_locks_destroy(peer_cpu_locks *locks) {
  free(locks->rows);
  free(locks);
}

ALWAYS_INLINE bool try_lock(struct row *row) {
  uint32_t free = 0;
  return __atomic_compare_exchange_n(&row->is_held, &free, 1, false, __ATOMIC_ACQUIRE,
                                     __ATOMIC_RELAXED);
}

// The holder may have been preempted on this CPU, so it is given the CPU now and then.
static __attribute__((noinline, cold)) struct row *wait_and_lock(struct row *rows) {
  for (uint32_t turn = 1;; turn++) {
    struct row *row = &rows[percpu_cpu_hint()];
    if (__atomic_load_n(&row->is_held, __ATOMIC_RELAXED) == 0 && try_lock(row)) return row;
    if (turn % 32 == 0)
      percpu_thread_yield();
    else
      percpu_pause();
  }
}

ALWAYS_INLINE void cpu_loop(struct row *rows, intptr_t words, intptr_t n) {
  for (intptr_t i = 0; i < n; i++) {
    struct row *row = &rows[percpu_cpu_hint()];
    if (__builtin_expect(!try_lock(row), 0)) row = wait_and_lock(rows);
    increment(row->state, words);
    __atomic_store_n(&row->is_held, 0, __ATOMIC_RELEASE);
  }
}

void peer_cpu_locks_increment_loop(peer_cpu_locks *locks, intptr_t n) {
  if (locks->words == 1)
    cpu_loop(locks->rows, 1, n);
  else
    cpu_loop(locks->rows, MOST_WORDS, n);
}

intptr_t peer_cpu_locks_value(peer_cpu_locks *locks) {
  intptr_t sum = 0;
  for (intptr_t i = 0; i < locks->cpus; i++) {
    if (!are_alike(locks->rows[i].state, locks->words)) return -1;
    sum += locks->rows[i].state[0];
  }
  return sum;
}
