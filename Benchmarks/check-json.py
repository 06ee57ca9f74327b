#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Checks what `Benchmarks --json FILE` wrote against its schema.

usage: check-json.py FILE      (- is standard input)

Exits with 0 if the file is as promised, with 1 and one line for each fault otherwise.
"""

import json
import math
import sys

MACHINE = {
    "cpu": str, "cpus": int, "kernel": str, "libc": str, "swift": str, "engine": str,
    "revision": str,
}
# Present only where something is not as it should be.
MACHINE_OPTIONAL = {"build": str}
RESULT = {
    "family": str, "operation": str, "implementation": str, "engine": str, "threads": int,
    "oversubscribed": bool, "nsPerOp": dict, "repetitions": int, "baseline": str, "ratio": float,
}
RESULT_OPTIONAL = {"pinned": bool}
TIMES = {"min": float, "p50": float, "p99": float}
ENGINES = ("restartable", "atomic")
FEWEST_REPETITIONS = 9

faults = []


def fault(where, text):
    faults.append(f"{where}: {text}")


def is_a(value, kind):
    if kind is bool:
        return isinstance(value, bool)
    if isinstance(value, bool):
        return False
    if kind is float:
        return isinstance(value, (int, float)) and math.isfinite(value)
    return isinstance(value, kind)


def check_members(where, value, required, optional={}):
    """Whether `value` is an object with these members, of these types, and no others."""
    if not isinstance(value, dict):
        fault(where, "is not an object")
        return False
    before = len(faults)
    for name, kind in required.items():
        if name not in value:
            fault(where, f"'{name}' is missing")
        elif not is_a(value[name], kind):
            fault(where, f"'{name}' is {value[name]!r}, which is no {kind.__name__}")
    for name, content in value.items():
        if name in optional and not is_a(content, optional[name]):
            fault(where, f"'{name}' is {content!r}, which is no {optional[name].__name__}")
        elif name not in required and name not in optional:
            fault(where, f"'{name}' is not part of the schema")
    for name, kind in required.items():
        if kind is str and value.get(name) == "":
            fault(where, f"'{name}' is empty")
    return len(faults) == before


def cell(result):
    return (result["family"], result["operation"], result["threads"])


def check_result(where, result, machine):
    if not check_members(where, result, RESULT, RESULT_OPTIONAL):
        return False
    if not check_members(f"{where} nsPerOp", result["nsPerOp"], TIMES):
        return False
    times = result["nsPerOp"]
    if not 0 <= times["min"] <= times["p50"] <= times["p99"]:
        fault(where, f"min, p50 and p99 are not in order: {times}")
    if times["p50"] <= 0:
        fault(where, "p50 is not above 0")
    if result["engine"] not in ENGINES:
        fault(where, f"'{result['engine']}' is no engine")
    if result["threads"] < 1:
        fault(where, "'threads' is below 1")
    if result["repetitions"] < FEWEST_REPETITIONS:
        fault(where, f"fewer than {FEWEST_REPETITIONS} repetitions")
    if result["oversubscribed"] != (result["threads"] > machine["cpus"]):
        fault(where, "'oversubscribed' contradicts the numbers of threads and CPUs")
    return True


def check_ratios(results, engine):
    """Each ratio is that of the medians of its row and of its baseline in the same document."""
    baselines = {
        cell(result): result["nsPerOp"]["p50"] for result in results
        if result["implementation"] == result["baseline"] and result["engine"] == engine
    }
    for result in results:
        where = f"{'/'.join(map(str, cell(result)))} {result['implementation']}"
        if cell(result) not in baselines:
            fault(where, f"its baseline '{result['baseline']}' was not measured")
            continue
        expected = baselines[cell(result)] / result["nsPerOp"]["p50"]
        # Figures are rounded to four digits after the point.
        p50 = result["nsPerOp"]["p50"]
        slack = 2e-4 + expected * 1e-4 * (1 / p50 + 1 / baselines[cell(result)])
        if abs(result["ratio"] - expected) > slack:
            fault(where, f"ratio {result['ratio']} where the medians make it {expected:.4f}")


def check_document(document):
    required = {"schema": int, "machine": dict, "results": list}
    if not check_members("document", document, required):
        return
    if document["schema"] != 1:
        fault("document", f"schema {document['schema']}; this script knows schema 1")
        return
    machine = document["machine"]
    if not check_members("machine", machine, MACHINE, MACHINE_OPTIONAL):
        return
    if machine["engine"] not in ENGINES:
        fault("machine", f"'{machine['engine']}' is no engine")
    if machine["cpus"] < 1:
        fault("machine", "'cpus' is below 1")
    results = document["results"]
    if not results:
        fault("results", "there are none")
    sound = [
        result for index, result in enumerate(results)
        if check_result(f"results[{index}]", result, machine)
    ]
    seen = set()
    for result in sound:
        key = cell(result) + (result["implementation"], result["engine"])
        if key in seen:
            fault("results", f"{key} occurs twice")
        seen.add(key)
    if len(sound) == len(results):
        check_ratios(sound, machine["engine"])


def main():
    if len(sys.argv) != 2 or sys.argv[1] in ("-h", "--help"):
        print(__doc__.strip(), file=sys.stderr)
        return 64
    try:
        if sys.argv[1] == "-":
            document = json.load(sys.stdin)
        else:
            with open(sys.argv[1], encoding="utf-8") as file:
                document = json.load(file)
    except (OSError, ValueError) as error:
        print(f"check-json: {sys.argv[1]}: {error}", file=sys.stderr)
        return 1
    check_document(document)
    for text in faults:
        print(f"check-json: {text}", file=sys.stderr)
    if not faults:
        print(f"{len(document['results'])} results, all as the schema says")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
