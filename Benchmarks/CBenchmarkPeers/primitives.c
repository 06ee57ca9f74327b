// SPDX-License-Identifier: Apache-2.0

#include "primitives.h"

#include <errno.h>

#include "CAtomicsShim.h"

#if defined(__linux__)
#include <sys/syscall.h>
#include <unistd.h>
#endif

void peer_consume(intptr_t value) { __asm__ volatile("" : : "r"(value)); }

// 0 + 1 + ... + (n - 1), wrapped: what the words sum up to that are replaced one after the other.
static intptr_t sum_below(intptr_t n) {
  uintptr_t limit = (uintptr_t)n;
  return (intptr_t)(limit % 2 == 0 ? limit / 2 * (limit - 1) : (limit - 1) / 2 * limit);
}

intptr_t peer_load_acquire(intptr_t *word, intptr_t n) {
  intptr_t sum = 0;
  for (intptr_t i = 0; i < n; i++) {
    sum += percpu_word_load_acquire(word);
    percpu_compiler_barrier();
  }
  return sum;
}

intptr_t peer_store_release(intptr_t *word, intptr_t n) {
  for (intptr_t left = n; left > 0; left--) percpu_word_store_release(word, left);
  return percpu_word_load_relaxed(word) == 1 ? n : -1;
}

intptr_t peer_exchange(intptr_t *word, intptr_t n) {
  intptr_t sum = 0;
  percpu_word_store_relaxed(word, 0);
  for (intptr_t left = n; left > 0; left--) sum += percpu_word_exchange_acq_rel(word, left);
  // The last one is still in the word.
  return sum + 1 == sum_below(n + 1) ? n : -1;
}

intptr_t peer_compare_exchange(intptr_t *word, intptr_t n) {
  intptr_t done = 0;
  percpu_word_store_relaxed(word, n);
  for (intptr_t left = n; left > 0; left--)
    done += percpu_word_compare_exchange_acq_rel(word, left, left - 1).exchanged;
  return done;
}

intptr_t peer_fetch_add(intptr_t *word, intptr_t n) {
  intptr_t sum = 0;
  percpu_word_store_relaxed(word, 0);
  for (intptr_t left = n; left > 0; left--) sum += percpu_word_fetch_add_acq_rel(word, 1);
  return sum == sum_below(n) ? n : -1;
}

intptr_t peer_fence_seq_cst(intptr_t n) {
  intptr_t done = 0;
  for (; done < n; done++) percpu_fence_seq_cst();
  return done;
}

intptr_t peer_fence_light(intptr_t n) {
  intptr_t done = 0;
  for (; done < n; done++) percpu_fence_light();
  return done;
}

intptr_t peer_thread_cpu(intptr_t n) {
  intptr_t done = 0;
  int32_t seen = 0;
  for (; done < n; done++) seen |= percpu_thread_cpu();
  peer_consume(seen);
  return done;
}

intptr_t peer_cpu_hint(intptr_t n) {
  intptr_t done = 0;
  int32_t seen = 0;
  for (; done < n; done++) seen |= percpu_cpu_hint();
  peer_consume(seen);
  return done;
}

// Another thread was interrupted while it had the word, and this one took its CPU.
static __attribute__((noinline, cold)) percpu_claim wait_and_claim(void *slots) {
  while (true) {
    percpu_thread_yield();
    percpu_claim claim = percpu_sequence_claim_if(slots, 0, 1);
    if (claim.committed) return claim;
  }
}

static __attribute__((noinline, cold)) percpu_publication wait_and_publish(void *slots,
                                                                          intptr_t *source) {
  while (true) {
    percpu_thread_yield();
    percpu_publication published = percpu_sequence_publish(slots, source);
    if (published.committed) return published;
  }
}

intptr_t peer_claim_and_store(void *slots, intptr_t n) {
  intptr_t done = 0;
  for (intptr_t left = n; left > 0; left--) {
    percpu_claim claim = percpu_sequence_claim_if(slots, 0, 1);
    if (!claim.committed) claim = wait_and_claim(slots);
    done += percpu_sequence_store_if(claim.word, 1, 0);
  }
  return done;
}

intptr_t peer_publish_and_store(void *slots, intptr_t *source, intptr_t n) {
  intptr_t done = 0;
  for (intptr_t left = n; left > 0; left--) {
    percpu_publication published = percpu_sequence_publish(slots, source);
    if (!published.committed) published = wait_and_publish(slots, source);
    done += percpu_sequence_store_if(published.word, published.value, 0);
  }
  return done;
}

int32_t peer_membarrier(void) {
#if defined(__linux__)
  enum { PRIVATE_EXPEDITED = 1 << 3 };  // the kernel's number, which older headers lack
  return syscall(SYS_membarrier, PRIVATE_EXPEDITED, 0, 0) == 0 ? 0 : errno;
#else
  return ENOSYS;
#endif
}
