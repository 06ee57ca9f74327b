// SPDX-License-Identifier: Apache-2.0
// ConcurrencyKit's hazard pointers.

#include <ck_hp.h>
#include <ck_pr.h>
#include <pthread.h>

#include "object.h"

struct node {
  struct object object;
  ck_hp_hazard_t hazard;
};

static struct {
  _Alignas(128) struct node *node;
  char rest[120];
} source;
static ck_hp_t domain;
static pthread_once_t once = PTHREAD_ONCE_INIT;

// A record each for threads that come and go; they are used again and never freed.
struct reader {
  ck_hp_record_t record;
  void *slot;
};

static void destroy(void *node) { free(node); }

static void start_up(void) { ck_hp_init(&domain, 1, 8, destroy); }

static ck_hp_record_t *subscribe(void) {
  pthread_once(&once, start_up);
  ck_hp_record_t *record = ck_hp_recycle(&domain);
  if (record != NULL) return record;
  struct reader *reader = aligned_alloc(128, (sizeof *reader + 127) / 128 * 128);
  if (reader == NULL) abort();
  ck_hp_register(&domain, &reader->record, &reader->slot);
  return &reader->record;
}

static intptr_t read_loop(intptr_t n) {
  intptr_t sum = 0;
  ck_hp_record_t *record = subscribe();
  for (intptr_t i = 0; i < n; i++) {
    struct node *node;
    do {
      node = ck_pr_load_ptr(&source.node);
      ck_hp_set_fence(record, 0, node);
    } while (ck_pr_load_ptr(&source.node) != node);
    sum += *(const volatile intptr_t *)&node->object.limit;
    ck_pr_fence_release();
    ck_hp_set(record, 0, NULL);
  }
  ck_hp_unregister(record);
  return sum;
}

static void replace(void) {
  ck_hp_record_t *record = subscribe();
  struct node *node = aligned_alloc(16, (sizeof *node + 15) / 16 * 16);
  if (node == NULL) abort();
  node->object.limit = 1;
  struct node *old = ck_pr_fas_ptr(&source.node, node);
  if (old != NULL) ck_hp_free(record, &old->hazard, old, old);
  ck_hp_unregister(record);
}

const peer_reclamation peer_ck_hp = {read_loop, replace};
