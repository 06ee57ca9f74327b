// SPDX-License-Identifier: Apache-2.0
//
// CAtomicsShim: the only place of this package that touches the hardware or the kernel.
//
// Every atomic access, fence, read of the CPU number, restartable sequence, membarrier, futex and
// directed signal of the package goes through a function declared below this header. None of it is
// public API: names begin with `percpu_` and change without notice. Use the Swift module `PerCPU`.
//
// The whole set of headers can be replaced, in a build of everything, by
//     -Xcc -DPERCPU_SHIM=<Set> -Xcc -I<folder that holds Set/shim.h>
// which is how the test suite plants faults underneath unchanged Swift sources. The define has to
// be given on the command line: it must reach the C files and every Swift importer alike, because a
// client reads this header again when it inlines the package's functions.

#ifndef PERCPU_CATOMICSSHIM_H
#define PERCPU_CATOMICSSHIM_H

#ifdef PERCPU_SHIM
#define PERCPU_TEXT_(tokens) #tokens
#define PERCPU_TEXT(tokens) PERCPU_TEXT_(tokens)
#include PERCPU_TEXT(PERCPU_SHIM/shim.h)
#else
#include "native/shim.h"
#endif

#endif
