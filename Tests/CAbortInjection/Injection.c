// SPDX-License-Identifier: Apache-2.0
// Running each section with a trap at each instruction, and judging what came of it.

#include "CAbortInjection.h"

#include <stddef.h>

#include "Section.h"

#if defined(__has_feature)
#if __has_feature(thread_sanitizer) || __has_feature(address_sanitizer)
#define SANITIZED 1
#endif
#endif
#if defined(__SANITIZE_THREAD__) || defined(__SANITIZE_ADDRESS__)
#define SANITIZED 1
#endif

#if !PERCPU_HAS_SECTIONS

const char *abort_injection_obstacle(void) { return "this platform has no restartable sequences"; }
int32_t abort_injection_section_count(void) { return 0; }
const char *abort_injection_section_name(int32_t section) { return (void)section, ""; }
bool abort_injection_section_is_control(int32_t section) { return (void)section, false; }
const char *abort_injection_section_fault(int32_t section) { return (void)section, NULL; }
abort_injection_result abort_injection_run(int32_t section, int64_t repetitions, int64_t in_a_row) {
  (void)section, (void)repetitions, (void)in_a_row;
  return (abort_injection_result){.first_wrong = "nothing was run"};
}

#else

#include <pthread.h>

#include "CAtomicsShim.h"

static const struct abort_section *const sections[] = {
    &abort_section_add, &abort_section_add_release, &abort_section_add_selected,
    &abort_section_claim_if,
    &abort_section_store_if, &abort_section_publish, &abort_section_commit_word,
    &abort_section_commit_words, &abort_section_commit_on_word, &abort_section_commit_on_words,
    &abort_section_add_within,
    &abort_section_gated_add, &abort_section_gated_exchange, &abort_section_gated_store_if,
    &abort_section_gated_store_if_both, &abort_section_push, &abort_section_pop,
    &abort_section_move_in, &abort_section_move_out, &abort_section_link, &abort_section_unlink,
    &abort_control_sound, &abort_control_unarmed, &abort_control_late_start,
    &abort_control_early_end, &abort_control_late_end,
};

enum {
  CONTROLS = 5,
  FIRST_CONTROL = sizeof sections / sizeof sections[0] - CONTROLS,
  ATTEMPTS = 10000,
  // Numbers of no meaning, for the rows and for what is put there.
  IDLE = 1000003,
  DESIRED = 7919,
  SOURCE = 65537,
  COPIED = 104729,
  // Up to this many rows all of them are looked at after each run; of more, now and then.
  ROWS_FOR_EACH_RUN = 64,
  RUNS_FOR_MANY_ROWS = 64,
};

int32_t abort_injection_section_count(void) {
  return (int32_t)(sizeof sections / sizeof sections[0]);
}
const char *abort_injection_section_name(int32_t section) { return sections[section]->name; }
bool abort_injection_section_is_control(int32_t section) { return section >= FIRST_CONTROL; }
const char *abort_injection_section_fault(int32_t section) { return sections[section]->fault; }

const char *abort_injection_obstacle(void) {
#if SANITIZED
  return "a sanitizer is part of this build";
#endif
  if (!percpu_thread_prepare()) return "this thread cannot run restartable sequences";
  for (int32_t index = 0; index < abort_injection_section_count(); index++)
    if (!abort_make_writable(sections[index], true) || !abort_make_writable(sections[index], false))
      return "the kernel does not allow code to be changed";
  return NULL;
}

// One section at work, its memory, and the sum that must be in the rows.
struct bench {
  const struct abort_section *section;
  struct abort_subject subject;
  abort_injection_result result;
  void *memory;
  int32_t rows;
  intptr_t idle;
  intptr_t sum;
  enum abort_occasion occasion;
  bool matches;
  int64_t runs;
};

static size_t memory_size(const struct bench *bench) {
  return ((size_t)bench->rows + PERCPU_EXTRA_ROWS) << PERCPU_ROW_SHIFT;
}

static bool is_gated(const struct bench *bench) {
  return bench->section->effect == ABORT_ADDS_WITHIN;
}

static volatile intptr_t *gated_word(const struct bench *bench, int32_t row, intptr_t offset) {
  return percpu_row_word((char *)bench->subject.slots + offset, row);
}

// Of all rows, what the section may change or must not.
static intptr_t sum_of_rows(const struct bench *bench) {
  intptr_t sum = 0;
  for (int32_t row = -PERCPU_EXTRA_ROWS; row < bench->rows; row++) {
    sum += *(volatile intptr_t *)percpu_row_word(bench->subject.slots, row);
    if (!is_gated(bench)) continue;
    sum += *gated_word(bench, row, PERCPU_GATED_TOTAL);
    sum += *gated_word(bench, row, PERCPU_GATED_FOLDED);
  }
  return sum;
}

// Rows in which the section will commit, or will find a mismatch.
static void prepare(struct bench *bench, enum abort_occasion occasion) {
  bool matches = occasion == MATCHES;
  bench->occasion = occasion;
  bench->matches = matches;
  if (bench->section->stage != NULL)
    return bench->section->stage->prepare(&bench->subject, bench->section->kind, occasion);
  bool is_open = is_gated(bench) ? occasion != OTHER_VALUE
                                 : bench->section->effect == ABORT_PUBLISHES && matches;
  bench->idle = is_open ? 0 : IDLE;
  for (int32_t row = -PERCPU_EXTRA_ROWS; row < bench->rows; row++) {
    *percpu_row_word(bench->subject.slots, row) = bench->idle;
    if (bench->section->stands_behind_gate) {
      *gated_word(bench, row, ABORT_GATE) = occasion == GATE_CLOSED;
      *gated_word(bench, row, ABORT_GATE + ABORT_SECOND) = occasion == OTHER_SECOND;
    }
    if (!is_gated(bench)) continue;
    *gated_word(bench, row, PERCPU_GATED_TOTAL) = IDLE;
    *gated_word(bench, row, PERCPU_GATED_FOLDED) = IDLE;
  }
  bench->sum = sum_of_rows(bench);
  bench->subject.limit = occasion == OUT_OF_LIMIT ? DESIRED - 1 : (intptr_t)1 << 61;
  bench->subject.word = percpu_row_word(bench->subject.slots, 0);
  bench->subject.expected = occasion == OTHER_VALUE ? IDLE + 1 : IDLE;
  bench->subject.desired = DESIRED;
  bench->subject.source = SOURCE;
  bench->subject.words = bench->section->words;
  bench->subject.elsewhere = occasion == OTHER_CPU;
  for (int word = 0; word < ABORT_WORDS; word++) bench->subject.copied[word] = COPIED + word;
}

// Whether the words around the copy are as they were, and those of it what has been copied, all of
// them or, if it does not have to be, some.
static bool copy_is_right(const struct bench *bench, bool may_be_there, bool must_be_there) {
  const volatile intptr_t *words = bench->subject.destination;
  for (int word = 0; word < ABORT_WORDS + 2; word++) {
    bool is_copied = word >= 1 && word <= bench->subject.words;
    bool is_there = is_copied && words[word] == bench->subject.copied[word - 1];
    if (!(is_there && may_be_there) && (words[word] != IDLE || (is_copied && must_be_there)))
      return false;
  }
  return true;
}

static bool rows_are_right(struct bench *bench) {
  if (bench->rows > ROWS_FOR_EACH_RUN && bench->runs++ % RUNS_FOR_MANY_ROWS != 0) return true;
  return sum_of_rows(bench) == bench->sum;
}

// After no commit: is everything as it was? What an aborted commit has copied is seen by nobody.
static bool nothing_is_stored(struct bench *bench, bool is_aborted) {
  if (bench->section->stage != NULL)
    return bench->section->stage->is_untouched(&bench->subject, bench->section->kind,
                                               is_aborted && bench->matches);
  return copy_is_right(bench, is_aborted && bench->matches, false) && rows_are_right(bench);
}

// After a commit: is its effect there, once? Takes it back.
static bool effect_is_right(struct bench *bench) {
  struct abort_subject *subject = &bench->subject;
  if (bench->section->stage != NULL)
    return bench->section->stage->take_back(subject, bench->section->kind);
  if (bench->section->effect == ABORT_ADDS || is_gated(bench)) {
    bench->sum += subject->desired;
    return rows_are_right(bench);
  }
  bool publishes = bench->section->effect == ABORT_PUBLISHES;
  bool tells = publishes || bench->section->effect == ABORT_CLAIMS ||
               bench->section->effect == ABORT_REPLACES;
  if (tells && !percpu_cpu_is_possible((int32_t)subject->told_row)) return false;
  intptr_t *word = tells ? percpu_row_word(subject->slots, subject->told_row) : subject->word;
  if (*word != (publishes ? subject->source : subject->desired)) return false;
  if (publishes && subject->told_value != subject->source) return false;
  if (!copy_is_right(bench, true, true)) return false;
  *word = bench->idle;
  return rows_are_right(bench);
}

static int run(struct bench *bench) {
  bench->subject.told_row = PERCPU_ROW_COMMON;
  bench->subject.told_value = 0;
  for (int word = 0; word < ABORT_WORDS + 2; word++) bench->subject.destination[word] = IDLE;
  if (bench->section->stage != NULL)
    bench->section->stage->begin(&bench->subject, bench->section->kind);
  return bench->section->run(&bench->subject);
}

// Runs the section with a trap until it comes to the trap or to its own end: whatever else aborts
// it on the way there says nothing.
static int run_with_trap(struct bench *bench, uintptr_t address, int *met) {
  for (int attempt = 0;; attempt++) {
    abort_trap_plant(address);
    int outcome = run(bench);
    *met = abort_trap_met();
    if (*met != 0 || outcome != PERCPU_SLOW || attempt == ATTEMPTS) return outcome;
    bench->result.interruptions++;
  }
}

static int run_without_trap(struct bench *bench) {
  for (int attempt = 0;; attempt++) {
    int outcome = run(bench);
    if (outcome != PERCPU_SLOW || attempt == ATTEMPTS) return outcome;
    bench->result.interruptions++;
  }
}

// Each of these returns what is wrong, or NULL.

static const char *judge_retry(struct bench *bench) {
  abort_trap_remove();
  int outcome = run_without_trap(bench);
  if (!bench->matches)
    return outcome != PERCPU_MISMATCH         ? "the attempt behind an abort saw no mismatch"
           : !nothing_is_stored(bench, false) ? "it stored something in spite of a mismatch"
                                              : NULL;
  return outcome != PERCPU_COMMITTED ? "the attempt behind an abort did not commit"
         : !effect_is_right(bench)   ? "the attempt behind an abort stored something wrong"
                                     : NULL;
}

static const char *judge_abort(struct bench *bench, const struct abort_step *step, bool retry) {
  int met, outcome = run_with_trap(bench, step->address, &met);
  if (met == 0 && !bench->matches && outcome == PERCPU_MISMATCH) {
    // The trap stands behind the exit.
    bench->result.mismatches++;
    return nothing_is_stored(bench, false) ? NULL : "it stored something in spite of a mismatch";
  }
  if (met != 1) return "a trap was not met, or more than once";
  if (outcome != PERCPU_SLOW) return ABORT_FAULT_GOES_ON;
  if (abort_trap_destination() != step->descriptor->abort_handler)
    return "an abort did not lead to the abort handler";
  if (!nothing_is_stored(bench, true)) return ABORT_FAULT_STORES;
  bench->result.aborts++;
  if (!bench->matches) bench->result.mismatches++;
  return retry ? judge_retry(bench) : NULL;
}

// Whether a trap behind the commit was met by a run that was interrupted in front of it: the compiler
// may lead the other exits through that instruction.
static bool is_on_the_way_out(struct bench *bench, uintptr_t behind, int outcome) {
  return outcome == PERCPU_SLOW && abort_trap_met() == 1 && abort_trap_destination() == behind &&
         nothing_is_stored(bench, true);
}

static const char *judge_commit(struct bench *bench, uintptr_t behind) {
  int met, outcome = run_with_trap(bench, behind, &met);
  for (int attempt = 0; attempt < ATTEMPTS && is_on_the_way_out(bench, behind, outcome); attempt++) {
    bench->result.interruptions++;
    outcome = run_with_trap(bench, behind, &met);
  }
  if (met != 1) return "the trap behind the commit was not met, or more than once";
  if (outcome != PERCPU_COMMITTED || abort_trap_destination() != behind)
    return "the trap behind the commit aborted it";
  if (!effect_is_right(bench)) return "it did not store, once, what it should";
  bench->result.commits++;
  return NULL;
}

// If there was something wrong, all is put back as it should be.
static void note(struct bench *bench, int32_t boundary, const char *wrong) {
  if (wrong == NULL) return;
  if (bench->result.wrong++ == 0) {
    bench->result.first_wrong = wrong;
    bench->result.first_wrong_boundary = boundary;
  }
  abort_trap_remove();
  prepare(bench, bench->occasion);
}

// Whether the section commits without coming to this instruction.
static bool is_bypassed(struct bench *bench, const struct abort_step *step) {
  if (bench->section->bypassed == 0) return false;
  int met, outcome = run_with_trap(bench, step->address, &met);
  abort_trap_remove();
  return met == 0 && outcome == PERCPU_COMMITTED && effect_is_right(bench);
}

static void trap_mismatch(struct bench *bench, const struct abort_step *step,
                          enum abort_occasion occasion, int64_t repetitions, int64_t in_a_row) {
  prepare(bench, occasion);
  for (int64_t repetition = 1; repetition <= repetitions; repetition++)
    note(bench, (int32_t)(step - bench->section->first),
         judge_abort(bench, step, repetition % in_a_row == 0));
}

// Whether each instruction has a note. Where all are of one size that can be told.
static bool notes_are_complete(const struct bench *bench) {
#if defined(__aarch64__)
  return bench->section->first->descriptor->length == 4 * (uint64_t)bench->result.boundaries;
#else
  return (void)bench, true;
#endif
}

static void trap_all(struct bench *bench, int64_t repetitions, int64_t in_a_row) {
  const struct abort_section *section = bench->section;
  abort_injection_result *result = &bench->result;
  uintptr_t behind = section->first->descriptor->start + section->first->descriptor->length;
  result->boundaries = (int32_t)(section->end - section->first);
  result->fewest = INT64_MAX;
  for (const struct abort_step *step = section->first; step < section->end; step++) {
    int32_t boundary = (int32_t)(step - section->first);
    int64_t before = result->aborts;
    prepare(bench, MATCHES);
    if (is_bypassed(bench, step)) {
      result->bypassed++;
      continue;
    }
    for (int64_t repetition = 1; repetition <= repetitions; repetition++)
      note(bench, boundary, judge_abort(bench, step, repetition % in_a_row == 0));
    if (result->aborts - before < result->fewest) result->fewest = result->aborts - before;
    if (section->effect != ABORT_ADDS && section->effect != ABORT_REPLACES)
      trap_mismatch(bench, step, OTHER_VALUE, repetitions / 10, in_a_row);
    if (section->names_cpu) trap_mismatch(bench, step, OTHER_CPU, repetitions / 10, in_a_row);
    if (is_gated(bench) || section->stage != NULL)
      trap_mismatch(bench, step, OUT_OF_LIMIT, repetitions / 10, in_a_row);
    if (section->compares_both) trap_mismatch(bench, step, OTHER_SECOND, repetitions / 10, in_a_row);
    if (section->stands_behind_gate) trap_mismatch(bench, step, GATE_CLOSED, repetitions / 10, in_a_row);
  }
  prepare(bench, MATCHES);
  for (int64_t repetition = 0; repetition < repetitions; repetition += in_a_row)
    note(bench, result->boundaries, judge_commit(bench, behind));
  abort_trap_remove();
  if (result->bypassed != section->bypassed) note(bench, 0, "its copy is not as long as it should");
  if (section->fault == NULL && !notes_are_complete(bench))
    note(bench, 0, "an instruction was not noted");
}

abort_injection_result abort_injection_run(int32_t number, int64_t repetitions, int64_t in_a_row) {
  // There is one trap, and one handler of traps.
  static pthread_mutex_t one_at_a_time = PTHREAD_MUTEX_INITIALIZER;
  struct bench bench = {.section = sections[number], .rows = percpu_cpu_limit()};
  // Where the C library does not register threads, each does so at its first use.
  if (!percpu_thread_prepare())
    return (abort_injection_result){.wrong = 1, .first_wrong = "this thread cannot run sections"};
  bench.memory = percpu_memory_reserve(memory_size(&bench));
  if (bench.memory == NULL)
    return (abort_injection_result){.wrong = 1, .first_wrong = "there is no memory for rows"};
  bench.subject.slots = percpu_row_word(bench.memory, PERCPU_EXTRA_ROWS);
  bench.subject.rows = bench.rows;
  pthread_mutex_lock(&one_at_a_time);
  if (abort_make_writable(bench.section, true)) {
    abort_traps_begin();
    trap_all(&bench, repetitions, in_a_row);
    abort_traps_end();
    abort_make_writable(bench.section, false);
  } else {
    note(&bench, 0, "its code cannot be changed");
  }
  pthread_mutex_unlock(&one_at_a_time);
  percpu_memory_release(bench.memory, memory_size(&bench));
  return bench.result;
}

#endif
