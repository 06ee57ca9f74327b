// SPDX-License-Identifier: Apache-2.0
//
// Which CPUs can exist, and where this thread runs.
//
// Rows are sized by possible CPUs. If the kernel does not tell them (no /sys in a container), or a
// container shows a list of its own that lacks CPUs we may use, the size of the kernel's CPU masks is
// a bound that no CPU number exceeds, if a generous one. A row beyond the last would be memory of
// somebody else's, so nothing here trusts a list that the kernel contradicts.

#include "internal.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#if defined(__linux__)
#include <sched.h>
#include <sys/syscall.h>
#endif

enum { CPUS_MAX = 1 << 16, BITS = 64 };

static uint64_t possible[CPUS_MAX / BITS];
static int32_t limit = 1;
static int32_t reservation;

int32_t percpu_parse_cpu_list(const char *list, uint64_t *bitmap, int32_t bits) {
  int32_t highest = -1;
  const char *at = list;
  do {
    if (*at < '0' || *at > '9') return -1;
    char *end;
    errno = 0;
    long first = strtol(at, &end, 10), last = first;
    if (*end == '-') {
      if (end[1] < '0' || end[1] > '9') return -1;
      last = strtol(end + 1, &end, 10);
    }
    if (errno != 0 || last < first || last >= bits) return -1;
    for (long cpu = first; cpu <= last; cpu++) bitmap[cpu / BITS] |= (uint64_t)1 << (cpu % BITS);
    if (last > highest) highest = (int32_t)last;
    at = end + (*end == ',');
    if (*end != ',' && *end != '\n' && *end != '\0') return -1;
    if (*end != ',') break;
  } while (true);
  return highest + 1;
}

static int32_t read_possible(void) {
#if defined(__linux__)
  char text[4096];
  int file = open("/sys/devices/system/cpu/possible", O_RDONLY | O_CLOEXEC);
  if (file < 0) return -1;
  ssize_t length = read(file, text, sizeof text - 1);
  close(file);
  if (length <= 0 || length == sizeof text - 1) return -1;
  text[length] = '\0';
  return percpu_parse_cpu_list(text, possible, CPUS_MAX);
#else
  return -1;
#endif
}

// Whether this process may use a CPU that the list does not name.
static bool list_is_contradicted(void) {
#if defined(__linux__)
  static uint64_t mask[CPUS_MAX / BITS];
  long bytes = syscall(SYS_sched_getaffinity, 0, sizeof mask, mask);
  for (long word = 0; word < bytes / 8; word++)
    if ((mask[word] & ~possible[word]) != 0) return true;
#endif
  return false;
}

// How many CPUs the kernel's masks have room for; 0 if it does not tell.
static int32_t room_in_masks(void) {
#if defined(__linux__)
  // The system call, unlike the C library's function, tells the size of the kernel's masks.
  static uint64_t mask[CPUS_MAX / BITS];
  long bytes = syscall(SYS_sched_getaffinity, 0, sizeof mask, mask);
  if (bytes > 0) return (int32_t)bytes * 8;
#endif
  return 0;
}

static int32_t bound_by_masks(void) {
  if (room_in_masks() > 0) return room_in_masks();
  long configured = sysconf(_SC_NPROCESSORS_CONF);
  return configured > 0 && configured <= CPUS_MAX ? (int32_t)configured : 1;
}

void percpu_topology_start_up(void) {
  reservation = room_in_masks();
  limit = read_possible();
  if (limit > 0 && !list_is_contradicted()) return;
  limit = bound_by_masks();
  memset(possible, 0, sizeof possible);
  for (int32_t cpu = 0; cpu < limit; cpu++) possible[cpu / BITS] |= (uint64_t)1 << (cpu % BITS);
}

int32_t percpu_cpu_limit(void) { return limit; }

int32_t percpu_cpu_reservation(void) { return limit > reservation ? limit : reservation; }

bool percpu_cpu_is_possible(int32_t cpu) {
  return cpu >= 0 && cpu < limit && (possible[cpu / BITS] >> (cpu % BITS) & 1) != 0;
}

static PERCPU_SLOW_PATH int32_t cpu_ask(void) {
  PERCPU_SLOW_PATH_BEGINS;
#if defined(__linux__)
  int errno_before = errno, cpu = sched_getcpu();
  errno = errno_before;
#else
  int cpu = -1;
#endif
  if (percpu_cpu_is_possible(cpu)) return cpu;
  // No CPU number to be had: spread the threads by where their stacks are.
  char here;
  cpu = (int32_t)(((uintptr_t)&here >> 16) % (uintptr_t)limit);
  while (!percpu_cpu_is_possible(cpu)) cpu = (cpu + 1) % limit;
  return cpu;
}

int32_t (PERCPU_SLOW_PATH *const percpu_cpu_ask)(void) = cpu_ask;
