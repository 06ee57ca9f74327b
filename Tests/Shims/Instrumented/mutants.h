// SPDX-License-Identifier: Apache-2.0
// The faults that an instrumented build can be told to have. Tests/mutants says who must notice.

#ifndef PERCPU_INSTRUMENTED_MUTANTS_H
#define PERCPU_INSTRUMENTED_MUTANTS_H

#include "native/base.h"

PERCPU_BEGIN

#define PERCPU_MUTANTS(MUTANT) \
  MUTANT(ADD_UNARMED, "add-unarmed") \
  MUTANT(ADD_CPU_UNCHECKED, "add-cpu-unchecked") \
  MUTANT(INDEX_LOADED_BEFORE, "index-loaded-before") \
  MUTANT(CLAIM_UNARMED, "claim-unarmed") \
  MUTANT(PUBLISH_LOADS_BEFORE, "publish-loads-before") \
  MUTANT(RESTART_FENCE_PLAIN, "restart-fence-plain") \
  MUTANT(HEAVY_FENCE_MISSING, "heavy-fence-missing") \
  MUTANT(UNBOUND_ROW_MISSING, "unbound-row-missing") \
  MUTANT(FETCH_ADD_TORN, "fetch-add-torn") \
  MUTANT(CLAIM_EXCHANGE_TORN, "claim-exchange-torn") \
  MUTANT(BASELINE_EXCHANGE_TORN, "baseline-exchange-torn") \
  MUTANT(COMMIT_UNARMED, "commit-unarmed") \
  MUTANT(COMMIT_CPU_UNCHECKED, "commit-cpu-unchecked") \
  MUTANT(REMOTE_FENCE_PLAIN, "remote-fence-plain") \
  MUTANT(STEAL_EXCHANGE_TORN, "steal-exchange-torn") \
  MUTANT(ANNOUNCED_TOO_LATE, "announced-too-late") \
  MUTANT(NOT_ANNOUNCED, "not-announced") \
  MUTANT(FLUSH_REQUESTED_BY_A_STORE, "flush-requested-by-a-store") \
  MUTANT(FLUSH_ACTIVATED_BY_A_STORE, "flush-activated-by-a-store") \
  MUTANT(CONTEXT_SET_BY_A_STORE, "context-set-by-a-store") \
  MUTANT(CONTEXT_ENTERED_BY_A_STORE, "context-entered-by-a-store") \
  MUTANT(LIMIT_CHECKED_BEFORE, "limit-checked-before") \
  MUTANT(GATE_NOT_TESTED, "gate-not-tested") \
  MUTANT(PUSH_UNARMED, "push-unarmed") \
  MUTANT(PUSH_INDEX_FIRST, "push-index-first") \
  MUTANT(UNLINK_UNARMED, "unlink-unarmed") \
  MUTANT(GATED_UNARMED, "gated-unarmed") \
  MUTANT(SECOND_COMPARED_BEFORE, "second-compared-before")

#define PERCPU_MUTANT_CASE(symbol, name) PERCPU_MUTANT_##symbol,
enum { PERCPU_MUTANT_NONE, PERCPU_MUTANTS(PERCPU_MUTANT_CASE) PERCPU_MUTANT_COUNT };
#undef PERCPU_MUTANT_CASE

/// The mutant of this process; set before the program begins.
extern int32_t percpu_mutant;

/// Loses time before an access: nothing, some hundred cycles, or the rest of the time slice.
void percpu_instrumented_delay(void);

/// True at random, rarely: give this section up as if it had been aborted.
bool percpu_instrumented_gives_up(void);

/// What happened so far.
extern uint64_t percpu_instrumented_sections;
extern uint64_t percpu_instrumented_aborts;

PERCPU_END

#endif
