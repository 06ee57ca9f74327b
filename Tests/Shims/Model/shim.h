// SPDX-License-Identifier: Apache-2.0
//
// The model set of headers: while the model checker runs a scenario on a thread, everything that
// would touch the hardware or the kernel is done by the checker's simulated machine instead. On all
// other threads, and without a checker, the functions are the native ones.
//
//     swift test --scratch-path .build/model \
//       -Xcc -O2 -Xcc -DPERCPU_SHIM=Model -Xcc -I$PWD/Tests/Shims \
//       -Xswiftc -DPERCPU_MODEL -Xswiftc -enforce-exclusivity=unchecked
//
// A native function is included under another name and wrapped under its own. What a native header
// only declares is defined in one of the shim's C files: there, the other name stays in force, so
// that the file defines the function of that name. (Those are the files that include internal.h.)

#ifndef PERCPU_MODEL_SHIM_H
#define PERCPU_MODEL_SHIM_H

#include "native/base.h"
#include "Model/operations.h"
#include "Model/atomics.h"

#define percpu_engine_is_restartable percpu_native_engine_is_restartable
#include "native/engine.h"
#undef percpu_engine_is_restartable
#include "Model/engine.h"

#include "Model/fences.h"

#define percpu_thread_cpu percpu_native_thread_cpu
#define percpu_thread_token percpu_native_thread_token
#define percpu_thread_prepare percpu_native_thread_prepare
#define percpu_cpu_hint percpu_native_cpu_hint
#include "native/thread.h"
#ifndef PERCPU_INTERNAL_H
#undef percpu_thread_cpu
#undef percpu_thread_token
#undef percpu_thread_prepare
#undef percpu_cpu_hint
#include "Model/thread.h"
#endif

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
#undef percpu_section_add
#undef percpu_section_add_release
#undef percpu_section_add_selected
#undef percpu_section_claim_if
#undef percpu_section_store_if
#undef percpu_section_publish
#undef percpu_section_commit
#undef percpu_section_commit_on
#undef percpu_section_add_within

#include "native/rows.h"
#include "Model/sections.h"
#include "Model/stacks.h"
#include "Model/gated.h"

#define percpu_participant_number percpu_native_participant_number
#include "native/participant.h"
#undef percpu_participant_number
#include "Model/participant.h"

#include "native/sequences.h"
#include "native/stacks.h"
#include "native/gated.h"
#include "native/transactions.h"

#define percpu_cpu_limit percpu_native_cpu_limit
#define percpu_cpu_is_possible percpu_native_cpu_is_possible
#define percpu_thread_yield percpu_native_thread_yield
#define percpu_signals_defer percpu_native_signals_defer
#define percpu_signals_resume percpu_native_signals_resume
#define percpu_futex_wait percpu_native_futex_wait
#define percpu_futex_wake percpu_native_futex_wake
#include "native/kernel.h"
#ifndef PERCPU_INTERNAL_H
#undef percpu_cpu_limit
#undef percpu_cpu_is_possible
#undef percpu_thread_yield
#undef percpu_signals_defer
#undef percpu_signals_resume
#undef percpu_futex_wait
#undef percpu_futex_wake
#include "Model/kernel.h"
#endif

#endif
