// SPDX-License-Identifier: Apache-2.0
//
// The instrumented set of headers: the native ones with
// - delays between the instructions of each section, and sections that are given up at random;
// - delays and yields before accesses that protocols are made of;
// - counters of what happened;
// - mutants: one named fault at a time, switched on by the environment variable PERCPU_MUTANT.
//
//     swift build --scratch-path .build/instrumented \
//       -Xcc -DPERCPU_SHIM=Instrumented -Xcc -I$PWD/Tests/Shims
//
// A native function is included under another name and wrapped under its own.

#ifndef PERCPU_INSTRUMENTED_SHIM_H
#define PERCPU_INSTRUMENTED_SHIM_H

#include "native/base.h"

// A delay that needs no register and leaves the flags alone, so that it fits between any two
// instructions: about a microsecond for a whole section.
#if defined(__x86_64__)
#define PERCPU_SECTION_STEP "pause\n\tpause\n\tpause\n\t"
#elif defined(__aarch64__)
#define PERCPU_SECTION_STEP "isb\n\tisb\n\tisb\n\tisb\n\tisb\n\tisb\n\t"
#endif

#include "Instrumented/mutants.h"

#define percpu_word_fetch_add_relaxed percpu_native_word_fetch_add_relaxed
#define percpu_word_compare_exchange_relaxed percpu_native_word_compare_exchange_relaxed
#define percpu_word_compare_exchange_release percpu_native_word_compare_exchange_release
#define percpu_word_compare_exchange_acquire percpu_native_word_compare_exchange_acquire
#define percpu_word_compare_exchange_acq_rel percpu_native_word_compare_exchange_acq_rel
#define percpu_u32_exchange_acquire percpu_native_u32_exchange_acquire
#define percpu_u32_compare_exchange_release percpu_native_u32_compare_exchange_release
#define percpu_u32_compare_exchange_acq_rel percpu_native_u32_compare_exchange_acq_rel
#define percpu_u64_compare_exchange_acq_rel percpu_native_u64_compare_exchange_acq_rel
#define percpu_u64_fetch_add_acquire percpu_native_u64_fetch_add_acquire
#include "native/atomics.h"
#undef percpu_u64_fetch_add_acquire
#undef percpu_u64_compare_exchange_acq_rel
#undef percpu_u32_compare_exchange_acq_rel
#undef percpu_u32_compare_exchange_release
#undef percpu_u32_exchange_acquire
#undef percpu_word_compare_exchange_acq_rel
#undef percpu_word_fetch_add_relaxed
#undef percpu_word_compare_exchange_relaxed
#undef percpu_word_compare_exchange_release
#undef percpu_word_compare_exchange_acquire

#include "Instrumented/atomics.h"
#include "Instrumented/contexts.h"
#include "native/engine.h"

#define percpu_fence_heavy percpu_native_fence_heavy
#define percpu_fence_restart_all percpu_native_fence_restart_all
#define percpu_fence_restart_cpu percpu_native_fence_restart_cpu
#include "native/fences.h"
#undef percpu_fence_restart_cpu
#undef percpu_fence_heavy
#undef percpu_fence_restart_all
#include "Instrumented/fences.h"

#include "native/thread.h"

#define percpu_section_add percpu_native_section_add
#define percpu_section_add_release percpu_native_section_add_release
#define percpu_section_add_selected percpu_native_section_add_selected
#define percpu_section_claim_if percpu_native_section_claim_if
#define percpu_section_store_if percpu_native_section_store_if
#define percpu_section_publish percpu_native_section_publish
#define percpu_section_commit percpu_native_section_commit
#define percpu_section_commit_on percpu_native_section_commit_on
#define percpu_section_add_within percpu_native_section_add_within
#define percpu_section_push percpu_native_section_push
#define percpu_section_pop percpu_native_section_pop
#define percpu_section_move_in percpu_native_section_move_in
#define percpu_section_move_out percpu_native_section_move_out
#define percpu_section_link percpu_native_section_link
#define percpu_section_unlink percpu_native_section_unlink
#define percpu_section_gated_add percpu_native_section_gated_add
#define percpu_section_gated_exchange percpu_native_section_gated_exchange
#define percpu_section_gated_store_if percpu_native_section_gated_store_if
#define percpu_section_gated_store_if_both percpu_native_section_gated_store_if_both
#include "native/sections.h"
#undef percpu_section_gated_add
#undef percpu_section_gated_exchange
#undef percpu_section_gated_store_if
#undef percpu_section_gated_store_if_both
#undef percpu_section_push
#undef percpu_section_pop
#undef percpu_section_move_in
#undef percpu_section_move_out
#undef percpu_section_link
#undef percpu_section_unlink
#undef percpu_section_commit
#undef percpu_section_commit_on
#undef percpu_section_add_within
#undef percpu_section_add
#undef percpu_section_add_release
#undef percpu_section_add_selected
#undef percpu_section_claim_if
#undef percpu_section_store_if
#undef percpu_section_publish

#define percpu_row_for_atomics percpu_native_row_for_atomics
#include "native/rows.h"
#undef percpu_row_for_atomics

#include "Instrumented/sections.h"
#include "Instrumented/stacks.h"
#include "Instrumented/gated.h"
#include "native/participant.h"
#include "native/sequences.h"
#include "native/stacks.h"
#include "native/gated.h"

#define percpu_copy_from_shared percpu_native_copy_from_shared
#define percpu_commit_announced percpu_native_commit_announced
#include "native/transactions.h"
#undef percpu_copy_from_shared
#undef percpu_commit_announced
#include "Instrumented/transactions.h"

#include "native/kernel.h"

#endif
