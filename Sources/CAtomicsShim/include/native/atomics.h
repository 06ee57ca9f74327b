// SPDX-License-Identifier: Apache-2.0
//
// Atomic operations on 32-bit, 64-bit, word-sized and pointer-sized memory.
//
// - Each name ends in its ordering; there is no default and no sequentially consistent access.
//   Where two locations take part, use a fence on both sides (fences.h).
// - A failed compare-exchange orders nothing: its load is relaxed.
// - Every operation that releases is enclosed by compiler barriers. Swift's optimizer takes an
//   atomic release store for a plain one and moves retains and loads of the protected object below
//   it; the leading barrier stops that and adds no instruction. The trailing one keeps what follows
//   an unlock from moving above it in the compiler.

#ifndef PERCPU_NATIVE_ATOMICS_H
#define PERCPU_NATIVE_ATOMICS_H

#include "base.h"

PERCPU_BEGIN

/// Keeps the compiler, and only the compiler, from moving memory accesses across this point.
PERCPU_INLINE void percpu_compiler_barrier(void) { __asm__ volatile("" ::: "memory"); }

/// Tells the processor that it is in a spin loop.
PERCPU_INLINE void percpu_pause(void) {
#if defined(__x86_64__) || defined(__i386__)
  __asm__ volatile("pause" ::: "memory");
#elif defined(__aarch64__)
  __asm__ volatile("isb" ::: "memory");
#else
  percpu_compiler_barrier();
#endif
}

// Loads, stores, exchange and compare-exchange of one type. `name` is part of the function's name.
#define PERCPU_ATOMIC_ACCESSES(name, type) \
  typedef struct { \
    type original; \
    bool exchanged; \
  } percpu_##name##_exchange_result; \
  PERCPU_INLINE type percpu_##name##_load_relaxed(type const *PERCPU_NONNULL address) { \
    return __atomic_load_n(address, __ATOMIC_RELAXED); \
  } \
  PERCPU_INLINE type percpu_##name##_load_acquire(type const *PERCPU_NONNULL address) { \
    return __atomic_load_n(address, __ATOMIC_ACQUIRE); \
  } \
  PERCPU_INLINE void percpu_##name##_store_relaxed(type *PERCPU_NONNULL address, \
                                                   type value) { \
    __atomic_store_n(address, value, __ATOMIC_RELAXED); \
  } \
  PERCPU_INLINE void percpu_##name##_store_release(type *PERCPU_NONNULL address, \
                                                   type value) { \
    percpu_compiler_barrier(); \
    __atomic_store_n(address, value, __ATOMIC_RELEASE); \
    percpu_compiler_barrier(); \
  } \
  PERCPU_ATOMIC_EXCHANGES(name, type, relaxed, __ATOMIC_RELAXED) \
  PERCPU_ATOMIC_EXCHANGES(name, type, acquire, __ATOMIC_ACQUIRE) \
  PERCPU_ATOMIC_EXCHANGES(name, type, release, __ATOMIC_RELEASE) \
  PERCPU_ATOMIC_EXCHANGES(name, type, acq_rel, __ATOMIC_ACQ_REL)

#define PERCPU_ATOMIC_EXCHANGES(name, type, order, memory_order) \
  PERCPU_INLINE type percpu_##name##_exchange_##order(type *PERCPU_NONNULL address, \
                                                      type value) { \
    percpu_compiler_barrier(); \
    type original = __atomic_exchange_n(address, value, memory_order); \
    percpu_compiler_barrier(); \
    return original; \
  } \
  PERCPU_INLINE percpu_##name##_exchange_result percpu_##name##_compare_exchange_##order( \
      type *PERCPU_NONNULL address, type expected, type desired) { \
    percpu_##name##_exchange_result result = {expected, false}; \
    percpu_compiler_barrier(); \
    result.exchanged = __atomic_compare_exchange_n(address, &result.original, desired, false, \
                                                   memory_order, __ATOMIC_RELAXED); \
    percpu_compiler_barrier(); \
    return result; \
  }

// Arithmetic and bit operations of one integer type; each returns the value before it.
#define PERCPU_ATOMIC_ARITHMETIC(name, type) \
  PERCPU_ATOMIC_FETCH(name, type, add, relaxed, __ATOMIC_RELAXED) \
  PERCPU_ATOMIC_FETCH(name, type, add, acquire, __ATOMIC_ACQUIRE) \
  PERCPU_ATOMIC_FETCH(name, type, add, release, __ATOMIC_RELEASE) \
  PERCPU_ATOMIC_FETCH(name, type, add, acq_rel, __ATOMIC_ACQ_REL) \
  PERCPU_ATOMIC_FETCH(name, type, and, relaxed, __ATOMIC_RELAXED) \
  PERCPU_ATOMIC_FETCH(name, type, and, acquire, __ATOMIC_ACQUIRE) \
  PERCPU_ATOMIC_FETCH(name, type, and, release, __ATOMIC_RELEASE) \
  PERCPU_ATOMIC_FETCH(name, type, and, acq_rel, __ATOMIC_ACQ_REL) \
  PERCPU_ATOMIC_FETCH(name, type, or, relaxed, __ATOMIC_RELAXED) \
  PERCPU_ATOMIC_FETCH(name, type, or, acquire, __ATOMIC_ACQUIRE) \
  PERCPU_ATOMIC_FETCH(name, type, or, release, __ATOMIC_RELEASE) \
  PERCPU_ATOMIC_FETCH(name, type, or, acq_rel, __ATOMIC_ACQ_REL)

#define PERCPU_ATOMIC_FETCH(name, type, operation, order, memory_order) \
  PERCPU_INLINE type percpu_##name##_fetch_##operation##_##order(type *PERCPU_NONNULL address, \
                                                                 type operand) { \
    percpu_compiler_barrier(); \
    type original = __atomic_fetch_##operation(address, operand, memory_order); \
    percpu_compiler_barrier(); \
    return original; \
  }

PERCPU_ATOMIC_ACCESSES(u32, uint32_t)
PERCPU_ATOMIC_ACCESSES(u64, uint64_t)
PERCPU_ATOMIC_ACCESSES(word, intptr_t)
PERCPU_ATOMIC_ACCESSES(pointer, void *PERCPU_NULLABLE)
PERCPU_ATOMIC_ARITHMETIC(u32, uint32_t)
PERCPU_ATOMIC_ARITHMETIC(u64, uint64_t)
PERCPU_ATOMIC_ARITHMETIC(word, intptr_t)

#undef PERCPU_ATOMIC_ACCESSES
#undef PERCPU_ATOMIC_EXCHANGES
#undef PERCPU_ATOMIC_ARITHMETIC
#undef PERCPU_ATOMIC_FETCH

PERCPU_END

#endif
