"""How many of the planted faults the gate points at, and how much else."""

from __future__ import annotations

import json
from collections import defaultdict
from pathlib import Path
from typing import Any

import kit
from benchmarks.gate.plant import CHECKED_BY, Planted, planted
from benchmarks.gate.rows import SETS, Rows, clean_rows, write_rows
from kit.gate.gate import gate, problems_of
from kit.gate.personal.kinds import KINDS
from kit.gate.personal.mend import mend
from kit.gate.registry import CHECKS
from kit.report import Report


def measured(options: Any, folder: Path) -> dict[str, Any]:
    """Return recall and precision for each fault, over all sets together.

    What the gate points at in the clean rows already (real duplicates, real names) counts neither for nor against it;
    how many these are is told as "in_clean_rows".
    """
    names = options.sets or list(SETS)
    counts: dict[str, dict[str, int]] = defaultdict(lambda: defaultdict(int))
    for name in names:
        rows = clean_rows(name, options.data)
        for fault in CHECKED_BY:
            if options.faults and fault not in options.faults:
                continue
            if fault == "paraphrases" and name.startswith("zh/"):
                continue  # nobody here rewrites Chinese
            share = _share(names, name, fault, options.count)
            _count(counts[fault], rows, fault, share, options.seed, folder)
            print(f"{name} {fault}: {dict(counts[fault])}", flush=True)
    return {"faults": {fault: _told(found) for fault, found in counts.items()}}


def _share(names: list[str], name: str, fault: str, count: int) -> int:
    """Return how many of `count` faults go into the set `name`."""
    fit = [each for each in names if not (fault == "paraphrases" and each.startswith("zh/"))]
    return count // len(fit) + (fit.index(name) < count % len(fit))


def _count(counts: dict[str, int], rows: Rows, fault: str, count: int, seed: int, folder: Path) -> None:
    with_faults = planted(fault, rows, count, seed, folder)
    clean = {json.dumps(row, ensure_ascii=False) for row in _flagged_when_clean(rows, fault, folder)}
    lines = with_faults.data.read_text(encoding="utf-8").splitlines()
    found = _pointed_at(with_faults, fault, folder)
    if with_faults.values:
        found -= _still_there(with_faults, fault, lines)
    counts["planted"] += len(with_faults.lines)
    counts["found"] += len(found & with_faults.lines | _instead(found, with_faults))
    for number in found - with_faults.lines:
        if number in with_faults.pairs.values() and not fault.startswith(("personal", "encod")):
            continue  # of two that are the same it points at the later one, whichever that is
        if lines[number - 1] in clean:
            counts["in_clean_rows"] += 1
        else:
            counts["false"] += 1


def _instead(found: set[int], planted_rows: Planted) -> set[int]:
    """Return the copies whose original is pointed at in their place: the later of the two is the duplicate."""
    return {number for number, original in planted_rows.pairs.items() if original in found}


def _flagged_when_clean(rows: Rows, fault: str, folder: Path) -> list[dict[str, Any]]:
    data = write_rows(folder / "clean.jsonl", [json.dumps(row, ensure_ascii=False) for row in rows.train])
    test = write_rows(folder / "clean-test.jsonl", [json.dumps(row, ensure_ascii=False) for row in rows.test])
    found = _pointed_at(Planted(data, test), fault, folder, with_others=True)  # shuffled, the other one may be later
    return [rows.train[number - 1] for number in found]


def _still_there(rows: Planted, fault: str, lines: list[str]) -> set[int]:
    """Return the lines whose planted value is not gone after the text was mended: being pointed at is not enough."""
    clean = mend(kit.GateSpec(data=kit.DataSpec(source=str(rows.data)), personal=_kinds(fault)))
    return {number for number, value in rows.values.items() if value in clean(json.loads(lines[number - 1])["text"])}


def _kinds(fault: str) -> tuple[str, ...]:
    """Return the kinds of personal data that are looked for: names are judged apart from what has a fixed form."""
    if fault == "personal_names":
        return ("person",)
    return tuple(kind for kind in KINDS if kind != "person") if fault == "personal_fixed" else ("all",)


def _pointed_at(rows: Planted, fault: str, folder: Path, *, with_others: bool = False) -> set[int]:
    """Return the lines of the data that any check of a fault points at, with those that they are said to be like."""
    known = tuple(check for check in CHECKED_BY[fault] if check in CHECKS)
    if not known:
        return set()
    spec = kit.GateSpec(
        data=kit.DataSpec(source=str(rows.data)),
        test=kit.DataSpec(source=str(rows.test)),
        checks=known,
        personal=_kinds(fault),
    )
    place = folder / "found"
    place.mkdir(exist_ok=True)
    gate(spec, Report(place))
    lines: set[int] = set()
    for found in problems_of(place / "problems.jsonl"):
        if found["part"] == "data":
            lines.add(found["number"])
        if with_others:
            lines |= {n for problem in found["problems"] for part, n in problem["others"] if part == "data"}
    return lines


def _told(counts: dict[str, int]) -> dict[str, Any]:
    found, wrong = counts["found"], counts["false"]
    return {
        "planted": counts["planted"],
        "recall": round(found / max(counts["planted"], 1), 4),
        "precision": round(found / max(found + wrong, 1), 4),
        "in_clean_rows": counts["in_clean_rows"],
    }
