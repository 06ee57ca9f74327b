// SPDX-License-Identifier: Apache-2.0
// The signal storm, clocks, and what the kernel knows of a thread.

#define _GNU_SOURCE
#include "CStressSupport.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

static void (*handler_of_storm)(void *);
static void *context_of_storm;
static uint64_t handled;

static void on_signal(int signal) {
  (void)signal;
  int error = errno;
  percpu_u64_fetch_add_relaxed(&handled, 1);
  handler_of_storm(context_of_storm);
  errno = error;
}

int32_t stress_storm_signal(void) { return SIGURG; }

void stress_handle_signals(void (*handler)(void *), void *context) {
  handler_of_storm = handler;
  context_of_storm = context;
  struct sigaction action;
  memset(&action, 0, sizeof action);
  action.sa_handler = on_signal;
  action.sa_flags = SA_RESTART;
  sigaction(stress_storm_signal(), &action, NULL);
}

void stress_block_signals(bool block) {
  sigset_t set;
  sigemptyset(&set);
  sigaddset(&set, stress_storm_signal());
  pthread_sigmask(block ? SIG_BLOCK : SIG_UNBLOCK, &set, NULL);
}

void stress_block_all_signals(void) {
  sigset_t all;
  sigfillset(&all);
  pthread_sigmask(SIG_BLOCK, &all, NULL);
}

int64_t stress_signals_handled(void) { return (int64_t)percpu_u64_load_relaxed(&handled); }

int32_t stress_signal_thread(int32_t tid) {
  return percpu_thread_signal(tid, stress_storm_signal());
}

static const volatile char *protected_page;

static void on_fault(int signal) {
  (void)signal;
  mprotect((void *)protected_page, (size_t)sysconf(_SC_PAGESIZE), PROT_READ);
}

void stress_fault(void) {
  size_t size = (size_t)sysconf(_SC_PAGESIZE);
  void *page = mmap(NULL, size, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (page == MAP_FAILED) abort();
  protected_page = page;
  struct sigaction action, before;
  memset(&action, 0, sizeof action);
  action.sa_handler = on_fault;
  sigaction(SIGSEGV, &action, &before);
  (void)*protected_page;
  sigaction(SIGSEGV, &before, NULL);
  munmap(page, size);
}

extern uint64_t percpu_instrumented_aborts __attribute__((weak));

bool stress_is_instrumented(void) { return &percpu_instrumented_aborts != NULL; }

int64_t stress_section_aborts(void) {
  return stress_is_instrumented() ? (int64_t)percpu_u64_load_relaxed(&percpu_instrumented_aborts)
                                  : 0;
}

bool stress_has_thread_sanitizer(void) {
#if defined(__has_feature)
#if __has_feature(thread_sanitizer)
  return true;
#endif
#endif
  return false;
}

static int64_t nanoseconds(clockid_t clock) {
  struct timespec time;
  clock_gettime(clock, &time);
  return time.tv_sec * (int64_t)1000000000 + time.tv_nsec;
}

int64_t stress_nanoseconds(void) { return nanoseconds(CLOCK_MONOTONIC); }
int64_t stress_thread_nanoseconds(void) { return nanoseconds(CLOCK_THREAD_CPUTIME_ID); }

void stress_sleep(int64_t nanoseconds) {
  struct timespec time = {nanoseconds / 1000000000, nanoseconds % 1000000000};
  nanosleep(&time, NULL);
}

int64_t stress_preemptions(void) {
  struct rusage usage;
  getrusage(RUSAGE_THREAD, &usage);
  return usage.ru_nivcsw;
}

int64_t stress_sleeps(void) {
  struct rusage usage;
  getrusage(RUSAGE_THREAD, &usage);
  return usage.ru_nvcsw;
}

int64_t stress_resident_bytes(const void *address, int64_t bytes) {
  int64_t page = sysconf(_SC_PAGESIZE), pages = (bytes + page - 1) / page, resident = 0;
  uintptr_t first = (uintptr_t)address & ~(uintptr_t)(page - 1);
  unsigned char *states = calloc((size_t)pages, 1);
  if (mincore((void *)first, (size_t)(pages * page), states) == 0)
    for (int64_t index = 0; index < pages; index++) resident += states[index] & 1;
  free(states);
  return resident * page;
}
