// SPDX-License-Identifier: Apache-2.0
// Memory on cache lines of its own, so that peers do not suffer from their neighbors.

#ifndef BENCHMARKPEERS_LINES_H
#define BENCHMARKPEERS_LINES_H

#include <stdlib.h>

#include "CAtomicsShim.h"

// Two lines of most machines, which are fetched in pairs.
enum { LINE = 128 };

static inline void *allocate_lines(size_t bytes) {
  void *memory = NULL;
  if (posix_memalign(&memory, LINE, (bytes + LINE - 1) & ~(size_t)(LINE - 1)) != 0)
    percpu_fatal("Benchmarks: out of memory");
  return memory;
}

#endif
