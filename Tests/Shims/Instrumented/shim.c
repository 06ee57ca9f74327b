// SPDX-License-Identifier: Apache-2.0
// The state of the instrumentation; compiled as part of the shim.

#include <sched.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

int32_t percpu_mutant;
uint64_t percpu_instrumented_sections;
uint64_t percpu_instrumented_aborts;

#define NAME(symbol, name) name,
static const char *const names[] = {"none", PERCPU_MUTANTS(NAME)};
#undef NAME

__attribute__((constructor(102))) static void choose_mutant(void) {
  const char *wanted = getenv("PERCPU_MUTANT");
  if (wanted == NULL || wanted[0] == '\0') return;
  for (int32_t mutant = 0; mutant < PERCPU_MUTANT_COUNT; mutant++)
    if (strcmp(names[mutant], wanted) == 0) {
      percpu_mutant = mutant;
      return;
    }
  percpu_fatal("PERCPU_MUTANT names no mutant of this build");
}

// A sequence of its own for each thread; the address of a thread-local is seed enough.
static uint32_t random_number(void) {
  static __thread uint32_t state;
  if (state == 0) state = (uint32_t)((uintptr_t)&state >> 4) | 1;
  state ^= state << 13;
  state ^= state >> 17;
  state ^= state << 5;
  return state;
}

void percpu_instrumented_delay(void) {
  uint32_t number = random_number();
  if (number % 64 == 0) sched_yield();
  if (number % 4 == 0)
    for (uint32_t turn = number >> 8 & 31; turn > 0; turn--) percpu_pause();
}

bool percpu_instrumented_gives_up(void) { return random_number() % 256 == 0; }
