// SPDX-License-Identifier: Apache-2.0
//
// The machine as real code sees it: operations on memory addresses. A build of a library whose
// accesses all go through replaceable functions calls these in their place.
#include "AddressAccess.h"
#include "Machine.h"

uint64_t cmc_load_at(const void *address, int32_t bytes, int32_t order) {
  return cmc_load(cmc_location_at(address, bytes), (cmc_order)order);
}

void cmc_store_at(void *address, uint64_t value, int32_t bytes, int32_t order) {
  cmc_store(cmc_location_at(address, bytes), value, (cmc_order)order);
}

uint64_t cmc_update_at(void *address, int32_t update, uint64_t operand, int32_t bytes,
                       int32_t order) {
  return cmc_read_modify_write(cmc_location_at(address, bytes), (cmc_update)update, operand,
                               (cmc_order)order);
}

bool cmc_compare_exchange_at(void *address, uint64_t *expected, uint64_t desired, int32_t bytes,
                             int32_t order) {
  return cmc_compare_exchange(cmc_location_at(address, bytes), expected, desired,
                              (cmc_order)order, CMC_RELAXED, false);
}

void cmc_fence_of_order(int32_t order) {
  cmc_fence((cmc_order)order);
}

void cmc_membarrier_of_kind(bool restart, int32_t cpu) {
  cmc_membarrier(restart ? CMC_RESTART_BARRIER : CMC_BARRIER, cpu);
}

// MARK: Sections

int32_t cmc_section_cpu(void) {
  cmc_note((uint64_t)cmc_self()->cpu);
  return cmc_on_main() ? none : cmc_self()->cpu;
}

int32_t cmc_cpu_hint(void) {
  cmc_note((uint64_t)cmc_self()->cpu);
  return cmc_on_main() || cmc_self()->cpu == none ? 0 : cmc_self()->cpu;
}

int32_t cmc_section_begin_at_cpu(void) {
  const int32_t cpu = cmc_section_cpu();
  if (cpu == none) return none;
  // Two threads of one processor could abort each other for ever.
  cmc_assume(cmc_self()->aborts <= machine.max_aborts);
  cmc_section_begin();
  return cpu;
}

void cmc_limit_aborts(int32_t count) {
  machine.max_aborts = count;
}

static bool count_abort(bool went_on) {
  Thread *self = cmc_self();
  self->aborts = went_on ? self->aborts : self->aborts + 1;
  return went_on;
}

bool cmc_section_load_at(const void *address, int32_t bytes, int32_t order, uint64_t *value) {
  return count_abort(cmc_section_load(cmc_location_at(address, bytes), (cmc_order)order, value));
}

bool cmc_section_store_at(void *address, uint64_t value, int32_t bytes, int32_t order) {
  return count_abort(cmc_section_store(cmc_location_at(address, bytes), value, (cmc_order)order));
}

bool cmc_section_commit_at(void *address, uint64_t value, int32_t bytes, int32_t order) {
  const bool committed =
      cmc_section_commit(cmc_location_at(address, bytes), value, (cmc_order)order);
  if (committed) cmc_self()->aborts = 0;
  return count_abort(committed);
}

void cmc_section_end_without_commit(void) {
  cmc_self()->aborts = 0;
  cmc_section_end();
}

// MARK: Futexes

int32_t cmc_futex_wait_at(const uint32_t *word, uint32_t expected) {
  cmc_futex_wait(cmc_futex_location(word), expected);
  return 0;
}

int32_t cmc_futex_wake_at(const uint32_t *word, int32_t count) {
  return cmc_futex_wake(cmc_futex_location(word), count);
}
