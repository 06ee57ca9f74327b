// SPDX-License-Identifier: Apache-2.0
// What an event loop blocks on, for tests and benchmarks of contexts: epoll with an eventfd for kicks;
// a pipe and poll where the system has neither.

#ifndef CEVENTLOOP_H
#define CEVENTLOOP_H

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct {
  int32_t poller, reader, writer;
} event_source;

/// Opens the descriptors; ends the program if there are none left.
event_source event_source_open(void);
void event_source_close(event_source source);

/// Wakes whoever waits, or will wait. Async-signal-safe.
void event_source_kick(event_source source);

/// Blocks until there is a kick, or `milliseconds` have passed (negative: no limit). Returns how many
/// kicks there were, and leaves none.
int64_t event_source_wait(event_source source, int32_t milliseconds);

/// How many times the calling thread has given up its processor because it had to wait for something.
int64_t event_voluntary_switches(void);

#ifdef __cplusplus
}
#endif

#endif
