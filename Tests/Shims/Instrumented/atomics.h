// SPDX-License-Identifier: Apache-2.0
// The atomic accesses that protocols stand on, with a delay before each, and their mutants.

PERCPU_BEGIN

// A read-modify-write in two halves.
PERCPU_INLINE percpu_word_exchange_result percpu_torn_compare_exchange(
    intptr_t *PERCPU_NONNULL address, intptr_t expected, intptr_t desired) {
  percpu_word_exchange_result result = {percpu_word_load_acquire(address), false};
  percpu_instrumented_delay();
  result.exchanged = result.original == expected;
  if (result.exchanged) percpu_word_store_release(address, desired);
  return result;
}

PERCPU_INLINE intptr_t percpu_word_fetch_add_relaxed(intptr_t *PERCPU_NONNULL address,
                                                     intptr_t operand) {
  percpu_instrumented_delay();
  if (percpu_mutant != PERCPU_MUTANT_FETCH_ADD_TORN)
    return percpu_native_word_fetch_add_relaxed(address, operand);
  intptr_t original = percpu_word_load_relaxed(address);
  percpu_instrumented_delay();
  percpu_word_store_relaxed(address, original + operand);
  return original;
}

PERCPU_INLINE percpu_word_exchange_result percpu_word_compare_exchange_relaxed(
    intptr_t *PERCPU_NONNULL address, intptr_t expected, intptr_t desired) {
  percpu_instrumented_delay();
  return percpu_native_word_compare_exchange_relaxed(address, expected, desired);
}

PERCPU_INLINE percpu_word_exchange_result percpu_word_compare_exchange_release(
    intptr_t *PERCPU_NONNULL address, intptr_t expected, intptr_t desired) {
  percpu_instrumented_delay();
  return percpu_mutant == PERCPU_MUTANT_BASELINE_EXCHANGE_TORN
             ? percpu_torn_compare_exchange(address, expected, desired)
             : percpu_native_word_compare_exchange_release(address, expected, desired);
}

PERCPU_INLINE percpu_word_exchange_result percpu_word_compare_exchange_acquire(
    intptr_t *PERCPU_NONNULL address, intptr_t expected, intptr_t desired) {
  percpu_instrumented_delay();
  return percpu_mutant == PERCPU_MUTANT_CLAIM_EXCHANGE_TORN
             ? percpu_torn_compare_exchange(address, expected, desired)
             : percpu_native_word_compare_exchange_acquire(address, expected, desired);
}

PERCPU_INLINE percpu_word_exchange_result percpu_word_compare_exchange_acq_rel(
    intptr_t *PERCPU_NONNULL address, intptr_t expected, intptr_t desired) {
  percpu_instrumented_delay();
  return percpu_mutant == PERCPU_MUTANT_STEAL_EXCHANGE_TORN
             ? percpu_torn_compare_exchange(address, expected, desired)
             : percpu_native_word_compare_exchange_acq_rel(address, expected, desired);
}

PERCPU_END
