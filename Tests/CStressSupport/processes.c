// SPDX-License-Identifier: Apache-2.0
// Threads and processes in states that a program does not get into by itself.

#define _GNU_SOURCE
#include "CStressSupport.h"

#include <errno.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <signal.h>
#include <stddef.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#if defined(__x86_64__)
#define SIGNATURE 0x53053053u
#else
#define SIGNATURE 0xd428bc00u
#endif

bool stress_thread_unregister(void) {
  if (!percpu_thread_prepare()) return false;
  struct percpu_thread_area *area =
      (struct percpu_thread_area *)((char *)__builtin_thread_pointer() + percpu_thread_area_offset);
  // The C library registered 32 bytes or more; the kernel insists on the same number.
  for (unsigned size = 32; size <= 256; size++)
    if (syscall(SYS_rseq, area, size, 1, SIGNATURE) == 0) {
      // Not registered again by the shim, which takes "uninitialized" for a new thread.
      area->cpu_id = PERCPU_CPU_ID_REGISTRATION_FAILED;
      return true;
    }
  return false;
}

static int32_t wait_for(pid_t child) {
  int status;
  while (waitpid(child, &status, 0) < 0)
    if (errno != EINTR) return -1;
  return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

static bool refuse_rseq(int32_t refusal) {
  struct sock_filter program[] = {
      BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
      BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_rseq, 0, 1),
      BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | (uint32_t)refusal),
      BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
  };
  struct sock_fprog filter = {sizeof program / sizeof program[0], program};
  return prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 &&
         prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &filter) == 0;
}

static int32_t run(const char *path, const char *const *arguments, const char *const *environment,
                   int32_t refusal, int32_t output) {
  pid_t child = fork();
  if (child < 0) return -1;
  if (child == 0) {
    dup2(output, STDOUT_FILENO);
    dup2(output, STDERR_FILENO);
    if (refusal != 0 && !refuse_rseq(refusal)) _exit(126);
    execve(path, (char *const *)arguments, (char *const *)environment);
    _exit(127);
  }
  return wait_for(child);
}

int32_t stress_run_without_rseq(const char *path, const char *const *arguments,
                                const char *const *environment, int32_t refusal, int32_t output) {
  return run(path, arguments, environment, refusal, output);
}

int32_t stress_run(const char *path, const char *const *arguments, const char *const *environment,
                   int32_t output) {
  return run(path, arguments, environment, 0, output);
}

// A child that hangs fails instead, also if it is that of a thread that blocks all signals.
static void limit_life(void) {
  sigset_t set;
  sigemptyset(&set);
  sigaddset(&set, SIGALRM);
  sigprocmask(SIG_UNBLOCK, &set, NULL);
  alarm(60);
}

int32_t stress_fork_here(void) {
  pid_t child = fork();
  if (child == 0) limit_life();
  return child;
}

void stress_end(int32_t status) { _exit(status); }

int32_t stress_wait_for(int32_t child) { return wait_for(child); }

int32_t stress_fork(int32_t (*body)(void *), void *context) {
  pid_t child = fork();
  if (child < 0) return -1;
  if (child == 0) {
    limit_life();
    _exit(body(context));
  }
  return wait_for(child);
}
