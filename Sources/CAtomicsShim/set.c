// SPDX-License-Identifier: Apache-2.0
// The C part of a set of headers that replaces the native one; nothing in an ordinary build.

#include "CAtomicsShim.h"

#ifdef PERCPU_SHIM
#include PERCPU_TEXT(PERCPU_SHIM/shim.c)
#endif
