// SPDX-License-Identifier: Apache-2.0
// Threads, waiting, memory and texts: the plain services of the kernel and the C library.

#include "internal.h"

#include <errno.h>
#include <limits.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

#if defined(__linux__)
#include <sys/syscall.h>
#endif
#if defined(__GLIBC__)
#include <gnu/libc-version.h>
#endif

// MARK: Threads

#if defined(__linux__)

int32_t percpu_thread_id(void) { return (int32_t)syscall(SYS_gettid); }

int32_t percpu_thread_signal(int32_t tid, int32_t signal) {
  return syscall(SYS_tgkill, getpid(), tid, signal) == 0 ? 0 : errno;
}

int32_t percpu_thread_set_affinity(int32_t tid, const uint64_t *bitmap, int32_t words) {
  return syscall(SYS_sched_setaffinity, tid, (size_t)words * 8, bitmap) == 0 ? 0 : errno;
}

int32_t percpu_thread_get_affinity(uint64_t *bitmap, int32_t words) {
  memset(bitmap, 0, (size_t)words * 8);
  return syscall(SYS_sched_getaffinity, 0, (size_t)words * 8, bitmap) >= 0 ? 0 : errno;
}

int32_t percpu_thread_pin(int32_t cpu) {
  uint64_t bitmap[1024] = {0};
  if (cpu < 0 || cpu >= 1024 * 64) return EINVAL;
  bitmap[cpu / 64] = (uint64_t)1 << (cpu % 64);
  return percpu_thread_set_affinity(0, bitmap, cpu / 64 + 1);
}

#else

int32_t percpu_thread_id(void) { return -1; }
int32_t percpu_thread_signal(int32_t tid, int32_t signal) { return (void)tid, (void)signal, ENOSYS; }
int32_t percpu_thread_set_affinity(int32_t tid, const uint64_t *bitmap, int32_t words) {
  return (void)tid, (void)bitmap, (void)words, ENOSYS;
}
int32_t percpu_thread_get_affinity(uint64_t *bitmap, int32_t words) {
  return (void)bitmap, (void)words, ENOSYS;
}
int32_t percpu_thread_pin(int32_t cpu) { return (void)cpu, ENOSYS; }

#endif

// Initial-exec: the first access must not allocate, because it may be in a signal handler.
static __thread struct {
  sigset_t mask_before;
  uint32_t count;
} deferral
#if defined(__linux__)
    __attribute__((tls_model("initial-exec")))
#endif
    ;

void percpu_signals_defer(void) {
  sigset_t others, before;
  sigfillset(&others);
  // Not those by which a thread learns of its own faults and traps: if they are blocked, the kernel
  // does not run their handlers but ends the process.
  static const int own[] = {SIGBUS, SIGFPE, SIGILL, SIGSEGV, SIGSYS, SIGTRAP};
  for (size_t index = 0; index < sizeof own / sizeof own[0]; index++)
    sigdelset(&others, own[index]);
  pthread_sigmask(SIG_BLOCK, &others, &before);
  // From here on no handler of this thread runs.
  if (deferral.count++ == 0) deferral.mask_before = before;
}

void percpu_signals_resume(void) {
  if (--deferral.count > 0) return;
  sigset_t before = deferral.mask_before;
  pthread_sigmask(SIG_SETMASK, &before, NULL);
}

void percpu_thread_yield(void) { sched_yield(); }

enum { STACK_SIZE = 512 << 10 };

struct beginning {
  void (*body)(void *);
  void *context;
  const char *name;
};

static void *begin(void *argument) {
  struct beginning beginning = *(struct beginning *)argument;
  free(argument);
  char name[16] = {0};  // with more, the system would keep none
  strncpy(name, beginning.name, sizeof name - 1);
#if defined(__APPLE__)
  pthread_setname_np(name);
#elif defined(__linux__)
  pthread_setname_np(pthread_self(), name);
#endif
  beginning.body(beginning.context);
  return NULL;
}

int32_t percpu_thread_start(void (*body)(void *), void *context, const char *name) {
  struct beginning *beginning = malloc(sizeof *beginning);
  if (beginning == NULL) return ENOMEM;
  *beginning = (struct beginning){body, context, name};
  pthread_attr_t attributes;
  int error = pthread_attr_init(&attributes);
  if (error == 0) {
    pthread_t thread;
    pthread_attr_setdetachstate(&attributes, PTHREAD_CREATE_DETACHED);
    pthread_attr_setstacksize(&attributes, STACK_SIZE);
    // A thread begins with the mask of the one that starts it.
    percpu_signals_defer();
    error = pthread_create(&thread, &attributes, begin, beginning);
    percpu_signals_resume();
    pthread_attr_destroy(&attributes);
  }
  if (error != 0) free(beginning);
  return error;
}

// MARK: Waiting

#if defined(__linux__)

enum { FUTEX_WAIT_COMMAND = 0 | 128, FUTEX_WAKE_COMMAND = 1 | 128 };  // private to the process

int32_t percpu_futex_wait(const uint32_t *word, uint32_t expected, int64_t nanoseconds) {
  struct timespec limit = {nanoseconds / 1000000000, nanoseconds % 1000000000};
  int errno_before = errno, error = 0;  // of the code that a signal handler may have interrupted
  if (syscall(SYS_futex, word, FUTEX_WAIT_COMMAND, expected, nanoseconds < 0 ? NULL : &limit, NULL,
              0) != 0)
    error = errno;
  errno = errno_before;
  return error == EAGAIN || error == EINTR ? 0 : error;
}

int32_t percpu_futex_wake(const uint32_t *word, int32_t count) {
  return (int32_t)syscall(SYS_futex, word, FUTEX_WAKE_COMMAND, count, NULL, NULL, 0);
}

#else

// Without futexes a waiter looks again after a while; a wake has nothing to do.
int32_t percpu_futex_wait(const uint32_t *word, uint32_t expected, int64_t nanoseconds) {
  struct timespec pause = {0, 50000};
  if (percpu_u32_load_acquire(word) != expected) return 0;
  if (nanoseconds == 0) return ETIMEDOUT;
  nanosleep(&pause, NULL);
  return nanoseconds > 0 && nanoseconds <= 50000 ? ETIMEDOUT : 0;
}

int32_t percpu_futex_wake(const uint32_t *word, int32_t count) { return (void)word, (void)count, 0; }

#endif

int64_t percpu_monotonic_nanoseconds(void) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return now.tv_sec * INT64_C(1000000000) + now.tv_nsec;
}

static pthread_mutex_t bookkeeping = PTHREAD_MUTEX_INITIALIZER;

void percpu_bookkeeping_lock(void) { pthread_mutex_lock(&bookkeeping); }
void percpu_bookkeeping_unlock(void) { pthread_mutex_unlock(&bookkeeping); }

static uint32_t forks;  // written in the child before it has a second thread

static void fork_in_child(void) {
  forks++;
  percpu_bookkeeping_unlock();
}

uint32_t percpu_fork_count(void) { return forks; }

void percpu_lock_start_up(void) {
  pthread_atfork(percpu_bookkeeping_lock, percpu_bookkeeping_unlock, fork_in_child);
}

// MARK: Memory

#ifndef MAP_NORESERVE
#define MAP_NORESERVE 0
#endif

void *percpu_memory_reserve(size_t bytes) {
  void *address = mmap(NULL, bytes, PROT_READ | PROT_WRITE,
                       MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  if (address == MAP_FAILED) return NULL;
#if defined(MADV_NOHUGEPAGE)
  int errno_before = errno;  // of the code that a signal handler may have interrupted
  madvise(address, bytes, MADV_NOHUGEPAGE);
  errno = errno_before;
#endif
  return address;
}

void percpu_memory_release(void *address, size_t bytes) { munmap(address, bytes); }

// MARK: Facts for reports

const char *percpu_error_text(int32_t error) { return strerror(error); }

const char *percpu_libc_text(void) {
#if defined(__GLIBC__)
  static char text[32];
  snprintf(text, sizeof text, "glibc %s", gnu_get_libc_version());
  return text;
#elif defined(__APPLE__)
  return "libSystem";
#else
  return "libc";
#endif
}
