// SPDX-License-Identifier: Apache-2.0
// Locks, queues, stacks and deferred frees of C libraries. Each loop does something n times from the calling
// thread; any number of threads may run it at once.

#ifndef CLIBRARYPEERS_H
#define CLIBRARYPEERS_H

#include <stdint.h>

/// A number behind a spinlock of ConcurrencyKit: fetch-and-store, with exponential backoff.
typedef struct peer_ck_spin peer_ck_spin;
peer_ck_spin *_Nonnull peer_ck_spin_create(void);
void peer_ck_spin_destroy(peer_ck_spin *_Nonnull object);
void peer_ck_spin_increment_loop(peer_ck_spin *_Nonnull object, intptr_t n);
intptr_t peer_ck_spin_value(peer_ck_spin *_Nonnull object);

/// Numbers, all 1, behind a read-write lock of ConcurrencyKit. Loops return the sum of n readings of the first.
intptr_t peer_ck_rwlock_read_loop(intptr_t n);
/// The big-reader lock, which is a lock for each thread.
intptr_t peer_ck_brlock_read_loop(intptr_t n);

/// liburcu's wait-free queue, emptied by whoever has put so many numbers into it. Each number is an
/// allocation, as it has to be there.
typedef struct peer_wfcq peer_wfcq;
peer_wfcq *_Nonnull peer_wfcq_create(void);
void peer_wfcq_destroy(peer_wfcq *_Nonnull queue);
/// Puts 1 into it, n times.
void peer_wfcq_append_loop(peer_wfcq *_Nonnull queue, intptr_t n);
/// The sum of all that was put into it.
intptr_t peer_wfcq_value(peer_wfcq *_Nonnull queue);

/// Buffers in ConcurrencyKit's lock-free stack. The loop takes one, makes one if there is none, and gives it back.
/// Returns n.
typedef struct peer_ck_stack peer_ck_stack;
peer_ck_stack *_Nonnull peer_ck_stack_create(void);
void peer_ck_stack_destroy(peer_ck_stack *_Nonnull stack);
intptr_t peer_ck_stack_loop(peer_ck_stack *_Nonnull stack, intptr_t n);

/// Objects that are freed behind a grace period: each is made and handed over. Values wait until all are freed, and
/// tell how many were, of all threads.
void peer_urcu_call_loop(intptr_t n);
intptr_t peer_urcu_call_value(void);
void peer_ck_epoch_call_loop(intptr_t n);
intptr_t peer_ck_epoch_call_value(void);

#endif
