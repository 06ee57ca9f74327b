// SPDX-License-Identifier: Apache-2.0
// What is read.

#ifndef RECLAMATIONPEERS_OBJECT_H
#define RECLAMATIONPEERS_OBJECT_H

#include <stdlib.h>

#include "CReclamationPeers.h"

struct object {
  intptr_t limit;
};

static inline struct object *make_object(void) {
  struct object *object = malloc(sizeof *object);
  if (object == NULL) abort();
  object->limit = 1;
  return object;
}

// On lines of its own.
struct source {
  _Alignas(128) struct object *object;
  char rest[120];
};

#endif
