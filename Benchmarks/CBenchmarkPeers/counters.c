// SPDX-License-Identifier: Apache-2.0

#include "counters.h"

#include <pthread.h>

#include "lines.h"

intptr_t peer_plain_loop(intptr_t n) {
  _Alignas(LINE) intptr_t word = 0;
  for (intptr_t i = 0; i < n; i++) {
    word += 1;
    // The compiler must believe that somebody looks at the word after each increment.
    __asm__ volatile("" : "+m"(word));
  }
  return word;
}

void peer_section_loop(void *slots, intptr_t n) {
  for (intptr_t i = 0; i < n; i++) percpu_sequence_add(slots, 1);
}

// MARK: pthread mutex

struct peer_mutex {
  _Alignas(LINE) pthread_mutex_t lock;
  intptr_t value;
};

peer_mutex *peer_mutex_create(void) {
  peer_mutex *mutex = allocate_lines(sizeof *mutex);
  pthread_mutex_init(&mutex->lock, NULL);
  mutex->value = 0;
  return mutex;
}

void peer_mutex_destroy(peer_mutex *mutex) {
  pthread_mutex_destroy(&mutex->lock);
  free(mutex);
}

void peer_mutex_add_loop(peer_mutex *mutex, intptr_t n) {
  for (intptr_t i = 0; i < n; i++) {
    pthread_mutex_lock(&mutex->lock);
    mutex->value += 1;
    pthread_mutex_unlock(&mutex->lock);
  }
}

intptr_t peer_mutex_load_loop(peer_mutex *mutex, intptr_t n) {
  intptr_t sum = 0;
  for (intptr_t i = 0; i < n; i++) {
    pthread_mutex_lock(&mutex->lock);
    sum += mutex->value;
    pthread_mutex_unlock(&mutex->lock);
  }
  return sum;
}

intptr_t peer_mutex_value(peer_mutex *mutex) { return peer_mutex_load_loop(mutex, 1); }

// MARK: Stripes

struct stripe {
  _Alignas(LINE) intptr_t value;
};

struct peer_stripes {
  uint32_t mask;
  struct stripe *stripes;
};

// Not static: what the whole program may change, the compiler reads again in each turn of a loop,
// as it would where an addition stands alone.
__thread uint32_t peer_thread_number;
static uint32_t threads_numbered;

static uint32_t thread_number(void) {
  if (__builtin_expect(peer_thread_number == 0, 0))
    peer_thread_number = __atomic_add_fetch(&threads_numbered, 1, __ATOMIC_RELAXED);
  return peer_thread_number;
}

peer_stripes *peer_stripes_create(uint32_t at_least) {
  peer_stripes *stripes = allocate_lines(sizeof *stripes);
  uint32_t count = 1;
  while (count < at_least) count *= 2;
  stripes->mask = count - 1;
  stripes->stripes = allocate_lines(count * sizeof(struct stripe));
  for (uint32_t i = 0; i < count; i++) stripes->stripes[i].value = 0;
  return stripes;
}

void peer_stripes_destroy(peer_stripes *stripes) {
  free(stripes->stripes);
  free(stripes);
}

void peer_stripes_add_loop(peer_stripes *stripes, intptr_t n) {
  for (intptr_t i = 0; i < n; i++) {
    struct stripe *stripe = &stripes->stripes[thread_number() & stripes->mask];
    __atomic_fetch_add(&stripe->value, 1, __ATOMIC_RELAXED);
    percpu_compiler_barrier();
  }
}

intptr_t peer_stripes_value(peer_stripes *stripes) {
  intptr_t sum = 0;
  for (uint32_t i = 0; i <= stripes->mask; i++)
    sum += __atomic_load_n(&stripes->stripes[i].value, __ATOMIC_RELAXED);
  return sum;
}

// MARK: pthread key

struct cell {
  _Alignas(LINE) intptr_t value;
  struct cell *next;
};

struct peer_key {
  pthread_key_t key;
  pthread_mutex_t lock;
  struct cell *cells;
};

peer_key *peer_key_create(void) {
  peer_key *key = allocate_lines(sizeof *key);
  if (pthread_key_create(&key->key, NULL) != 0) {
    free(key);
    return NULL;
  }
  pthread_mutex_init(&key->lock, NULL);
  key->cells = NULL;
  return key;
}

void peer_key_destroy(peer_key *key) {
  pthread_key_delete(key->key);
  pthread_mutex_destroy(&key->lock);
  for (struct cell *cell = key->cells, *next; cell != NULL; cell = next) {
    next = cell->next;
    free(cell);
  }
  free(key);
}

static __attribute__((noinline, cold)) struct cell *make_cell(peer_key *key) {
  struct cell *cell = allocate_lines(sizeof *cell);
  cell->value = 0;
  pthread_mutex_lock(&key->lock);
  cell->next = key->cells;
  key->cells = cell;
  pthread_mutex_unlock(&key->lock);
  pthread_setspecific(key->key, cell);
  return cell;
}

void peer_key_add_loop(peer_key *key, intptr_t n) {
  for (intptr_t i = 0; i < n; i++) {
    struct cell *cell = pthread_getspecific(key->key);
    if (__builtin_expect(cell == NULL, 0)) cell = make_cell(key);
    // The owner is the only writer, but others read: atomic, without a locked instruction.
    intptr_t value = __atomic_load_n(&cell->value, __ATOMIC_RELAXED);
    __atomic_store_n(&cell->value, value + 1, __ATOMIC_RELAXED);
  }
}

intptr_t peer_key_value(peer_key *key) {
  intptr_t sum = 0;
  pthread_mutex_lock(&key->lock);
  for (struct cell *cell = key->cells; cell != NULL; cell = cell->next)
    sum += __atomic_load_n(&cell->value, __ATOMIC_RELAXED);
  pthread_mutex_unlock(&key->lock);
  return sum;
}
