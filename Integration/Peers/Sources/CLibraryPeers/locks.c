// SPDX-License-Identifier: Apache-2.0

#include <ck_brlock.h>
#include <ck_rwlock.h>
#include <ck_spinlock.h>

#include "CLibraryPeers.h"
#include "lines.h"

struct peer_ck_spin {
  ck_spinlock_fas_t lock;
  intptr_t value;
};

peer_ck_spin *peer_ck_spin_create(void) {
  peer_ck_spin *object = new_lines(sizeof *object);
  ck_spinlock_fas_init(&object->lock);
  return object;
}

void peer_ck_spin_destroy(peer_ck_spin *object) { free(object); }

void peer_ck_spin_increment_loop(peer_ck_spin *object, intptr_t n) {
  for (intptr_t i = 0; i < n; i++) {
    ck_spinlock_fas_lock_eb(&object->lock);
    object->value++;
    ck_spinlock_fas_unlock(&object->lock);
  }
}

intptr_t peer_ck_spin_value(peer_ck_spin *object) {
  ck_spinlock_fas_lock_eb(&object->lock);
  intptr_t value = object->value;
  ck_spinlock_fas_unlock(&object->lock);
  return value;
}

static struct {
  _Alignas(128) ck_rwlock_t lock;
  volatile intptr_t value;
  char rest[112];
} shared = {.lock = CK_RWLOCK_INITIALIZER, .value = 1};

intptr_t peer_ck_rwlock_read_loop(intptr_t n) {
  intptr_t sum = 0;
  for (intptr_t i = 0; i < n; i++) {
    ck_rwlock_read_lock(&shared.lock);
    sum += shared.value;
    ck_rwlock_read_unlock(&shared.lock);
  }
  return sum;
}

static struct {
  _Alignas(128) ck_brlock_t lock;
  volatile intptr_t value;
  char rest[112];
} spread = {.lock = CK_BRLOCK_INITIALIZER, .value = 1};

intptr_t peer_ck_brlock_read_loop(intptr_t n) {
  intptr_t sum = 0;
  ck_brlock_reader_t *reader = new_lines(sizeof *reader);
  ck_brlock_read_register(&spread.lock, reader);
  for (intptr_t i = 0; i < n; i++) {
    ck_brlock_read_lock(&spread.lock, reader);
    sum += spread.value;
    ck_brlock_read_unlock(reader);
  }
  ck_brlock_read_unregister(&spread.lock, reader);
  free(reader);
  return sum;
}
