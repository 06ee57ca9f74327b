// SPDX-License-Identifier: Apache-2.0
//
// The search by states: an execution ends where another one has been.
//
// Partial order reduction tries each order of steps that do not commute, be what comes of it the same or not. In a
// large scenario most of them lead to the same few states: whoever of four threads acquired a lock first, in the end
// the lock is free. Here a state is explored once. It consists of
//  - of each thread, a digest of all that it has been told: values read, sections aborted, signals delivered. A thread
//    is deterministic, so that says where it is and what its variables hold. A thread that has ended remembers nothing,
//    and one that has acquired a lock not how;
//  - of each location, the messages that somebody may still read, what their views have of each other, and what
//    the threads have seen;
//  - what is running where, who sleeps, which signals are pending;
//  - what the scenario says of what the checker cannot see: variables and memory that its threads share.
// Numbers that only grow are none of its own. A position counts from the oldest message that somebody may still read,
// and of clocks all that matters is which accesses to plain data they cover, of those that not everybody has.
//
// Steps that commute lead to the same state, in whichever order: sleep sets spare one of them. They need not be kept with
// a state, since nothing comes to a state twice in one execution (each step changes what its thread has been told). Say
// that `a` sleeps in a state when it is entered: then `a` was explored before some step `t`, with which it commutes, led
// there, and all that follows `a` has been entered, `t` included, or `t` was asleep there, and the same can be said of it.
// So whoever comes to the state again has nothing to explore, however few of its agents are asleep, and from a state that was
// there before all ways lead to such states. Executions that go on beyond one look whether that is so: it is not if
// the scenario has not told all.
//
// What is kept of a state are 64 bits: of n states, two are taken for one with a probability of n * n / 2^65, which for a
// hundred million is one in four thousand.
#include "Machine.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static inline uint64_t mix(uint64_t a, uint64_t b) {
  uint64_t z = (a ^ b * UINT64_C(0x9E3779B97F4A7C15)) + UINT64_C(0x2545F4914F6CDD1D);
  z = (z ^ z >> 30) * UINT64_C(0xBF58476D1CE4E5B9);
  z = (z ^ z >> 27) * UINT64_C(0x94D049BB133111EB);
  return z ^ z >> 31;
}

void cmc_note_outcome(uint64_t outcome) {
  Thread *self = cmc_self();
  self->history = mix(self->history, outcome);
}

void cmc_note_step(Operation operation) {
  Thread *self = cmc_self();
  if (operation.location != none && machine.locations[operation.location].is_lock) {
    if (self->wanted_lock != operation.location) self->history_before = self->history;
    self->wanted_lock = operation.location;
  } else if (operation.kind != op_pause) {
    self->wanted_lock = none;
  }
  cmc_note_outcome(operation.kind);
  if (operation.location != none) cmc_note_outcome(machine.locations[operation.location].key);
}

void cmc_note_acquisition(int location) {
  const Location *l = &machine.locations[location];
  Thread *self = cmc_self();
  if (!l->is_lock || self->wanted_lock != location) return;
  self->history = mix(self->history_before, l->key);
  self->wanted_lock = none;
}

void cmc_note(uint64_t value) {
  cmc_note_outcome(value);
  cmc_self()->wanted_lock = none;
}

// MARK: What matters

/// Locations of which a thread may read more than one message.
static int live[max_locations], live_count;
static uint8_t lowest[max_locations];  // the position of the oldest one

/// Accesses to plain data that not everybody knows of.
typedef struct {
  uint64_t key;
  int thread;
  uint16_t clock;
  bool is_guarded;
} Access;

static Access accesses[max_locations * (max_threads + 1)];
static int access_count;

static uint32_t unfinished_threads(void) {
  uint32_t set = 0;
  for (int i = 0; i < machine.thread_count; i++) set |= (uint32_t)!machine.threads[i].is_done << i;
  return set;
}

static void find_live_locations(uint32_t threads) {
  live_count = 0;
  for (int location = 0; location < machine.location_count; location++) {
    const Location *l = &machine.locations[location];
    int low = l->message_count - 1;
    for (uint32_t rest = low ? threads : 0; rest; rest &= rest - 1) {
      const Thread *thread = &machine.threads[__builtin_ctz(rest)];
      const int position = l->position[thread->current.seen[location]];
      if (position < low) low = position;
    }
    lowest[location] = (uint8_t)low;
    if (low < l->message_count - 1) live[live_count++] = location;
  }
}

static bool covers(const View *view, const Access *access) {
  return cmc_clocks(view, access->is_guarded)[access->thread] >= access->clock;
}

static void add_access(uint32_t threads, Access access) {
  for (uint32_t rest = threads; rest; rest &= rest - 1) {
    if (covers(&machine.threads[__builtin_ctz(rest)].current, &access)) continue;
    access.key = mix(access.key, (uint64_t)access.thread);
    accesses[access_count++] = access;
    return;
  }
}

static void find_accesses(uint32_t threads) {
  access_count = 0;
  for (int location = 0; location < machine.location_count; location++) {
    const Location *l = &machine.locations[location];
    if (!l->is_plain) continue;
    if (l->write_clock) {
      add_access(threads, (Access){l->key, l->writer, l->write_clock, l->is_guarded});
    }
    for (int i = 0; i < machine.thread_count; i++) {
      if (l->read_clock[i]) add_access(threads, (Access){~l->key, i, l->read_clock[i], l->is_guarded});
    }
  }
}

// MARK: Digests

// Sets are sums of what their elements come to: locations are met in any order.

static uint64_t view_digest(const View *view) {
  uint64_t sum = 0;
  for (int i = 0; i < live_count; i++) {
    const int location = live[i];
    const Location *l = &machine.locations[location];
    const int position = l->position[view->seen[location]];
    if (position > lowest[location]) sum += mix(l->key, (uint64_t)(position - lowest[location]));
  }
  for (int i = 0; i < access_count; i++) {
    if (covers(view, &accesses[i])) sum += accesses[i].key;
  }
  return sum;
}

static uint64_t location_digest(int location) {
  const Location *l = &machine.locations[location];
  uint64_t digest = mix(l->key, l->is_forgotten);
  if (l->is_plain) return mix(digest, l->messages[0].value);
  for (int p = lowest[location]; p < l->message_count; p++) {
    const Message *message = &l->messages[l->at[p]];
    digest = mix(digest, message->value);
    digest = mix(digest, view_digest(&message->view) + message->is_claimed);
  }
  return digest;
}

/// Of each location read since the last pause, the message read first.
static uint64_t reads_digest(const Thread *thread) {
  uint64_t sum = 0;
  for (uint64_t rest = thread->read_since_pause; rest; rest &= rest - 1) {
    const int location = __builtin_ctzll(rest);
    const Location *l = &machine.locations[location];
    const int position = l->position[thread->first_read[location]];
    // All that everybody is past are the same.
    const int age = position < lowest[location] ? 0 : position - lowest[location] + 1;
    sum += mix(~l->key, (uint64_t)age);
  }
  return sum;
}

static uint64_t thread_digest(int index) {
  const Thread *thread = &machine.threads[index];
  uint64_t digest = mix((uint64_t)index, thread->is_done + 2u * thread->has_given_up);
  digest = mix(digest, view_digest(&thread->current));
  digest = mix(digest, view_digest(&thread->acquired));
  if (thread->is_done) return digest;
  digest = mix(digest, view_digest(&thread->released));
  digest = mix(digest, thread->history);
  if (thread->wanted_lock != none) digest = mix(digest, thread->history_before);
  digest = mix(digest, (uint64_t)thread->aborts);
  digest = mix(digest, reads_digest(thread));
  const uint64_t flags = thread->section_is_open + 2u * thread->section_is_aborted + 4u * thread->is_asleep
      + 8u * thread->was_interrupted + 16u * thread->must_deliver;
  digest = mix(digest, flags << 16 | (uint8_t)thread->cpu << 8 | (uint8_t)thread->delivery);
  if (thread->is_asleep) digest = mix(digest, machine.locations[thread->sleeps_on].key);
  if (thread->pending_signals) digest = mix(digest, view_digest(&thread->signals));
  return mix(digest, (uint64_t)thread->pending_signals << 32 | thread->blocked_signals << 16 | thread->handled_signals);
}

uint64_t cmc_state_digest(void) {
  const uint32_t threads = unfinished_threads();
  find_live_locations(threads);
  find_accesses(threads);
  uint64_t sum = 0;
  for (int i = 0; i < machine.location_count; i++) sum += location_digest(i);
  for (int i = 0; i < machine.thread_count; i++) sum += thread_digest(i);
  for (int i = 0; i < max_cpus; i++) {
    const Processor *cpu = &machine.cpus[i];
    if (cpu->is_used) sum += mix(mix((uint64_t)~i, (uint64_t)cpu->running), view_digest(&cpu->view));
  }
  sum += mix(UINT64_MAX, view_digest(&machine.fences));
  if (machine.callbacks->state) sum += mix(sum, machine.callbacks->state(machine.callbacks->context));
  return sum + !sum;
}

// MARK: The states there were

static uint64_t *table;  // digests, and 0 where none is
static uint64_t capacity, count;

static void allocate(uint64_t number) {
  capacity = number;
  table = calloc(capacity, sizeof *table);
  if (table) return;
  fprintf(stderr, "model checker: no memory is left for %llu states\n", (unsigned long long)count);
  abort();
}

void cmc_states_begin(void) {
  free(table);
  count = 0;
  allocate(1 << 16);
}

void cmc_states_end(void) {
  free(table);
  table = NULL;
}

uint64_t cmc_state_count(void) { return count; }

static uint64_t *find(uint64_t digest) {
  uint64_t i = digest & (capacity - 1);
  while (table[i] && table[i] != digest) i = (i + 1) & (capacity - 1);
  return &table[i];
}

static void grow(void) {
  uint64_t *const former = table;
  const uint64_t former_capacity = capacity;
  allocate(2 * capacity);
  for (uint64_t i = 0; i < former_capacity; i++) {
    if (former[i]) *find(former[i]) = former[i];
  }
  free(former);
}

bool cmc_enter_state(void) {
  if (2 * count >= capacity) grow();
  const uint64_t digest = cmc_state_digest();
  uint64_t *state = find(digest);
  if (*state) return false;
  *state = digest;
  count++;
  return true;
}
