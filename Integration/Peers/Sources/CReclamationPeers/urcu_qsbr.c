// SPDX-License-Identifier: Apache-2.0
// liburcu, flavor qsbr, with its readers in line.

#define _LGPL_SOURCE
#include <urcu/urcu-qsbr.h>

#include "object.h"

static struct source source;

static intptr_t read_loop(intptr_t n) {
  intptr_t sum = 0;
  urcu_qsbr_register_thread();
  for (intptr_t i = 0; i < n; i++) {
    urcu_qsbr_read_lock();
    const struct object *object = rcu_dereference(source.object);
    sum += *(const volatile intptr_t *)&object->limit;
    urcu_qsbr_read_unlock();
    // How often is up to the program: here after each reading.
    urcu_qsbr_quiescent_state();
  }
  urcu_qsbr_unregister_thread();
  return sum;
}

static void replace(void) {
  struct object *old = rcu_xchg_pointer(&source.object, make_object());
  urcu_qsbr_synchronize_rcu();
  free(old);
}

const peer_reclamation peer_urcu_qsbr = {read_loop, replace};

intptr_t peer_urcu_qsbr_online_loop(intptr_t n) {
  urcu_qsbr_register_thread();
  urcu_qsbr_thread_offline();
  for (intptr_t i = 0; i < n; i++) {
    urcu_qsbr_thread_online();
    urcu_qsbr_thread_offline();
  }
  urcu_qsbr_unregister_thread();
  return n;
}
