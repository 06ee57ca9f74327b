// SPDX-License-Identifier: Apache-2.0
//
// The machine as real code sees it: operations on memory addresses. Orders and updates are given as
// `cmc_order` and `cmc_update`. What they do is said in CModelChecker.h.
#pragma once
#include <stdbool.h>
#include <stdint.h>

#if defined(__clang__)
#pragma clang assume_nonnull begin
#endif
#ifdef __cplusplus
extern "C" {
#endif

uint64_t cmc_load_at(const void *address, int32_t bytes, int32_t order);
void cmc_store_at(void *address, uint64_t value, int32_t bytes, int32_t order);
uint64_t cmc_update_at(void *address, int32_t update, uint64_t operand, int32_t bytes,
                       int32_t order);
bool cmc_compare_exchange_at(void *address, uint64_t *expected, uint64_t desired, int32_t bytes,
                             int32_t order);
void cmc_fence_of_order(int32_t order);
void cmc_membarrier_of_kind(bool restart, int32_t cpu);

/// The processor of the calling thread; negative for a thread that was declared without one, which
/// here stands for a thread that cannot run sections. So does what runs outside of threads.
int32_t cmc_section_cpu(void);
/// The same, but never negative.
int32_t cmc_cpu_hint(void);
/// Opens a section and returns the processor, or returns a negative number. Blocks a thread whose
/// sections were aborted again and again.
int32_t cmc_section_begin_at_cpu(void);
/// How many aborts in a row a thread may have in this execution: 2 unless told. Called in `setup`.
void cmc_limit_aborts(int32_t count);
bool cmc_section_load_at(const void *address, int32_t bytes, int32_t order, uint64_t *value);
bool cmc_section_store_at(void *address, uint64_t value, int32_t bytes, int32_t order);
bool cmc_section_commit_at(void *address, uint64_t value, int32_t bytes, int32_t order);
void cmc_section_end_without_commit(void);

/// The word may also be the low half of a location of eight bytes.
int32_t cmc_futex_wait_at(const uint32_t *word, uint32_t expected);
int32_t cmc_futex_wake_at(const uint32_t *word, int32_t count);

#ifdef __cplusplus
}
#endif
#if defined(__clang__)
#pragma clang assume_nonnull end
#endif
