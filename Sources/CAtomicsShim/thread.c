// SPDX-License-Identifier: Apache-2.0
//
// Registration of threads for restartable sequences.
//
// glibc 2.35 and later register every thread and say so by `__rseq_size`; then there is nothing to
// do. Otherwise the shim registers each thread at its first sequence, in `percpu_own_area`, and
// undoes it when the thread exits, before the area's memory goes. A refused registration is
// remembered in the area and not tried again.
//
// `percpu_own_area` also serves where nobody registers: its `cpu_id` stays negative, the address of
// a section that is written there is read by nobody, and no fast path needs to know.

#include "internal.h"

#include <errno.h>

// Until the constructor has run: an address that faults on any access, so that a sequence of an
// even earlier initializer stops there rather than in somebody's memory.
ptrdiff_t percpu_thread_area_offset = (ptrdiff_t)1 << 54;
ptrdiff_t percpu_libc_area_offset = (ptrdiff_t)1 << 54;

void **percpu_thread_word(void) {
  static __thread void *word;
  return &word;
}

#if !defined(__linux__) || !(defined(__x86_64__) || defined(__aarch64__))
__thread char percpu_own_place[2] __attribute__((aligned(2)));
#endif

// Initial-exec: the first access must not allocate.
static __thread void *deliveries
#if defined(__linux__)
    __attribute__((tls_model("initial-exec")))
#endif
    ;

void **percpu_thread_deliveries(void) { return &deliveries; }

#if PERCPU_HAS_SECTIONS

#include <dlfcn.h>
#include <pthread.h>
#include <signal.h>
#include <sys/syscall.h>
#include <unistd.h>

#if defined(__x86_64__)
#define SIGNATURE 0x53053053u
#else
#define SIGNATURE 0xd428bc00u
#endif

enum { FLAG_UNREGISTER = 1, AREA_SIZE = 32 };

static __thread struct percpu_thread_area percpu_own_area
    __attribute__((tls_model("initial-exec"))) = {.cpu_id = PERCPU_CPU_ID_UNINITIALIZED};

static pthread_key_t exit_key;

extern const ptrdiff_t libc_rseq_offset __asm__("__rseq_offset") __attribute__((weak));
extern const unsigned int libc_rseq_size __asm__("__rseq_size") __attribute__((weak));

static bool libc_registers;

static ptrdiff_t own_area_offset(void) {
  char *thread_pointer;
#if defined(__x86_64__)
  __asm__("movq %%fs:0, %0" : "=r"(thread_pointer));
#else
  thread_pointer = (char *)__builtin_thread_pointer();
#endif
  return (char *)&percpu_own_area - thread_pointer;
}

// The C library's word on registration: found by the static linker where it can be, or, if this was
// linked with an older C library than it runs with, by the dynamic one.
void percpu_thread_ask_libc(void) {
  const ptrdiff_t *offset = &libc_rseq_offset;
  const unsigned int *size = &libc_rseq_size;
  if (offset == NULL || size == NULL) {
    offset = (const ptrdiff_t *)dlsym(RTLD_DEFAULT, "__rseq_offset");
    size = (const unsigned int *)dlsym(RTLD_DEFAULT, "__rseq_size");
  }
  libc_registers = offset != NULL && size != NULL && *size != 0;
  percpu_libc_area_offset = libc_registers ? *offset : own_area_offset();
}

// Registration happens with signals blocked, because a handler that runs its first sequence in
// between would register as well.
static sigset_t block_signals(void) {
  sigset_t all, before;
  sigfillset(&all);
  pthread_sigmask(SIG_BLOCK, &all, &before);
  return before;
}

// Undoes the registration of an exiting thread. Destructors that run after this one and use a
// counter find a thread that cannot run sections.
static void thread_exits(void *area) {
  sigset_t before = block_signals();
  if (syscall(SYS_rseq, area, AREA_SIZE, FLAG_UNREGISTER, SIGNATURE) == 0)
    ((struct percpu_thread_area *)area)->cpu_id = PERCPU_CPU_ID_REGISTRATION_FAILED;
  pthread_sigmask(SIG_SETMASK, &before, NULL);
}

// Registers the calling thread in its own area.
static int register_thread(void) {
  sigset_t before = block_signals();
  int error = 0, errno_before = errno;
  if (percpu_own_area.cpu_id == PERCPU_CPU_ID_UNINITIALIZED) {
    if (pthread_setspecific(exit_key, &percpu_own_area) != 0) {
      error = ENOMEM;
    } else if (syscall(SYS_rseq, &percpu_own_area, AREA_SIZE, 0, SIGNATURE) != 0) {
      error = errno;
      pthread_setspecific(exit_key, NULL);
    }
    if (error != 0) percpu_own_area.cpu_id = PERCPU_CPU_ID_REGISTRATION_FAILED;
  }
  pthread_sigmask(SIG_SETMASK, &before, NULL);
  errno = errno_before;
  return error;
}

int percpu_thread_start_up(void) {
  if (libc_registers) {
    percpu_thread_area_offset = percpu_libc_area_offset;
    percpu_engine.registration = PERCPU_REGISTRATION_LIBC;
    return percpu_thread_cpu() >= 0 && percpu_thread_cpu() < percpu_cpu_limit() ? 0 : ENOSYS;
  }
  percpu_thread_area_offset = own_area_offset();
  if (pthread_key_create(&exit_key, thread_exits) != 0) return EAGAIN;
  int error = register_thread();
  if (error != 0) {
    pthread_key_delete(exit_key);
    return error;
  }
  percpu_engine.registration = PERCPU_REGISTRATION_OWN;
  return 0;
}

void percpu_thread_give_up(void) {
  if (percpu_engine.registration == PERCPU_REGISTRATION_OWN) {
    pthread_key_delete(exit_key);
    thread_exits(&percpu_own_area);
  }
  percpu_engine.registration = PERCPU_REGISTRATION_NONE;
  percpu_thread_area_offset = own_area_offset();
}

bool percpu_thread_register(void) {
  if (percpu_thread_cpu() >= 0) return true;
  return percpu_engine.registration == PERCPU_REGISTRATION_OWN &&
         percpu_own_area.cpu_id == PERCPU_CPU_ID_UNINITIALIZED && register_thread() == 0;
}

bool percpu_thread_prepare(void) {
  return percpu_engine_is_restartable() && percpu_thread_register();
}

#else

void percpu_thread_ask_libc(void) {}
int percpu_thread_start_up(void) { return ENOSYS; }
void percpu_thread_give_up(void) {}
bool percpu_thread_register(void) { return false; }
bool percpu_thread_prepare(void) { return false; }

#endif
