-- SPDX-License-Identifier: Apache-2.0
-- Looks at each answer: it must be made of one version of the settings.

local threads = {}

function setup(thread)
  table.insert(threads, thread)
  thread:set("mixed", 0)
end

function response(status, headers, body)
  local first, greeting, last = body:match("^(%d+)\n[^\n]*#(%d+),.*\n(%d+)\n$")
  if not first or first ~= greeting or first ~= last then mixed = mixed + 1 end
end

function done(summary, latency, requests)
  local all = 0
  for _, thread in ipairs(threads) do all = all + thread:get("mixed") end
  local errors = summary.errors
  print(string.format(
    'REPORT {"requests": %d, "mixed": %d, "status": %d, "socket": %d}',
    summary.requests, all, errors.status,
    errors.connect + errors.read + errors.write + errors.timeout))
end
