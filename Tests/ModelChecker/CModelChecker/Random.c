// SPDX-License-Identifier: Apache-2.0
//
// The random modes, for scenarios too large to explore: either any enabled agent at each step, or
// random priorities with a few points at which the running agent falls behind all others. The
// latter finds a bug that needs few preemptions with a known probability.
#include "Machine.h"

static uint64_t state, first_seed, execution;
static bool has_priorities;
static int change_point_count, longest;
static int priorities[max_agents], lowest;
static int change_points[16];
static int step;

static uint64_t next_random(void) {
  uint64_t z = state += UINT64_C(0x9E3779B97F4A7C15);
  z = (z ^ z >> 30) * UINT64_C(0xBF58476D1CE4E5B9);
  z = (z ^ z >> 27) * UINT64_C(0x94D049BB133111EB);
  return z ^ z >> 31;
}

int cmc_random_choice(int count) {
  return (int)(next_random() % (uint64_t)count);
}

void cmc_random_begin(uint64_t seed, bool with_priorities, int points) {
  first_seed = seed;
  execution = 0;
  has_priorities = with_priorities;
  change_point_count = points < 0 ? 0 : points > 16 ? 16 : points;
  longest = 16;
  step = 0;
}

void cmc_random_next_execution(void) {
  state = first_seed * UINT64_C(0xD1342543DE82EF95) + execution++;
  if (step > longest) longest = step;
  step = 0;
  if (!has_priorities) return;
  lowest = 0;
  for (int i = 0; i < max_agents; i++) priorities[i] = i + 1;
  for (int i = max_agents - 1; i > 0; i--) {
    const int other = cmc_random_choice(i + 1);
    const int priority = priorities[i];
    priorities[i] = priorities[other];
    priorities[other] = priority;
  }
  for (int i = 0; i < change_point_count; i++) change_points[i] = cmc_random_choice(longest);
}

static int highest(uint32_t enabled) {
  int best = __builtin_ctz(enabled);
  for (int i = best + 1; i < max_agents; i++) {
    if (enabled >> i & 1 && priorities[i] > priorities[best]) best = i;
  }
  return best;
}

int cmc_random_agent(uint32_t enabled) {
  step++;
  if (!has_priorities) {
    for (int skipped = cmc_random_choice(__builtin_popcount(enabled)); skipped > 0; skipped--) {
      enabled &= enabled - 1;
    }
    return __builtin_ctz(enabled);
  }
  for (int i = 0; i < change_point_count; i++) {
    if (change_points[i] == step) priorities[highest(enabled)] = --lowest;
  }
  return highest(enabled);
}
