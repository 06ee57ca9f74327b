// SPDX-License-Identifier: Apache-2.0

#define _LGPL_SOURCE
#include <urcu/urcu-memb.h>

#include "CLibraryPeers.h"
#include "lines.h"

struct object {
  struct rcu_head head;
  intptr_t number;
};

static intptr_t freed;

static void destroy(struct rcu_head *head) {
  struct object *object = caa_container_of(head, struct object, head);
  __atomic_fetch_add(&freed, object->number, __ATOMIC_RELAXED);
  free(object);
}

void peer_urcu_call_loop(intptr_t n) {
  urcu_memb_register_thread();
  for (intptr_t i = 0; i < n; i++) {
    struct object *object = malloc(sizeof *object);
    if (object == NULL) abort();
    object->number = 1;
    urcu_memb_call_rcu(&object->head, destroy);
  }
  urcu_memb_unregister_thread();
}

intptr_t peer_urcu_call_value(void) {
  // Not in the loop: it sleeps for ten milliseconds at a time.
  urcu_memb_barrier();
  return __atomic_load_n(&freed, __ATOMIC_RELAXED);
}
