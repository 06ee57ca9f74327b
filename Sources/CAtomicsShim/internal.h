// SPDX-License-Identifier: Apache-2.0
// What the shim's C files tell each other.

#ifndef PERCPU_INTERNAL_H
#define PERCPU_INTERNAL_H

#if defined(__linux__) && !defined(_GNU_SOURCE)
#define _GNU_SOURCE
#endif

// These files write what is settled at the start.
#define PERCPU_SETTLED

#include "CAtomicsShim.h"

#if defined(__has_feature)
#if __has_feature(thread_sanitizer)
#define PERCPU_THREAD_SANITIZER 1
#endif
#endif
#if defined(__SANITIZE_THREAD__)
#define PERCPU_THREAD_SANITIZER 1
#endif

/// Finds out whether the C library registers threads.
void percpu_thread_ask_libc(void);

/// Registers the calling thread unless the C library did. Returns 0 or an errno.
int percpu_thread_start_up(void);

/// True if this thread is registered, now or since before, whatever the engine will be.
bool percpu_thread_register(void);

/// Makes this process one in which no thread runs sections.
void percpu_thread_give_up(void);

/// Registers with membarrier. Returns 0 or an errno; with `restart`, for restart fences as well.
int percpu_fences_start_up(bool restart);

/// Reads the CPUs of the system.
void percpu_topology_start_up(void);

/// Prepares the register of participants.
void percpu_participants_start_up(void);

/// Prepares the bookkeeping lock for forks.
void percpu_lock_start_up(void);

#endif
