// SPDX-License-Identifier: Apache-2.0
// What the stress scenarios need of C: odd threads, odd processes, signals, and litmus loops.

#ifndef CSTRESSSUPPORT_H
#define CSTRESSSUPPORT_H

#include <stdbool.h>
#include <stdint.h>

#include "CAtomicsShim.h"

PERCPU_BEGIN

// MARK: Threads that cannot run sections

/// Takes the calling thread's registration for restartable sequences back, for good. False if it
/// has none.
bool stress_thread_unregister(void);

// MARK: Processes

/// Runs a program whose registrations for restartable sequences the kernel refuses with this errno,
/// by a filter of system calls; returns its exit status, or -1. `environment` and `arguments` end
/// in NULL; output goes to the file descriptor.
int32_t stress_run_without_rseq(const char *PERCPU_NONNULL path,
                                const char *PERCPU_NULLABLE const *PERCPU_NONNULL arguments,
                                const char *PERCPU_NULLABLE const *PERCPU_NONNULL environment,
                                int32_t refusal, int32_t output);

/// Runs a program; returns its exit status, 128 + signal, or -1.
int32_t stress_run(const char *PERCPU_NONNULL path,
                   const char *PERCPU_NULLABLE const *PERCPU_NONNULL arguments,
                   const char *PERCPU_NULLABLE const *PERCPU_NONNULL environment, int32_t output);

/// Forks; the child runs the body and exits with what it returns. Returns the child's exit status.
int32_t stress_fork(int32_t (*PERCPU_NONNULL body)(void *PERCPU_NULLABLE),
                    void *PERCPU_NULLABLE context);

/// Forks and returns twice: 0 in the child, which must end with `_exit`.
int32_t stress_fork_here(void);

/// Ends the child of a fork, and nothing is done at its exit.
void stress_end(int32_t status) __attribute__((noreturn));

/// The exit status of a child, 128 + signal, or -1.
int32_t stress_wait_for(int32_t child);

// MARK: Signals

/// The signal the storm is made of.
int32_t stress_storm_signal(void);

/// Has every signal of the storm run `handler(context)`.
void stress_handle_signals(void (*PERCPU_NONNULL handler)(void *PERCPU_NULLABLE),
                           void *PERCPU_NULLABLE context);

/// Keeps the storm from the calling thread, or lets it through: who started this process may have
/// blocked it.
void stress_block_signals(bool block);

/// Blocks every signal that can be blocked, for the calling thread.
void stress_block_all_signals(void);

/// How many were handled since the program began.
int64_t stress_signals_handled(void);

/// Sends a thread a signal of the storm. Returns 0, or an errno if there is no such thread any more.
int32_t stress_signal_thread(int32_t tid);

/// Whether a thread can be interrupted behind each of its instructions here.
bool stress_can_step(void);

/// Runs `body(context)` on the calling thread and, when it has executed so many instructions,
/// `handler(context)` in a signal handler that interrupts it there. Returns how many were executed
/// until the handler ran, or until the body was done without. A restartable section is aborted by
/// each step, so the body gets through none before the handler has run.
int64_t stress_interrupt(int64_t instructions, void (*PERCPU_NONNULL body)(void *PERCPU_NULLABLE),
                         void (*PERCPU_NONNULL handler)(void *PERCPU_NULLABLE),
                         void *PERCPU_NULLABLE context);

/// Reads memory that it must not read. A handler of that fault allows it, and the reading goes on.
void stress_fault(void);

// MARK: A negative control: stealing by signal without an announcement

/// What keeps the handler of the thief's signal from stopping the holder's commit.
typedef enum {
  STRESS_NAIVE_NOTHING = 0,
  /// The holder blocks it.
  STRESS_NAIVE_BLOCKED = 1,
  /// It runs on top of another handler, which interrupted the commit.
  STRESS_NAIVE_STORM = 2,
} stress_naive_trouble;

typedef struct {
  int64_t steals;
  /// After how many of them the holder's commit went on.
  int64_t violations;
} stress_naive_result;

/// Steals so many times from a thread on `cpu` that commits again and again, or until time is over.
stress_naive_result stress_naive_steals(stress_naive_trouble what, int32_t cpu, int64_t wanted,
                                        double seconds);

// MARK: Instrumentation

/// Sections that were aborted since the program began; 0 unless the build has the instrumented
/// headers.
int64_t stress_section_aborts(void);

/// Whether this build has them.
bool stress_is_instrumented(void);

// MARK: Litmus loops, two threads each; they return how often the weak outcome was seen.

typedef enum {
  STRESS_FENCE_NONE = 0,
  STRESS_FENCE_SEQ_CST = 1,
  /// One side light, the other heavy.
  STRESS_FENCE_ASYMMETRIC = 2,
} stress_fence;

/// Store buffering: each thread stores its word and loads the other's; weak: both load zero.
int64_t stress_store_buffering(int64_t rounds, stress_fence fence);

/// Message passing: data, then flag; weak: flag without data. With `fenced`, release and acquire.
int64_t stress_message_passing(int64_t rounds, bool fenced);

/// Whether this build checks for data races.
bool stress_has_thread_sanitizer(void);

// MARK: Time

int64_t stress_nanoseconds(void);
/// Nanoseconds of processor time, of this thread.
int64_t stress_thread_nanoseconds(void);
void stress_sleep(int64_t nanoseconds);
/// Involuntary context switches of the calling thread.
int64_t stress_preemptions(void);
/// How often the calling thread went to sleep; a yield is no sleep.
int64_t stress_sleeps(void);
/// Resident bytes of a mapped range.
int64_t stress_resident_bytes(const void *PERCPU_NONNULL address, int64_t bytes);

PERCPU_END

#endif
