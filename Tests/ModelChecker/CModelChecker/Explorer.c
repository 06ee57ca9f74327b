// SPDX-License-Identifier: Apache-2.0
//
// The search: depth first through the choices of an execution. Each execution repeats the choices
// of the one before it up to the last choice that has an alternative left, takes that, and goes on
// with first choices.
#include "Machine.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

Schedule schedule;

static cmc_mode mode;
static int preemption_bound;
static int last_agent;  // that made the newest step, or none
static int preemptions;
static uint32_t asleep;
/// The number of choices after which an execution is only repeating what others cover, or none.
static int cut;
/// Whether this execution looks, beyond the cut, whether all states were there: an untold one would be a hole.
static bool looks_on;
/// A failure that is one of the scenario, and not of its threads.
static bool is_unrepeatable;

bool cmc_is_running(void) { return machine.is_running; }

// MARK: Choices

static Choice *new_choice(void) {
  if (schedule.count >= max_choices) {
    cmc_fail("more than %d choices in one execution: a loop without cmc_pause?", max_choices);
    return NULL;
  }
  Choice *choice = &schedule.choices[schedule.count];
  memset(choice, 0, sizeof *choice);
  return choice;
}

void cmc_refuse(const char *why) {
  is_unrepeatable = true;
  cmc_fail("%s", why);
}

/// The execution to repeat cannot be repeated.
static void fail_to_repeat(void) {
  cmc_refuse(mode == CMC_REPLAY && !machine.is_tracing ? "the replay string does not fit the scenario"
                                                       : "the scenario is not deterministic");
}

static bool is_given(void) { return schedule.count < schedule.given; }

bool cmc_searches_states(void) { return mode == CMC_STATES; }

bool cmc_is_known_from_here(void) { return mode == CMC_STATES && cut != none; }

static bool is_random(void) { return mode == CMC_RANDOM || mode == CMC_PRIORITIES; }

int cmc_choose(int count) {
  if (count <= 1) return 0;
  Choice *choice = &schedule.choices[schedule.count];
  if (is_given()) {
    if (!choice->is_data || choice->chosen >= count) fail_to_repeat();
  } else {
    choice = new_choice();
    choice->is_data = true;
    if (is_random()) choice->chosen = (uint8_t)cmc_random_choice(count);
  }
  // Nothing is left to explore in an execution that others cover.
  choice->count = (uint8_t)(cut == none ? count : 1);
  schedule.count++;
  return choice->chosen;
}

static int first_agent(uint32_t candidates) {
  // Whoever runs goes on: the first execution has no preemptions.
  if (last_agent != none && candidates >> last_agent & 1) return last_agent;
  return __builtin_ctz(candidates);
}

static Choice *new_step(uint32_t enabled) {
  Choice *choice = new_choice();
  if (!choice) return NULL;
  choice->enabled = enabled;
  choice->preemptions = (uint16_t)preemptions;
  if (is_random()) {
    choice->chosen = (uint8_t)cmc_random_agent(enabled);
    return choice;
  }
  if (mode == CMC_UNREDUCED) {
    asleep = 0;
    if (machine.callbacks->visit) {
      machine.callbacks->visit(machine.callbacks->context, schedule.count, cmc_state_digest());
    }
  }
  uint32_t candidates = enabled & ~asleep;
  if (mode == CMC_STATES && cut == none) {
    if (!cmc_enter_state()) candidates = 0;
  } else if (mode == CMC_STATES && looks_on && cmc_enter_state()) {
    cmc_refuse("a state that was there before has led to one that was not: the scenario does not tell all that is shared");
    return NULL;
  }
  if (!candidates) {
    // Every way to go on is covered by another execution. This one still runs to its end, so that
    // what its threads hold is given back; it counts for nothing unless it fails.
    if (cut == none) cut = schedule.count;
    candidates = enabled;
  }
  choice->asleep = asleep;
  choice->chosen = (uint8_t)first_agent(candidates);
  if (cut == none) {
    choice->wanted = mode == CMC_EXHAUSTIVE ? 1u << choice->chosen : candidates;
  }
  return choice;
}

void cmc_note_enabled(uint32_t enabled) {
  if (mode != CMC_EXHAUSTIVE || cut != none || !schedule.step_count) return;
  // An agent that a step disabled may never make its own: the reduction would not learn of the race
  // between the two.
  Choice *newest = cmc_step_choice(schedule.step_count - 1);
  newest->wanted |= newest->enabled & ~enabled & ~(1u << newest->chosen);
}

int cmc_choose_agent(uint32_t enabled) {
  Choice *choice;
  if (is_given()) {
    choice = &schedule.choices[schedule.count];
    if (choice->is_data || !(enabled >> choice->chosen & 1)) {
      fail_to_repeat();
      return none;
    }
    asleep = choice->asleep;
  } else {
    choice = new_step(enabled);
    if (!choice) return none;
  }
  const int agent = choice->chosen;
  if (last_agent != none && agent != last_agent && enabled >> last_agent & 1) preemptions++;
  last_agent = agent;
  choice->operation = cmc_next_operation(agent);
  choice->cpu = (int8_t)machine.threads[agent % max_threads].cpu;
  choice->switch_kind = (uint8_t)cmc_needs_switch(&machine.threads[agent % max_threads]);
  const int step = schedule.step_count++;
  schedule.step_at[step] = schedule.count++;
  if (mode == CMC_EXHAUSTIVE && cut == none) cmc_reduction_add_step(step);
  if ((mode == CMC_EXHAUSTIVE || mode == CMC_STATES) && cut == none) {
    asleep = cmc_still_asleep((choice->asleep | choice->explored) & ~(1u << agent), choice);
  }
  choice->asleep_after = asleep;
  choice->preemptions_after = (uint16_t)preemptions;
  return agent;
}

int cmc_known_agent(void) {
  // All that the step led to stands in its entry already, but for the number of its location: what a scenario
  // leaves behind may meet locations at the beginning of the next execution that were not there in the one before.
  const int index = schedule.count++;
  Choice *choice = &schedule.choices[index];
  const int agent = choice->chosen;
  choice->operation = cmc_next_operation(agent);
  asleep = choice->asleep_after;
  preemptions = choice->preemptions_after;
  last_agent = agent;
  if (mode == CMC_EXHAUSTIVE) cmc_reduction_repeat_step(schedule.step_count);
  schedule.step_at[schedule.step_count++] = index;
  return agent;
}

// MARK: The next execution

static uint32_t within_bound(int index, uint32_t candidates) {
  if (preemption_bound < 0 || !candidates) return candidates;
  const Choice *choice = &schedule.choices[index];
  int previous = none;
  for (int i = index - 1; i >= 0 && previous == none; i--) {
    if (!schedule.choices[i].is_data) previous = schedule.choices[i].chosen;
  }
  uint32_t allowed = 0;
  for (uint32_t rest = candidates; rest; rest &= rest - 1) {
    const int agent = __builtin_ctz(rest);
    const bool preempts =
        previous != none && agent != previous && (choice->enabled >> previous & 1);
    if (choice->preemptions + preempts <= preemption_bound) allowed |= 1u << agent;
  }
  return allowed;
}

/// Moves to the next alternative; false when there is none left.
static bool advance(void) {
  for (int i = schedule.count - 1; i >= 0; i--) {
    Choice *choice = &schedule.choices[i];
    if (choice->is_data) {
      if (choice->chosen + 1 >= choice->count) continue;
      choice->chosen++;
    } else {
      choice->explored |= 1u << choice->chosen;
      const uint32_t rest = choice->wanted & ~choice->explored & ~choice->asleep;
      const uint32_t candidates = within_bound(i, rest);
      if (!candidates) continue;
      choice->chosen = (uint8_t)__builtin_ctz(candidates);
    }
    schedule.given = i + 1;
    schedule.known_steps = 0;
    while (schedule.known_steps < schedule.step_count
           && schedule.step_at[schedule.known_steps] < i) {
      schedule.known_steps++;
    }
    return true;
  }
  return false;
}

static Outcome run(void) {
  schedule.count = 0;
  schedule.step_count = 0;
  last_agent = none;
  preemptions = 0;
  asleep = 0;
  cut = none;
  cmc_reduction_begin();
  return cmc_run_execution();
}

// MARK: Checks

/// Processor time, so that what else the machine does counts little.
static double now(void) {
  struct timespec time;
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
  return (double)time.tv_sec + (double)time.tv_nsec * 1e-9;
}

/// Repeats the failing execution to write down what happens in it.
static void describe_failure(cmc_result *result) {
  static char failure[sizeof machine.failure];
  schedule.given = schedule.count;
  schedule.known_steps = 0;
  mode = CMC_REPLAY;
  memcpy(failure, machine.failure, sizeof failure);
  result->replay = cmc_replay_string();
  cmc_trace_begin();
  machine.is_tracing = true;
  const Outcome outcome = run();
  if (outcome != outcome_failed || strcmp(failure, machine.failure) != 0) {
    snprintf(failure, sizeof failure, "the scenario is not deterministic");
  }
  machine.is_tracing = false;
  result->failure = failure;
  result->trace = cmc_trace_text();
}

static void count_execution(cmc_result *result, Outcome outcome) {
  result->steps += (uint64_t)schedule.step_count;
  if (outcome == outcome_completed && cut == none) {
    result->executions++;
  } else if (outcome == outcome_pruned && cut == none) {
    result->pruned++;
  } else if (outcome != outcome_failed) {
    result->redundant++;
  }
}

static void explore(const cmc_options *options, cmc_result *result) {
  uint64_t runs = 0;
  for (;;) {
    if (is_random()) {
      cmc_random_next_execution();
      schedule.given = 0;
    }
    if (machine.callbacks->begin) machine.callbacks->begin(machine.callbacks->context, schedule.given);
    looks_on = runs < 1000 || runs % 16 == 0;
    const Outcome outcome = run();
    runs++;
    count_execution(result, outcome);
    const bool goes_on = machine.callbacks->end && !is_unrepeatable;
    if (goes_on) machine.callbacks->end(machine.callbacks->context, outcome == outcome_failed ? machine.failure : NULL);
    if (outcome == outcome_failed) result->executions++;
    if (outcome == outcome_failed && !goes_on) {
      if (is_unrepeatable) {
        result->failure = machine.failure;
        result->trace = result->replay = "";
      } else {
        describe_failure(result);
      }
      return;
    }
    if (mode == CMC_REPLAY) return;
    if (!is_random() && !advance()) {
      result->is_complete = preemption_bound < 0;
      return;
    }
    if (options->execution_limit && runs >= options->execution_limit) return;
  }
}

cmc_result cmc_check(const cmc_options *options, const cmc_callbacks *callbacks) {
  cmc_result result = {0};
  if (machine.is_running) {
    result.failure = "a check is already running";
    result.trace = result.replay = "";
    return result;
  }
  const double start = now();
  machine.is_running = true;
  machine.callbacks = callbacks;
  mode = options->mode;
  preemption_bound = options->preemption_bound;
  schedule.given = 0;
  schedule.known_steps = 0;
  is_unrepeatable = false;
  if (mode == CMC_STATES) cmc_states_begin();
  if (is_random()) {
    cmc_random_begin(options->seed, mode == CMC_PRIORITIES, options->change_points);
  }
  if (mode == CMC_REPLAY && !cmc_replay_parse(options->replay)) {
    result.failure = "the replay string cannot be read";
    result.trace = result.replay = "";
  } else {
    explore(options, &result);
  }
  if (options->mode == CMC_STATES) {
    result.states = cmc_state_count();
    cmc_states_end();
  }
  result.seconds = now() - start;
  machine.is_running = false;
  return result;
}
