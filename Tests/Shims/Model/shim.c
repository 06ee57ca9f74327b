// SPDX-License-Identifier: Apache-2.0
// Which thread runs on a simulated machine, and its records; compiled as part of the shim.

#include <stdlib.h>

static __thread const struct percpu_model_operations *current;

// One more, for what runs outside of threads.
static percpu_participant records[PERCPU_MODEL_THREADS + 1];

int32_t percpu_model_cpus(void) {
  static int32_t count;
  if (count == 0) {
    const char *text = getenv("PERCPU_MODEL_CPUS");
    int32_t wanted = text ? atoi(text) : PERCPU_MODEL_CPUS;
    count = wanted >= 1 && wanted <= PERCPU_MODEL_CPUS ? wanted : PERCPU_MODEL_CPUS;
  }
  return count;
}

const struct percpu_model_operations *percpu_model(void) { return current; }

void percpu_model_install(const struct percpu_model_operations *operations) {
  percpu_participants[PERCPU_PARTICIPANT_CHUNKS - 1] = records;
  current = operations;
}
