// SPDX-License-Identifier: Apache-2.0
//
// Rows: how per-CPU memory is laid out, and which row a thread uses that cannot run sections.
//
//            ... | row -2      | row -1     | row 0    | row 1    | ...   | row N-1
//                | common      | unbound    | CPU 0    | CPU 1    |       | CPU N-1
//                                           ^ slots
//
// Row r of an object begins at `slots + (r << PERCPU_ROW_SHIFT)`, negative r included. Its CPU rows
// are indexed by CPU number and sized by the CPUs that are possible, which do not change while the
// system runs; so neither hot-plug nor affinity ever matters.
//
// The mixing hazard: the store that commits a section is a plain one. A locked instruction that
// another thread aims at the same word may fall between the section's load and that store and is
// then lost. So in a restartable process a thread that cannot run sections stays away from the CPU
// rows; the unbound row is its, and is only ever accessed with C11 atomics. On the atomic engine
// nobody runs sections and everybody uses the row of the CPU that the kernel names.

#ifndef PERCPU_NATIVE_ROWS_H
#define PERCPU_NATIVE_ROWS_H

#include "atomics.h"
#include "engine.h"
#include "sections.h"
#include "thread.h"

PERCPU_BEGIN

enum {
  /// The row of threads that cannot run sections.
  PERCPU_ROW_UNBOUND = -1,
  /// A row no thread is bound to: for words of an object that belong to no CPU.
  PERCPU_ROW_COMMON = -2,
  /// Rows in front of the first CPU's.
  PERCPU_EXTRA_ROWS = 2,
};

PERCPU_INLINE intptr_t *PERCPU_NONNULL percpu_row_word(void *PERCPU_NONNULL slots, intptr_t row) {
  return (intptr_t *)((char *)slots + row * ((intptr_t)1 << PERCPU_ROW_SHIFT));
}

/// The row that a word stands in which was reached from `slots`.
PERCPU_INLINE intptr_t percpu_row_of(const void *PERCPU_NONNULL slots,
                                     const intptr_t *PERCPU_NONNULL word) {
  return ((const char *)word - (const char *)slots) >> PERCPU_ROW_SHIFT;
}

/// The row that a thread uses by atomic instructions when a section did not do.
PERCPU_INLINE intptr_t percpu_row_for_atomics(void) {
  return percpu_engine_is_restartable() ? PERCPU_ROW_UNBOUND : percpu_cpu_hint();
}

/// A row for objects whose rows are safe to share between threads: a hint, and nothing more.
PERCPU_INLINE intptr_t percpu_row_hint(void) {
  int32_t cpu = percpu_thread_cpu();
  if (__builtin_expect(cpu >= 0, 1)) return cpu;
  if (percpu_engine_is_restartable() && !percpu_thread_prepare()) return PERCPU_ROW_UNBOUND;
  return percpu_cpu_hint();
}

PERCPU_END

#endif
