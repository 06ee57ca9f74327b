// SPDX-License-Identifier: Apache-2.0
// What every other header of the shim needs: compiler spellings and platform facts.

#ifndef PERCPU_NATIVE_BASE_H
#define PERCPU_NATIVE_BASE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
#define PERCPU_BEGIN extern "C" {
#define PERCPU_END }
#else
#define PERCPU_BEGIN
#define PERCPU_END
#endif

#if defined(__clang__)
#define PERCPU_NONNULL _Nonnull
#define PERCPU_NULLABLE _Nullable
#else
#define PERCPU_NONNULL
#define PERCPU_NULLABLE
#endif

/// A function that must be part of its caller: a call would cost more than its body.
#define PERCPU_INLINE static inline __attribute__((always_inline))

// What the constructor of the shim writes, before any primitive exists, and nobody afterwards. To all
// but the shim's own files it is a constant, so that the compiler may keep it in a register across the
// barriers and sections of a loop: a load less for each.
#ifndef PERCPU_SETTLED
#define PERCPU_SETTLED const
#endif

// A slow path that a hot path falls into. Preserving most registers keeps the spills and the stack
// frame that an ordinary call asks for out of the hot path. Such a function must be called through a
// constant pointer, which the dynamic linker sets before the program runs: a call by name may lead
// to the lazy resolver, which preserves no more than an ordinary call does.
#if defined(__clang__) && (defined(__x86_64__) || defined(__aarch64__))
#define PERCPU_SLOW_PATH __attribute__((preserve_most))
#else
#define PERCPU_SLOW_PATH
#endif

// The beginning of each such function. Without a frame pointer, LLVM gives a stack frame of one word back
// by popping it into rcx, or into rax if nothing is returned, as if that were dead. A function that is said
// to overwrite both has saved them, and restores them after that.
#if defined(__clang__) && defined(__x86_64__)
#define PERCPU_SLOW_PATH_BEGINS __asm__ volatile("" : : : "rax", "rcx")
#else
#define PERCPU_SLOW_PATH_BEGINS ((void)0)
#endif

/// 1 where restartable sequences exist at all: Linux on 64-bit x86 and little-endian 64-bit ARM.
#if defined(__linux__) && \
    ((defined(__x86_64__) && !defined(__ILP32__)) || \
     (defined(__aarch64__) && !defined(__ILP32__) && !defined(__AARCH64EB__)))
#define PERCPU_HAS_SECTIONS 1
#else
#define PERCPU_HAS_SECTIONS 0
#endif

#endif
