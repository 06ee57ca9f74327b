// SPDX-License-Identifier: Apache-2.0
// The choice of the engine, once, before the program's own initializers.

#include "internal.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#if defined(__linux__)
#include <sys/utsname.h>
#define environment(name) secure_getenv(name)
#else
#define environment(name) getenv(name)
#endif

percpu_engine_report percpu_engine = {.engine = PERCPU_ENGINE_ATOMIC};

#ifdef PERCPU_SHIM
const char *const percpu_shim_set = PERCPU_TEXT(PERCPU_SHIM);
#else
const char *const percpu_shim_set = "native";
#endif

static void say(const char *text) {
  ssize_t written = write(STDERR_FILENO, text, strlen(text));
  (void)written;
}

void percpu_fatal(const char *message) {
  say("PerCPU: ");
  say(message);
  say("\n");
  abort();
}

// Kernels 6.19 to 7.0.13 and 7.1-rc1 to rc2 on 64-bit ARM abort a section when the thread migrates
// but not when it is preempted on its CPU. Distributions mend kernels without changing these
// numbers, so the version only says where it is worth the milliseconds of a test.
static bool kernel_may_miss_preemptions(void) {
#if defined(__linux__) && defined(__aarch64__)
  struct utsname name;
  int major = 0, minor = 0, patch = 0;
  if (uname(&name) != 0 || sscanf(name.release, "%d.%d.%d", &major, &minor, &patch) < 2)
    return true;
  long version = major * 1000000L + minor * 1000L + patch;
  return version >= 6019000 && version <= 7001000;
#else
  return false;
#endif
}

// Ends the process: a demand that cannot be met must not turn into something slower in silence.
static void refuse(const char *value) {
  char line[512];
  if (strcmp(value, "restartable") == 0)
    snprintf(line, sizeof line,
             "PerCPU: PERCPU_ENGINE=restartable, but this process lacks what that engine needs:"
             "%s%s%s%s%s%s%s. Unset PERCPU_ENGINE to use the best engine there is.\n",
             percpu_engine.missing & PERCPU_MISSING_PLATFORM ? " Linux on x86-64 or arm64;" : "",
             percpu_engine.missing & PERCPU_MISSING_UNSANITIZED
                 ? " a build without the thread sanitizer;" : "",
             percpu_engine.missing & PERCPU_MISSING_RSEQ ? " restartable sequences, refused with: " : "",
             percpu_engine.missing & PERCPU_MISSING_RSEQ
                 ? percpu_error_text(percpu_engine.rseq_error) : "",
             percpu_engine.missing & PERCPU_MISSING_MEMBARRIER
                 ? " membarrier for restartable sequences, refused with: " : "",
             percpu_engine.missing & PERCPU_MISSING_MEMBARRIER
                 ? percpu_error_text(percpu_engine.membarrier_error) : "",
             percpu_engine.missing & PERCPU_MISSING_PREEMPTION_ABORTS
                 ? " a kernel that aborts sections on preemption;" : "");
  else
    snprintf(line, sizeof line,
             "PerCPU: PERCPU_ENGINE=%.64s names no engine. It may be 'restartable' or 'atomic'; "
             "unset it to use the best engine there is.\n",
             value);
  say(line);
  _exit(64);  // EX_USAGE
}

static void find_what_is_missing(void) {
#if !PERCPU_HAS_SECTIONS
  percpu_engine.missing |= PERCPU_MISSING_PLATFORM;
  return;
#endif
#if PERCPU_THREAD_SANITIZER
  percpu_engine.missing |= PERCPU_MISSING_UNSANITIZED;
  return;
#endif
  percpu_engine.rseq_error = percpu_thread_start_up();
  if (percpu_engine.rseq_error != 0) {
    percpu_engine.missing |= PERCPU_MISSING_RSEQ;
    return;
  }
  percpu_engine.membarrier_error = percpu_fences_start_up(true);
  if (percpu_engine.membarrier_error != 0) {
    percpu_engine.missing |= PERCPU_MISSING_MEMBARRIER;
    return;
  }
  if (kernel_may_miss_preemptions() && !percpu_preemption_aborts_sections())
    percpu_engine.missing |= PERCPU_MISSING_PREEMPTION_ABORTS;
}

// A second copy of the package in the process, in a library that is loaded later, shares these
// variables with the first; the choice stands.
__attribute__((constructor(101))) static void start_up(void) {
  if (percpu_engine.chosen) return;
  percpu_engine.chosen = true;
  const char *demand = environment("PERCPU_ENGINE");
  if (demand != NULL && demand[0] == '\0') demand = NULL;
  bool atomic = demand != NULL && strcmp(demand, "atomic") == 0;
  bool restartable = demand != NULL && strcmp(demand, "restartable") == 0;
  if (demand != NULL && !atomic && !restartable) refuse(demand);

  percpu_topology_start_up();
  percpu_lock_start_up();
  percpu_participants_start_up();
  percpu_thread_ask_libc();
  percpu_engine.requested = demand != NULL;
  percpu_engine.membarrier = percpu_fences_start_up(false) == 0;
  if (!atomic) find_what_is_missing();
  if (!atomic && percpu_engine.missing == 0) {
    percpu_engine.engine = PERCPU_ENGINE_RESTARTABLE;
    return;
  }
  percpu_thread_give_up();
  if (restartable) refuse(demand);
}
