// SPDX-License-Identifier: Apache-2.0
//
// Fibers: stacks that are switched between by hand. A switch costs a few nanoseconds, which is what
// makes hundreds of thousands of executions per second possible; handing over between threads of
// the operating system would be about a hundred times slower.
#pragma once

typedef struct {
  void *stack_pointer;
  char *stack;
} Fiber;

/// Makes a fiber that enters `entry` at its first switch. `entry` must not return. The stack is
/// kept from one use to the next.
void cmc_fiber_prepare(Fiber *fiber, void (*entry)(void));

/// Saves the running stack in `*save` and continues on `resume`.
void cmc_fiber_switch(void **save, void *resume);
