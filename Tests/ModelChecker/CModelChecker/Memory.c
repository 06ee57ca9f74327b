// SPDX-License-Identifier: Apache-2.0
//
// The memory: a view machine.
//
// A store does not overwrite; it adds a message to its location's list, which is kept in
// modification order. A thread may read any message that is not older than the newest it has seen
// of that location, and may insert a store at any position behind it. What threads pass on to each
// other is how much they have seen:
//  - a release store puts all its thread has seen into the message, a relaxed one only what was
//    seen before the thread's last release fence;
//  - an acquire load takes over what is in the message, a relaxed one keeps it for the thread's
//    next acquire fence;
//  - a read-modify-write passes on what was in the message that it read (a release sequence);
//  - sequentially consistent fences see all that earlier ones have seen.
// The clocks in the views record in addition what happens before what, for the race detector.
#include "Machine.h"
#include <string.h>

static inline bool acquires(cmc_order order) {
  return order == CMC_ACQUIRE || order == CMC_ACQUIRE_RELEASE;
}

static inline bool releases(cmc_order order) {
  return order == CMC_RELEASE || order == CMC_ACQUIRE_RELEASE;
}

// MARK: Views

static void join_seen(uint8_t *into, const uint8_t *from) {
  // Views mostly agree: compare eight locations at once.
  for (int first = 0; first < machine.location_count; first += 8) {
    uint64_t a, b;
    memcpy(&a, into + first, 8);
    memcpy(&b, from + first, 8);
    for (uint64_t differing = a ^ b; differing;) {
      const int byte = __builtin_ctzll(differing) / 8, i = first + byte;
      const uint8_t *position = machine.locations[i].position;
      if (position[from[i]] > position[into[i]]) into[i] = from[i];
      differing &= ~(UINT64_C(0xff) << 8 * byte);
    }
  }
}

static void join_clock(uint16_t *restrict into, const uint16_t *restrict from) {
  // No branch and an unconditional store: the compiler makes one vector operation of it.
  for (int i = 0; i < max_threads; i++) into[i] = from[i] > into[i] ? from[i] : into[i];
}

void cmc_view_join(View *into, const View *from) {
  if (into == from) return;
  join_seen(into->seen, from->seen);
  join_clock(into->clock, from->clock);
  join_clock(into->passed, from->passed);
}

/// Begins a new span of the thread's time, distinct from all that others know of.
static void advance_clock(Thread *thread) {
  if (thread == &machine.threads[main_thread]) return;
  const int index = (int)(thread - machine.threads);
  thread->current.clock[index] = thread->current.passed[index] = ++thread->clock;
}

void cmc_full_fence(Thread *thread) {
  cmc_view_join(&thread->current, &thread->acquired);
  // Fences order what threads see, but nothing happens before anything by them alone: no clocks.
  join_seen(thread->current.seen, machine.fences.seen);
  advance_clock(thread);
  memcpy(machine.fences.seen, thread->current.seen, sizeof machine.fences.seen);
  thread->released = thread->current;
  thread->acquired = thread->current;
}

void cmc_synchronize(Thread *into, const View *from) {
  cmc_view_join(&into->current, from);
  into->released = into->current;
  cmc_view_join(&into->acquired, &into->current);
}

// MARK: Reading

static inline int oldest_readable(const Thread *thread, int location) {
  return machine.locations[location].position[thread->current.seen[location]];
}

bool cmc_has_newer_than(int location, int message) {
  const Location *l = &machine.locations[location];
  return l->position[message] < l->message_count - 1;
}

bool cmc_is_past(const Thread *thread, int location, int message) {
  return oldest_readable(thread, location) > machine.locations[location].position[message];
}

bool cmc_may_read_other_than(const Thread *thread, int location, uint64_t value) {
  const Location *l = &machine.locations[location];
  for (int p = oldest_readable(thread, location); p < l->message_count; p++) {
    if (l->messages[l->at[p]].value != value) return true;
  }
  return false;
}

/// Takes note that the running thread read a message.
static void see(Location *l, int location, int message, cmc_order order) {
  Thread *self = cmc_self();
  const View *view = &l->messages[message].view;
  self->current.seen[location] = (uint8_t)message;
  if (cmc_on_main()) {
    cmc_view_join(&self->current, view);
    return;
  }
  if (!(self->read_since_pause >> location & 1)) {
    self->read_since_pause |= UINT64_C(1) << location;
    self->first_read[location] = (uint8_t)message;
  }
  cmc_note_outcome(l->messages[message].value);
  if (message == 0) return;  // there is nothing in the view of an initial message
  if (acquires(order)) cmc_view_join(&self->current, view);
  cmc_view_join(&self->acquired, view);
}

uint64_t cmc_perform_load(int location, cmc_order order) {
  Location *l = &machine.locations[location];
  const int newest = l->message_count - 1;
  // Newest first, so that the first execution of all is the sequentially consistent one.
  const int count = newest - oldest_readable(cmc_self(), location) + 1;
  const int age = cmc_on_main() ? 0 : cmc_choose(count);
  const int message = l->at[newest - age];
  see(l, location, message, order);
  const uint64_t value = l->messages[message].value;
  TRACE("load", order, location, age ? "-> %llu  (stale: %d newer)" : "-> %llu",
        (unsigned long long)value, age);
  return value;
}

uint64_t cmc_perform_await(int location, uint64_t unwanted, cmc_order order) {
  Location *l = &machine.locations[location];
  uint8_t readable[max_messages];
  int count = 0;
  for (int p = l->message_count - 1; p >= oldest_readable(cmc_self(), location); p--) {
    if (l->messages[l->at[p]].value != unwanted) readable[count++] = l->at[p];
  }
  const int message = readable[cmc_choose(count)];
  see(l, location, message, order);
  const uint64_t value = l->messages[message].value;
  TRACE("await", order, location, "-> %llu", (unsigned long long)value);
  return value;
}

void cmc_see_newer(Thread *thread, int location) {
  Location *l = &machine.locations[location];
  thread->current.seen[location] = l->at[oldest_readable(thread, location) + 1];
}

// MARK: Writing

static void insert(int location, uint64_t value, cmc_order order, int position, bool is_update) {
  Location *l = &machine.locations[location];
  if (l->message_count >= max_messages) {
    char name[64];
    cmc_location_name(location, name, sizeof name);
    cmc_fail("too many stores to %s in one execution", name);
    return;
  }
  const int id = l->message_count;
  for (int p = l->message_count; p > position; p--) {
    l->at[p] = l->at[p - 1];
    l->position[l->at[p]] = (uint8_t)p;
  }
  l->message_count++;
  l->at[position] = (uint8_t)id;
  l->position[id] = (uint8_t)position;

  Thread *self = cmc_self();
  Message *message = &l->messages[id];
  message->value = value & l->mask;
  message->is_claimed = false;
  advance_clock(self);
  self->current.seen[location] = (uint8_t)id;
  self->first_read[location] = (uint8_t)id;
  message->view = releases(order) || cmc_on_main() ? self->current : self->released;
  if (l->position[message->view.seen[location]] < position) {
    message->view.seen[location] = (uint8_t)id;
  }
  if (is_update) {
    Message *read = &l->messages[l->at[position - 1]];
    read->is_claimed = true;
    cmc_view_join(&message->view, &read->view);
  }
}

void cmc_perform_store(int location, uint64_t value, cmc_order order) {
  Location *l = &machine.locations[location];
  uint8_t places[max_messages];
  int count = 0;
  for (int p = l->message_count - 1; p >= oldest_readable(cmc_self(), location); p--) {
    if (!l->messages[l->at[p]].is_claimed) places[count++] = (uint8_t)p;
  }
  const int age = cmc_on_main() ? 0 : cmc_choose(count);
  TRACE("store", order, location, age ? "<- %llu  (before %d others)" : "<- %llu",
        (unsigned long long)(value & l->mask), l->message_count - 1 - places[age]);
  insert(location, value, order, places[age] + 1, false);
}

static uint64_t updated(cmc_update update, uint64_t old, uint64_t operand) {
  switch (update) {
  case CMC_EXCHANGE: return operand;
  case CMC_ADD: return old + operand;
  case CMC_AND: return old & operand;
  case CMC_OR: return old | operand;
  case CMC_XOR: return old ^ operand;
  }
  return operand;
}

// MARK: Race detector

static void report_race(int location, const char *access, const char *other_access, int other) {
  char name[64];
  cmc_location_name(location, name, sizeof name);
  cmc_fail("data race on %s: a %s by %s and a %s by %s are not ordered", name, access,
           cmc_self()->name, other_access, machine.threads[other].name);
}

static bool is_unordered(const Location *l, int other, uint16_t clock) {
  return other != machine.current && clock > cmc_clocks(&cmc_self()->current, l->is_guarded)[other];
}

uint64_t cmc_plain_read(int location) {
  Location *l = &machine.locations[location];
  if (!l->is_guarded) cmc_step(cmc_operation(op_load, location));
  cmc_check_access(location, true);
  const uint64_t value = l->messages[0].value;
  TRACE("read", none, location, "-> %llu", (unsigned long long)value);
  if (!cmc_on_main()) {
    cmc_note(value);
    if (is_unordered(l, l->writer, l->write_clock)) {
      report_race(location, "read", "write", l->writer);
    }
    advance_clock(cmc_self());
    l->read_clock[machine.current] = cmc_self()->clock;
  }
  return value;
}

void cmc_plain_write(int location, uint64_t value) {
  Location *l = &machine.locations[location];
  if (!l->is_guarded) cmc_step(cmc_operation(op_store, location));
  cmc_check_access(location, true);
  TRACE("write", none, location, "<- %llu", (unsigned long long)value);
  if (!cmc_on_main()) {
    if (is_unordered(l, l->writer, l->write_clock)) {
      report_race(location, "write", "write", l->writer);
    }
    for (int i = 0; i < machine.thread_count; i++) {
      if (is_unordered(l, i, l->read_clock[i])) report_race(location, "write", "read", i);
    }
    advance_clock(cmc_self());
    l->writer = machine.current;
    l->write_clock = cmc_self()->clock;
  }
  l->messages[0].value = value & l->mask;
}

void cmc_declare_lock(int location) {
  machine.locations[location].is_lock = true;
}

void cmc_guard(int location) {
  machine.locations[location].is_plain = true;
  machine.locations[location].is_guarded = true;
}

// MARK: Accesses

static void refuse_in_section(const char *what) {
  if (!cmc_on_main() && cmc_self()->section_is_open) {
    cmc_fail("%s inside of a restartable section must be one of the section's own", what);
  }
}

uint64_t cmc_load(int location, cmc_order order) {
  refuse_in_section("a load");
  if (machine.locations[location].is_guarded) return cmc_plain_read(location);
  cmc_step(cmc_operation(op_load, location));
  cmc_check_access(location, false);
  return cmc_perform_load(location, order);
}

void cmc_store(int location, uint64_t value, cmc_order order) {
  refuse_in_section("a store");
  if (machine.locations[location].is_guarded) return cmc_plain_write(location, value);
  cmc_step(cmc_operation(op_store, location));
  cmc_check_access(location, false);
  cmc_perform_store(location, value, order);
  cmc_note_store();
}

uint64_t cmc_read_modify_write(int location, cmc_update update, uint64_t operand,
                               cmc_order order) {
  refuse_in_section("a read-modify-write");
  cmc_step(cmc_operation(op_update, location));
  cmc_check_access(location, false);
  Location *l = &machine.locations[location];
  uint8_t places[max_messages];
  int count = 0;
  for (int p = l->message_count - 1; p >= oldest_readable(cmc_self(), location); p--) {
    if (!l->messages[l->at[p]].is_claimed) places[count++] = (uint8_t)p;
  }
  const int position = places[cmc_on_main() ? 0 : cmc_choose(count)];
  const int message = l->at[position];
  see(l, location, message, order);
  const uint64_t old = l->messages[message].value;
  const uint64_t new = updated(update, old, operand) & l->mask;
  static const char *const names[] = {"exchange", "add", "and", "or", "xor"};
  TRACE(names[update], order, location, "%llu => %llu", (unsigned long long)old,
        (unsigned long long)new);
  insert(location, new, order, position + 1, true);
  cmc_note_store();
  return old;
}

bool cmc_compare_exchange(int location, uint64_t *expected, uint64_t desired, cmc_order success,
                          cmc_order failure, bool weak) {
  refuse_in_section("a compare-exchange");
  cmc_step(cmc_operation(op_update, location));
  cmc_check_access(location, false);
  Location *l = &machine.locations[location];
  const uint64_t wanted = *expected & l->mask;
  uint8_t places[max_messages];
  int count = 0;
  for (int p = l->message_count - 1; p >= oldest_readable(cmc_self(), location); p--) {
    const Message *message = &l->messages[l->at[p]];
    // A message that was claimed by another update can only be read by one that fails.
    if (message->value != wanted || !message->is_claimed || weak) places[count++] = (uint8_t)p;
  }
  const int position = places[cmc_on_main() ? 0 : cmc_choose(count)];
  const int id = l->at[position];
  const uint64_t old = l->messages[id].value;
  bool succeeds = old == wanted && !l->messages[id].is_claimed;
  if (succeeds && weak && !cmc_on_main() && cmc_choose(2) == 1) succeeds = false;
  cmc_note_outcome(succeeds);
  see(l, location, id, succeeds ? success : failure);
  *expected = old;
  if (succeeds) {
    TRACE("compare-exchange", success, location, "%llu => %llu", (unsigned long long)old,
          (unsigned long long)(desired & l->mask));
    insert(location, desired, success, position + 1, true);
    if (old == 0 && desired) cmc_note_acquisition(location);
    cmc_note_store();
  } else {
    TRACE("compare-exchange", failure, location, "-> %llu  (failed: expected %llu)",
          (unsigned long long)old, (unsigned long long)wanted);
  }
  return succeeds;
}

void cmc_fence(cmc_order order) {
  if (cmc_on_main()) return;
  Thread *self = cmc_self();
  if (order == CMC_SEQUENTIALLY_CONSISTENT) {
    cmc_step(cmc_operation(op_fence, none));
    cmc_full_fence(self);
  } else {
    // Nobody else can tell when these happen: no step.
    if (acquires(order)) cmc_view_join(&self->current, &self->acquired);
    if (releases(order)) {
      advance_clock(self);
      self->released = self->current;
    }
  }
  TRACE("fence", order, none, "%s", "");
}
