// SPDX-License-Identifier: Apache-2.0
//
// Litmus loops over the shim's accesses. Two threads run the two sides of a test over an array of
// independent instances, in step with each other to within a block, so that their accesses really
// meet. Each instance's words stand in lines of their own.

#include "CStressSupport.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

enum { INSTANCES = 256 };

struct instance {
  intptr_t x __attribute__((aligned(128)));
  intptr_t y __attribute__((aligned(128)));
  intptr_t seen[2] __attribute__((aligned(128)));
};

struct litmus {
  struct instance instances[INSTANCES];
  uint32_t arrived __attribute__((aligned(128)));
  int64_t blocks;
  int64_t count;
  int flavor;
  void (*side[2])(struct instance *, int flavor);
  bool (*weak)(const struct instance *);
};

struct side {
  struct litmus *litmus;
  int index;
};

// Both threads are past this when it returns.
static void meet(uint32_t *arrived, uint32_t target) {
  percpu_u32_fetch_add_acq_rel(arrived, 1);
  for (int turn = 0; percpu_u32_load_acquire(arrived) < target; turn++)
    if (turn % 1024 == 1023)
      percpu_thread_yield();
    else
      percpu_pause();
}

static void *run_side(void *argument) {
  struct side *side = argument;
  struct litmus *litmus = side->litmus;
  // On CPUs of their own if there are several: the weak outcomes need it.
  if (percpu_cpu_limit() > 1) percpu_thread_pin(side->index);
  uint32_t meeting = 0;
  for (int64_t block = 0; block < litmus->blocks; block++) {
    meet(&litmus->arrived, meeting += 2);
    for (int index = 0; index < INSTANCES; index++)
      litmus->side[side->index](&litmus->instances[index], litmus->flavor);
    meet(&litmus->arrived, meeting += 2);
    // One judges and clears while the other waits at the next meeting.
    if (side->index == 0) {
      for (int index = 0; index < INSTANCES; index++)
        litmus->count += litmus->weak(&litmus->instances[index]);
      memset(litmus->instances, 0, sizeof litmus->instances);
    }
  }
  return NULL;
}

// Runs the litmus in blocks and counts the instances that `weak` recognizes.
static int64_t run_litmus(int64_t rounds, int flavor, void (*left)(struct instance *, int),
                          void (*right)(struct instance *, int),
                          bool (*weak)(const struct instance *)) {
  void *memory;
  if (posix_memalign(&memory, 128, sizeof(struct litmus)) != 0) return -1;
  struct litmus *litmus = memory;
  memset(litmus, 0, sizeof *litmus);
  litmus->blocks = rounds / INSTANCES + 1;
  litmus->flavor = flavor;
  litmus->side[0] = left;
  litmus->side[1] = right;
  litmus->weak = weak;
  struct side sides[2] = {{litmus, 0}, {litmus, 1}};
  pthread_t threads[2];
  for (int index = 0; index < 2; index++)
    pthread_create(&threads[index], NULL, run_side, &sides[index]);
  for (int index = 0; index < 2; index++) pthread_join(threads[index], NULL);
  int64_t count = litmus->count;
  free(memory);
  return count;
}

static void fence(int flavor, bool heavy) {
  if (flavor == STRESS_FENCE_SEQ_CST) percpu_fence_seq_cst();
  if (flavor == STRESS_FENCE_ASYMMETRIC && heavy) percpu_fence_heavy();
  if (flavor == STRESS_FENCE_ASYMMETRIC && !heavy) percpu_fence_light();
}

static void store_buffering_left(struct instance *at, int flavor) {
  percpu_word_store_relaxed(&at->x, 1);
  fence(flavor, false);
  at->seen[0] = percpu_word_load_relaxed(&at->y);
}

static void store_buffering_right(struct instance *at, int flavor) {
  percpu_word_store_relaxed(&at->y, 1);
  fence(flavor, true);
  at->seen[1] = percpu_word_load_relaxed(&at->x);
}

static bool store_buffering_weak(const struct instance *at) {
  return at->seen[0] == 0 && at->seen[1] == 0;
}

int64_t stress_store_buffering(int64_t rounds, stress_fence flavor) {
  return run_litmus(rounds, (int)flavor, store_buffering_left, store_buffering_right,
                    store_buffering_weak);
}

static void message_passing_left(struct instance *at, int fenced) {
  percpu_word_store_relaxed(&at->x, 1);
  if (fenced)
    percpu_word_store_release(&at->y, 1);
  else
    percpu_word_store_relaxed(&at->y, 1);
}

static void message_passing_right(struct instance *at, int fenced) {
  at->seen[0] = fenced ? percpu_word_load_acquire(&at->y) : percpu_word_load_relaxed(&at->y);
  at->seen[1] = percpu_word_load_relaxed(&at->x);
}

static bool message_passing_weak(const struct instance *at) {
  return at->seen[0] == 1 && at->seen[1] == 0;
}

int64_t stress_message_passing(int64_t rounds, bool fenced) {
  return run_litmus(rounds, fenced, message_passing_left, message_passing_right,
                    message_passing_weak);
}
