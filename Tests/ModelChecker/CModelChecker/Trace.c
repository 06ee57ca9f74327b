// SPDX-License-Identifier: Apache-2.0
//
// The account of a failing execution, in two forms. The trace is for people: a line for each step.
// The replay string is for the checker: a letter for the agent that makes each step (threads from
// `a`, the delivery of signals to them from `A`), a dot and a number for each choice among several
// ways that a step can go.
#include "Machine.h"
#include <ctype.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

static char text[64 * 1024];
static size_t used;
static int line;

static void append(const char *format, ...) __attribute__((format(printf, 1, 2)));
static void append_list(const char *format, va_list arguments) {
  if (used >= sizeof text) return;
  const int length = vsnprintf(text + used, sizeof text - used, format, arguments);
  if (length > 0) used += (size_t)length;
}

static void append(const char *format, ...) {
  va_list arguments;
  va_start(arguments, format);
  append_list(format, arguments);
  va_end(arguments);
}

void cmc_trace_begin(void) {
  used = 0;
  line = 0;
  text[0] = 0;
  append("step  thread        cpu  operation                        location        value\n");
}

const char *cmc_trace_text(void) {
  if (used >= sizeof text) snprintf(text + sizeof text - 5, 5, "...\n");
  return text;
}

void cmc_trace_step(const char *operation, int order, int location, const char *format, ...) {
  static const char *const orders[] = {"relaxed", "acquire", "release", "acquire-release",
                                       "sequentially-consistent"};
  const Thread *self = cmc_self();
  char cpu[8] = "-", name[64], what[64];
  if (self->cpu != none) snprintf(cpu, sizeof cpu, "%d", self->cpu);
  cmc_location_name(location, name, sizeof name);
  snprintf(what, sizeof what, "%s %s", operation, order == none ? "" : orders[order]);
  append("%4d  %-12s  %3s  %-32s %-14s  ", ++line, self->name, cpu, what, name);
  va_list arguments;
  va_start(arguments, format);
  append_list(format, arguments);
  va_end(arguments);
  append("\n");
}

void cmc_trace_note(const char *format, ...) {
  append("      . ");
  va_list arguments;
  va_start(arguments, format);
  append_list(format, arguments);
  va_end(arguments);
  append("\n");
}

const char *cmc_replay_string(void) {
  static char replay[4 * max_choices + 1];
  char *end = replay;
  for (int i = 0; i < schedule.count; i++) {
    const Choice *choice = &schedule.choices[i];
    if (choice->is_data) {
      end += snprintf(end, 5, ".%d", choice->chosen);
    } else if (choice->chosen < max_threads) {
      *end++ = (char)('a' + choice->chosen);
    } else {
      *end++ = (char)('A' + choice->chosen - max_threads);
    }
  }
  *end = 0;
  return replay;
}

bool cmc_replay_parse(const char *replay) {
  schedule.given = 0;
  if (!replay) return false;
  while (*replay) {
    if (schedule.given >= max_choices) return false;
    Choice *choice = &schedule.choices[schedule.given++];
    *choice = (Choice){0};
    if (*replay == '.') {
      char *end;
      choice->is_data = true;
      choice->chosen = (uint8_t)strtol(replay + 1, &end, 10);
      if (end == replay + 1) return false;
      replay = end;
    } else if (*replay >= 'a' && *replay < 'a' + max_threads) {
      choice->chosen = (uint8_t)(*replay++ - 'a');
    } else if (*replay >= 'A' && *replay < 'A' + max_threads) {
      choice->chosen = (uint8_t)(*replay++ - 'A' + max_threads);
    } else {
      return false;
    }
  }
  return true;
}
