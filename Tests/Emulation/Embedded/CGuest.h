// SPDX-License-Identifier: Apache-2.0
// What Embedded Swift lacks and the C library of the emulated machine has.

#ifndef CGUEST_H
#define CGUEST_H

#include <stdbool.h>
#include <stdint.h>

/// Prints a line.
void guest_say(const uint8_t *_Nonnull text);

/// Runs `body` with 0, 1, ... on as many threads, and waits for them.
void guest_run_threads(int32_t count, void (*_Nonnull body)(int32_t index));

/// Whether the engine is the one that the environment variable EXPECTED_ENGINE names.
bool guest_expects_engine(bool restartable);

/// Prints the verdict and ends the process.
void guest_end(const char *_Nonnull name, bool right);

#endif
