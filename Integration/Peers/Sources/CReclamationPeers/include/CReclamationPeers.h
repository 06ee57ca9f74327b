// SPDX-License-Identifier: Apache-2.0
// An object that many threads read and one replaces, as C libraries protect it.

#ifndef CRECLAMATIONPEERS_H
#define CRECLAMATIONPEERS_H

#include <stdint.h>

typedef struct {
  /// Returns the sum of n readings of a field of the object, which is 1. The thread comes and goes as a
  /// reader around the loop.
  intptr_t (*_Nonnull read_loop)(intptr_t n);
  /// Replaces the object, and frees the old one when nobody reads it any more. One thread at a time.
  void (*_Nonnull write)(void);
} peer_reclamation;

extern const peer_reclamation peer_urcu_memb, peer_urcu_qsbr, peer_ck_hp, peer_ck_epoch;

/// Has the calling thread become a reader of liburcu qsbr that others wait for, and one they do not wait
/// for again, n times. Returns n.
intptr_t peer_urcu_qsbr_online_loop(intptr_t n);

#endif
