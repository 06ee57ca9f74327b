// SPDX-License-Identifier: Apache-2.0
//
// A model checker for small concurrent programs on a weak memory and a simulated kernel.
//
// A scenario is a setup function, up to eight threads, and a final check. The checker runs it
// again and again, each time with another schedule and other choices of what each load reads,
// until every behavior has been seen, and reports the first one that fails. It keeps nothing of
// what it has seen, unless it is asked to search by states.
//
// What it models
//  - memory: the release/acquire/relaxed accesses and fences of C11 in their repaired form (RC11)
//    without load buffering; release sequences; data races on declared plain data;
//  - the kernel: virtual CPUs, preemption, migration, restartable sections, membarrier, signals,
//    futexes, thread exit.
//
// What it does not model
//  - load buffering and values out of thin air;
//  - sequentially consistent accesses (fences only); accesses of two sizes to one location;
//  - what a compiler does to plain accesses;
//  - liveness other than deadlock.
//
// The checker is single threaded (fibers) and has one global state: one check at a time.
#pragma once
#include <stdbool.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/// Limits. Crossing one of them fails the check with a message.
enum {
  CMC_MAX_THREADS = 8,
  CMC_MAX_LOCATIONS = 64,
  CMC_MAX_STORES = 64,  // stores to one location within one execution, the initial one included
  CMC_MAX_CHOICES = 4096,  // scheduling and data choices within one execution
  CMC_MAX_CPUS = 8,
  CMC_MAX_SIGNALS = 8,
};

typedef enum {
  CMC_RELAXED,
  CMC_ACQUIRE,
  CMC_RELEASE,
  CMC_ACQUIRE_RELEASE,
  CMC_SEQUENTIALLY_CONSISTENT,  // fences only
} cmc_order;

typedef enum { CMC_EXCHANGE, CMC_ADD, CMC_AND, CMC_OR, CMC_XOR } cmc_update;

// MARK: Running a check

typedef enum {
  CMC_EXHAUSTIVE,  // partial order reduction: each behavior at least once
  CMC_STATES,  // each state once, and sleep sets; see `state`
  CMC_UNREDUCED,  // every interleaving; for checking the checker
  CMC_RANDOM,  // a random agent at each step
  CMC_PRIORITIES,  // random priorities with a few change points (PCT)
  CMC_REPLAY,  // the one execution that `replay` describes
} cmc_mode;

typedef struct {
  cmc_mode mode;
  /// Stops after this many executions; 0 for no limit.
  uint64_t execution_limit;
  /// At most this many preemptions in an execution; negative for no bound. Together with the
  /// reduction a bound is a fast look, not a proof: a bug within the bound may be missed.
  int preemption_bound;
  /// CMC_RANDOM and CMC_PRIORITIES.
  uint64_t seed;
  /// CMC_PRIORITIES: the number of steps at which the running thread loses its priority.
  int change_points;
  /// CMC_REPLAY.
  const char *replay;
} cmc_options;

typedef struct {
  void *context;
  /// Declares threads and locations. Runs at the start of each execution.
  void (*setup)(void *context);
  void (*thread)(void *context, int thread);
  /// Runs in each execution that came to its end, after all threads, seeing all they did. CMC_STATES: unless the
  /// execution has come to a state that was there before.
  void (*finally)(void *context);
  /// Runs on the stack of `thread` when a signal is delivered to it. May be null.
  void (*signal)(void *context, int thread, int number);
  /// CMC_STATES: a digest of all that threads share besides locations, and of what they leave behind
  /// for `finally`. Runs between steps, and must change nothing; what threads read of it they give to
  /// `cmc_note`, and addresses of memory that they ask for. What commutes is judged by locations
  /// alone: so what is shared is ordered by them. May be null.
  uint64_t (*state)(void *context);
  /// CMC_UNREDUCED, all three or none. An execution begins, which makes the first `depth` choices as the last one did but
  /// for the last of them.
  void (*begin)(void *context, int depth);
  /// It has come to a state that is no longer one of the last execution, by so many choices.
  void (*visit)(void *context, int depth, uint64_t digest);
  /// It has ended, with a failure or null. With these, a failure does not end the search.
  void (*end)(void *context, const char *failure);
} cmc_callbacks;

typedef struct {
  /// Executions that came to their end.
  uint64_t executions;
  /// Executions cut short because another one covers them.
  uint64_t redundant;
  /// Executions in which a thread was blocked by `cmc_assume`.
  uint64_t pruned;
  uint64_t steps;
  /// CMC_STATES: how many there are.
  uint64_t states;
  /// The whole space was explored (always false for the random modes).
  bool is_complete;
  /// Processor time.
  double seconds;
  /// Null when nothing failed. These three belong to the checker and live until the next check.
  const char *failure;
  const char *trace;
  const char *replay;
} cmc_result;

cmc_result cmc_check(const cmc_options *options, const cmc_callbacks *callbacks);

/// True while a check runs on this process.
bool cmc_is_running(void);

// MARK: Declaring a scenario (in `setup`)

/// Adds a thread. Threads with the same `cpu` exclude each other; a negative `cpu` gives the thread
/// a processor of its own. Names must outlive the check.
int cmc_add_thread(const char *name, int cpu);

/// Adds a location for atomic accesses of `bytes` bytes. `index` below 0 stands for no index.
int cmc_add_word(const char *name, int index, uint64_t initial, int bytes);

/// Adds plain data: unordered accesses to it are reported as data races.
int cmc_add_plain(const char *name, int index, uint64_t initial);

/// Declares that a location is only accessed in an order that messages give, as data is that a lock
/// protects. It is checked like plain data, on which an order that switches of a processor or
/// interrupts give counts for nothing. Its accesses are no steps: as long as there is no race nobody
/// can tell what happens between two of them. That is not so for handlers: there must be no signals.
void cmc_guard(int location);

/// CMC_STATES: declares a word that is a lock, held or 0: what a thread has seen of it while it tried to acquire it
/// changes nothing of what it does once it has, by a compare-exchange or the commit of a section.
void cmc_declare_lock(int location);

/// The location at a memory address. An address that was not seen before in this execution becomes
/// a location whose initial value is what memory holds. Memory itself is never written to.
int cmc_location_at(const void *address, int bytes);

/// Names the location at an address for the trace.
void cmc_name_address(const void *address, int bytes, const char *name, int index);

/// Forgets the locations within a range, whose memory is about to be given back.
void cmc_forget_addresses(const void *address, uint64_t bytes);

// MARK: Memory

uint64_t cmc_load(int location, cmc_order order);
void cmc_store(int location, uint64_t value, cmc_order order);
uint64_t cmc_read_modify_write(int location, cmc_update update, uint64_t operand, cmc_order order);
/// A failed exchange is a load with the order `failure`, and orders nothing beyond it. A weak one
/// may also fail when the values agree.
bool cmc_compare_exchange(int location, uint64_t *expected, uint64_t desired, cmc_order success,
                          cmc_order failure, bool weak);
void cmc_fence(cmc_order order);
uint64_t cmc_plain_read(int location);
void cmc_plain_write(int location, uint64_t value);

// MARK: Control

/// Ends the execution with a failure unless `condition` holds.
void cmc_require(bool condition, const char *message);
/// Blocks the calling thread, and only it, for the rest of the execution unless `condition` holds.
void cmc_assume(bool condition);
/// Takes note that what the calling thread does next may depend on a value that it has from elsewhere than locations.
void cmc_note(uint64_t value);
/// Spins until a load returns something else than `unwanted`, which it returns.
uint64_t cmc_await_change(int location, uint64_t unwanted, cmc_order order);
/// Stands in the body of a spinning loop: blocks until its next turn can read something else than
/// this one began with, and then is bound to.
void cmc_pause(void);
/// The number of the running thread, or -1 outside of threads.
int cmc_current_thread(void);
/// Blocks until a thread has ended, and synchronizes with its end.
void cmc_join(int thread);

// MARK: Kernel

/// The processor of the calling thread. Unless a section is open it may be wrong a step later.
int cmc_current_cpu(void);
/// Preempts a thread, which aborts its open section.
void cmc_preempt(int thread);
/// Moves a thread to another processor, which aborts its open section.
void cmc_migrate(int thread, int cpu);

/// Restartable sections. An access returns false, and does nothing, when the section was aborted;
/// the section is then closed.
void cmc_section_begin(void);
bool cmc_section_load(int location, cmc_order order, uint64_t *value);
bool cmc_section_store(int location, uint64_t value, cmc_order order);
/// The last store, which closes the section.
bool cmc_section_commit(int location, uint64_t value, cmc_order order);
/// Closes the section without a commit.
void cmc_section_end(void);

typedef enum { CMC_BARRIER, CMC_RESTART_BARRIER } cmc_membarrier_kind;
/// A full fence in every other thread (`cpu` below 0) or in what runs on one processor: one
/// interrupt for each thread, in any order, each a step of its own, between two full fences of the
/// caller. The restart kind aborts the sections it interrupts.
void cmc_membarrier(cmc_membarrier_kind kind, int cpu);

/// Sends a signal; false when the thread has ended. The handler runs between any two steps of the
/// thread, also while it is blocked, and before the first step after an interrupt. The sending
/// happens before the handling.
bool cmc_signal(int thread, int number);
/// Sets the signals (a bit mask) that wait for the calling thread; returns the former set.
uint32_t cmc_block_signals(uint32_t mask);

typedef enum { CMC_WOKEN, CMC_NOT_EQUAL, CMC_INTERRUPTED } cmc_futex_result;
/// Sleeps if the low 32 bits of the location are `expected`.
cmc_futex_result cmc_futex_wait(int location, uint32_t expected);
/// Wakes up to `count` threads; returns how many.
int cmc_futex_wake(int location, int count);

#ifdef __cplusplus
}
#endif
