"""Rows a second of near-duplicate and rule filtering, beside datatrove on the same rows.

Both read the same JSON lines from disk, look for near duplicates among all rows and put Gopher's rules to all of them
(without the limits of a page, which no short row keeps), each in one process with one thread, in turns. Imports are not
timed; what is loaded at first use is. They do not find the same: datatrove's MinHash compares runs of five words, so a
typing error in a short row hides it, and joins what its sketches join; ours lays every pair side by side.
"""

from __future__ import annotations

import json
import os
import random
import subprocess
import sys
import time
from itertools import accumulate
from pathlib import Path
from statistics import median
from typing import Any

from benchmarks.peers import python_of, version_in

_WORDS = 30_000
_LENGTHS = (5, 40)  # words of a row
_NEAR = 0.05  # of the rows: an earlier one with a letter more
_ONE_THREAD = {
    "OMP_NUM_THREADS": "1",
    "OPENBLAS_NUM_THREADS": "1",
    "MKL_NUM_THREADS": "1",
    "TOKENIZERS_PARALLELISM": "0",
}


def measured(options: Any, folder: Path) -> dict[str, Any]:
    """Return how many times as many rows a second ours looks at."""
    peer = python_of("datatrove", options.peer_env)
    rows = folder / "rows"
    rows.mkdir()
    near = _write(rows / "rows.jsonl", options.rows, options.seed)
    ours: list[dict[str, Any]] = []
    theirs: list[dict[str, Any]] = []
    for turn in range(options.rounds):
        commands = [
            (ours, [sys.executable, "-m", "benchmarks.gate.throughput", str(rows / "rows.jsonl")]),
            (theirs, [peer, str(Path(__file__).with_name("datatrove_job.py")), str(rows)]),
        ]
        for found, command in commands if turn % 2 == 0 else reversed(commands):
            place = folder / f"turn-{turn}-{len(command)}"
            place.mkdir()
            found.append(_run([*command, str(place)]))
            print(f"turn {turn}: {command[0]}: {found[-1]}", flush=True)
    ratios = [their["seconds"] / our["seconds"] for our, their in zip(ours, theirs, strict=True)]
    told = {
        "rows": options.rows,
        "planted_near": near,
        "processes": 1,
        "ours_rows_per_s": [round(options.rows / each["seconds"]) for each in ours],
        "theirs_rows_per_s": [round(options.rows / each["seconds"]) for each in theirs],
        "spread": [round(min(ratios), 2), round(max(ratios), 2)],
        "ours": {name: ours[0][name] for name in ("passed", "near")},
        "theirs": {name: theirs[0][name] for name in ("passed", "near")},
        "peer": f"datatrove {version_in(peer, 'datatrove')}",
    }
    return {"throughput_ratio": round(median(ratios), 2), "throughput": told}


def _write(path: Path, count: int, seed: int) -> int:
    """Write rows of words as rare as in a language (Zipf), some of them near duplicates; return how many these are."""
    draw = random.Random(seed)
    letters = "etaoinshrdlucmfwypvbgkqjxz"
    words = ["".join(draw.choices(letters, range(26, 0, -1), k=draw.randrange(2, 11))) for _ in range(_WORDS)]
    shares = list(accumulate(1 / (rank + 2.7) for rank in range(_WORDS)))
    kept: list[list[str]] = []
    near = 0
    with path.open("w", encoding="utf-8") as file:
        for number in range(count):
            row = draw.choices(words, cum_weights=shares, k=draw.randrange(_LENGTHS[0], _LENGTHS[1] + 1))
            if kept and draw.random() < _NEAR:
                row = list(kept.pop(draw.randrange(len(kept))))
                place = draw.randrange(len(row))
                row[place] += draw.choice(letters)
                near += 1
            elif len(kept) < 1000:
                kept.append(row)
            line = {"text": " ".join(row), "label": draw.choice("ab"), "id": str(number)}
            file.write(json.dumps(line) + "\n")
    return near


def _run(command: list[str]) -> dict[str, Any]:
    done = subprocess.run(command, env={**os.environ, **_ONE_THREAD}, capture_output=True, text=True, check=False)
    if done.returncode:
        raise RuntimeError(f"{command} failed: {done.stderr[-2000:]}")
    found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return found


def main() -> None:
    """Look at the rows of a file with near-duplicates and rules; print the seconds as JSON."""
    import kit
    from kit.gate.gate import gate
    from kit.report import Report

    data = kit.DataSpec(source=sys.argv[1])
    spec = kit.GateSpec(data=data, checks=("near-duplicates", "rules"), rules=("gopher",))
    started = time.perf_counter()
    result = gate(spec, Report(Path(sys.argv[2])))
    seconds = time.perf_counter() - started
    found = {each["check"]: each["rows"] for each in result.facts["findings"]}
    passed = int(result.metrics["rows"]) - found["rules"]
    print(json.dumps({"seconds": seconds, "passed": passed, "near": found["near-duplicates"]}))


if __name__ == "__main__":
    main()
