// SPDX-License-Identifier: Apache-2.0
// The rest of what the package asks of the kernel and the C library.

#ifndef PERCPU_NATIVE_KERNEL_H
#define PERCPU_NATIVE_KERNEL_H

#include "base.h"

PERCPU_BEGIN

// MARK: CPUs

/// One more than the highest number a CPU of this system can have.
int32_t percpu_cpu_limit(void);

/// How many rows to reserve address space for: at least the above, and as many as the kernel has
/// numbers for, in case the list of possible CPUs was a lie (a container may show another one).
int32_t percpu_cpu_reservation(void);

/// Whether a CPU of this number can exist. Numbers may be sparse.
bool percpu_cpu_is_possible(int32_t cpu);

/// Reads a list such as "0-3,8" into a bitmap of `bits` bits. Returns one more than the highest
/// number in it, or -1 if it is no such list or does not fit.
int32_t percpu_parse_cpu_list(const char *PERCPU_NONNULL list, uint64_t *PERCPU_NONNULL bitmap,
                              int32_t bits);

/// Confines the calling thread to one CPU. Returns 0 or an errno.
int32_t percpu_thread_pin(int32_t cpu);

/// Confines thread `tid` (0: the caller) to the CPUs of a bitmap of `words` words.
int32_t percpu_thread_set_affinity(int32_t tid, const uint64_t *PERCPU_NONNULL bitmap,
                                   int32_t words);

/// Writes the CPUs the calling thread may use to a bitmap of `words` words. Returns 0 or an errno.
int32_t percpu_thread_get_affinity(uint64_t *PERCPU_NONNULL bitmap, int32_t words);

/// Whether the kernel aborts a section of a thread that is preempted on its own CPU. Two threads
/// share a CPU for some milliseconds; true if aborts were seen or the engine is the atomic one.
bool percpu_preemption_aborts_sections(void);

// MARK: Threads

/// The kernel's number of the calling thread.
int32_t percpu_thread_id(void);

/// Sends a signal to one thread of this process. Returns 0 or an errno.
int32_t percpu_thread_signal(int32_t tid, int32_t signal);

/// Keeps signals from the calling thread until it has called `percpu_signals_resume` as often; the mask
/// is then what it was before. Not those of faults and traps. Async-signal-safe.
void percpu_signals_defer(void);
void percpu_signals_resume(void);

/// Gives the rest of the time slice away.
void percpu_thread_yield(void);

/// Starts a thread that runs `body(context)`: detached, with a stack of half a megabyte, of this name (15
/// characters are kept), and shielded from signals but for those of its own faults. Returns 0 or an errno.
int32_t percpu_thread_start(void (*PERCPU_NONNULL body)(void *PERCPU_NONNULL),
                            void *PERCPU_NONNULL context, const char *PERCPU_NONNULL name);

/// How many forks this process is away from the one that loaded the package.
uint32_t percpu_fork_count(void);

// MARK: Waiting

/// Sleeps while `*word == expected`, at most `nanoseconds` (negative: no limit). Returns 0 when
/// woken, perhaps spuriously, or when the word differs; else an errno, ETIMEDOUT among them.
int32_t percpu_futex_wait(const uint32_t *PERCPU_NONNULL word, uint32_t expected,
                          int64_t nanoseconds);

/// Wakes up to `count` sleepers; returns how many.
int32_t percpu_futex_wake(const uint32_t *PERCPU_NONNULL word, int32_t count);

/// Nanoseconds of a clock that nobody sets.
int64_t percpu_monotonic_nanoseconds(void);

/// The package's lock around its own bookkeeping (memory, registries; never a fast path). The
/// child of a fork finds it free.
void percpu_bookkeeping_lock(void);
void percpu_bookkeeping_unlock(void);

// MARK: Memory

/// Address space of `bytes` bytes, zero, without memory until it is touched; small pages, so that
/// one CPU's touch does not bring its neighbors' rows along. NULL if there is none.
void *PERCPU_NULLABLE percpu_memory_reserve(size_t bytes);
void percpu_memory_release(void *PERCPU_NONNULL address, size_t bytes);

// MARK: Facts for reports

/// A description of an errno.
const char *PERCPU_NONNULL percpu_error_text(int32_t error);

/// The C library and its version, such as "glibc 2.36".
const char *PERCPU_NONNULL percpu_libc_text(void);

PERCPU_END

#endif
