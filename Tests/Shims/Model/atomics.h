// SPDX-License-Identifier: Apache-2.0
//
// The atomic operations, on the machine that the thread runs on. Those of the real one do not keep
// the native set's compiler barriers: code generation is not what this build is for.

#ifndef PERCPU_MODEL_ATOMICS_H
#define PERCPU_MODEL_ATOMICS_H

// Stands in for the native header.
#define PERCPU_NATIVE_ATOMICS_H

PERCPU_BEGIN

PERCPU_INLINE void percpu_compiler_barrier(void) { __asm__ volatile("" ::: "memory"); }

PERCPU_INLINE void percpu_pause(void) {
  if (percpu_model()) percpu_model()->pause();
}

#define PERCPU_MODEL_ACCESSES(name, type) \
  typedef struct { \
    type original; \
    bool exchanged; \
  } percpu_##name##_exchange_result; \
  PERCPU_MODEL_LOAD(name, type, relaxed, RELAXED, __ATOMIC_RELAXED) \
  PERCPU_MODEL_LOAD(name, type, acquire, ACQUIRE, __ATOMIC_ACQUIRE) \
  PERCPU_MODEL_STORE(name, type, relaxed, RELAXED, __ATOMIC_RELAXED) \
  PERCPU_MODEL_STORE(name, type, release, RELEASE, __ATOMIC_RELEASE) \
  PERCPU_MODEL_EXCHANGES(name, type, relaxed, RELAXED, __ATOMIC_RELAXED) \
  PERCPU_MODEL_EXCHANGES(name, type, acquire, ACQUIRE, __ATOMIC_ACQUIRE) \
  PERCPU_MODEL_EXCHANGES(name, type, release, RELEASE, __ATOMIC_RELEASE) \
  PERCPU_MODEL_EXCHANGES(name, type, acq_rel, ACQ_REL, __ATOMIC_ACQ_REL)

#define PERCPU_MODEL_LOAD(name, type, order, model_order, native_order) \
  PERCPU_INLINE type percpu_##name##_load_##order(type const *PERCPU_NONNULL address) { \
    if (!percpu_model()) return __atomic_load_n(address, native_order); \
    return (type)(uintptr_t)percpu_model()->load(address, sizeof(type), \
                                                 PERCPU_MODEL_##model_order); \
  }

#define PERCPU_MODEL_STORE(name, type, order, model_order, native_order) \
  PERCPU_INLINE void percpu_##name##_store_##order(type *PERCPU_NONNULL address, type value) { \
    if (!percpu_model()) { \
      __atomic_store_n(address, value, native_order); \
    } else { \
      percpu_model()->store(address, (uint64_t)(uintptr_t)value, sizeof(type), \
                            PERCPU_MODEL_##model_order); \
    } \
  }

#define PERCPU_MODEL_EXCHANGES(name, type, order, model_order, native_order) \
  PERCPU_INLINE type percpu_##name##_exchange_##order(type *PERCPU_NONNULL address, \
                                                      type value) { \
    if (!percpu_model()) return __atomic_exchange_n(address, value, native_order); \
    return (type)(uintptr_t)percpu_model()->update(address, PERCPU_MODEL_EXCHANGE, \
                                                   (uint64_t)(uintptr_t)value, sizeof(type), \
                                                   PERCPU_MODEL_##model_order); \
  } \
  PERCPU_INLINE percpu_##name##_exchange_result percpu_##name##_compare_exchange_##order( \
      type *PERCPU_NONNULL address, type expected, type desired) { \
    percpu_##name##_exchange_result result = {expected, false}; \
    if (!percpu_model()) { \
      result.exchanged = __atomic_compare_exchange_n(address, &result.original, desired, false, \
                                                     native_order, __ATOMIC_RELAXED); \
    } else { \
      uint64_t original = (uint64_t)(uintptr_t)expected; \
      result.exchanged = percpu_model()->compare_exchange( \
          address, &original, (uint64_t)(uintptr_t)desired, sizeof(type), \
          PERCPU_MODEL_##model_order); \
      result.original = (type)(uintptr_t)original; \
    } \
    return result; \
  }

#define PERCPU_MODEL_ARITHMETIC(name, type) \
  PERCPU_MODEL_FETCHES(name, type, add, ADD) \
  PERCPU_MODEL_FETCHES(name, type, and, AND) \
  PERCPU_MODEL_FETCHES(name, type, or, OR)

#define PERCPU_MODEL_FETCHES(name, type, operation, update) \
  PERCPU_MODEL_FETCH(name, type, operation, update, relaxed, RELAXED, __ATOMIC_RELAXED) \
  PERCPU_MODEL_FETCH(name, type, operation, update, acquire, ACQUIRE, __ATOMIC_ACQUIRE) \
  PERCPU_MODEL_FETCH(name, type, operation, update, release, RELEASE, __ATOMIC_RELEASE) \
  PERCPU_MODEL_FETCH(name, type, operation, update, acq_rel, ACQ_REL, __ATOMIC_ACQ_REL)

#define PERCPU_MODEL_FETCH(name, type, operation, kind, order, model_order, native_order) \
  PERCPU_INLINE type percpu_##name##_fetch_##operation##_##order(type *PERCPU_NONNULL address, \
                                                                 type operand) { \
    if (!percpu_model()) return __atomic_fetch_##operation(address, operand, native_order); \
    return (type)percpu_model()->update(address, PERCPU_MODEL_##kind, (uint64_t)operand, \
                                        sizeof(type), PERCPU_MODEL_##model_order); \
  }

PERCPU_MODEL_ACCESSES(u32, uint32_t)
PERCPU_MODEL_ACCESSES(u64, uint64_t)
PERCPU_MODEL_ACCESSES(word, intptr_t)
PERCPU_MODEL_ACCESSES(pointer, void *PERCPU_NULLABLE)
PERCPU_MODEL_ARITHMETIC(u32, uint32_t)
PERCPU_MODEL_ARITHMETIC(u64, uint64_t)
PERCPU_MODEL_ARITHMETIC(word, intptr_t)

#undef PERCPU_MODEL_ACCESSES
#undef PERCPU_MODEL_LOAD
#undef PERCPU_MODEL_STORE
#undef PERCPU_MODEL_EXCHANGES
#undef PERCPU_MODEL_ARITHMETIC
#undef PERCPU_MODEL_FETCHES
#undef PERCPU_MODEL_FETCH

PERCPU_END

#endif
