// SPDX-License-Identifier: Apache-2.0
// The accesses that the words of contexts stand on, with a delay before each, and their mutants: the
// same in two halves.

PERCPU_BEGIN

PERCPU_INLINE uint32_t percpu_u32_exchange_acquire(uint32_t *PERCPU_NONNULL address,
                                                   uint32_t value) {
  if (percpu_mutant != PERCPU_MUTANT_FLUSH_ACTIVATED_BY_A_STORE) {
    percpu_instrumented_delay();
    return percpu_native_u32_exchange_acquire(address, value);
  }
  uint32_t original = percpu_u32_load_acquire(address);
  percpu_instrumented_delay();
  percpu_u32_store_release(address, value);
  return original;
}

PERCPU_INLINE percpu_u32_exchange_result percpu_u32_compare_exchange_release(
    uint32_t *PERCPU_NONNULL address, uint32_t expected, uint32_t desired) {
  percpu_instrumented_delay();
  return percpu_native_u32_compare_exchange_release(address, expected, desired);
}

PERCPU_INLINE percpu_u32_exchange_result percpu_u32_compare_exchange_acq_rel(
    uint32_t *PERCPU_NONNULL address, uint32_t expected, uint32_t desired) {
  if (percpu_mutant != PERCPU_MUTANT_FLUSH_REQUESTED_BY_A_STORE) {
    percpu_instrumented_delay();
    return percpu_native_u32_compare_exchange_acq_rel(address, expected, desired);
  }
  percpu_u32_exchange_result result = {percpu_u32_load_acquire(address), false};
  percpu_instrumented_delay();
  result.exchanged = result.original == expected;
  if (result.exchanged) percpu_u32_store_release(address, desired);
  return result;
}

PERCPU_INLINE percpu_u64_exchange_result percpu_u64_compare_exchange_acq_rel(
    uint64_t *PERCPU_NONNULL address, uint64_t expected, uint64_t desired) {
  if (percpu_mutant != PERCPU_MUTANT_CONTEXT_SET_BY_A_STORE) {
    percpu_instrumented_delay();
    return percpu_native_u64_compare_exchange_acq_rel(address, expected, desired);
  }
  percpu_u64_exchange_result result = {percpu_u64_load_acquire(address), false};
  percpu_instrumented_delay();
  result.exchanged = result.original == expected;
  if (result.exchanged) percpu_u64_store_release(address, desired);
  return result;
}

PERCPU_INLINE uint64_t percpu_u64_fetch_add_acquire(uint64_t *PERCPU_NONNULL address,
                                                    uint64_t operand) {
  if (percpu_mutant != PERCPU_MUTANT_CONTEXT_ENTERED_BY_A_STORE) {
    percpu_instrumented_delay();
    return percpu_native_u64_fetch_add_acquire(address, operand);
  }
  uint64_t original = percpu_u64_load_acquire(address);
  percpu_instrumented_delay();
  percpu_u64_store_release(address, original + operand);
  return original;
}

PERCPU_END
