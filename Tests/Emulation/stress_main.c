// SPDX-License-Identifier: Apache-2.0
//
// The shim's sequences under stress: `stress NAME SECONDS [THREADS]`.
//
// Every thread does all of it in random order, and disturbs the others:
// - adds to a counter, as the signal handler does in between: the sum is exact;
// - takes the lock of a row by claim-if, changes a plain number, and lets go by store-if: the sum
//   is exact;
// - publishes the current object, and never finds it retired while its row shows it. The first
//   thread replaces the object and retires old ones that no row shows after a restart fence.
// One thread in four cannot run sections. EXPECTED_ENGINE names the engine that must be in use,
// EXPECTED_REGISTRATION, if it is set, who registers threads: `libc` or `own`.

#define _GNU_SOURCE
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "CStressSupport.h"

enum { THREADS_MAX = 256, OBJECTS = 256, LINE = 128 };

static void *counter, *locks, *slots;
static intptr_t current __attribute__((aligned(LINE))) = 1;
static intptr_t retired[OBJECTS + 1] __attribute__((aligned(LINE)));
static uint32_t tids[THREADS_MAX] __attribute__((aligned(LINE)));
static int thread_count = 16;
static int64_t end_of_run;
static bool restartable;

// What happened.
static uint64_t additions, criticals, publications, aborts, migrations, moves, fences, retirements;
static uint64_t complaints;

static void complain(const char *what, intptr_t number) {
  if (percpu_u64_fetch_add_relaxed(&complaints, 1) < 8) printf("stress: %s (%zd)\n", what, number);
}

struct worker {
  int index;
  uint64_t random;
  int32_t cpu;
  uint64_t additions, criticals, publications, aborts, migrations;
  pthread_t thread;
};

static uint32_t below(struct worker *worker, uint32_t bound) {
  worker->random = worker->random * 6364136223846793005u + 1442695040888963407u;
  return (uint32_t)(worker->random >> 33) % bound;
}

static void *reserve_rows(void) {
  char *memory = percpu_memory_reserve((size_t)(percpu_cpu_limit() + PERCPU_EXTRA_ROWS)
                                       << PERCPU_ROW_SHIFT);
  if (memory == NULL) abort();
  return memory + ((size_t)PERCPU_EXTRA_ROWS << PERCPU_ROW_SHIFT);
}

static intptr_t sum_of_rows(void *rows, int word) {
  intptr_t sum = 0;
  for (int32_t row = PERCPU_ROW_UNBOUND; row < percpu_cpu_limit(); row++)
    sum += percpu_word_load_relaxed(percpu_row_word(rows, row) + word);
  return sum;
}

// Its handler is counted, not what it added to: two for each signal.
static void on_storm(void *context) { percpu_sequence_add(context, 2); }

// The sequence's own first step, to count what it hides.
static void add(struct worker *worker, intptr_t amount) {
  if (percpu_section_add(counter, amount) != PERCPU_COMMITTED) {
    if (percpu_thread_cpu() >= 0) worker->aborts++;
    percpu_sequence_add_slow(counter, amount);
  }
  worker->additions += (uint64_t)amount;
}

static void lock_and_count(struct worker *worker) {
  intptr_t holder = worker->index + 1;
  percpu_claim claim = percpu_sequence_claim_if(locks, 0, holder);
  intptr_t *words = claim.word;
  if (!claim.committed) return percpu_thread_yield();
  volatile intptr_t *number = words + 1;
  intptr_t before = *number;
  for (int turn = (int)below(worker, 8); turn > 0; turn--) percpu_pause();
  *number = before + 1;
  worker->criticals++;
  if (!percpu_sequence_store_if(words, holder, 0)) complain("a held lock changed hands", holder);
}

static void publish_and_look(struct worker *worker) {
  percpu_publication publication = percpu_sequence_publish(slots, &current);
  if (!publication.committed) return percpu_thread_yield();
  intptr_t object = publication.value, *slot = publication.word;
  for (int turn = (int)below(worker, 64); turn >= 0; turn--)
    if (percpu_word_load_relaxed(&retired[object]) != 0) {
      complain("an object was retired while a row showed it", object);
      break;
    }
  worker->publications++;
  if (!percpu_sequence_store_if(slot, object, 0))
    complain("a published object was replaced", object);
}

// By the first worker alone. Objects wait for their retirement in order, so a ring will do.
static void replace_and_retire(void) {
  static intptr_t first = 2, waiting[OBJECTS], count;
  if (count < OBJECTS / 2) {
    percpu_word_store_relaxed(&retired[first], 0);
    waiting[count++] = percpu_word_exchange_acq_rel(&current, first);
    // Numbers come round again long after they were retired; one that still waits is passed over.
    for (bool taken = true; taken;) {
      first = first % OBJECTS + 1;
      taken = first == percpu_word_load_relaxed(&current);
      for (intptr_t index = 0; index < count; index++) taken |= waiting[index] == first;
    }
  }
  percpu_fence_restart_all();
  bool shown[OBJECTS + 1] = {false};
  for (int32_t row = PERCPU_ROW_UNBOUND; row < percpu_cpu_limit(); row++)
    shown[percpu_word_load_acquire(percpu_row_word(slots, row))] = true;
  intptr_t left = 0;
  for (intptr_t index = 0; index < count; index++)
    if (shown[waiting[index]]) {
      waiting[left++] = waiting[index];
    } else {
      percpu_word_store_relaxed(&retired[waiting[index]], 1);
      percpu_u64_fetch_add_relaxed(&retirements, 1);
    }
  count = left;
}

static void disturb(struct worker *worker) {
  int32_t tid = (int32_t)percpu_u32_load_relaxed(&tids[below(worker, (uint32_t)thread_count)]);
  if (tid == 0) return;
  uint64_t mask = (uint64_t)1 << below(worker, (uint32_t)percpu_cpu_limit() % 64);
  switch (below(worker, 4)) {
    case 0:
      if (below(worker, 4) == 0) mask = ~(uint64_t)0;
      // A CPU that is offline at the moment is refused.
      if (percpu_thread_set_affinity(tid, &mask, 1) == 0) percpu_u64_fetch_add_relaxed(&moves, 1);
      break;
    case 1:
      percpu_fence_restart_all();
      percpu_u64_fetch_add_relaxed(&fences, 1);
      break;
    default:
      stress_signal_thread(tid);
  }
}

static void *work(void *argument) {
  struct worker *worker = argument;
  stress_block_signals(false);
  if (worker->index % 4 == 3) stress_thread_unregister();
  percpu_u32_store_relaxed(&tids[worker->index], (uint32_t)percpu_thread_id());
  do {
    for (int step = 0; step < 16; step++) {
      if (worker->index == 0 && step == 0) replace_and_retire();
      switch (below(worker, 4)) {
        case 0: lock_and_count(worker); break;
        case 1: publish_and_look(worker); break;
        default: for (int turn = 0; turn < 256; turn++) add(worker, 1 + (intptr_t)below(worker, 3));
      }
      int32_t cpu = percpu_cpu_hint();
      if (cpu != worker->cpu) worker->migrations++;
      worker->cpu = cpu;
    }
    if (below(worker, 4) == 0) disturb(worker);
  } while (stress_nanoseconds() < end_of_run);
  percpu_u32_store_relaxed(&tids[worker->index], 0);
  return NULL;
}

// Floors are far below what an idle machine does: they are there to notice what does nothing.
static void expect_at_least(const char *what, uint64_t count, double per_second, double seconds) {
  if ((double)count >= per_second * seconds) return;
  complain(what, (intptr_t)count);
}

static void check_environment(void) {
  const char *engine = getenv("EXPECTED_ENGINE"), *registration = getenv("EXPECTED_REGISTRATION");
  if (engine != NULL && strcmp(engine, restartable ? "restartable" : "atomic") != 0)
    complain("this is not the expected engine", percpu_engine.engine);
  int expected = registration == NULL               ? percpu_engine.registration
                 : strcmp(registration, "own") == 0 ? PERCPU_REGISTRATION_OWN
                                                    : PERCPU_REGISTRATION_LIBC;
  if (percpu_engine.registration != expected)
    complain("threads are registered by somebody else", percpu_engine.registration);
}

int main(int count, char **arguments) {
  static struct worker workers[THREADS_MAX];
  setvbuf(stdout, NULL, _IOLBF, 0);
  if (count < 3) return 64;
  double seconds = atof(arguments[2]);
  if (count > 3) thread_count = atoi(arguments[3]);
  if (seconds <= 0 || thread_count < 1 || thread_count > THREADS_MAX) return 64;
  restartable = percpu_engine_is_restartable();
  check_environment();
  counter = reserve_rows(), locks = reserve_rows(), slots = reserve_rows();
  for (int object = 2; object <= OBJECTS; object++) retired[object] = 1;
  stress_handle_signals(on_storm, counter);
  end_of_run = stress_nanoseconds() + (int64_t)(seconds * 1e9);
  for (int index = 0; index < thread_count; index++) {
    workers[index] = (struct worker){.index = index, .random = (uint64_t)index * 7919 + 1};
    if (pthread_create(&workers[index].thread, NULL, work, &workers[index]) != 0) abort();
  }
  for (int index = 0; index < thread_count; index++) {
    struct worker *worker = &workers[index];
    pthread_join(worker->thread, NULL);
    additions += worker->additions, criticals += worker->criticals, aborts += worker->aborts;
    publications += worker->publications, migrations += worker->migrations;
  }
  uint64_t signals = (uint64_t)stress_signals_handled();
  intptr_t counted = sum_of_rows(counter, 0), locked = sum_of_rows(locks, 1);
  if ((uint64_t)counted != additions + 2 * signals)
    complain("additions were lost or doubled", counted - (intptr_t)(additions + 2 * signals));
  if ((uint64_t)locked != criticals)
    complain("critical sections met", locked - (intptr_t)criticals);
  expect_at_least("too few additions", additions, 5000, seconds);
  expect_at_least("too few critical sections", criticals, 200, seconds);
  expect_at_least("too few publications", publications, 200, seconds);
  expect_at_least("too few retired objects", retirements, 0.1, seconds);
  expect_at_least("too few signals", signals, 5, seconds);
  expect_at_least("too few changes of affinity", moves, 3, seconds);
  expect_at_least("too few fences", fences, 3, seconds);
  if (percpu_cpu_limit() > 1) expect_at_least("too few migrations", migrations, 3, seconds);
  if (restartable) expect_at_least("too few aborts", aborts, 2, seconds);
  printf("%s: %s engine, threads %d, additions %lu, critical sections %lu, publications %lu, "
         "retired %lu, signals %lu, moves %lu, migrations %lu, fences %lu, aborts %lu\n",
         arguments[1], restartable ? "restartable" : "atomic", thread_count,
         (unsigned long)additions, (unsigned long)criticals, (unsigned long)publications,
         (unsigned long)retirements, (unsigned long)signals, (unsigned long)moves,
         (unsigned long)migrations, (unsigned long)fences, (unsigned long)aborts);
  printf("verdict %s: %s\n", arguments[1], complaints == 0 ? "ok" : "FAILED");
  return complaints == 0 ? 0 : 1;
}
