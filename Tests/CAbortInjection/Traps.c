// SPDX-License-Identifier: Apache-2.0
// Planting traps in code, and what happens when one is met.

#define _GNU_SOURCE
#include "Section.h"

#if PERCPU_HAS_SECTIONS

#include <pthread.h>
#include <signal.h>
#include <string.h>
#include <sys/mman.h>
#include <ucontext.h>
#include <unistd.h>

#if defined(__x86_64__)
typedef unsigned char instruction;
#define TRAP ((instruction)0xcc)  // int3
// The processor reports the address behind it.
#define REPORTED_BEHIND 1
#define PROGRAM_COUNTER(context) ((context)->uc_mcontext.gregs[REG_RIP])
#else
typedef uint32_t instruction;
#define TRAP ((instruction)0xd4200000)  // brk #0
#define REPORTED_BEHIND 0
#define PROGRAM_COUNTER(context) ((context)->uc_mcontext.pc)
#endif

// There is one trap at a time. The handler runs on the thread that planted it, in the middle of a
// section, which reads none of this.
static instruction *volatile planted;
static instruction replaced;
static volatile int met;
static volatile uintptr_t destination;
static pthread_t owner;
static struct sigaction action_before;
static sigset_t mask_before;

static void put(instruction *address, instruction value) {
  *(volatile instruction *)address = value;
  __builtin___clear_cache((char *)address, (char *)(address + 1));
}

static void on_trap(int signal, siginfo_t *information, void *argument) {
  (void)information;
  ucontext_t *context = argument;
  instruction *trap = planted;
  if (trap == NULL || !pthread_equal(owner, pthread_self())) {
    // Somebody else's.
    sigaction(signal, &action_before, NULL);
    raise(signal);
    return;
  }
  met++;
  uintptr_t at = (uintptr_t)PROGRAM_COUNTER(context);
  // In a section the kernel has already put the abort handler here. Elsewhere the thread goes on
  // with the instruction whose place the trap took.
  if (at == (uintptr_t)trap + REPORTED_BEHIND) {
    put(trap, replaced);
    planted = NULL;
    at = (uintptr_t)trap;
    PROGRAM_COUNTER(context) = (__typeof__(PROGRAM_COUNTER(context)))at;
  }
  destination = at;
}

bool abort_make_writable(const struct abort_section *section, bool writable) {
  uintptr_t page = (uintptr_t)sysconf(_SC_PAGESIZE);
  const struct abort_descriptor *descriptor = section->first->descriptor;
  uintptr_t first = section->first->address & -page;
  // The section's last instruction may stand behind what its descriptor says, but not far.
  uintptr_t end = descriptor->start + descriptor->length + 64;
  int protection = PROT_READ | PROT_EXEC | (writable ? PROT_WRITE : 0);
  return mprotect((void *)first, (end - first + page - 1) & -page, protection) == 0;
}

void abort_traps_begin(void) {
  owner = pthread_self();
  struct sigaction action;
  memset(&action, 0, sizeof action);
  action.sa_sigaction = on_trap;
  action.sa_flags = SA_SIGINFO;
  sigaction(SIGTRAP, &action, &action_before);
  sigset_t set;
  sigemptyset(&set);
  sigaddset(&set, SIGTRAP);
  pthread_sigmask(SIG_UNBLOCK, &set, &mask_before);
}

void abort_traps_end(void) {
  sigaction(SIGTRAP, &action_before, NULL);
  pthread_sigmask(SIG_SETMASK, &mask_before, NULL);
}

void abort_trap_remove(void) {
  instruction *trap = planted;
  if (trap != NULL) put(trap, replaced);
  planted = NULL;
}

void abort_trap_plant(uintptr_t address) {
  met = 0;
  instruction *trap = (instruction *)address;
  if (trap == planted) return;
  abort_trap_remove();
  replaced = *(volatile instruction *)trap;
  planted = trap;
  put(trap, TRAP);
}

int abort_trap_met(void) { return met; }

uintptr_t abort_trap_destination(void) { return destination; }

#endif
