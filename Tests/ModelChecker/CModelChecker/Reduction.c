// SPDX-License-Identifier: Apache-2.0
//
// Partial order reduction: two schedules that differ only in the order of steps that commute lead
// to the same end, and one of them is enough.
//
// After each new step the reduction looks for races: earlier steps that do not commute with it and
// that nothing else orders before it. Each race could have gone the other way, so at the choice
// before the earlier step some other agent must be tried as well: one with which a schedule
// towards the reversed race can begin (a source set). Sleep sets do the opposite: an agent whose
// step was explored need not be tried again until something happened that its step depends on.
#include "Machine.h"
#include <string.h>

// MARK: What commutes

enum { writes = 1, fences = 2, is_special = 4, sees_fences = 8 };

static const uint8_t traits[] = {
    [op_store] = writes,
    [op_update] = writes,
    [op_fence] = fences | is_special,
    [op_interrupt] = fences | is_special,
    [op_futex] = fences | is_special,
    [op_sleep] = fences | is_special,
    [op_deliver] = fences | is_special,
    [op_signal] = is_special,
    [op_migrate] = is_special,
    [op_pause] = is_special,
    [op_join] = is_special,
};

/// A switch of a processor is a full fence of the threads that it is between. The first one of a processor only sees what
/// fences have published.
static inline int traits_of(const Choice *step) {
  static const uint8_t switches[] = {
      [first_switch] = sees_fences | is_special, [full_switch] = fences | is_special};
  return traits[step->operation.kind] | switches[step->switch_kind];
}

static inline int thread_of(int agent) { return agent & (max_threads - 1); }

static bool acts_on(Operation operation, int thread, int cpu) {
  return operation.target == thread
      || (operation.target_cpu != none && operation.target_cpu == cpu);
}

/// The part that has to do with the kernel and with fences.
static bool specials_are_dependent(const Choice *a, const Choice *b) {
  const Operation x = a->operation, y = b->operation;
  // Migration changes what runs on two processors.
  if (x.kind == op_migrate || y.kind == op_migrate) return true;
  if (acts_on(x, thread_of(b->chosen), b->cpu) || acts_on(y, thread_of(a->chosen), a->cpu)) {
    return true;
  }
  if (x.target != none && x.target == y.target) return true;
  // Who has ended is still fenced by what happens to its processor, and whoever joins it sees what it has seen.
  if (x.kind == op_join && (b->switch_kind || y.target_cpu != none)) return true;
  if (y.kind == op_join && (a->switch_kind || x.target_cpu != none)) return true;
  // A signal is due when its thread comes back from an interrupt, which may be that of its processor.
  if (x.kind == op_signal && y.target_cpu != none) return true;
  if (y.kind == op_signal && x.target_cpu != none) return true;
  // Full fences all take part in one order.
  const int all_fences = (traits_of(a) | traits_of(b)) & (fences | sees_fences);
  if (traits_of(a) & traits_of(b) & fences || all_fences == (fences | sees_fences)) return true;
  // A pause waits for a change of one of several locations.
  if (x.kind == op_pause && traits[y.kind] & writes) return true;
  return y.kind == op_pause && traits[x.kind] & writes;
}

/// Whether two steps may not be exchanged.
static inline bool are_dependent(const Choice *a, const Choice *b) {
  const Operation x = a->operation, y = b->operation;
  const int all_traits = traits_of(a) | traits_of(b);
  if (thread_of(a->chosen) == thread_of(b->chosen)) return true;  // signals included
  // Threads of one processor exclude each other, and each switch leaves its traces.
  if (a->cpu == b->cpu && a->cpu != none) return true;
  if (x.location == y.location && x.location != none && all_traits & writes) return true;
  return all_traits & is_special && specials_are_dependent(a, b);
}

// MARK: Happens before

static int latest[max_agents];  // the newest step of each agent, or none

void cmc_reduction_begin(void) {
  for (int i = 0; i < max_agents; i++) latest[i] = none;
}

static void join(uint16_t *restrict into, const uint16_t *restrict from) {
  for (int i = 0; i < max_agents; i++) into[i] = from[i] > into[i] ? from[i] : into[i];
}

static bool happens_before(const Choice *earlier, const uint16_t *clock) {
  return clock[earlier->chosen] >= earlier->clock[earlier->chosen];
}

// MARK: Races

/// The agents with which a schedule can begin that has the newest step before `race`: of the steps
/// since then that do not happen after it, the newest included, those that nothing precedes.
static uint32_t initials_after(int race, int newest) {
  const Choice *first = cmc_step_choice(race);
  uint16_t beginning[max_agents];  // of each agent, its first step among these
  memset(beginning, 0, sizeof beginning);
  uint32_t initials = 0, seen = 0;
  for (int i = race + 1; i <= newest; i++) {
    const Choice *step = cmc_step_choice(i);
    if (i < newest && happens_before(first, step->clock)) continue;
    const uint32_t agent = 1u << step->chosen;
    if (seen & agent) continue;
    bool is_initial = true;
    for (uint32_t rest = seen; rest; rest &= rest - 1) {
      const int other = __builtin_ctz(rest);
      if (step->clock[other] >= beginning[other]) is_initial = false;
    }
    seen |= agent;
    beginning[step->chosen] = step->clock[step->chosen];
    if (is_initial) initials |= agent;
  }
  return initials;
}

static void reverse_race(int race, int newest) {
  Choice *earlier = cmc_step_choice(race);
  const uint32_t initials = initials_after(race, newest) & earlier->enabled;
  if (!initials) {
    earlier->wanted |= earlier->enabled;
  } else if (!(earlier->wanted & initials)) {
    const uint32_t own = 1u << cmc_step_choice(newest)->chosen;
    earlier->wanted |= initials & own ? own : initials & -initials;
  }
}

void cmc_reduction_repeat_step(int number) {
  latest[cmc_step_choice(number)->chosen] = number;
}

void cmc_reduction_add_step(int number) {
  Choice *step = cmc_step_choice(number);
  const int agent = step->chosen;

  // What already happens before the step while looking at earlier and earlier ones: at first, only
  // what its own agent did.
  uint16_t before[max_agents];
  memset(before, 0, sizeof before);
  if (latest[agent] != none) {
    memcpy(before, cmc_step_choice(latest[agent])->clock, sizeof before);
  }
  const uint16_t own_time = before[agent] + 1;
  latest[agent] = number;

  int races[max_choices], race_count = 0;
  for (int i = number - 1; i >= 0; i--) {
    const Choice *earlier = cmc_step_choice(i);
    if (!are_dependent(earlier, step) || happens_before(earlier, before)) continue;
    if (earlier->chosen != agent) races[race_count++] = i;
    join(before, earlier->clock);
  }
  memcpy(step->clock, before, sizeof before);
  step->clock[agent] = own_time;
  for (int i = 0; i < race_count; i++) reverse_race(races[i], number);
}

Operation cmc_next_operation(int agent) {
  if (agent < max_threads) return machine.threads[agent].next;
  Operation operation = cmc_operation(op_deliver, none);
  operation.target = (int8_t)thread_of(agent);
  return operation;
}

uint32_t cmc_still_asleep(uint32_t asleep, const Choice *step) {
  uint32_t still = 0;
  for (uint32_t rest = asleep; rest; rest &= rest - 1) {
    Choice other;
    other.chosen = (uint8_t)__builtin_ctz(rest);
    other.operation = cmc_next_operation(other.chosen);
    other.cpu = (int8_t)machine.threads[thread_of(other.chosen)].cpu;
    other.switch_kind = (uint8_t)cmc_needs_switch(&machine.threads[thread_of(other.chosen)]);
    if (!are_dependent(&other, step)) still |= 1u << other.chosen;
  }
  return still;
}
