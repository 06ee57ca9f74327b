// SPDX-License-Identifier: Apache-2.0
//
// The kernel, second half: what makes threads wait, and signals, which reach even those that do.
#include "Machine.h"

bool cmc_has_deliverable_signal(const Thread *thread) {
  return (thread->pending_signals & ~thread->blocked_signals & ~thread->handled_signals) != 0;
}

bool cmc_is_enabled(const Thread *thread) {
  if (thread->is_done || thread->must_deliver) return false;
  // A thread that comes back to its processor finds its signals first.
  if (thread->pending_signals && cmc_has_deliverable_signal(thread)
      && cmc_is_switched_out(thread)) {
    return false;
  }
  switch (thread->next.kind) {
  case op_await:
    return cmc_may_read_other_than(thread, thread->next.location, thread->awaited);
  case op_pause:
    if (!thread->read_since_pause) return true;
    for (uint64_t rest = thread->read_since_pause; rest; rest &= rest - 1) {
      const int location = __builtin_ctzll(rest);
      if (cmc_has_newer_than(location, thread->first_read[location])) return true;
    }
    return false;
  case op_join: {
    const Thread *joined = &machine.threads[thread->next.target];
    return joined->is_done && !joined->has_given_up;
  }
  case op_sleep:
    return !thread->is_asleep;
  default:
    return true;
  }
}

// MARK: Spinning

uint64_t cmc_await_change(int location, uint64_t unwanted, cmc_order order) {
  cmc_need_thread("await");
  cmc_self()->awaited = unwanted;
  cmc_step(cmc_operation(op_await, location));
  cmc_check_access(location, false);
  return cmc_perform_await(location, unwanted, order);
}

void cmc_pause(void) {
  if (cmc_on_main()) return;
  Thread *self = cmc_self();
  cmc_step(cmc_operation(op_pause, none));
  TRACE("pause", none, none, "%s", "");
  if (self->handled_signals && cmc_searches_states()) {
    cmc_refuse("no pause in handlers where states are searched: what the interrupted loop has read is not part of them");
  }
  // A turn of the loop that reads the same as the last one changes nothing and need not be tried.
  bool will_differ = false;
  uint8_t changed[max_locations];
  int count = 0;
  for (uint64_t rest = self->read_since_pause; rest; rest &= rest - 1) {
    const int location = __builtin_ctzll(rest);
    if (cmc_is_past(self, location, self->first_read[location])) will_differ = true;
    if (cmc_has_newer_than(location, self->first_read[location])) {
      changed[count++] = (uint8_t)location;
    }
  }
  if (count && !will_differ) cmc_see_newer(self, changed[cmc_choose(count)]);
  self->read_since_pause = 0;
}

void cmc_join(int thread) {
  cmc_need_thread("join");
  if (thread < 0 || thread >= machine.thread_count) cmc_fail("there is no thread %d", thread);
  Operation operation = cmc_operation(op_join, none);
  operation.target = (int8_t)thread;
  cmc_step(operation);
  cmc_synchronize(cmc_self(), &machine.threads[thread].current);
  TRACE("join", none, none, "%s", machine.threads[thread].name);
}

// MARK: Futexes

cmc_futex_result cmc_futex_wait(int location, uint32_t expected) {
  cmc_need_thread("futex wait");
  Thread *self = cmc_self();
  cmc_step(cmc_operation(op_futex, location));
  cmc_check_access(location, false);
  cmc_full_fence(self);
  const uint32_t value = (uint32_t)cmc_perform_load(location, CMC_RELAXED);
  if (value != expected) {
    TRACE("futex wait", none, location, "returns at once");
    return CMC_NOT_EQUAL;
  }
  TRACE("futex wait", none, location, "falls asleep");
  self->is_asleep = true;
  self->was_interrupted = false;
  self->sleeps_on = location;
  cmc_step(cmc_operation(op_sleep, none));
  cmc_full_fence(self);
  cmc_note_outcome(self->was_interrupted);
  TRACE("futex wait", none, location, self->was_interrupted ? "is interrupted" : "wakes up");
  return self->was_interrupted ? CMC_INTERRUPTED : CMC_WOKEN;
}

int cmc_futex_wake(int location, int count) {
  if (cmc_on_main()) return 0;
  cmc_step(cmc_operation(op_futex, none));
  cmc_full_fence(cmc_self());
  int woken = 0;
  for (; woken < count; woken++) {
    int sleepers[max_threads], found = 0;
    for (int i = 0; i < machine.thread_count; i++) {
      const Thread *thread = &machine.threads[i];
      if (thread->is_asleep && thread->sleeps_on == location) sleepers[found++] = i;
    }
    if (!found) break;
    machine.threads[sleepers[cmc_choose(found)]].is_asleep = false;
  }
  cmc_note_outcome((uint64_t)woken);
  TRACE("futex wake", none, location, "%d woken", woken);
  return woken;
}

// MARK: Signals

bool cmc_signal(int thread, int number) {
  cmc_need_thread("signal");
  for (int i = 0; i < machine.location_count; i++) {
    if (machine.locations[i].is_guarded) cmc_fail("signals are not for scenarios with guarded locations");
  }
  if (number < 0 || number >= max_signals) cmc_fail("there is no signal %d", number);
  if (thread < 0 || thread >= machine.thread_count) cmc_fail("there is no thread %d", thread);
  Operation operation = cmc_operation(op_signal, none);
  operation.target = (int8_t)thread;
  cmc_step(operation);
  Thread *receiver = &machine.threads[thread];
  TRACE("signal", none, none, "%d to %s%s", number, receiver->name,
        receiver->is_done ? " (has ended)" : "");
  cmc_note_outcome(receiver->is_done);
  if (receiver->is_done) return false;
  // The delivery is a step of another agent, `max_threads + thread`.
  receiver->pending_signals |= 1u << number;
  cmc_view_join(&receiver->signals, &cmc_self()->current);
  return true;
}

uint32_t cmc_block_signals(uint32_t mask) {
  cmc_need_thread("the signal mask");
  const uint32_t former = cmc_self()->blocked_signals;
  cmc_self()->blocked_signals = mask;
  if (cmc_has_deliverable_signal(cmc_self())) cmc_self()->must_deliver = true;
  return former;
}

void cmc_return_to_user(Thread *thread) {
  if (!thread->is_done && cmc_has_deliverable_signal(thread)) thread->must_deliver = true;
}

void cmc_begin_delivery(Thread *thread) {
  const uint32_t deliverable =
      thread->pending_signals & ~thread->blocked_signals & ~thread->handled_signals;
  thread->delivery = __builtin_ctz(deliverable);
  thread->pending_signals &= ~(1u << thread->delivery);
  thread->must_deliver = cmc_has_deliverable_signal(thread);
  if (thread->is_asleep) {
    thread->is_asleep = false;
    thread->was_interrupted = true;
  }
  cmc_full_fence(thread);
  // The kernel's lock on the pending signals makes their sending happen before their handling.
  cmc_synchronize(thread, &thread->signals);
}

void cmc_run_handler(void) {
  Thread *self = cmc_self();
  const int number = self->delivery;
  self->delivery = none;
  const uint64_t awaited = self->awaited;
  const uint64_t read_since_pause = self->read_since_pause;
  const bool was_in_section = self->section_is_open;
  if (was_in_section) NOTE("the section of %s is aborted", self->name);
  self->section_is_open = false;
  cmc_note((uint64_t)number);
  self->handled_signals |= 1u << number;
  NOTE("%s begins to handle signal %d", self->name, number);

  if (!machine.callbacks->signal) cmc_fail("signal %d has no handler", number);
  machine.callbacks->signal(machine.callbacks->context, machine.current, number);

  cmc_note((uint64_t)number);
  NOTE("%s has handled signal %d", self->name, number);
  self->handled_signals &= ~(1u << number);
  cmc_return_to_user(self);
  self->section_is_open = was_in_section;
  self->section_is_aborted = was_in_section;
  self->awaited = awaited;
  self->read_since_pause = read_since_pause;
}
