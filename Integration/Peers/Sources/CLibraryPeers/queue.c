// SPDX-License-Identifier: Apache-2.0

#define _LGPL_SOURCE
#include <urcu/wfcqueue.h>

#include "CLibraryPeers.h"
#include "lines.h"

enum { batch = 256 };

struct node {
  struct cds_wfcq_node link;
  intptr_t number;
};

struct peer_wfcq {
  _Alignas(128) struct cds_wfcq_tail tail;
  _Alignas(128) struct cds_wfcq_head head;
  _Alignas(128) intptr_t sum;
};

peer_wfcq *peer_wfcq_create(void) {
  peer_wfcq *queue = new_lines(sizeof *queue);
  cds_wfcq_init(&queue->head, &queue->tail);
  return queue;
}

/// Takes all there is at once, and adds it up.
static void empty(peer_wfcq *queue) {
  struct cds_wfcq_head head;
  struct cds_wfcq_tail tail;
  cds_wfcq_init(&head, &tail);
  if (cds_wfcq_splice_blocking(&head, &tail, &queue->head, &queue->tail) ==
      CDS_WFCQ_RET_SRC_EMPTY) {
    return;
  }
  intptr_t sum = 0;
  struct cds_wfcq_node *link, *next;
  __cds_wfcq_for_each_blocking_safe(&head, &tail, link, next) {
    struct node *node = caa_container_of(link, struct node, link);
    sum += node->number;
    free(node);
  }
  __atomic_fetch_add(&queue->sum, sum, __ATOMIC_RELAXED);
}

void peer_wfcq_append_loop(peer_wfcq *queue, intptr_t n) {
  for (intptr_t i = 1; i <= n; i++) {
    struct node *node = malloc(sizeof *node);
    if (node == NULL) abort();
    cds_wfcq_node_init(&node->link);
    node->number = 1;
    cds_wfcq_enqueue(&queue->head, &queue->tail, &node->link);
    if (i % batch == 0 || i == n) empty(queue);
  }
}

intptr_t peer_wfcq_value(peer_wfcq *queue) {
  empty(queue);
  return __atomic_load_n(&queue->sum, __ATOMIC_RELAXED);
}

void peer_wfcq_destroy(peer_wfcq *queue) {
  empty(queue);
  cds_wfcq_destroy(&queue->head, &queue->tail);
  free(queue);
}
