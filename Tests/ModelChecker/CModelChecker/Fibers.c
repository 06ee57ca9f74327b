// SPDX-License-Identifier: Apache-2.0
#include "Fibers.h"
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

enum { stack_size = 256 * 1024, guard_size = 64 * 1024 };

#if defined(__APPLE__)
#define SYMBOL(name) "_" #name
#else
#define SYMBOL(name) #name
#endif

// The callee-saved registers go onto the stack; all others are dead across a call.
#if defined(__x86_64__)
enum { saved_words = 6 };
__asm__(
    ".text\n"
    ".p2align 4\n"
    ".globl " SYMBOL(cmc_fiber_switch) "\n"
    SYMBOL(cmc_fiber_switch) ":\n"
    "  pushq %rbp\n"
    "  pushq %rbx\n"
    "  pushq %r12\n"
    "  pushq %r13\n"
    "  pushq %r14\n"
    "  pushq %r15\n"
    "  movq %rsp, (%rdi)\n"
    "  movq %rsi, %rsp\n"
    "  popq %r15\n"
    "  popq %r14\n"
    "  popq %r13\n"
    "  popq %r12\n"
    "  popq %rbx\n"
    "  popq %rbp\n"
    "  ret\n");
#elif defined(__aarch64__)
enum { saved_words = 20 };  // x19 to x30, d8 to d15
__asm__(
    ".text\n"
    ".p2align 4\n"
    ".globl " SYMBOL(cmc_fiber_switch) "\n"
    SYMBOL(cmc_fiber_switch) ":\n"
    "  sub sp, sp, #160\n"
    "  stp x19, x20, [sp, #0]\n"
    "  stp x21, x22, [sp, #16]\n"
    "  stp x23, x24, [sp, #32]\n"
    "  stp x25, x26, [sp, #48]\n"
    "  stp x27, x28, [sp, #64]\n"
    "  stp x29, x30, [sp, #80]\n"
    "  stp d8, d9, [sp, #96]\n"
    "  stp d10, d11, [sp, #112]\n"
    "  stp d12, d13, [sp, #128]\n"
    "  stp d14, d15, [sp, #144]\n"
    "  mov x9, sp\n"
    "  str x9, [x0]\n"
    "  mov sp, x1\n"
    "  ldp x19, x20, [sp, #0]\n"
    "  ldp x21, x22, [sp, #16]\n"
    "  ldp x23, x24, [sp, #32]\n"
    "  ldp x25, x26, [sp, #48]\n"
    "  ldp x27, x28, [sp, #64]\n"
    "  ldp x29, x30, [sp, #80]\n"
    "  ldp d8, d9, [sp, #96]\n"
    "  ldp d10, d11, [sp, #112]\n"
    "  ldp d12, d13, [sp, #128]\n"
    "  ldp d14, d15, [sp, #144]\n"
    "  add sp, sp, #160\n"
    "  ret\n");
#else
#error "The model checker has no context switch for this processor."
#endif

static char *new_stack(void) {
  char *memory = mmap(NULL, guard_size + stack_size, PROT_READ | PROT_WRITE,
                      MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (memory == MAP_FAILED) abort();
  // An overflow must not run silently into the stack of another fiber.
  if (mprotect(memory, guard_size, PROT_NONE) != 0) abort();
  return memory + guard_size;
}

void cmc_fiber_prepare(Fiber *fiber, void (*entry)(void)) {
  if (!fiber->stack) fiber->stack = new_stack();
  uintptr_t *top = (uintptr_t *)(fiber->stack + stack_size);
#if defined(__x86_64__)
  // From the top: the return address of `entry`, which is never used and keeps the stack aligned
  // as after a call; `entry`, which the switch returns to; the saved registers.
  *--top = 0;
  *--top = (uintptr_t)entry;
  top -= saved_words;
  memset(top, 0, saved_words * sizeof *top);
#elif defined(__aarch64__)
  top -= saved_words;
  memset(top, 0, saved_words * sizeof *top);
  top[11] = (uintptr_t)entry;  // x30, where the switch returns to
#endif
  fiber->stack_pointer = top;
}
