// SPDX-License-Identifier: Apache-2.0
//
// Counters as one would write them without this package, and this package's sequence in a C loop.
// Each loop adds one, n times, from the calling thread; any number of threads may run it at once.

#ifndef CBENCHMARKPEERS_COUNTERS_H
#define CBENCHMARKPEERS_COUNTERS_H

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/// A plain increment of memory on the thread's own stack: no counter can be cheaper. Returns n.
intptr_t peer_plain_loop(intptr_t n);

/// The restartable sequence of a per-CPU counter whose row 0 begins at `slots`.
void peer_section_loop(void *_Nonnull slots, intptr_t n);

/// A number behind a default pthread mutex.
typedef struct peer_mutex peer_mutex;
peer_mutex *_Nonnull peer_mutex_create(void);
void peer_mutex_destroy(peer_mutex *_Nonnull mutex);
void peer_mutex_add_loop(peer_mutex *_Nonnull mutex, intptr_t n);
/// Returns the sum of n locked readings.
intptr_t peer_mutex_load_loop(peer_mutex *_Nonnull mutex, intptr_t n);
intptr_t peer_mutex_value(peer_mutex *_Nonnull mutex);

/// Atomics on lines of their own, one for each of a power of two of stripes. A thread uses the
/// stripe of its number, counted as threads come.
typedef struct peer_stripes peer_stripes;
peer_stripes *_Nonnull peer_stripes_create(uint32_t at_least);
void peer_stripes_destroy(peer_stripes *_Nonnull stripes);
void peer_stripes_add_loop(peer_stripes *_Nonnull stripes, intptr_t n);
intptr_t peer_stripes_value(peer_stripes *_Nonnull stripes);

/// A counter for each thread, found through a pthread key, and a list of them to sum up.
typedef struct peer_key peer_key;
/// NULL if the process has no key left.
peer_key *_Nullable peer_key_create(void);
void peer_key_destroy(peer_key *_Nonnull key);
void peer_key_add_loop(peer_key *_Nonnull key, intptr_t n);
intptr_t peer_key_value(peer_key *_Nonnull key);

#ifdef __cplusplus
}
#endif

#endif
