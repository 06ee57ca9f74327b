// SPDX-License-Identifier: Apache-2.0
// The native set of headers, in the order in which they build on each other.

#ifndef PERCPU_NATIVE_SHIM_H
#define PERCPU_NATIVE_SHIM_H

#include "base.h"
#include "atomics.h"
#include "engine.h"
#include "fences.h"
#include "thread.h"
#include "participant.h"
#include "sections.h"
#include "rows.h"
#include "sequences.h"
#include "stacks.h"
#include "gated.h"
#include "transactions.h"
#include "kernel.h"

#endif
