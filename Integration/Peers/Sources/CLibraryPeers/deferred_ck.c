// SPDX-License-Identifier: Apache-2.0

#include <ck_epoch.h>
#include <pthread.h>

#include "CLibraryPeers.h"
#include "lines.h"

enum { batch = 64 };

struct object {
  ck_epoch_entry_t entry;
  intptr_t number;
};

static ck_epoch_t domain;
static pthread_once_t once = PTHREAD_ONCE_INIT;
static intptr_t freed;

static void start_up(void) { ck_epoch_init(&domain); }

static void destroy(ck_epoch_entry_t *entry) {
  struct object *object = (struct object *)entry;
  __atomic_fetch_add(&freed, object->number, __ATOMIC_RELAXED);
  free(object);
}

void peer_ck_epoch_call_loop(intptr_t n) {
  pthread_once(&once, start_up);
  ck_epoch_record_t *record = ck_epoch_recycle(&domain, NULL);
  if (record == NULL) {
    record = new_lines(sizeof *record);
    ck_epoch_register(&domain, record, NULL);
  }
  for (intptr_t i = 1; i <= n; i++) {
    struct object *object = malloc(sizeof *object);
    if (object == NULL) abort();
    object->number = 1;
    ck_epoch_call(record, &object->entry, destroy);
    if (i % batch == 0) ck_epoch_poll(record);
  }
  ck_epoch_barrier(record);
  ck_epoch_unregister(record);
}

intptr_t peer_ck_epoch_call_value(void) { return __atomic_load_n(&freed, __ATOMIC_RELAXED); }
