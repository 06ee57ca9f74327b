// SPDX-License-Identifier: Apache-2.0
// The slow halves of the gated sequences, and gates.

#include "CAtomicsShim.h"

enum {
  ATTEMPTS = 64,
  // How long to wait for a gate in which way: a thread of lower priority may have to run first.
  PAUSES = 32,
  YIELDS = 256,
  NANOSECONDS = 1000000,
};

#define COLD static __attribute__((noinline, cold))

// MARK: Gates

// Acquire: pairs with the release of `open_gate`.
static inline bool try_close(intptr_t *gate) {
  return percpu_word_compare_exchange_acquire(gate, 0, percpu_thread_token()).exchanged;
}

// Release: pairs with the acquires of `try_close` and of the sections.
static inline void open_gate(intptr_t *gate) { percpu_word_store_release(gate, 0); }

// Relaxed: only this thread stores its token, and takes it away.
static inline bool is_mine(const intptr_t *gate) {
  return percpu_word_load_relaxed(gate) == percpu_thread_token();
}

// One of many turns of waiting for a gate. Opening gives no notice: it is rare that somebody waits.
COLD void rest(const intptr_t *gate, int turn) {
  if (turn < PAUSES) return percpu_pause();
  if (turn < YIELDS) return percpu_thread_yield();
  // Relaxed: the kernel compares again.
  intptr_t holder = percpu_word_load_relaxed(gate);
  if (holder != 0) percpu_futex_wait((const uint32_t *)gate, (uint32_t)holder, NANOSECONDS);
}

bool percpu_gate_close(void *slots, intptr_t row) {
  intptr_t *gate = percpu_row_word(slots, row);
  bool is_unbound = row == PERCPU_ROW_UNBOUND;
  if (is_mine(gate)) return false;
  for (int turn = 0;; turn++) {
    // Not while waiting: a handler may take as long as it likes.
    if (is_unbound) percpu_signals_defer();
    if (try_close(gate)) break;
    if (is_unbound) percpu_signals_resume();
    rest(gate, turn < YIELDS ? turn : YIELDS);
  }
  if (!is_unbound && percpu_engine_is_restartable()) percpu_fence_restart_cpu((int32_t)row);
  return true;
}

void percpu_gate_open(void *slots, intptr_t row) {
  open_gate(percpu_row_word(slots, row));
  if (row == PERCPU_ROW_UNBOUND) percpu_signals_resume();
}

// MARK: Operations

typedef struct {
  enum { ADD, EXCHANGE, STORE_IF, STORE_IF_BOTH } kind;
  // What is added, or stored.
  intptr_t operand;
  percpu_pair_test test;
} operation;

static inline percpu_found_pair pair_of(percpu_found found) {
  return (percpu_found_pair){found.row, found.original, 0};
}

static inline percpu_found first_of(percpu_found_pair found) {
  return (percpu_found){found.row, found.first};
}

// In a row whose gate this thread has closed.
static inline percpu_found_pair carry_out(void *slots, intptr_t row, operation it) {
  char *words = (char *)percpu_row_word(slots, row);
  intptr_t *word = (intptr_t *)(words + it.test.first_offset);
  // Relaxed, both: ordered by the gate.
  percpu_found_pair found = {row, percpu_word_load_relaxed(word), 0};
  if (it.kind == STORE_IF_BOTH)
    found.second = percpu_word_load_relaxed((intptr_t *)(words + it.test.second_offset));
  if (it.kind >= STORE_IF && found.first != it.test.first_expected) return found;
  if (it.kind == STORE_IF_BOTH && found.second != it.test.second_expected) return found;
  intptr_t desired = it.operand;
  if (it.kind == ADD) desired = (intptr_t)((uintptr_t)found.first + (uintptr_t)it.operand);
  // Release: pairs with the acquire of whoever reads the word without closing the gate.
  percpu_word_store_release(word, desired);
  return found;
}

COLD percpu_found_pair operate_unbound(void *slots, operation it) {
  bool is_ours = percpu_gate_close(slots, PERCPU_ROW_UNBOUND);
  percpu_found_pair found = carry_out(slots, PERCPU_ROW_UNBOUND, it);
  if (is_ours) percpu_gate_open(slots, PERCPU_ROW_UNBOUND);
  return found;
}

static percpu_outcome try_section(void *slots, operation it, percpu_found_pair *pair) {
  percpu_found found = {0, 0};
  percpu_outcome outcome;
  switch (it.kind) {
    case ADD:
      outcome = percpu_section_gated_add(slots, it.test.first_offset, it.operand, &found);
      break;
    case EXCHANGE:
      outcome = percpu_section_gated_exchange(slots, it.test.first_offset, it.operand, &found);
      break;
    case STORE_IF:
      outcome = percpu_section_gated_store_if(slots, it.test.first_offset, it.test.first_expected,
                                              it.operand, &found);
      break;
    default:
      return percpu_section_gated_store_if_both(slots, it.test, it.operand, pair);
  }
  *pair = pair_of(found);
  return outcome;
}

COLD percpu_found_pair operate_again(void *slots, operation it) {
  percpu_found_pair found;
  for (int attempt = 0; attempt < ATTEMPTS && percpu_thread_prepare(); attempt++) {
    percpu_outcome outcome = try_section(slots, it, &found);
    if (outcome == PERCPU_COMMITTED || outcome == PERCPU_MISMATCH) return found;
    if (outcome == PERCPU_CLOSED) break;
  }
  return operate_unbound(slots, it);
}

// All that the atomic engine runs while nobody is in the way.
static inline percpu_found_pair operate(void *slots, operation it) {
  if (percpu_engine_is_restartable()) return operate_again(slots, it);
  intptr_t row = percpu_cpu_hint();
  intptr_t *gate = percpu_row_word(slots, row);
  // Its holder has the row to itself, or was preempted, or is what this handler interrupted.
  if (__builtin_expect(!try_close(gate), 0)) return operate_unbound(slots, it);
  percpu_found_pair found = carry_out(slots, row, it);
  open_gate(gate);
  return found;
}

static PERCPU_SLOW_PATH percpu_found add_slow(void *slots, intptr_t offset, intptr_t operand) {
  PERCPU_SLOW_PATH_BEGINS;
  return first_of(operate(slots, (operation){ADD, operand, {.first_offset = offset}}));
}

static PERCPU_SLOW_PATH percpu_found exchange_slow(void *slots, intptr_t offset,
                                                   intptr_t desired) {
  PERCPU_SLOW_PATH_BEGINS;
  return first_of(operate(slots, (operation){EXCHANGE, desired, {.first_offset = offset}}));
}

static PERCPU_SLOW_PATH percpu_found store_if_slow(void *slots, intptr_t offset, intptr_t expected,
                                                   intptr_t desired) {
  PERCPU_SLOW_PATH_BEGINS;
  percpu_pair_test test = {.first_offset = offset, .first_expected = expected};
  return first_of(operate(slots, (operation){STORE_IF, desired, test}));
}

static PERCPU_SLOW_PATH percpu_found_pair store_if_both_slow(
    void *slots, intptr_t first_offset, intptr_t second_offset, intptr_t first_expected,
    intptr_t second_expected, intptr_t desired) {
  PERCPU_SLOW_PATH_BEGINS;
  percpu_pair_test test = {first_offset, second_offset, first_expected, second_expected};
  return operate(slots, (operation){STORE_IF_BOTH, desired, test});
}

percpu_found (PERCPU_SLOW_PATH *const percpu_sequence_gated_add_slow)(void *, intptr_t,
                                                                      intptr_t) = add_slow;
percpu_found (PERCPU_SLOW_PATH *const percpu_sequence_gated_exchange_slow)(
    void *, intptr_t, intptr_t) = exchange_slow;
percpu_found (PERCPU_SLOW_PATH *const percpu_sequence_gated_store_if_slow)(
    void *, intptr_t, intptr_t, intptr_t) = store_if_slow;
percpu_found_pair (PERCPU_SLOW_PATH *const percpu_sequence_gated_store_if_both_slow)(
    void *, intptr_t, intptr_t, intptr_t, intptr_t, intptr_t) = store_if_both_slow;
