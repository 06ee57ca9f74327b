// SPDX-License-Identifier: Apache-2.0
// Peers of the benchmarks that are written in C, and what the runner asks of the system.

#ifndef CBENCHMARKPEERS_H
#define CBENCHMARKPEERS_H

#include "counters.h"
#include "locks.h"
#include "pools.h"
#include "primitives.h"
#include "system.h"
#include "wakeups.h"

#endif
