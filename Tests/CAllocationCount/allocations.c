// SPDX-License-Identifier: Apache-2.0
// Stands in front of the C library's allocator, in the program that this is linked into.

#include "CAllocationCount.h"

#include <stddef.h>
#include <stdlib.h>

#if defined(__has_feature)
#if __has_feature(thread_sanitizer) || __has_feature(address_sanitizer)
#define IS_SANITIZED 1
#endif
#endif

static __thread bool counts;
static __thread int64_t count;

#if defined(__GLIBC__) && !defined(IS_SANITIZED)

extern void *__libc_malloc(size_t size);

void *malloc(size_t size) {
  if (counts) count++;
  return __libc_malloc(size);
}

bool allocations_are_counted(void) { return true; }

#else

bool allocations_are_counted(void) { return false; }

#endif

void allocations_begin(void) {
  count = 0;
  counts = true;
}

int64_t allocations_end(void) {
  counts = false;
  return count;
}
