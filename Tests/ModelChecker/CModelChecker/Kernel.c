// SPDX-License-Identifier: Apache-2.0
//
// The kernel, first half: processors, restartable sections, membarrier.
//
// A section is aborted by everything that takes the processor from its thread: a switch to another
// thread of the same processor, migration, a signal, and the interrupt of a restart barrier. The
// thread notices at its next access, which then does nothing: as on the real machine, where it
// goes on in the abort handler instead.
#include "Machine.h"
#include <string.h>

void cmc_kernel_reset(void) {
  for (int i = 0; i < max_cpus; i++) {
    machine.cpus[i].running = none;
    machine.cpus[i].is_used = false;
    memset(&machine.cpus[i].view, 0, sizeof(View));
  }
}

// MARK: Processors

static void abort_section(Thread *thread) {
  if (!thread->section_is_open) return;
  if (!thread->section_is_aborted) NOTE("the section of %s is aborted", thread->name);
  thread->section_is_aborted = true;
}

static void switch_out(Thread *thread) {
  abort_section(thread);
  cmc_full_fence(thread);
  if (thread->cpu == none) return;
  Processor *cpu = &machine.cpus[thread->cpu];
  if (cpu->running != thread - machine.threads) return;
  cmc_view_join(&cpu->view, &thread->current);
  memset(cpu->view.passed, 0, sizeof cpu->view.passed);
  cpu->running = none;
}

bool cmc_is_switched_out(const Thread *thread) {
  return thread->cpu != none
      && machine.cpus[thread->cpu].running != thread - machine.threads;
}

SwitchKind cmc_needs_switch(const Thread *thread) {
  if (!cmc_is_switched_out(thread)) return no_switch;
  return machine.cpus[thread->cpu].is_used ? full_switch : first_switch;
}

void cmc_switch_in(int index) {
  Thread *thread = &machine.threads[index];
  if (!cmc_is_switched_out(thread)) return;
  Processor *cpu = &machine.cpus[thread->cpu];
  if (cpu->running != none) {
    NOTE("cpu%d switches from %s to %s", thread->cpu, machine.threads[cpu->running].name,
         thread->name);
    switch_out(&machine.threads[cpu->running]);
  }
  cpu->running = index;
  cpu->is_used = true;
  cmc_full_fence(thread);
  cmc_synchronize(thread, &cpu->view);
}

int cmc_current_cpu(void) {
  const Thread *self = cmc_self();
  cmc_note((uint64_t)self->cpu);
  if (self->cpu != none) return self->cpu;
  return cmc_on_main() ? 0 : machine.current;
}

static Thread *target(int thread) {
  if (thread < 0 || thread >= machine.thread_count) cmc_fail("there is no thread %d", thread);
  return &machine.threads[thread];
}

void cmc_preempt(int thread) {
  cmc_need_thread("preempt");
  Operation operation = cmc_operation(op_interrupt, none);
  operation.target = (int8_t)thread;
  cmc_step(operation);
  Thread *preempted = target(thread);
  TRACE("preempt", none, none, "%s", preempted->name);
  abort_section(preempted);
  cmc_full_fence(preempted);
  cmc_return_to_user(preempted);
}

void cmc_migrate(int thread, int cpu) {
  cmc_need_thread("migrate");
  if (cpu < 0 || cpu >= max_cpus) cmc_fail("there is no processor %d", cpu);
  cmc_step(cmc_operation(op_migrate, none));
  Thread *migrated = target(thread);
  TRACE("migrate", none, none, "%s to cpu%d", migrated->name, cpu);
  switch_out(migrated);
  migrated->cpu = cpu;
  cmc_return_to_user(migrated);
}

// MARK: Restartable sections

void cmc_section_begin(void) {
  cmc_need_thread("a restartable section");
  Thread *self = cmc_self();
  if (self->section_is_open) cmc_fail("a restartable section inside of another");
  self->section_is_open = true;
  self->section_is_aborted = false;
}

void cmc_section_end(void) {
  cmc_self()->section_is_open = false;
}

/// Waits for the turn of an access in a section; false when it must not take place.
static bool section_step(OperationKind kind, int location) {
  Thread *self = cmc_self();
  if (!self->section_is_open) cmc_fail("a section's access outside of a section");
  cmc_step(cmc_operation(kind, location));
  cmc_note_outcome(self->section_is_aborted);
  if (self->section_is_aborted) {
    self->section_is_open = false;
    TRACE("aborted", none, location, "%s", "");
    return false;
  }
  cmc_check_access(location, false);
  return true;
}

bool cmc_section_load(int location, cmc_order order, uint64_t *value) {
  if (!section_step(op_load, location)) return false;
  *value = cmc_perform_load(location, order);
  return true;
}

bool cmc_section_store(int location, uint64_t value, cmc_order order) {
  if (!section_step(op_store, location)) return false;
  cmc_perform_store(location, value, order);
  return true;
}

bool cmc_section_commit(int location, uint64_t value, cmc_order order) {
  if (!section_step(op_store, location)) return false;
  cmc_self()->section_is_open = false;
  cmc_perform_store(location, value, order);
  if (value) cmc_note_acquisition(location);
  return true;
}

// MARK: Membarrier

static void interrupt(Thread *interrupted, cmc_membarrier_kind kind) {
  Thread *self = cmc_self();
  cmc_full_fence(interrupted);
  // The kernel waits for the answer of each processor, so that, unlike with mere fences, things
  // happen before each other in both directions.
  View answer = interrupted->current;
  memset(answer.passed, 0, sizeof answer.passed);
  for (int i = 0; i < max_threads; i++) {
    uint16_t *clock = &interrupted->current.clock[i];
    if (self->current.clock[i] > *clock) *clock = self->current.clock[i];
  }
  interrupted->released = interrupted->acquired = interrupted->current;
  cmc_view_join(&self->acquired, &answer);
  if (kind == CMC_RESTART_BARRIER) abort_section(interrupted);
  cmc_return_to_user(interrupted);
}

static void interrupt_all(cmc_membarrier_kind kind) {
  const Thread *self = cmc_self();
  uint32_t waiting = 0;
  for (int i = 0; i < machine.thread_count; i++) {
    // A thread of the caller's own processor is switched out, which is as good as an interrupt.
    const bool is_off = self->cpu != none && machine.threads[i].cpu == self->cpu;
    if (i != machine.current && !is_off) waiting |= 1u << i;
  }
  while (waiting) {
    // The interrupts are sent together and arrive in any order.
    cmc_note_outcome(waiting);
    uint32_t rest = waiting;
    for (int skipped = cmc_choose(__builtin_popcount(waiting)); skipped > 0; skipped--) {
      rest &= rest - 1;
    }
    const int next = __builtin_ctz(rest);
    cmc_note_outcome((uint64_t)next);
    waiting &= ~(1u << next);
    Operation operation = cmc_operation(op_interrupt, none);
    operation.target = (int8_t)next;
    cmc_step(operation);
    TRACE("interrupt", none, none, "%s", machine.threads[next].name);
    interrupt(&machine.threads[next], kind);
  }
}

static void interrupt_cpu(cmc_membarrier_kind kind, int cpu) {
  Operation operation = cmc_operation(op_interrupt, none);
  operation.target_cpu = (int8_t)cpu;
  cmc_step(operation);
  const int running = machine.cpus[cpu].running;
  TRACE("interrupt", none, none, "cpu%d (%s)", cpu,
        running == none ? "idle" : machine.threads[running].name);
  if (running != none && running != machine.current) {
    interrupt(&machine.threads[running], kind);
  }
}

void cmc_membarrier(cmc_membarrier_kind kind, int cpu) {
  if (cmc_on_main()) return;
  if (cpu >= max_cpus) cmc_fail("there is no processor %d", cpu);
  if (cmc_self()->section_is_open) cmc_fail("membarrier inside of a restartable section");
  const char *name = kind == CMC_RESTART_BARRIER ? "membarrier restart" : "membarrier";
  cmc_step(cmc_operation(op_fence, none));
  cmc_full_fence(cmc_self());
  TRACE(name, none, none, "begins");
  if (cpu < 0) {
    interrupt_all(kind);
  } else {
    interrupt_cpu(kind, cpu);
  }
  cmc_step(cmc_operation(op_fence, none));
  cmc_full_fence(cmc_self());
  TRACE(name, none, none, "ends");
}
