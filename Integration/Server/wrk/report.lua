-- SPDX-License-Identifier: Apache-2.0
-- What happened, in a line that a program can read.

function done(summary, latency, requests)
  local errors = summary.errors
  print(string.format(
    'REPORT {"requests": %d, "seconds": %f, "p50": %f, "p99": %f, "status": %d, "socket": %d}',
    summary.requests, summary.duration / 1e6, latency:percentile(50), latency:percentile(99),
    errors.status, errors.connect + errors.read + errors.write + errors.timeout))
end
