// SPDX-License-Identifier: Apache-2.0
//
// One execution: setup, then one step after the other until no thread is left, then the final
// check. A step is an operation that others can tell the order of, together with all that its
// thread does up to its next one.
#include "Machine.h"
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

Machine machine;

void cmc_fail(const char *format, ...) {
  if (!machine.is_over) {
    machine.is_over = true;
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(machine.failure, sizeof machine.failure, format, arguments);
    va_end(arguments);
  }
  if (!cmc_on_main()) cmc_leave_fiber();
}

void cmc_need_thread(const char *operation) {
  if (cmc_on_main()) cmc_fail("%s outside of threads", operation);
}

// MARK: Steps

static bool anyone_gave_up(void) {
  for (int i = 0; i < machine.thread_count; i++) {
    if (machine.threads[i].has_given_up) return true;
  }
  return false;
}

/// Called when no agent is enabled.
static void fail_if_deadlocked(void) {
  // Those who wait for a thread that was blocked on purpose are no news.
  if (anyone_gave_up()) return;
  char names[160] = "";
  for (int i = 0; i < machine.thread_count; i++) {
    if (machine.threads[i].is_done) continue;
    const size_t used = strlen(names);
    snprintf(names + used, sizeof names - used, "%s%s", used ? ", " : "",
             machine.threads[i].name);
  }
  if (names[0]) cmc_fail("deadlock of %s", names);
}

static uint32_t enabled_agents(void) {
  uint32_t enabled = 0;
  for (int i = 0; i < machine.thread_count; i++) {
    const Thread *thread = &machine.threads[i];
    if (thread->is_done) continue;
    if (cmc_is_enabled(thread)) enabled |= 1u << i;
    if (thread->pending_signals && cmc_has_deliverable_signal(thread)) {
      enabled |= 1u << (max_threads + i);
    }
  }
  return enabled;
}

static int choose_agent(void) {
  if (cmc_next_step_is_known()) return cmc_known_agent();
  const uint32_t enabled = enabled_agents();
  cmc_note_enabled(enabled);
  if (enabled) return cmc_choose_agent(enabled);
  fail_if_deadlocked();
  return none;
}

/// Picks the next step and returns whose stack it runs on.
static int schedule_step(void) {
  // The scheduler runs on the stack of whoever made the last step, but is no part of that thread.
  machine.current = main_thread;
  if (machine.is_over || machine.is_starting) return main_thread;
  const int agent = choose_agent();
  if (agent == none) return main_thread;
  const int thread = agent % max_threads;
  cmc_switch_in(thread);
  if (agent >= max_threads) cmc_begin_delivery(&machine.threads[thread]);
  return thread;
}

static void switch_fiber(int from, int to) {
  machine.current = to;
  if (from == to) return;
  cmc_fiber_switch(&machine.threads[from].fiber.stack_pointer,
                   machine.threads[to].fiber.stack_pointer);
}

/// Leaves the running thread until its next step.
static void yield(void) {
  const int self = machine.current;
  switch_fiber(self, schedule_step());
}

void cmc_leave_fiber(void) {
  cmc_self()->is_done = true;
  for (;;) yield();
}

void cmc_step(Operation operation) {
  if (cmc_on_main()) return;
  Thread *self = cmc_self();
  self->next = operation;
  yield();
  while (self->delivery != none) {
    cmc_run_handler();
    // The interrupted operation is still to come.
    self->next = operation;
    yield();
  }
  cmc_note_step(operation);
}

// MARK: Threads

static void thread_main(void) {
  machine.callbacks->thread(machine.callbacks->context, machine.current);
  cmc_leave_fiber();
}

static void reset_thread(Thread *thread) {
  const Fiber fiber = thread->fiber;
  memset(thread, 0, sizeof *thread);
  thread->fiber = fiber;
  thread->delivery = none;
  thread->cpu = none;
  thread->wanted_lock = none;
}

int cmc_add_thread(const char *name, int cpu) {
  if (machine.thread_count >= max_threads || cpu >= max_cpus) {
    cmc_fail("more than %d threads or %d processors", max_threads, max_cpus);
    return 0;
  }
  const int index = machine.thread_count++;
  reset_thread(&machine.threads[index]);
  machine.threads[index].name = name;
  machine.threads[index].cpu = cpu;
  return index;
}

int cmc_current_thread(void) {
  return cmc_on_main() ? none : machine.current;
}

void cmc_require(bool condition, const char *message) {
  if (!condition) cmc_fail("%s", message);
}

void cmc_assume(bool condition) {
  if (condition) return;
  cmc_need_thread("assume");
  // Only this thread ends here. If the execution ended as well, what the others would still have
  // done would never be seen to race with anything, and the reduction would skip real schedules.
  cmc_self()->has_given_up = true;
  NOTE("an assumption does not hold: blocked");
  cmc_leave_fiber();
}

// MARK: Running

static void reset(void) {
  machine.thread_count = 0;
  machine.location_count = 0;
  machine.current = main_thread;
  machine.is_over = false;
  machine.max_aborts = 2;
  memset(&machine.fences, 0, sizeof machine.fences);
  reset_thread(&machine.threads[main_thread]);
  machine.threads[main_thread].name = "main";
  cmc_addresses_reset();
  cmc_kernel_reset();
}

static void start_threads(void) {
  const View initial = machine.threads[main_thread].current;
  for (int i = 0; i < machine.thread_count; i++) {
    Thread *thread = &machine.threads[i];
    thread->current = thread->acquired = thread->released = initial;
    thread->next = cmc_operation(op_start, none);
    cmc_fiber_prepare(&thread->fiber, thread_main);
  }
  // What precedes the first operation of a thread concerns nobody else.
  machine.is_starting = true;
  for (int i = 0; i < machine.thread_count && !machine.is_over; i++) switch_fiber(main_thread, i);
  machine.is_starting = false;
}

Outcome cmc_run_execution(void) {
  reset();
  machine.callbacks->setup(machine.callbacks->context);
  if (machine.is_over) return outcome_failed;
  start_threads();
  yield();  // until it is over, or no agent can go on
  if (machine.is_over) return outcome_failed;
  if (anyone_gave_up()) return outcome_pruned;
  if (cmc_is_known_from_here()) return outcome_completed;

  Thread *main = &machine.threads[main_thread];
  for (int i = 0; i < machine.thread_count; i++) {
    cmc_view_join(&main->current, &machine.threads[i].current);
  }
  if (machine.callbacks->finally) machine.callbacks->finally(machine.callbacks->context);
  return machine.is_over ? outcome_failed : outcome_completed;
}
