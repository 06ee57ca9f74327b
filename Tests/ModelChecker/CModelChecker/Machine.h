// SPDX-License-Identifier: Apache-2.0
//
// The simulated machine: its state, and what its parts ask of each other.
//
//   Execution.c   runs one execution: setup, steps, final check
//   Memory.c      what accesses and fences do
//   Addresses.c   memory addresses as locations
//   AddressAccess.c  the machine as real code sees it
//   Kernel.c      processors, sections, membarrier, preemption, migration
//   Blocking.c    await, pause, join, futexes, signals
//   Explorer.c    the choices of an execution, and which execution comes next
//   Random.c      the random modes
//   Reduction.c   which steps commute; which schedules need not be tried
//   States.c      which states were there before
//   Trace.c       the readable account of a failing execution, and its replay string
#pragma once
#include "CModelChecker.h"
#include "Fibers.h"

enum {
  max_threads = CMC_MAX_THREADS,
  main_thread = CMC_MAX_THREADS,  // who runs `setup` and `finally`
  max_agents = 2 * CMC_MAX_THREADS,  // the threads; for each, who delivers signals to it
  max_locations = CMC_MAX_LOCATIONS,
  max_messages = CMC_MAX_STORES,
  max_choices = CMC_MAX_CHOICES,
  max_cpus = CMC_MAX_CPUS,
  max_signals = CMC_MAX_SIGNALS,
  none = -1,
};

// MARK: Operations

typedef enum { no_switch, first_switch, full_switch } SwitchKind;

/// What a thread is about to do. Between two announcements a thread runs undisturbed.
typedef enum {
  op_start,  // up to its first announcement
  op_load,
  op_store,
  op_update,  // a read-modify-write, also one that fails to write
  op_fence,  // a sequentially consistent fence
  op_interrupt,  // membarrier or preemption reaching `target`, or what runs on `target_cpu`
  op_futex,
  op_signal,  // sent to `target`
  op_deliver,  // the step of a signal agent: `target` starts to run a handler
  op_migrate,
  // From here on, those that may be disabled.
  op_await,  // a load that waits until it can return something else than `awaited`
  op_pause,
  op_join,
  op_sleep,  // inside of a futex wait, until woken
} OperationKind;

typedef struct {
  uint8_t kind;
  int8_t location;
  int8_t target;  // a thread that is acted on
  int8_t target_cpu;  // a processor that is acted on
} Operation;

// MARK: Memory

/// What a thread has seen: of each location the newest message, of each thread how far its past
/// reaches (for the race detector), by whatever and by memory alone: not by switches of processors and interrupts.
typedef struct {
  uint8_t seen[max_locations];
  uint16_t clock[max_threads];
  uint16_t passed[max_threads];
} View;

/// One store. A location is the list of its messages in modification order; the number of a message
/// never changes while its position does, when another is inserted before it.
typedef struct {
  uint64_t value;
  View view;  // what an acquiring reader gets to see
  bool is_claimed;  // a read-modify-write read it: nothing may come between the two
} Message;

typedef struct {
  const char *name;
  int name_index;
  uint64_t key;  // tells it from others, in whichever order an execution meets them
  uint64_t mask;  // the bits of the value
  int message_count;
  uint8_t position[max_messages];  // of a message
  uint8_t at[max_messages];  // the message at a position
  Message messages[max_messages];
  // Plain data has one message, and an account of who accessed it when.
  bool is_plain;
  bool is_guarded;
  bool is_lock;
  bool is_forgotten;
  int writer;
  uint16_t write_clock;
  uint16_t read_clock[max_threads];
} Location;

// MARK: Threads

typedef struct {
  const char *name;
  Fiber fiber;
  Operation next;
  bool is_done;
  bool has_given_up;  // `cmc_assume(false)`
  uint16_t clock;
  uint64_t history;  // a digest of all it was told
  int8_t wanted_lock;  // that it has tried to acquire since it did anything else, or none
  uint64_t history_before;  // it tried

  // What it sees; what its next acquire fence makes it see; what its relaxed stores publish.
  View current, acquired, released;

  uint64_t awaited;
  // The locations read since the last pause, and of each the first message read, or, if later, the
  // thread's own newest.
  uint64_t read_since_pause;
  uint8_t first_read[max_locations];

  int cpu;
  bool section_is_open;
  bool section_is_aborted;
  int aborts;  // since the last section that came to its end; counted for real code only

  bool is_asleep;
  bool was_interrupted;
  int sleeps_on;

  uint32_t pending_signals, blocked_signals, handled_signals;  // sets
  View signals;  // what their senders had seen
  bool must_deliver;  // before its next step of its own
  int delivery;  // the signal that the next switch to it delivers, or none
} Thread;

/// A virtual processor. `view` is that of the last thread that left it.
typedef struct {
  int running;
  bool is_used;
  View view;
} Processor;

typedef struct {
  Thread threads[max_threads + 1];
  Location locations[max_locations];
  Processor cpus[max_cpus];
  int thread_count, location_count;
  int current;  // the running thread
  int max_aborts;  // in a row, of real code's sections
  View fences;  // what all sequentially consistent fences so far have seen
  bool is_running;
  bool is_starting;  // threads run up to their first steps
  bool is_over;  // the execution failed
  bool is_tracing;
  const cmc_callbacks *callbacks;
  char failure[256];
} Machine;

extern Machine machine;

static inline Thread *cmc_self(void) { return &machine.threads[machine.current]; }
static inline bool cmc_on_main(void) { return machine.current == main_thread; }

// MARK: Execution.c

/// Announces what the running thread does next and waits until the scheduler picks it.
void cmc_step(Operation operation);
static inline Operation cmc_operation(OperationKind kind, int location) {
  return (Operation){(uint8_t)kind, (int8_t)location, none, none};
}
/// Leaves the running fiber for good.
_Noreturn void cmc_leave_fiber(void);
/// Fails the execution. Returns only on the main thread.
void cmc_fail(const char *format, ...) __attribute__((format(printf, 1, 2)));
/// Fails the check because of what the scenario is, which no replay would show.
void cmc_refuse(const char *why);
/// Declares that an operation of threads was called elsewhere.
void cmc_need_thread(const char *operation);

typedef enum { outcome_completed, outcome_pruned, outcome_failed } Outcome;
Outcome cmc_run_execution(void);

// MARK: Memory.c

void cmc_memory_reset(void);
void cmc_view_join(View *into, const View *from);
void cmc_full_fence(Thread *thread);
/// Makes what `from` has done happen before what comes next in `into`.
void cmc_synchronize(Thread *into, const View *from);
bool cmc_has_newer_than(int location, int message);
/// Whether a thread has seen, or could not help seeing, more than a message.
bool cmc_is_past(const Thread *thread, int location, int message);
bool cmc_may_read_other_than(const Thread *thread, int location, uint64_t value);
/// The parts of accesses that come after the step was scheduled.
uint64_t cmc_perform_load(int location, cmc_order order);
void cmc_perform_store(int location, uint64_t value, cmc_order order);
uint64_t cmc_perform_await(int location, uint64_t unwanted, cmc_order order);
/// Sees a message that is newer than the one seen so far.
void cmc_see_newer(Thread *thread, int location);
void cmc_check_access(int location, bool plain);

/// The clocks of a view that accesses to plain data are compared with.
static inline const uint16_t *cmc_clocks(const View *view, bool is_guarded) {
  return is_guarded ? view->passed : view->clock;
}

void cmc_addresses_reset(void);
/// The location whose low half is at an address.
int cmc_futex_location(const uint32_t *word);

// MARK: Kernel.c

void cmc_kernel_reset(void);
/// Puts a thread on its processor, whose former thread is switched out.
void cmc_switch_in(int thread);
bool cmc_is_switched_out(const Thread *thread);
/// Whether its next step begins with a switch of its processor, which is a full fence; or with the first one of a processor,
/// by which others see nothing that is new.
SwitchKind cmc_needs_switch(const Thread *thread);

// MARK: Blocking.c

bool cmc_is_enabled(const Thread *thread);
/// Runs the handler of the signal that is being delivered to the running thread.
void cmc_run_handler(void);
/// The step of the agent that delivers signals to a thread.
void cmc_begin_delivery(Thread *thread);
bool cmc_has_deliverable_signal(const Thread *thread);
/// Takes note that a thread comes back from the kernel: pending signals run first.
void cmc_return_to_user(Thread *thread);

// MARK: Explorer.c

/// A decision of an execution: which agent makes the next step, or which of several ways a step
/// goes. A step's entry also says what the reduction needs to know of it.
typedef struct {
  bool is_data;
  uint8_t chosen;
  uint8_t count;  // data: the number of ways
  int8_t cpu;
  uint8_t switch_kind;
  Operation operation;
  uint32_t enabled;  // sets of agents
  uint32_t wanted;  // to be explored from here
  uint32_t explored;
  uint32_t asleep;  // covered by what was explored elsewhere
  uint32_t asleep_after;
  uint16_t preemptions;
  uint16_t preemptions_after;
  uint16_t clock[max_agents];  // how many steps of each agent happen before, itself included
} Choice;

typedef struct {
  Choice choices[max_choices];
  int count;  // in this execution, so far
  int given;  // the number that this execution has to repeat
  int step_at[max_choices];  // where the steps are among the choices
  int step_count;
  /// The steps before this one are those of the last execution: the reduction knows them.
  int known_steps;
} Schedule;

extern Schedule schedule;

static inline Choice *cmc_step_choice(int step) {
  return &schedule.choices[schedule.step_at[step]];
}

static inline bool cmc_next_step_is_known(void) {
  return schedule.step_count < schedule.known_steps;
}

/// One of `count` ways to go on; 0 when there is only one.
int cmc_choose(int count);
/// The agent that makes a step which is known.
int cmc_known_agent(void);
/// Takes note of who is enabled after the newest step.
void cmc_note_enabled(uint32_t enabled);
bool cmc_searches_states(void);
/// Whether this execution has come to a state that was explored before.
bool cmc_is_known_from_here(void);
/// The agent that makes the next step, or `none` when the execution cannot go on.
int cmc_choose_agent(uint32_t enabled);

// MARK: Reduction.c

/// What an agent would do now.
Operation cmc_next_operation(int agent);
void cmc_reduction_begin(void);
/// Takes account of a step that is known.
void cmc_reduction_repeat_step(int step);
/// Takes account of a new step: its clock, and the schedules that its races call for.
void cmc_reduction_add_step(int step);
/// Of a set of agents whose next steps are covered, those that stay so after the newest step.
uint32_t cmc_still_asleep(uint32_t asleep, const Choice *step);

// MARK: States.c

/// Takes note of something that the running thread is told by the step that it makes.
void cmc_note_outcome(uint64_t outcome);
/// The same for a step, which the thread is about to make.
void cmc_note_step(Operation operation);
/// The running thread has acquired a lock: it forgets how it came to it.
void cmc_note_acquisition(int location);
/// It has changed a word in another way: what it does next is no more of the same try.
static inline void cmc_note_store(void) { cmc_self()->wanted_lock = none; }
void cmc_states_begin(void);
void cmc_states_end(void);
uint64_t cmc_state_count(void);
/// Of the state the machine is in.
uint64_t cmc_state_digest(void);
/// Whether no execution has come to this state before.
bool cmc_enter_state(void);

// MARK: Random.c

void cmc_random_begin(uint64_t seed, bool priorities, int change_points);
void cmc_random_next_execution(void);
int cmc_random_choice(int count);
int cmc_random_agent(uint32_t enabled);

// MARK: Trace.c

void cmc_trace_begin(void);
const char *cmc_replay_string(void);
/// Makes a replay string the schedule to repeat; false when it cannot be read.
bool cmc_replay_parse(const char *replay);
const char *cmc_trace_text(void);
void cmc_trace_step(const char *operation, int order, int location, const char *format, ...)
    __attribute__((format(printf, 4, 5)));
void cmc_trace_note(const char *format, ...) __attribute__((format(printf, 1, 2)));
void cmc_location_name(int location, char *buffer, int size);

/// Traces only when a failing execution is repeated, so that it costs nothing otherwise.
#define TRACE(...) \
  do { \
    if (__builtin_expect(machine.is_tracing, 0)) cmc_trace_step(__VA_ARGS__); \
  } while (0)
#define NOTE(...) \
  do { \
    if (__builtin_expect(machine.is_tracing, 0)) cmc_trace_note(__VA_ARGS__); \
  } while (0)
