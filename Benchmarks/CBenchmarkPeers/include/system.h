// SPDX-License-Identifier: Apache-2.0
// What the runner asks of the system: the clock, threads, processes.

#ifndef CBENCHMARKPEERS_SYSTEM_H
#define CBENCHMARKPEERS_SYSTEM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/// Nanoseconds of a clock that never goes back.
uint64_t bench_now(void);

/// Starts a thread. Its handle is for `bench_thread_join`. Returns 0 or an errno.
int32_t bench_thread_start(void (*_Nonnull body)(void *_Nonnull), void *_Nonnull context,
                           uintptr_t *_Nonnull handle);
void bench_thread_join(uintptr_t handle);

/// Starts a program, found through PATH, with the current environment. `input` and `output` replace
/// its standard streams; -1 leaves them as they are. Returns the process, or a negative errno.
int32_t bench_spawn(char *_Nullable const *_Nonnull arguments, int32_t input, int32_t output,
                    bool silent);

/// Waits for the end of a process. Returns its exit status; 128 and the signal if one ended it.
int32_t bench_wait(int32_t process);

/// Two connected ends of a byte stream that no other program inherits. Returns 0 or an errno.
int32_t bench_socket_pair(int32_t *_Nonnull first, int32_t *_Nonnull second);

/// Writes all bytes to a socket; a peer that is gone is an error and no signal. 0 or an errno.
int32_t bench_socket_send(int32_t socket, const void *_Nonnull bytes, size_t count);

/// Lets the process have so many open files, as far as the system does.
void bench_allow_files(uint64_t count);

/// The kernel's name, release and machine.
const char *_Nonnull bench_kernel(void);

#ifdef __cplusplus
}
#endif

#endif
