// SPDX-License-Identifier: Apache-2.0
// Ways to reach every thread of a crowd, each of which wakes them.

#ifndef CBENCHMARKPEERS_WAKEUPS_H
#define CBENCHMARKPEERS_WAKEUPS_H

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/// A number that threads wait for, behind a pthread mutex and a condition variable.
typedef struct peer_bell peer_bell;
peer_bell *_Nonnull peer_bell_create(void);
void peer_bell_destroy(peer_bell *_Nonnull bell);
/// Adds 1 and wakes everybody.
void peer_bell_ring(peer_bell *_Nonnull bell);
/// How often it has rung.
intptr_t peer_bell_count(peer_bell *_Nonnull bell);
/// Blocks until it has rung more often than `count` times. Returns how often.
intptr_t peer_bell_wait(peer_bell *_Nonnull bell, intptr_t count);

/// Installs a handler that does nothing but interrupt what the thread waits for. Returns its signal.
int32_t peer_interrupting_signal(void);

#ifdef __cplusplus
}
#endif

#endif
