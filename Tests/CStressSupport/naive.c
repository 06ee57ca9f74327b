// SPDX-License-Identifier: Apache-2.0
//
// A negative control: the lock of the proposal of 2015 taken by its word. Who finds the word held
// changes it, sends the holder a signal, and relies on the signal's handler to have stopped the
// holder's commit. That holds while nothing keeps the handler from running first. Two threads, one
// of which holds and commits, while the other steals and counts what is stored in spite of it.

#define _GNU_SOURCE
#include "CStressSupport.h"

#include <errno.h>
#include <pthread.h>
#include <setjmp.h>
#include <signal.h>
#include <string.h>
#include <time.h>

// {owner: 32, count: 32}; no owner: free.
enum { HOLDER = 1, THIEF = 2, CELLS = 4 };
static intptr_t word __attribute__((aligned(128)));
static intptr_t cells[CELLS] __attribute__((aligned(128)));

static int32_t holder_tid;
static uint32_t is_over;
static stress_naive_trouble trouble;

static __thread volatile sig_atomic_t is_committing;
static __thread sigjmp_buf abort_point;

static int steal_signal(void) { return SIGUSR1; }
static int other_signal(void) { return SIGUSR2; }

static intptr_t owned(intptr_t before, intptr_t owner) {
  return owner << 32 | (intptr_t)(uint32_t)(before + 1);
}
static bool is_free(intptr_t value) { return value >> 32 == 0; }
static void spend(int64_t microseconds) {
  int64_t end = stress_nanoseconds() + microseconds * 1000;
  while (stress_nanoseconds() < end) percpu_pause();
}

// Redirects a thread that is in its commit.
static void on_steal(int signal) {
  (void)signal;
  if (is_committing) siglongjmp(abort_point, 1);
}

// The handler of somebody else. While it runs, the program counter is not in the commit; a test of
// the program counter is what the flag stands for here.
static void on_other(int signal) {
  (void)signal;
  sig_atomic_t interrupted = is_committing;
  is_committing = 0;
  spend(100);
  is_committing = interrupted;
}

static void *hold(void *argument) {
  percpu_thread_pin(*(int32_t *)argument);
  sigset_t all;
  sigfillset(&all);
  if (trouble == STRESS_NAIVE_BLOCKED)
    pthread_sigmask(SIG_BLOCK, &all, NULL);
  else
    pthread_sigmask(SIG_UNBLOCK, &all, NULL);
  percpu_u32_store_release((uint32_t *)&holder_tid, (uint32_t)percpu_thread_id());
  while (!percpu_u32_load_acquire(&is_over)) {
    intptr_t before = percpu_word_load_acquire(&word), mine = owned(before, HOLDER);
    if (!is_free(before) ||
        !percpu_word_compare_exchange_acq_rel(&word, before, mine).exchanged) {
      percpu_thread_yield();
      continue;
    }
    spend(5);
    if (sigsetjmp(abort_point, 0) != 0) continue;
    is_committing = 1;
    percpu_compiler_barrier();
    if (percpu_word_load_acquire(&word) == mine) {
      for (int index = 0; index < CELLS; index++) {
        spend(20);
        percpu_word_store_relaxed(&cells[index], mine);
      }
      percpu_word_store_release(&word, (intptr_t)(uint32_t)mine);
    }
    percpu_compiler_barrier();
    is_committing = 0;
  }
  return NULL;
}

// Whether what the thief wrote stays, for as long as the thief holds the word.
static bool stays(intptr_t mine) {
  for (int index = 0; index < CELLS; index++) percpu_word_store_relaxed(&cells[index], mine);
  for (int turn = 0; turn < 50; turn++) {
    spend(2);
    for (int index = 0; index < CELLS; index++)
      if (percpu_word_load_acquire(&cells[index]) != mine) return false;
    // The holder may be waiting for this CPU.
    if (turn % 16 == 15) percpu_thread_yield();
  }
  return percpu_word_load_acquire(&word) == mine;
}

/// One attempt: 1 violation, 0 none, -1 the holder was not there or was faster.
static int steal(void) {
  intptr_t before = percpu_word_load_acquire(&word);
  if (is_free(before)) return -1;
  spend(10);
  int32_t tid = (int32_t)percpu_u32_load_acquire((uint32_t *)&holder_tid);
  if (trouble == STRESS_NAIVE_STORM) {
    percpu_thread_signal(tid, other_signal());
    spend(5);
  }
  intptr_t mine = owned(before, THIEF);
  if (!percpu_word_compare_exchange_acq_rel(&word, before, mine).exchanged) return -1;
  percpu_thread_signal(tid, steal_signal());
  percpu_fence_heavy();
  if (percpu_word_load_acquire(&word) != mine) return -1;
  bool is_sound = stays(mine);
  percpu_word_store_release(&word, (intptr_t)(uint32_t)mine);
  return !is_sound;
}

stress_naive_result stress_naive_steals(stress_naive_trouble what, int32_t cpu, int64_t wanted,
                                        double seconds) {
  stress_naive_result result = {0, 0};
  struct sigaction action, before[2];
  memset(&action, 0, sizeof action);
  // The handler may not return.
  action.sa_flags = SA_NODEFER | SA_RESTART;
  action.sa_handler = on_steal;
  sigaction(steal_signal(), &action, &before[0]);
  action.sa_handler = on_other;
  sigaction(other_signal(), &action, &before[1]);
  word = 0;
  trouble = what;
  holder_tid = 0;
  is_over = 0;
  pthread_t holder;
  if (pthread_create(&holder, NULL, hold, &cpu) != 0) return result;
  while (percpu_u32_load_acquire((uint32_t *)&holder_tid) == 0) percpu_thread_yield();
  int64_t end = stress_nanoseconds() + (int64_t)(seconds * 1e9);
  while (result.steals < wanted && stress_nanoseconds() < end) {
    int outcome = steal();
    if (outcome < 0) {
      percpu_thread_yield();
      continue;
    }
    result.steals++;
    result.violations += outcome;
  }
  percpu_u32_store_release(&is_over, 1);
  pthread_join(holder, NULL);
  sigaction(steal_signal(), &before[0], NULL);
  sigaction(other_signal(), &before[1], NULL);
  return result;
}
