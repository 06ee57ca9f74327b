// SPDX-License-Identifier: Apache-2.0
//
// The area through which the kernel and a thread talk about restartable sequences.
//
// Its layout is the kernel's `struct rseq`. The library reads `cpu_id` and writes `rseq_cs`; all
// other fields belong to the kernel. The area is either the C library's or `percpu_own_area`, a
// thread-local of the shim; both stand at a fixed distance from the thread pointer, the same in
// each thread.
//
// `cpu_id` is negative in a thread that cannot run sequences: not registered, refused by the kernel,
// or in a process on the atomic engine (whose areas nobody registers). A sequence reads `cpu_id`
// anyhow, so this one test of a sign is all that the whole matter of engines costs a fast path.
//
// It cannot tell a thread that runs on the thread-local memory of another one: the child of a vfork
// before it executes a program, or a raw clone of the address space without thread-local storage of
// its own. Such a thread finds the other's number there and must not use the package.

#ifndef PERCPU_NATIVE_THREAD_H
#define PERCPU_NATIVE_THREAD_H

#include "base.h"

PERCPU_BEGIN

struct percpu_thread_area {
  uint32_t cpu_id_start;
  int32_t cpu_id;
  uint64_t rseq_cs;
  uint32_t flags;
  uint32_t node_id;
  uint32_t mm_cid;
  uint32_t reserved;
} __attribute__((aligned(32)));

/// Values of `cpu_id` that are no CPU number; the kernel's.
enum {
  PERCPU_CPU_ID_UNINITIALIZED = -1,
  PERCPU_CPU_ID_REGISTRATION_FAILED = -2,
};

/// Distance from a thread's pointer to the area its sections use.
extern PERCPU_SETTLED ptrdiff_t percpu_thread_area_offset;

/// The same for the area the C library registered, which names a thread's CPU whatever the engine;
/// our own if the library registers nobody.
extern PERCPU_SETTLED ptrdiff_t percpu_libc_area_offset;

/// Where the calling thread's control block stands; volatile, because in an asynchronous function the
/// thread may be another one after each suspension.
PERCPU_INLINE char *PERCPU_NONNULL percpu_thread_pointer(void) {
#if defined(__x86_64__) && defined(__linux__)
  char *pointer;
  __asm__ volatile("movq %%fs:0, %[pointer]" : [pointer] "=r"(pointer));
  return pointer;
#elif defined(__aarch64__) && defined(__linux__)
  char *pointer;
  __asm__ volatile("mrs %[pointer], tpidr_el0" : [pointer] "=r"(pointer));
  return pointer;
#else
  // One for all files that include this: a token is compared in other files than the one that stored it.
  extern __thread char percpu_own_place[2];
  return percpu_own_place;
#endif
}

PERCPU_INLINE int32_t percpu_area_cpu(ptrdiff_t offset) {
#if !PERCPU_HAS_SECTIONS
  (void)offset;
  return PERCPU_CPU_ID_UNINITIALIZED;
#elif defined(__x86_64__)
  int32_t cpu;
  __asm__ volatile("movl %%fs:%c[field](%[area]), %[cpu]"
                   : [cpu] "=r"(cpu)
                   : [area] "r"(offset), [field] "i"(offsetof(struct percpu_thread_area, cpu_id)));
  return cpu;
#else
  const char *area = percpu_thread_pointer() + offset;
  return *(const volatile int32_t *)(area + offsetof(struct percpu_thread_area, cpu_id));
#endif
}

/// The number of the CPU this thread ran on a moment ago, or a negative one if this thread cannot
/// run sequences.
PERCPU_INLINE int32_t percpu_thread_cpu(void) { return percpu_area_cpu(percpu_thread_area_offset); }

/// What tells the calling thread from all others that live: the address of its control block, made
/// odd. Never 0, nor is its low half. The same in the child of a fork.
PERCPU_INLINE intptr_t percpu_thread_token(void) {
  return (intptr_t)percpu_thread_pointer() | 1;
}

/// True if this thread can run sequences. Registers it where that is the shim's task.
/// Callable from a signal handler.
bool percpu_thread_prepare(void);

/// A word of the calling thread's own, for the library; null at first.
void *PERCPU_NULLABLE *PERCPU_NONNULL percpu_thread_word(void);

/// Another one, which a signal handler may be the first to ask for.
void *PERCPU_NULLABLE *PERCPU_NONNULL percpu_thread_deliveries(void);

/// Asks the kernel where this thread runs. Names some possible CPU if it does not tell.
extern int32_t (PERCPU_SLOW_PATH *PERCPU_NONNULL const percpu_cpu_ask)(void);

/// Where this thread probably runs: always a CPU whose row has memory.
PERCPU_INLINE int32_t percpu_cpu_hint(void) {
  int32_t cpu = percpu_area_cpu(percpu_libc_area_offset);
  return __builtin_expect(cpu >= 0, 1) ? cpu : percpu_cpu_ask();
}

PERCPU_END

#endif
