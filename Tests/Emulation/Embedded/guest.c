// SPDX-License-Identifier: Apache-2.0

#include "CGuest.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

enum { THREADS_MAX = 64 };

struct start {
  void (*body)(int32_t index);
  int32_t index;
};

static void *run(void *argument) {
  struct start *start = argument;
  start->body(start->index);
  return NULL;
}

void guest_run_threads(int32_t count, void (*body)(int32_t index)) {
  pthread_t threads[THREADS_MAX];
  struct start starts[THREADS_MAX];
  if (count > THREADS_MAX) abort();
  for (int32_t index = 0; index < count; index++) {
    starts[index] = (struct start){body, index};
    if (pthread_create(&threads[index], NULL, run, &starts[index]) != 0) abort();
  }
  for (int32_t index = 0; index < count; index++) pthread_join(threads[index], NULL);
}

void guest_say(const uint8_t *text) {
  puts((const char *)text);
  fflush(stdout);
}

bool guest_expects_engine(bool restartable) {
  const char *expected = getenv("EXPECTED_ENGINE");
  return expected != NULL && strcmp(expected, restartable ? "restartable" : "atomic") == 0;
}

void guest_end(const char *name, bool right) {
  printf("verdict %s: %s\n", name, right ? "ok" : "FAILED");
  fflush(stdout);
  exit(right ? 0 : 1);
}

// The runtime asks for it, to seed hashes; older C libraries do not have it.
void arc4random_buf(void *buffer, size_t size);
void arc4random_buf(void *buffer, size_t size) {
  char *at = buffer;
  while (size > 0) {
    ssize_t count = getrandom(at, size, 0);
    if (count < 0) abort();
    at += count;
    size -= (size_t)count;
  }
}
