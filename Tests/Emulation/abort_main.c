// SPDX-License-Identifier: Apache-2.0
// The abort injector as a program: `abort [REPETITIONS [IN-A-ROW]]`, 20000 and 1 by default.

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "CAbortInjection.h"

int main(int count, char **arguments) {
  setvbuf(stdout, NULL, _IOLBF, 0);
  int64_t repetitions = count > 1 ? atoll(arguments[1]) : 20000, aborts = 0, boundaries = 0;
  int64_t in_a_row = count > 2 ? atoll(arguments[2]) : 1;
  bool right = true;
  const char *obstacle = abort_injection_obstacle();
  if (obstacle != NULL) {
    printf("abort: %s\nverdict abort: skipped\n", obstacle);
    return 77;
  }
  for (int32_t section = 0; section < abort_injection_section_count(); section++) {
    const char *fault = abort_injection_section_fault(section);
    // A control needs no patience.
    int64_t times =
        abort_injection_section_is_control(section) ? repetitions / 100 + 1 : repetitions;
    abort_injection_result result = abort_injection_run(section, times, in_a_row);
    bool as_expected = fault == NULL ? result.wrong == 0 && result.fewest >= times &&
                                           result.commits >= times / in_a_row
                                     : result.wrong > 0 && strcmp(result.first_wrong, fault) == 0;
    printf("abort: %-32s boundaries %d, aborts %lld, commits %lld, mismatches %lld, "
           "interruptions %lld, wrong %lld%s%s%s\n",
           abort_injection_section_name(section), result.boundaries, (long long)result.aborts,
           (long long)result.commits, (long long)result.mismatches,
           (long long)result.interruptions, (long long)result.wrong,
           result.first_wrong == NULL ? "" : ": ",
           result.first_wrong == NULL ? "" : result.first_wrong,
           as_expected ? "" : "  NOT EXPECTED");
    right = right && as_expected;
    if (!abort_injection_section_is_control(section))
      aborts += result.aborts, boundaries += result.boundaries;
  }
  printf("abort: %lld aborts at %lld instructions\n", (long long)aborts, (long long)boundaries);
  printf("verdict abort: %s\n", right ? "ok" : "FAILED");
  return right ? 0 : 1;
}
