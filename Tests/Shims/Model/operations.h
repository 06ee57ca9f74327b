// SPDX-License-Identifier: Apache-2.0
//
// The simulated machine: a table of functions that the model checker fills in. So the shim does not
// need the checker, and whatever links the one need not link the other.

#ifndef PERCPU_MODEL_OPERATIONS_H
#define PERCPU_MODEL_OPERATIONS_H

#include "native/base.h"

PERCPU_BEGIN

/// The checker's numbers for orders and updates.
enum {
  PERCPU_MODEL_RELAXED,
  PERCPU_MODEL_ACQUIRE,
  PERCPU_MODEL_RELEASE,
  PERCPU_MODEL_ACQ_REL,
  PERCPU_MODEL_SEQ_CST,
};
enum { PERCPU_MODEL_EXCHANGE, PERCPU_MODEL_ADD, PERCPU_MODEL_AND, PERCPU_MODEL_OR };

/// Processors that a scenario may use, whatever this machine has; and threads. Fewer processors, and so fewer rows to go
/// through, if the environment variable PERCPU_MODEL_CPUS says so.
enum { PERCPU_MODEL_CPUS = 4, PERCPU_MODEL_THREADS = 8 };

struct percpu_model_operations {
  /// Which engine the simulated process runs on.
  bool restartable;

  uint64_t (*PERCPU_NONNULL load)(const void *PERCPU_NONNULL address, int32_t bytes,
                                  int32_t order);
  void (*PERCPU_NONNULL store)(void *PERCPU_NONNULL address, uint64_t value, int32_t bytes,
                               int32_t order);
  uint64_t (*PERCPU_NONNULL update)(void *PERCPU_NONNULL address, int32_t update,
                                    uint64_t operand, int32_t bytes, int32_t order);
  bool (*PERCPU_NONNULL compare_exchange)(void *PERCPU_NONNULL address,
                                          uint64_t *PERCPU_NONNULL expected, uint64_t desired,
                                          int32_t bytes, int32_t order);
  void (*PERCPU_NONNULL fence)(int32_t order);
  void (*PERCPU_NONNULL light_fence)(void);
  /// For the threads that run on `cpu`, or for all if it is negative.
  void (*PERCPU_NONNULL membarrier)(bool restart, int32_t cpu);
  /// Waits until something that this thread has read may have changed.
  void (*PERCPU_NONNULL pause)(void);

  /// The number of the simulated thread; -1 outside of threads.
  int32_t (*PERCPU_NONNULL thread)(void);
  /// Negative for a thread that cannot run sections.
  int32_t (*PERCPU_NONNULL cpu)(void);
  int32_t (*PERCPU_NONNULL cpu_hint)(void);
  /// Returns the CPU, or a negative number if the thread cannot run sections.
  int32_t (*PERCPU_NONNULL section_begin)(void);
  /// These return false if the section was aborted.
  bool (*PERCPU_NONNULL section_load)(const void *PERCPU_NONNULL address, int32_t bytes,
                                      int32_t order, uint64_t *PERCPU_NONNULL value);
  bool (*PERCPU_NONNULL section_store)(void *PERCPU_NONNULL address, uint64_t value, int32_t bytes,
                                       int32_t order);
  bool (*PERCPU_NONNULL section_commit)(void *PERCPU_NONNULL address, uint64_t value,
                                        int32_t bytes, int32_t order);
  void (*PERCPU_NONNULL section_end)(void);

  int32_t (*PERCPU_NONNULL futex_wait)(const uint32_t *PERCPU_NONNULL word, uint32_t expected);
  int32_t (*PERCPU_NONNULL futex_wake)(const uint32_t *PERCPU_NONNULL word, int32_t count);

  /// Memory is given back. Words that are found there later are others.
  void (*PERCPU_NONNULL forget)(const void *PERCPU_NONNULL address, uint64_t bytes);
};

/// The machine that the calling thread runs on; null for the real one.
const struct percpu_model_operations *PERCPU_NULLABLE percpu_model(void);
int32_t percpu_model_cpus(void);

/// Puts the calling thread on another machine. The table must stay where it is.
void percpu_model_install(const struct percpu_model_operations *PERCPU_NULLABLE operations);

PERCPU_END

#endif
