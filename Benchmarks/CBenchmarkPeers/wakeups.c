// SPDX-License-Identifier: Apache-2.0

#if defined(__linux__)
#define _GNU_SOURCE
#endif

#include "wakeups.h"

#include <pthread.h>
#include <signal.h>

#include "lines.h"

// MARK: Condition variable

struct peer_bell {
  _Alignas(LINE) pthread_mutex_t lock;
  pthread_cond_t rung;
  intptr_t count;
};

peer_bell *peer_bell_create(void) {
  peer_bell *bell = allocate_lines(sizeof *bell);
  pthread_mutex_init(&bell->lock, NULL);
  pthread_cond_init(&bell->rung, NULL);
  bell->count = 0;
  return bell;
}

void peer_bell_destroy(peer_bell *bell) {
  pthread_cond_destroy(&bell->rung);
  pthread_mutex_destroy(&bell->lock);
  free(bell);
}

void peer_bell_ring(peer_bell *bell) {
  pthread_mutex_lock(&bell->lock);
  bell->count += 1;
  pthread_mutex_unlock(&bell->lock);
  pthread_cond_broadcast(&bell->rung);
}

intptr_t peer_bell_count(peer_bell *bell) {
  pthread_mutex_lock(&bell->lock);
  intptr_t count = bell->count;
  pthread_mutex_unlock(&bell->lock);
  return count;
}

intptr_t peer_bell_wait(peer_bell *bell, intptr_t count) {
  pthread_mutex_lock(&bell->lock);
  while (bell->count == count) pthread_cond_wait(&bell->rung, &bell->lock);
  count = bell->count;
  pthread_mutex_unlock(&bell->lock);
  return count;
}

// MARK: Signal

static void do_nothing(int signal) { (void)signal; }

int32_t peer_interrupting_signal(void) {
  // It is ignored where nobody handles it, so a late one does no harm.
  struct sigaction action = {.sa_handler = do_nothing};
  sigaction(SIGURG, &action, NULL);
  return SIGURG;
}
