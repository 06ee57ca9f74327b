// SPDX-License-Identifier: Apache-2.0
// What the sections to be trapped and the code that traps them know of each other.

#ifndef CABORTINJECTION_SECTION_H
#define CABORTINJECTION_SECTION_H

#include <stdbool.h>
#include <stdint.h>

#include "native/base.h"

/// The kernel's descriptor of a section.
struct abort_descriptor {
  uint32_t version, flags;
  uint64_t start, length, abort_handler;
};

/// An instruction of a section.
struct abort_step {
  uintptr_t address;
  const struct abort_descriptor *descriptor;
};

enum {
  ABORT_WORDS = 5,
  /// Where gates are, and behind each a word that a double comparison looks at: this far behind the
  /// word of a row. A gated section counts from its gate.
  ABORT_GATE = 1024,
  ABORT_SECOND = 8,
};

/// What a section works on, and what it told.
struct abort_subject {
  void *slots;
  intptr_t *word;
  intptr_t source, expected, desired, limit;
  intptr_t told_row, told_value;
  /// What a commit copies, and where to: behind the first word and in front of the last one there,
  /// which nobody may write.
  intptr_t copied[ABORT_WORDS], destination[ABORT_WORDS + 2];
  /// How many words that is.
  int words;
  /// Name a CPU on which the thread is not.
  bool elsewhere;
  /// How many rows of CPUs there are.
  int32_t rows;
};

/// What a section does to its subject when it commits.
enum abort_effect {
  /// Adds `desired` to a row it does not tell.
  ABORT_ADDS,
  /// Replaces `expected` by `desired` in the row it tells.
  ABORT_CLAIMS,
  /// Stores `desired` in the row it tells, whatever is there.
  ABORT_REPLACES,
  /// Replaces `expected` by `desired` in `word`.
  ABORT_STORES,
  /// Replaces 0 by `source` in the row it tells.
  ABORT_PUBLISHES,
  /// Copies, and replaces `expected` by `desired` in `word`.
  ABORT_COMMITS,
  /// Adds `desired` to the total of a row it does not tell, if its gate is open and `limit` allows it.
  ABORT_ADDS_WITHIN,
  /// Its stage knows.
  ABORT_STAGED,
};

/// What the section is to find.
enum abort_occasion {
  MATCHES, OTHER_VALUE, OTHER_CPU, OUT_OF_LIMIT, OTHER_SECOND, GATE_CLOSED
};

/// The workplace of sections that change more than a word.
struct abort_stage {
  /// Makes rows in which it commits; or in which it finds a mismatch: OTHER_VALUE, what it cannot go on
  /// with, or OUT_OF_LIMIT, a row that is held.
  void (*prepare)(struct abort_subject *, int kind, enum abort_occasion);
  /// Before each run.
  void (*begin)(struct abort_subject *, int kind);
  /// Whether all that anybody looks at is as it was; what an aborted section leaves elsewhere is not
  /// looked at.
  bool (*is_untouched)(const struct abort_subject *, int kind, bool is_aborted);
  /// Whether the effect is there, once. Takes it back.
  bool (*take_back)(struct abort_subject *, int kind);
};

struct abort_section {
  const char *name;
  /// Returns a `percpu_outcome`.
  int (*run)(struct abort_subject *);
  const struct abort_step *first, *end;
  enum abort_effect effect;
  /// What is wrong with it, on purpose.
  const char *fault;
  /// For a commit: how many words it copies, and how many instructions it does not come to then.
  int words, bypassed;
  /// Whether it wants to be on a certain CPU.
  bool names_cpu;
  /// Whether it wants the gate of its row, at a distance, to be open; whether it compares a second word, of which it expects 0.
  bool stands_behind_gate, compares_both;
  const struct abort_stage *stage;
  /// Which of the stage's sections it is.
  int kind;
};

enum {
  /// Instructions of the loop of a copy, which ends before it begins if there is one word.
  ABORT_LOOP = 4,
};

// Faults that a section may show.
#define ABORT_FAULT_GOES_ON "a trap did not abort it"
#define ABORT_FAULT_STORES "it stored something and was aborted"

#if PERCPU_HAS_SECTIONS
extern const struct abort_section abort_section_add, abort_section_add_release,
    abort_section_add_selected, abort_section_claim_if, abort_section_store_if, abort_section_publish,
    abort_section_commit_word, abort_section_commit_words, abort_section_commit_on_word,
    abort_section_commit_on_words, abort_section_add_within, abort_section_gated_add,
    abort_section_gated_exchange, abort_section_gated_store_if, abort_section_gated_store_if_both, abort_section_push,
    abort_section_pop, abort_section_move_in, abort_section_move_out, abort_section_link,
    abort_section_unlink;
extern const struct abort_section abort_control_sound, abort_control_unarmed,
    abort_control_late_start, abort_control_early_end, abort_control_late_end;

/// Stacks and lists.
enum { ABORT_PUSH, ABORT_POP, ABORT_MOVE_IN, ABORT_MOVE_OUT, ABORT_LINK, ABORT_UNLINK };
extern const struct abort_stage abort_stack_stage, abort_list_stage;

/// Makes the code of a section writable, or as it was. False if the kernel refuses.
bool abort_make_writable(const struct abort_section *section, bool writable);

/// Takes and gives back the handling of traps on the calling thread.
void abort_traps_begin(void);
void abort_traps_end(void);

/// Plants a trap for the calling thread, in place of the one before. It stays until it is met
/// outside of a section, or removed.
void abort_trap_plant(uintptr_t address);

/// Removes the trap, if it is still there.
void abort_trap_remove(void);

/// How often the trap was met since it was last planted, or was to be.
int abort_trap_met(void);

/// Where the kernel led the thread that met the trap last; the trap's own address if it was in no
/// section.
uintptr_t abort_trap_destination(void);
#endif

#endif
