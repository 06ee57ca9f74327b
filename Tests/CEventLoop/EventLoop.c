// SPDX-License-Identifier: Apache-2.0

#define _GNU_SOURCE
#include "CEventLoop.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <unistd.h>

#if defined(__linux__)
#include <sys/epoll.h>
#include <sys/eventfd.h>
#endif

static void require(int result, const char *what) {
  if (result >= 0) return;
  perror(what);
  abort();
}

event_source event_source_open(void) {
#if defined(__linux__)
  int poller = epoll_create1(EPOLL_CLOEXEC);
  require(poller, "epoll_create1");
  int kicks = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
  require(kicks, "eventfd");
  struct epoll_event event = {.events = EPOLLIN};
  require(epoll_ctl(poller, EPOLL_CTL_ADD, kicks, &event), "epoll_ctl");
  return (event_source){poller, kicks, kicks};
#else
  int ends[2];
  require(pipe(ends), "pipe");
  for (int i = 0; i < 2; i++) {
    require(fcntl(ends[i], F_SETFL, O_NONBLOCK), "fcntl");
    require(fcntl(ends[i], F_SETFD, FD_CLOEXEC), "fcntl");
  }
  return (event_source){-1, ends[0], ends[1]};
#endif
}

void event_source_close(event_source source) {
  if (source.poller >= 0) close(source.poller);
  if (source.writer != source.reader) close(source.writer);
  close(source.reader);
}

void event_source_kick(event_source source) {
  int saved = errno;
#if defined(__linux__)
  uint64_t one = 1;
#else
  char one = 1;
#endif
  // It fails if there are too many kicks already, which is as good.
  ssize_t written = write(source.writer, &one, sizeof one);
  (void)written;
  errno = saved;
}

static int64_t drain(event_source source) {
#if defined(__linux__)
  uint64_t count = 0;
  return read(source.reader, &count, sizeof count) < 0 ? 0 : (int64_t)count;
#else
  char kicks[64];
  int64_t sum = 0;
  for (ssize_t count; (count = read(source.reader, kicks, sizeof kicks)) > 0;) sum += count;
  return sum;
#endif
}

int64_t event_source_wait(event_source source, int32_t milliseconds) {
  int ready;
#if defined(__linux__)
  struct epoll_event event;
  ready = epoll_wait(source.poller, &event, 1, milliseconds);
#else
  struct pollfd descriptor = {.fd = source.reader, .events = POLLIN};
  ready = poll(&descriptor, 1, milliseconds);
#endif
  return ready > 0 ? drain(source) : 0;
}

int64_t event_voluntary_switches(void) {
#if defined(RUSAGE_THREAD)
  struct rusage usage;
  if (getrusage(RUSAGE_THREAD, &usage) == 0) return usage.ru_nvcsw;
#endif
  return 0;
}
