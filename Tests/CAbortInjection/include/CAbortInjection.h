// SPDX-License-Identifier: Apache-2.0
//
// Aborts each restartable section at each of its instructions.
//
// A copy of every section is compiled with a note of where its instructions stand. A trap is
// planted at one of them and the section is run: the kernel aborts a section when it delivers a
// signal to it, so the trap must lead to the abort handler with nothing stored, and the next
// attempt must succeed. A trap behind the last instruction must find the section done, and once.
//
// Sections that are wrong on purpose show that a fault would be seen.

#ifndef CABORTINJECTION_H
#define CABORTINJECTION_H

#include <stdbool.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#if defined(__clang__)
#define ABORT_INJECTION_NONNULL _Nonnull
#define ABORT_INJECTION_NULLABLE _Nullable
#else
#define ABORT_INJECTION_NONNULL
#define ABORT_INJECTION_NULLABLE
#endif

typedef struct {
  /// Instructions of the section.
  int32_t boundaries;
  /// Those of them that it does not come to: the loop of a copy, if there is one word to copy.
  int32_t bypassed;
  /// Traps that aborted the section: in all, and at the instruction that had the fewest of those it
  /// comes to.
  int64_t aborts;
  int64_t fewest;
  /// Traps behind the commit, which found the section done.
  int64_t commits;
  /// Runs that were to find a mismatch and did.
  int64_t mismatches;
  /// Runs that something else aborted before they came to the trap; they were repeated.
  int64_t interruptions;
  /// Runs that ended in another way than they should. The boundary of the first one (counted from
  /// 0; the one behind the commit comes last) and what was wrong with it, NULL if all were right.
  int64_t wrong;
  int32_t first_wrong_boundary;
  const char *ABORT_INJECTION_NULLABLE first_wrong;
} abort_injection_result;

/// Why sections cannot be aborted in this process (the atomic engine, a sanitizer, code that may
/// not be changed, ...); NULL if they can.
const char *ABORT_INJECTION_NULLABLE abort_injection_obstacle(void);

/// Sections are numbered from 0.
int32_t abort_injection_section_count(void);
const char *ABORT_INJECTION_NONNULL abort_injection_section_name(int32_t section);

/// Whether it is none of the package's but one made to test this test.
bool abort_injection_section_is_control(int32_t section);

/// For a section that is wrong on purpose: what must be found in it. NULL for a right one.
const char *ABORT_INJECTION_NULLABLE abort_injection_section_fault(int32_t section);

/// Traps a section `repetitions` times at each of its instructions, on the calling thread, which
/// other threads and signals may disturb. Only if there is no obstacle. The next attempt is made,
/// and the trap behind the commit planted, once for every `in_a_row` aborts: an emulator takes its
/// time when code is changed.
abort_injection_result abort_injection_run(int32_t section, int64_t repetitions, int64_t in_a_row);

#ifdef __cplusplus
}
#endif

#endif
