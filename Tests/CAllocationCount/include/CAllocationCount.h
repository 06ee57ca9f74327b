// SPDX-License-Identifier: Apache-2.0
// Counts how often a thread asks the allocator for memory.

#ifndef PERCPU_ALLOCATION_COUNT_H
#define PERCPU_ALLOCATION_COUNT_H

#include <stdbool.h>
#include <stdint.h>

/// Whether it can be told here: with glibc, and without sanitizers, which have an allocator of their own.
bool allocations_are_counted(void);

/// Begins to count for the calling thread.
void allocations_begin(void);

/// Ends that, and tells how many there were.
int64_t allocations_end(void);

#endif
