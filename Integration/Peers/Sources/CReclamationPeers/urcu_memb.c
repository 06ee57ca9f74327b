// SPDX-License-Identifier: Apache-2.0
// liburcu, flavor memb, with its readers in line.

#define _LGPL_SOURCE
#include <urcu/urcu-memb.h>

#include "object.h"

static struct source source;

static intptr_t read_loop(intptr_t n) {
  intptr_t sum = 0;
  urcu_memb_register_thread();
  for (intptr_t i = 0; i < n; i++) {
    urcu_memb_read_lock();
    const struct object *object = rcu_dereference(source.object);
    sum += *(const volatile intptr_t *)&object->limit;
    urcu_memb_read_unlock();
  }
  urcu_memb_unregister_thread();
  return sum;
}

static void replace(void) {
  struct object *old = rcu_xchg_pointer(&source.object, make_object());
  urcu_memb_synchronize_rcu();
  free(old);
}

const peer_reclamation peer_urcu_memb = {read_loop, replace};
