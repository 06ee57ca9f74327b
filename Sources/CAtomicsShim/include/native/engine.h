// SPDX-License-Identifier: Apache-2.0
//
// Which engine this process runs on, and why.
//
// The variables below are written once, by a constructor that runs before other initializers of the
// program, and never afterwards. They are variables and not macros because a client's compilation
// reads this header without the flags this package was built with.

#ifndef PERCPU_NATIVE_ENGINE_H
#define PERCPU_NATIVE_ENGINE_H

#include "base.h"

PERCPU_BEGIN

enum {
  /// C11 atomics; the CPU number is a hint.
  PERCPU_ENGINE_ATOMIC = 0,
  /// Restartable sequences.
  PERCPU_ENGINE_RESTARTABLE = 1,
};

/// Who registers threads with the kernel for restartable sequences.
enum {
  PERCPU_REGISTRATION_NONE = 0,
  /// The C library, at thread start.
  PERCPU_REGISTRATION_LIBC = 1,
  /// This shim, at a thread's first use; undone when the thread exits.
  PERCPU_REGISTRATION_OWN = 2,
};

/// What the restartable engine needs and this process lacks; bits.
enum {
  PERCPU_MISSING_PLATFORM = 1 << 0,
  PERCPU_MISSING_UNSANITIZED = 1 << 1,
  PERCPU_MISSING_RSEQ = 1 << 2,
  PERCPU_MISSING_MEMBARRIER = 1 << 3,
  PERCPU_MISSING_PREEMPTION_ABORTS = 1 << 4,
};

typedef struct {
  int32_t engine;
  int32_t registration;
  uint32_t missing;
  /// True once the choice was made.
  bool chosen;
  /// True if PERCPU_ENGINE named the engine.
  bool requested;
  /// True if heavy fences are the kernel's; light ones then cost nothing.
  bool membarrier;
  /// errno of the refused registration with the kernel; 0 if none was refused.
  int32_t rseq_error;
  /// errno of the refused membarrier call; 0 if none was refused.
  int32_t membarrier_error;
} percpu_engine_report;

extern PERCPU_SETTLED percpu_engine_report percpu_engine;

/// The set of headers this build was made with: "native", or what PERCPU_SHIM names.
extern const char *PERCPU_NONNULL const percpu_shim_set;

PERCPU_INLINE bool percpu_engine_is_restartable(void) {
  return percpu_engine.engine == PERCPU_ENGINE_RESTARTABLE;
}

/// All of the above, for a report.
PERCPU_INLINE percpu_engine_report percpu_engine_facts(void) { return percpu_engine; }

/// Writes a line to standard error and ends the process by SIGABRT.
__attribute__((noreturn, cold)) void percpu_fatal(const char *PERCPU_NONNULL message);

PERCPU_END

#endif
