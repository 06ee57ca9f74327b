// SPDX-License-Identifier: Apache-2.0
//
// The register of participants: which numbers are free, and what becomes of them.
//
// Free numbers are a stack in the records themselves, with a count beside the top against the ABA
// problem. Everything is lock-free and asks nothing of the C library's allocator, because a thread's
// first use may be in a signal handler.

#include "internal.h"

#include <errno.h>
#include <pthread.h>

enum { CHUNK_SIZE = 1 << PERCPU_PARTICIPANT_CHUNK_SHIFT };

percpu_participant *percpu_participants[PERCPU_PARTICIPANT_CHUNKS];

__thread uint32_t percpu_own_participant
#if defined(__linux__)
    __attribute__((tls_model("initial-exec")))
#endif
    ;

static pthread_key_t exit_key;
static uint32_t handed_out;  // the highest number so far
static uint64_t free_top;  // the number in the low half, a count of changes in the high one

// MARK: The stack of free numbers

static uint32_t pop_free(void) {
  uint64_t top = percpu_u64_load_acquire(&free_top);
  while ((uint32_t)top != 0) {
    // May be another's by now; the exchange then fails.
    uint32_t next = percpu_u32_load_relaxed(&percpu_participant_record((uint32_t)top)->next_free);
    uint64_t desired = ((top >> 32) + 1) << 32 | next;
    percpu_u64_exchange_result result =
        percpu_u64_compare_exchange_acquire(&free_top, top, desired);
    if (result.exchanged) return (uint32_t)top;
    percpu_fence_acquire();
    top = result.original;
  }
  return 0;
}

static void push_free(uint32_t number) {
  uint64_t top = percpu_u64_load_relaxed(&free_top);
  for (;;) {
    percpu_u32_store_relaxed(&percpu_participant_record(number)->next_free, (uint32_t)top);
    uint64_t desired = ((top >> 32) + 1) << 32 | number;
    percpu_u64_exchange_result result =
        percpu_u64_compare_exchange_release(&free_top, top, desired);
    if (result.exchanged) return;
    top = result.original;
  }
}

// MARK: New numbers

static void make_chunk(uint32_t index) {
  void **place = (void **)&percpu_participants[index];
  if (percpu_pointer_load_acquire(place) != NULL) return;
  size_t bytes = CHUNK_SIZE * sizeof(percpu_participant);
  void *chunk = percpu_memory_reserve(bytes);
  if (chunk == NULL) percpu_fatal("no memory is left for the records of threads.");
  if (!percpu_pointer_compare_exchange_acq_rel(place, NULL, chunk).exchanged)
    percpu_memory_release(chunk, bytes);
}

static uint32_t new_number(void) {
  uint32_t number = percpu_u32_fetch_add_relaxed(&handed_out, 1) + 1;
  if (number >> PERCPU_PARTICIPANT_BITS != 0)
    percpu_fatal("more than four million threads take part in locking.");
  make_chunk(number >> PERCPU_PARTICIPANT_CHUNK_SHIFT);
  return number;
}

static PERCPU_SLOW_PATH uint32_t enroll(void) {
  PERCPU_SLOW_PATH_BEGINS;
  int errno_before = errno;  // of the code that a handler may have interrupted
  uint32_t number = pop_free();
  if (number == 0) number = new_number();
  errno = errno_before;
  // A signal handler may have been here in between.
  if (percpu_own_participant != 0) {
    push_free(number);
    return percpu_own_participant;
  }
  percpu_own_participant = number;
  // Without memory for it the number is lost when the thread ends, and nothing else.
  pthread_setspecific(exit_key, &percpu_own_participant);
  return number;
}

uint32_t (PERCPU_SLOW_PATH *const percpu_participant_enroll)(void) = enroll;

uint32_t percpu_participant_limit(void) {
  // One that is being handed out may have no record yet: its thread is in no commit.
  uint32_t limit = percpu_u32_load_acquire(&handed_out);
  while (limit > 0 &&
         percpu_pointer_load_acquire(
             (void **)&percpu_participants[limit >> PERCPU_PARTICIPANT_CHUNK_SHIFT]) == NULL)
    limit--;
  return limit;
}

// MARK: Ends

/// A thread that is gone is in no commit, whatever its record says; and what it had pinned, it will
/// not release.
static void retire(uint32_t number) {
  percpu_participant *record = percpu_participant_record(number);
  if (record->commits % 2 != 0) percpu_u32_store_release(&record->commits, record->commits + 1);
  if (record->pinned != 0)
    percpu_u32_store_release(&record->is_dead, 1);
  else
    push_free(number);
}

static void thread_exits(void *own) {
  uint32_t number = *(uint32_t *)own;
  // Destructors that run after this one may enroll again.
  percpu_own_participant = 0;
  retire(number);
}

/// Of the parent's threads the child has but one.
static void fork_in_child(void) {
  free_top = 0;
  uint32_t limit = handed_out;
  for (uint32_t number = 1; number <= limit; number++) {
    // One that was just being handed out may have no record yet.
    if (percpu_participants[number >> PERCPU_PARTICIPANT_CHUNK_SHIFT] == NULL) continue;
    if (number == percpu_own_participant || percpu_participant_record(number)->is_dead) continue;
    retire(number);
  }
}

void percpu_participants_start_up(void) {
  if (pthread_key_create(&exit_key, thread_exits) != 0)
    percpu_fatal("no thread-specific key is left. Use fewer of them.");
  pthread_atfork(NULL, NULL, fork_in_child);
}
