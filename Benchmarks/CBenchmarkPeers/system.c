// SPDX-License-Identifier: Apache-2.0

#if defined(__linux__)
#define _GNU_SOURCE
#endif

#include "system.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/utsname.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#ifndef MSG_NOSIGNAL
#define MSG_NOSIGNAL 0
#endif

extern char **environ;

uint64_t bench_now(void) {
  struct timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  return (uint64_t)time.tv_sec * 1000000000u + (uint64_t)time.tv_nsec;
}

// MARK: Threads

struct start {
  void (*body)(void *);
  void *context;
};

static void *run(void *argument) {
  struct start *start = argument;
  start->body(start->context);
  free(start);
  return NULL;
}

int32_t bench_thread_start(void (*body)(void *), void *context, uintptr_t *handle) {
  struct start *start = malloc(sizeof *start);
  if (start == NULL) return ENOMEM;
  *start = (struct start){body, context};
  pthread_t thread;
  int error = pthread_create(&thread, NULL, run, start);
  if (error != 0) {
    free(start);
    return error;
  }
  *handle = (uintptr_t)thread;
  return 0;
}

void bench_thread_join(uintptr_t handle) { pthread_join((pthread_t)handle, NULL); }

// MARK: Processes

int32_t bench_spawn(char *const *arguments, int32_t input, int32_t output, bool silent) {
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  if (input >= 0) posix_spawn_file_actions_adddup2(&actions, input, STDIN_FILENO);
  if (output >= 0) posix_spawn_file_actions_adddup2(&actions, output, STDOUT_FILENO);
  if (silent)
    posix_spawn_file_actions_addopen(&actions, STDERR_FILENO, "/dev/null", O_WRONLY, 0);
  pid_t process;
  int error = posix_spawnp(&process, arguments[0], &actions, NULL, arguments, environ);
  posix_spawn_file_actions_destroy(&actions);
  return error == 0 ? process : -error;
}

int32_t bench_wait(int32_t process) {
  int status;
  while (waitpid(process, &status, 0) < 0)
    if (errno != EINTR) return -1;
  return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

int32_t bench_socket_pair(int32_t *first, int32_t *second) {
  int ends[2];
  if (socketpair(AF_UNIX, SOCK_STREAM, 0, ends) != 0) return errno;
  for (int i = 0; i < 2; i++) fcntl(ends[i], F_SETFD, FD_CLOEXEC);
  *first = ends[0];
  *second = ends[1];
  return 0;
}

int32_t bench_socket_send(int32_t socket, const void *bytes, size_t count) {
  const char *at = bytes;
  while (count > 0) {
    ssize_t sent = send(socket, at, count, MSG_NOSIGNAL);
    if (sent < 0 && errno == EINTR) continue;
    if (sent < 0) return errno;
    at += sent;
    count -= (size_t)sent;
  }
  return 0;
}

// MARK: Files

void bench_allow_files(uint64_t count) {
  struct rlimit limit;
  if (getrlimit(RLIMIT_NOFILE, &limit) != 0 || limit.rlim_cur >= count) return;
  limit.rlim_cur = limit.rlim_max < count ? limit.rlim_max : count;
  setrlimit(RLIMIT_NOFILE, &limit);
}

// MARK: Facts

const char *bench_kernel(void) {
  static char text[512];
  struct utsname name;
  if (uname(&name) != 0) return "unknown";
  snprintf(text, sizeof text, "%s %s %s", name.sysname, name.release, name.machine);
  return text;
}
