// SPDX-License-Identifier: Apache-2.0
//
// Restartable sections: the asm blocks everything per-CPU is built from.
//
// A section is a run of instructions that the kernel restarts from a place of our choosing if it
// preempts or migrates the thread, or delivers it a signal, in between. Each has one store to
// shared memory that matters, its last instruction: the commit. So a section either happens as a
// whole, on one CPU, with no other thread of that CPU in between, or not at all. (What `commit`
// copies before it is seen by nobody unless its commit happens.)
//
// Conventions:
// - A section reads the CPU number inside, so that it needs no compare with an earlier reading.
// - "Own row" is the memory at `slots + (cpu << PERCPU_ROW_SHIFT)`.
// - A section is left through its commit, through its mismatch exit, or through its slow exit: an
//   abort, or a thread whose CPU number is negative. It never calls, and loops over nothing but the
//   words of a copy.
// - A gated section works on a row whose first word is its gate, and is left through its closed exit
//   if that is not 0. So whoever closes a gate and runs a restart fence has the row to itself.
// - Each exit is told to the caller by a constant.
// - Ordering: the load of a tested, source or index word is an acquire. The commits of `add`,
//   `add_selected` and `add_within` are relaxed, all others are releases. That of `claim_if` is, because
//   whoever reads a claimed word must see what the thread that stored the word before has released. Each
//   block clobbers memory, so the compiler moves nothing across it.
//
// The kernel reads a descriptor per section (`__rseq_cs`), finds the abort handler there, and
// insists on a signature in the four bytes before the handler. `__rseq_cs_ptr_array` is for
// debuggers. The descriptors must go when the linker drops the function that contains the section
// and stay otherwise: hence the `?` (same section group), and `R` (retained) on the pointers alone.

#ifndef PERCPU_NATIVE_SECTIONS_H
#define PERCPU_NATIVE_SECTIONS_H

#include "base.h"
#include "thread.h"

PERCPU_BEGIN

/// What `percpu_section_commit` puts into memory before its commit: whole words from `source`, and
/// behind them one word that is given as such, since the last bytes of an object need not fill it.
typedef struct {
  void *PERCPU_NONNULL destination;
  const void *PERCPU_NONNULL source;
  /// A multiple of 8, perhaps 0.
  intptr_t whole_bytes;
  intptr_t last_word;
} percpu_section_copy;

/// What a gated section found: in which row, and what the word held before.
typedef struct {
  intptr_t row;
  intptr_t original;
} percpu_found;

/// Two words of a row, by their distance from its beginning, and what they are to hold.
typedef struct {
  intptr_t first_offset, second_offset;
  intptr_t first_expected, second_expected;
} percpu_pair_test;

/// What a gated section found of two words.
typedef struct {
  intptr_t row;
  intptr_t first, second;
} percpu_found_pair;

/// Distance between the rows of two neighboring CPUs, as a power of two.
#define PERCPU_ROW_SHIFT 16

/// Where the words of a gated sum stand, in bytes behind the row's first word, which is the gate. In front
/// of them is room for what else belongs to the gate.
enum {
  PERCPU_GATED_TOTAL = 16,
  PERCPU_GATED_FOLDED = 24,
  PERCPU_GATED_SIZE = 32,
};

/// How a section or a sequence ended.
typedef enum {
  PERCPU_COMMITTED = 0,
  PERCPU_MISMATCH = 1,
  /// Nothing was stored: the thread was interrupted, or cannot run sections.
  PERCPU_SLOW = 2,
  /// Nothing was stored: the gate of the row is closed.
  PERCPU_CLOSED = 3,
} percpu_outcome;

PERCPU_END

#if PERCPU_HAS_SECTIONS

// What a test build may put in front of each instruction of a section, to record its address.
#ifndef PERCPU_SECTION_STEP
#define PERCPU_SECTION_STEP ""
#endif

#define PERCPU_SECTION_DESCRIPTOR \
  ".pushsection __rseq_cs, \"aw?\", %%progbits\n\t" \
  ".balign 32\n" \
  "30:\n\t" \
  ".long 0, 0\n\t" \
  ".quad 10f, 20f - 10f, 40f\n\t" \
  ".popsection\n\t" \
  ".pushsection __rseq_cs_ptr_array, \"aw?R\", %%progbits\n\t" \
  ".quad 30b\n\t" \
  ".popsection\n\t"

#if defined(__x86_64__)
#include "sections_x86_64.h"
#else
#include "sections_aarch64.h"
#endif

#undef PERCPU_SECTION_DESCRIPTOR

#else
#include "sections_none.h"
#endif

#endif
