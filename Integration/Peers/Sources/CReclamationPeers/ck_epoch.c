// SPDX-License-Identifier: Apache-2.0
// ConcurrencyKit's epochs.

#include <ck_epoch.h>
#include <ck_pr.h>
#include <pthread.h>

#include "object.h"

static struct source source;
static ck_epoch_t domain;
static pthread_once_t once = PTHREAD_ONCE_INIT;

static void start_up(void) { ck_epoch_init(&domain); }

static ck_epoch_record_t *subscribe(void) {
  pthread_once(&once, start_up);
  ck_epoch_record_t *record = ck_epoch_recycle(&domain, NULL);
  if (record != NULL) return record;
  record = aligned_alloc(128, (sizeof *record + 127) / 128 * 128);
  if (record == NULL) abort();
  ck_epoch_register(&domain, record, NULL);
  return record;
}

static intptr_t read_loop(intptr_t n) {
  intptr_t sum = 0;
  ck_epoch_record_t *record = subscribe();
  for (intptr_t i = 0; i < n; i++) {
    ck_epoch_begin(record, NULL);
    const struct object *object = ck_pr_load_ptr(&source.object);
    sum += *(const volatile intptr_t *)&object->limit;
    ck_epoch_end(record, NULL);
  }
  ck_epoch_unregister(record);
  return sum;
}

static void replace(void) {
  ck_epoch_record_t *record = subscribe();
  struct object *old = ck_pr_fas_ptr(&source.object, make_object());
  ck_epoch_synchronize(record);
  free(old);
  ck_epoch_unregister(record);
}

const peer_reclamation peer_ck_epoch = {read_loop, replace};
