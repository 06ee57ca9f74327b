// SPDX-License-Identifier: Apache-2.0
// Interrupting a thread behind any of its instructions, by the processor's trap flag.

#define _GNU_SOURCE
#include "CStressSupport.h"

#if defined(__has_feature)
#if __has_feature(thread_sanitizer) || __has_feature(address_sanitizer)
#define SANITIZED 1
#endif
#endif

#if defined(__x86_64__) && defined(__linux__) && !defined(SANITIZED)

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stddef.h>
#include <string.h>
#include <ucontext.h>

enum { TRAP_FLAG = 0x100 };

static __thread struct {
  void (*handler)(void *);
  void *context;
  int64_t wanted;
  int64_t executed;
} steps;

static void on_step(int signal, siginfo_t *information, void *argument) {
  if (information->si_code <= 0 || information->si_code == SI_KERNEL) {
    // No step.
    sigaction(signal, &(struct sigaction){.sa_handler = SIG_DFL}, NULL);
    raise(signal);
    return;
  }
  if (++steps.executed != steps.wanted) return;
  ucontext_t *context = argument;
  context->uc_mcontext.gregs[REG_EFL] &= ~(greg_t)TRAP_FLAG;
  int error = errno;
  steps.handler(steps.context);
  errno = error;
}

// Outside of the red zone of whatever this is inlined into.
static inline void set_trap_flag(void) {
  __asm__ volatile(
      "leaq -128(%%rsp), %%rsp\n\tpushfq\n\torq %0, (%%rsp)\n\tpopfq\n\tleaq 128(%%rsp), %%rsp"
      :
      : "i"(TRAP_FLAG)
      : "memory", "cc");
}

static inline void clear_trap_flag(void) {
  __asm__ volatile(
      "leaq -128(%%rsp), %%rsp\n\tpushfq\n\tandq %0, (%%rsp)\n\tpopfq\n\tleaq 128(%%rsp), %%rsp"
      :
      : "i"(~TRAP_FLAG)
      : "memory", "cc");
}

bool stress_can_step(void) { return true; }

int64_t stress_interrupt(int64_t instructions, void (*body)(void *), void (*handler)(void *),
                         void *context) {
  struct sigaction action;
  memset(&action, 0, sizeof action);
  action.sa_sigaction = on_step;
  action.sa_flags = SA_SIGINFO;
  sigaction(SIGTRAP, &action, NULL);
  sigset_t trap, before;
  sigemptyset(&trap);
  sigaddset(&trap, SIGTRAP);
  pthread_sigmask(SIG_UNBLOCK, &trap, &before);
  steps.handler = handler;
  steps.context = context;
  steps.wanted = instructions;
  steps.executed = 0;
  set_trap_flag();
  body(context);
  clear_trap_flag();
  pthread_sigmask(SIG_SETMASK, &before, NULL);
  return steps.executed;
}

#else

bool stress_can_step(void) { return false; }

int64_t stress_interrupt(int64_t instructions, void (*body)(void *), void (*handler)(void *),
                         void *context) {
  (void)instructions;
  (void)handler;
  body(context);
  return 0;
}

#endif
