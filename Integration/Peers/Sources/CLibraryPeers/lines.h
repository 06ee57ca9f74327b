// SPDX-License-Identifier: Apache-2.0
// Memory on lines of its own.

#ifndef LIBRARYPEERS_LINES_H
#define LIBRARYPEERS_LINES_H

#include <stdlib.h>
#include <string.h>

static inline void *new_lines(size_t size) {
  size = (size + 127) / 128 * 128;
  void *memory = aligned_alloc(128, size);
  if (memory == NULL) abort();
  return memset(memory, 0, size);
}

#endif
