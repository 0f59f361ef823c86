"""Whether the automatic search finds what a full sweep finds: `AutoSpec` within minutes, then everything measured.

``python -m benchmarks.auto --json`` prints one JSON object as its last line. First the search runs with its budget
(``--minutes``, 15), then every variant is measured on all rows by ordinary sweeps, which know nothing of the search.
Each variant of the sweeps must be in the search's set, or beaten in the sweeps' own numbers by a variant of that set:

- ``contains_or_dominates``: is that so for every variant that the sweeps measured? Beaten is meant plainly: at least as
  accurate, at most as slow, and at most 2 % more memory, and better in one of these
- ``missed``: the variants for which it is not so
- ``rows``: of each variant, its numbers in the sweep, whether the set has it (``contained``), which members beat it
  plainly (``dominated_by``) and which by the rule of the search, with evidence (``beaten_by``)
- ``pareto``, ``out``, ``not_tried``, ``best``: what the search said; ``search_s`` and ``sweep_s``: what both took
- ``tpot_drift``: by how much the times of the two differ, as the median and the greatest factor

``--models``, ``--methods``, ``--rows``, ``--requests``, ``--data``, ``--seed``; ``--measures`` adds to what objectives
need.
"""

from __future__ import annotations

import argparse
import json
import statistics
import sys
import time
from collections.abc import Sequence
from typing import Any

import kit
from benchmarks.data import find
from kit.experiments.auto.evidence import SAME_SIZE, value_of
from kit.experiments.auto.front import beats
from kit.experiments.auto.objective import Objective
from kit.quantization import methods
from kit.result import Result

Variant = tuple[str, str]  # model and method


def main() -> None:
    """Run the benchmark."""
    options = parse()
    spec = search_spec(options)
    began = time.perf_counter()
    found = carried_out(spec)
    search_s, began = time.perf_counter() - began, time.perf_counter()
    swept = [part for model in spec.models for part in carried_out(sweep_spec(spec, model)).parts]
    sweep_s = time.perf_counter() - began
    print(json.dumps(report(spec, found, swept, search_s=search_s, sweep_s=sweep_s)))


def parse() -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(description="The automatic search beside full sweeps.")
    parser.add_argument("--minutes", type=float, default=15.0, help="of the search (15)")
    parser.add_argument("--models", nargs="+", default=["smollm2-135m-instruct"])
    parser.add_argument("--methods", nargs="+", default=list(methods()), help="(all)")
    parser.add_argument("--rows", type=int, help="at most (all)")
    parser.add_argument("--requests", type=int, default=10, help="answers timed (10)")
    parser.add_argument("--measures", nargs="*", default=[], help="beside accuracy, latency and memory")
    parser.add_argument("--data", help="folder of the datasets")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--json", action="store_true", help="one JSON object as the last line (always done)")
    return parser.parse_args()


def search_spec(options: argparse.Namespace) -> kit.AutoSpec:
    """Return the search that the command line asks for."""
    path = find("finance/sentfin_test.jsonl", options.data)
    return kit.AutoSpec(
        models=tuple(options.models),
        data=kit.DataSpec(source=str(path), limit=options.rows),
        methods=tuple(options.methods),
        measures=("accuracy", "latency", "memory", *options.measures),
        requests=options.requests,
        minutes=options.minutes,
        seed=options.seed,
    )


def sweep_spec(spec: kit.AutoSpec, model: str) -> kit.SweepSpec:
    """Return the full sweep of one model, measured as the search does."""
    return kit.SweepSpec(model=model, data=spec.data, methods=spec.methods, **spec.measuring())


def carried_out(spec: Any) -> Result:
    """Return the result of a run of its own, telling on the way what it is at."""
    run = kit.start(spec)
    print(f"{type(spec).__name__}: {run.folder}", file=sys.stderr)
    run.wait()
    return run.result.in_folder(run.folder)


def report(
    spec: kit.AutoSpec, found: Result, swept: Sequence[Result], *, search_s: float, sweep_s: float
) -> dict[str, Any]:
    """Return what both found, beside each other."""
    measured = {variant_of(part): part for part in swept if part.status == "finished"}
    inside = {variant_of(part) for part in found.parts if part.facts.get("front")}
    rows = [row(each, measured, inside, spec.goals) for each in measured]
    missed = [each["name"] for each in rows if not each["contained"] and not each["dominated_by"]]
    return {
        "contains_or_dominates": bool(rows) and not missed,
        "missed": missed,
        "variants": len(rows),
        "pareto": found.facts["pareto"],
        "best": (found.facts["best"] or {}).get("name"),
        "out": found.facts["out"],
        "not_tried": found.facts["not_tried"],
        "could_not_run": [" ".join(variant_of(part)) for part in swept if part.status != "finished"],
        "minutes": spec.minutes,
        "search_s": round(search_s, 1),
        "spent_s": found.facts["budget"]["spent_s"],
        "sweep_s": round(sweep_s, 1),
        "tpot_drift": drift(found.parts, measured),
        "rows": rows,
        "data_rows": next((part.facts["rows"] for part in measured.values()), 0),
        "rule": "contained in the set, or in the sweep's numbers a member is no worse in all objectives (memory within "
        "2 %) and better in one",
    }


def variant_of(part: Result) -> Variant:
    """Return which model a part held how."""
    held = part.spec["variant"]
    return held["model"], held["method"]


def row(
    variant: Variant, measured: dict[Variant, Result], inside: set[Variant], goals: Sequence[Objective]
) -> dict[str, Any]:
    """Return what the sweep measured of one variant, and what became of it in the search."""
    own, members = measured[variant], [each for each in measured if each in inside and each != variant]
    plainly = [" ".join(each) for each in members if plain(measured[each], own, goals)]
    evident = [" ".join(m) for m in members if beats([measured[m]], [own], goals, rivals=len(measured) - 1)]
    return {
        "name": " ".join(variant),
        **{goal.name: value_of(own, goal.name) for goal in goals},
        "contained": variant in inside,
        "dominated_by": plainly,
        "beaten_by": evident,
    }


def plain(one: Result, other: Result, goals: Sequence[Objective]) -> bool:
    """Is one no worse in every number, sizes within 2 % being equal, and better in one?"""
    pairs = [(goal, value_of(one, goal.name), value_of(other, goal.name)) for goal in goals]
    gains = [(goal, goal.sign * (a - b) / (abs(b) or 1.0)) for goal, a, b in pairs if a is not None and b is not None]
    least = {"size": -SAME_SIZE, "time": 0.0, "score": 0.0}
    return (
        len(gains) == len(goals)
        and all(gain >= least[goal.kind] for goal, gain in gains)
        and any(gain > -least[goal.kind] for goal, gain in gains)
    )


def drift(parts: Sequence[Result], measured: dict[Variant, Result]) -> dict[str, float] | None:
    """Return by which factors the times of the search and of the sweep differ."""
    both = [(value_of(part, "tpot_s"), measured.get(variant_of(part))) for part in parts if part.status == "finished"]
    pairs = [(a, value_of(other, "tpot_s")) for a, other in both if a and other is not None]
    factors = [max(a / b, b / a) for a, b in pairs if b]
    return {"median": round(statistics.median(factors), 3), "most": round(max(factors), 3)} if factors else None


if __name__ == "__main__":
    main()
