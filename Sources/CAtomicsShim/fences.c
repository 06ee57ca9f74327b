// SPDX-License-Identifier: Apache-2.0
//
// The heavy sides of the asymmetric fences.
//
// Linux's expedited membarrier interrupts the CPUs that run threads of this process, each of which
// then executes a full barrier; a thread that does not run has passed one when it was switched out.
// The RSEQ command aborts the sections of the interrupted threads as well. It is an error not to be
// ignored if the kernel refuses after it has accepted the registration: the fast paths have already
// left their own fences out.

#include "internal.h"

#include <errno.h>

#if defined(__linux__)

#include <sched.h>
#include <sys/syscall.h>
#include <unistd.h>

// The kernel's numbers, which older headers lack.
enum {
  COMMAND_QUERY = 0,
  COMMAND_PRIVATE_EXPEDITED = 1 << 3,
  COMMAND_REGISTER_PRIVATE_EXPEDITED = 1 << 4,
  COMMAND_PRIVATE_EXPEDITED_RSEQ = 1 << 7,
  COMMAND_REGISTER_PRIVATE_EXPEDITED_RSEQ = 1 << 8,
  FLAG_CPU = 1 << 0,
};

static int membarrier(int command, int flags, int cpu) {
  return (int)syscall(SYS_membarrier, command, flags, cpu);
}

// For fences in signal handlers: errno is that of the code they interrupted. Returns 0 or an errno.
static int fence(int command, int flags, int cpu) {
  int errno_before = errno;
  int error = membarrier(command, flags, cpu) == 0 ? 0 : errno;
  errno = errno_before;
  return error;
}

int percpu_fences_start_up(bool restart) {
  int wanted = restart ? COMMAND_PRIVATE_EXPEDITED_RSEQ : COMMAND_PRIVATE_EXPEDITED;
  int registration = restart ? COMMAND_REGISTER_PRIVATE_EXPEDITED_RSEQ
                             : COMMAND_REGISTER_PRIVATE_EXPEDITED;
  int supported = membarrier(COMMAND_QUERY, 0, 0);
  if (supported < 0) return errno;
  if ((supported & wanted) == 0) return ENOSYS;
  if (membarrier(registration, 0, 0) != 0) return errno;
  // A filter of system calls may accept the registration and refuse the use.
  if (membarrier(wanted, 0, 0) != 0 && errno != ENOMEM) return errno;
  if (restart && membarrier(wanted, FLAG_CPU, 0) != 0) return errno;
  return 0;
}

static void fatal(void) {
  percpu_fatal("membarrier is refused although the kernel accepted it when the program began. Allow "
               "it in the filter of system calls, or run with PERCPU_ENGINE=atomic from the start.");
}

// All CPUs at once needs memory in the kernel; one by one does not.
static void fence_cpu_by_cpu(int32_t from, int32_t limit) {
  for (int32_t cpu = from; cpu < limit; cpu++)
    for (int error; (error = fence(COMMAND_PRIVATE_EXPEDITED_RSEQ, FLAG_CPU, cpu)) != 0;)
      if (error != ENOMEM && error != EINTR) fatal();
}

void percpu_membarrier(void) {
  if (!percpu_engine.membarrier) return;
  for (int error; (error = fence(COMMAND_PRIVATE_EXPEDITED, 0, 0)) != 0;) {
    if (error == ENOMEM && percpu_engine_is_restartable())
      return fence_cpu_by_cpu(0, percpu_cpu_limit());
    if (error != ENOMEM && error != EINTR) fatal();
    sched_yield();
  }
}

// No thread of a process on the atomic engine is in a section.
void percpu_membarrier_restart_all(void) {
  if (!percpu_engine_is_restartable()) return percpu_membarrier();
  if (fence(COMMAND_PRIVATE_EXPEDITED_RSEQ, 0, 0) != 0)
    fence_cpu_by_cpu(0, percpu_cpu_limit());
}

void percpu_membarrier_restart_cpu(int32_t cpu) {
  if (!percpu_engine_is_restartable()) return percpu_membarrier();
  fence_cpu_by_cpu(cpu, cpu + 1);
}

#else

int percpu_fences_start_up(bool restart) {
  (void)restart;
  return ENOSYS;
}
void percpu_membarrier(void) {}
void percpu_membarrier_restart_all(void) {}
void percpu_membarrier_restart_cpu(int32_t cpu) { (void)cpu; }

#endif
