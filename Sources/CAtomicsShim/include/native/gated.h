// SPDX-License-Identifier: Apache-2.0
//
// Gated sequences: operations on words of the own row that another thread may have to itself.
//
// The first word of each row is its gate: 0, or the token of the thread that has closed it. An
// operation takes place, as one step,
//  - in the row of the CPU the thread is on, by a section that finds the gate open (on the atomic
//    engine: with the gate closed by the thread itself, for a few instructions), or else
//  - in the unbound row, with the gate of that closed for a few instructions.
// Else is: the gate is closed, so that nobody waits for a thread that has a row to itself, or was
// preempted; or the thread cannot run sections, or is interrupted over and over. The result names the
// row. An operation waits for nothing but the unbound row, and never for its own thread.
//
// Closing a gate. Sections read gates and never write them; so a compare-exchange settles who closes
// one, and no second look is needed. The restart fence behind it ends the sections that found it open:
// each has committed, or starts again and finds it closed. They select their row by the CPU they run
// on, so the fence of one CPU is enough. The unbound row, and every row on the atomic engine, has no
// sections.
//
// Signals. A handler that interrupts a thread which has closed a gate finds the gate closed and goes to
// the unbound row. That has no other row behind it: whoever closes its gate defers the signals of its
// thread. So a thread that finds its own token there was called by what it does with that row, and
// goes on in it.
//
// Linearization: at the commit of the section, or at the load of the last word that is compared if one
// of them is another than expected; with a gate closed, anywhere in between.

#ifndef PERCPU_NATIVE_GATED_H
#define PERCPU_NATIVE_GATED_H

#include "rows.h"
#include "sections.h"

PERCPU_BEGIN

extern percpu_found (PERCPU_SLOW_PATH *PERCPU_NONNULL const percpu_sequence_gated_add_slow)(
    void *PERCPU_NONNULL slots, intptr_t offset, intptr_t operand);
extern percpu_found (PERCPU_SLOW_PATH *PERCPU_NONNULL const percpu_sequence_gated_exchange_slow)(
    void *PERCPU_NONNULL slots, intptr_t offset, intptr_t desired);
extern percpu_found (PERCPU_SLOW_PATH *PERCPU_NONNULL const percpu_sequence_gated_store_if_slow)(
    void *PERCPU_NONNULL slots, intptr_t offset, intptr_t expected, intptr_t desired);
// (The test is passed in parts: as a whole it would have to be in memory, for all.)
extern percpu_found_pair (
    PERCPU_SLOW_PATH *PERCPU_NONNULL const percpu_sequence_gated_store_if_both_slow)(
    void *PERCPU_NONNULL slots, intptr_t first_offset, intptr_t second_offset,
    intptr_t first_expected, intptr_t second_expected, intptr_t desired);

// Each acquires and releases; a store that did not take place does not release.

/// Add to a word, and tell what it held.
PERCPU_INLINE percpu_found percpu_sequence_gated_add(void *PERCPU_NONNULL slots, intptr_t offset,
                                                     intptr_t operand) {
  percpu_found found = {0, 0};
  if (percpu_section_gated_add(slots, offset, operand, &found) == PERCPU_COMMITTED) return found;
  return percpu_sequence_gated_add_slow(slots, offset, operand);
}

/// Store into a word, and tell what it held.
PERCPU_INLINE percpu_found percpu_sequence_gated_exchange(void *PERCPU_NONNULL slots,
                                                          intptr_t offset, intptr_t desired) {
  percpu_found found = {0, 0};
  if (percpu_section_gated_exchange(slots, offset, desired, &found) == PERCPU_COMMITTED)
    return found;
  return percpu_sequence_gated_exchange_slow(slots, offset, desired);
}

/// If a word is `expected`, store `desired`. Tells what it held: it was stored if that is `expected`.
PERCPU_INLINE percpu_found percpu_sequence_gated_store_if(void *PERCPU_NONNULL slots,
                                                          intptr_t offset, intptr_t expected,
                                                          intptr_t desired) {
  percpu_found found = {0, 0};
  switch (percpu_section_gated_store_if(slots, offset, expected, desired, &found)) {
    case PERCPU_COMMITTED:
    case PERCPU_MISMATCH:
      return found;
    default:
      return percpu_sequence_gated_store_if_slow(slots, offset, expected, desired);
  }
}

/// If two words hold what is expected, store `desired` in the first. Tells what both held at the same
/// moment: it was stored if that is what was expected.
PERCPU_INLINE percpu_found_pair percpu_sequence_gated_store_if_both(void *PERCPU_NONNULL slots,
                                                                    percpu_pair_test test,
                                                                    intptr_t desired) {
  percpu_found_pair found = {0, 0, 0};
  switch (percpu_section_gated_store_if_both(slots, test, desired, &found)) {
    case PERCPU_COMMITTED:
    case PERCPU_MISMATCH:
      return found;
    default:
      return percpu_sequence_gated_store_if_both_slow(slots, test.first_offset, test.second_offset,
                                                      test.first_expected, test.second_expected,
                                                      desired);
  }
}

/// Closes the gate of a row, for as long as the thread likes; waits while another thread has closed it.
/// False if this one has. Acquire: what others did with the row is seen, and is over.
bool percpu_gate_close(void *PERCPU_NONNULL slots, intptr_t row);

/// Release.
void percpu_gate_open(void *PERCPU_NONNULL slots, intptr_t row);

PERCPU_END

#endif
