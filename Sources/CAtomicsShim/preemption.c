// SPDX-License-Identifier: Apache-2.0
//
// A test of the machine: is a section aborted when its thread is preempted on its own CPU?
//
// Two threads are confined to one CPU. Each spins in sections until it was aborted or time is over.
// If the other thread ran while ours stood in a section, ours must have been aborted.

#include "internal.h"

#if PERCPU_HAS_SECTIONS

#include <pthread.h>
#include <time.h>

// Spins in one section for about `turns` turns. True if the section was aborted.
static bool spin_in_section(uint64_t turns) {
  uintptr_t scratch;
  uint64_t left;
#if defined(__x86_64__)
  __asm__ volatile goto(
      ".pushsection __rseq_cs, \"aw?\", %%progbits\n\t.balign 32\n30:\n\t.long 0, 0\n\t"
      ".quad 10f, 20f - 10f, 40f\n\t.popsection\n\t"
      "movq %[turns], %[left]\n\t"
      "leaq 30b(%%rip), %[scratch]\n\t"
      "movq %[scratch], %%fs:%c[cs](%[area])\n"
      "10:\n\t"
      "subq $1, %[left]\n\t"
      "jne 10b\n"
      "20:\n\t"
      ".pushsection __rseq_failure, \"ax?\", %%progbits\n\t"
      ".byte 0x0f, 0xb9, 0x3d\n\t.long 0x53053053\n40:\n\tjmp %l[aborted]\n\t.popsection\n\t"
      : [scratch] "=&r"(scratch), [left] "=&r"(left)
      : [turns] "r"(turns), [area] "r"(percpu_thread_area_offset),
        [cs] "i"(offsetof(struct percpu_thread_area, rseq_cs))
      : "memory", "cc"
      : aborted);
#else
  __asm__ volatile goto(
      ".pushsection __rseq_cs, \"aw?\", %%progbits\n\t.balign 32\n30:\n\t.long 0, 0\n\t"
      ".quad 10f, 20f - 10f, 40f\n\t.popsection\n\t"
      "mov %[left], %[turns]\n\t"
      "adrp %[scratch], 30b\n\tadd %[scratch], %[scratch], :lo12:30b\n\t"
      "str %[scratch], [%[area], %[cs]]\n"
      "10:\n\t"
      "subs %[left], %[left], #1\n\t"
      "b.ne 10b\n"
      "20:\n\t"
      "b 60f\n\t.inst 0xd428bc00\n40:\n\tb %l[aborted]\n60:\n\t"
      : [scratch] "=&r"(scratch), [left] "=&r"(left)
      : [turns] "r"(turns),
        [area] "r"((char *)__builtin_thread_pointer() + percpu_thread_area_offset),
        [cs] "i"(offsetof(struct percpu_thread_area, rseq_cs))
      : "memory", "cc", "x16", "x17"
      : aborted);
#endif
  return false;
aborted:
  return true;
}

struct trial {
  int32_t cpu;
  uint32_t running;
  uint32_t aborts;
  uint32_t missed;
  uint64_t turns_of_other[2];
};

struct participant {
  struct trial *trial;
  int index;
};

static int64_t now(void) {
  struct timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  return time.tv_sec * (int64_t)1000000000 + time.tv_nsec;
}

// Half a millisecond of spinning at a time; between two spins the threads tell each other that they
// ran. A change of the other's count across one of our sections means that we were preempted in it.
static void *take_part(void *argument) {
  struct participant *self = argument;
  struct trial *trial = self->trial;
  uint64_t *own = &trial->turns_of_other[self->index];
  const uint64_t *other = &trial->turns_of_other[1 - self->index];
  if (!percpu_thread_register() || percpu_thread_pin(trial->cpu) != 0) return NULL;
  percpu_u32_fetch_add_acq_rel(&trial->running, 1);
  int64_t end = now() + 250000000;
  while (now() < end && percpu_u32_load_acquire(&trial->aborts) < 8) {
    percpu_u64_fetch_add_acq_rel(own, 1);
    uint64_t before = percpu_u64_load_acquire(other);
    bool aborted = spin_in_section(500000);
    bool preempted = percpu_u64_load_acquire(other) != before;
    if (aborted) percpu_u32_fetch_add_acq_rel(&trial->aborts, 1);
    if (preempted && !aborted) percpu_u32_fetch_add_acq_rel(&trial->missed, 1);
  }
  return NULL;
}

bool percpu_preemption_aborts_sections(void) {
  if (percpu_engine.missing != 0 || percpu_thread_cpu() < 0) return true;
  struct trial trial = {.cpu = percpu_thread_cpu()};
  struct participant participants[2] = {{&trial, 0}, {&trial, 1}};
  pthread_t threads[2];
  int started = 0;
  while (started < 2 &&
         pthread_create(&threads[started], NULL, take_part, &participants[started]) == 0)
    started++;
  for (int index = 0; index < started; index++) pthread_join(threads[index], NULL);
  // A preemption that falls between reading the other's count and the section, or behind the
  // section, counts as missed although there was nothing to abort: a few of many are no proof.
  return trial.aborts > 0 && trial.missed <= trial.aborts;
}

#else

bool percpu_preemption_aborts_sections(void) { return true; }

#endif
