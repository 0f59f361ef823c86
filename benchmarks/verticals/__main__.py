"""The three verticals on real data: each notebook as it is committed, with nothing but its parameters changed.

``python -m benchmarks.verticals --data FOLDER --json`` runs the generator of each vertical and, where FOLDER holds
them, sentfin and german_credit (finance), medmcqa and medquad (medical), ai4i and fmc (manufacturing). Its last line is
one JSON object: ``{"rows": [{"vertical", "data", "metric", "baseline", "base_model", "tuned", "tuned_low",
"tuned_high", "minutes", …}]}``, where `baseline` is what is not a language model, trained on the same rows, and
`base_model` the model before it was tuned. ``--vertical V --train FILE --test FILE`` takes any other rows. ``--quick``
takes few rows and steps: it shows that everything works, not how well.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
from pathlib import Path
from typing import Any

from benchmarks.verticals.notebook import run
from benchmarks.verticals.sets import VERTICALS, Task, tasks_of
from kit.verticals.outcome import Outcome, newest_outcome


def main() -> None:
    """Run the benchmark."""
    options = parse()
    rows: list[dict[str, Any]] = []
    with tempfile.TemporaryDirectory(prefix="tunebook-verticals-") as passing:
        for task in tasks_of(options):
            place = Path(options.folder or passing).absolute() / f"{task.vertical}-{task.data}"
            place.mkdir(parents=True, exist_ok=True)
            minutes, problem = run(task, place, values=dict(options.set), quick=options.quick)
            rows.append(row(task, newest_outcome(task.vertical, quick=options.quick), minutes, problem))
            print(told(rows[-1]), file=sys.stderr, flush=True)
    if not options.json:
        print("\n".join(map(told, rows)))
    print(json.dumps({"rows": rows, "quick": options.quick}))
    sys.exit(any("error" in each for each in rows))


def parse(arguments: list[str] | None = None) -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(prog="benchmarks.verticals", description=__doc__.splitlines()[0])
    parser.add_argument("--json", action="store_true", help="print nothing but the JSON")
    parser.add_argument("--quick", action="store_true", help="few rows, few steps")
    parser.add_argument("--data", default="../shared/data", help="the folder with the data of each vertical")
    parser.add_argument("--only", nargs="+", default=[], help="these data sets, 'bundled' for the generators (all)")
    parser.add_argument("--vertical", choices=VERTICALS, help="this one (all)")
    parser.add_argument("--train", help="other rows to train on, for the vertical that is named")
    parser.add_argument("--test", help="rows to test with; left out, a part of those to train on")
    parser.add_argument("--set", nargs="+", type=_setting, default=[], help="other parameters, such as MINUTES=30")
    parser.add_argument("--folder", help="where runs and notebooks stay; left out, they go")
    options = parser.parse_args(arguments)
    if options.train and not options.vertical:
        parser.error("--train needs --vertical")
    if options.test and not options.train:
        parser.error("--test needs --train")
    return options


def row(task: Task, found: Outcome | None, minutes: float, problem: str) -> dict[str, Any]:
    """Return what is reported of one run."""
    held = {} if found is None else found.values
    tuned = held.get("tuned") or {}
    rows = held.get("rows") or {}
    told: dict[str, Any] = {
        "vertical": task.vertical,
        "data": task.data,
        "metric": held.get("metric"),
        "baseline": _value(held, "baseline"),
        "base_model": _value(held, "base_model"),
        "tuned": tuned.get("value"),
        "tuned_low": tuned.get("low"),
        "tuned_high": tuned.get("high"),
        "minutes": round(minutes, 2),
        "baseline_name": held.get("baseline_name"),
        "model": held.get("model"),
        "majority": held.get("majority"),
        "train_rows": rows.get("train"),
        "test_rows": rows.get("test"),
        "verdict": (held.get("verdicts") or {}).get("baseline"),
        "also": held.get("also"),
        "facts": held.get("facts"),
    }
    return {**told, "error": problem} if problem or not tuned else told


def told(each: dict[str, Any]) -> str:
    """Return a row for people."""
    numbers = " ".join(f"{name} {_three(each[name])}" for name in ("baseline", "base_model", "tuned"))
    interval = f"({_three(each['tuned_low'])} to {_three(each['tuned_high'])})"
    said = f"{each['vertical']:14} {each['data']:14} {each['metric']}: {numbers} {interval}, {each['minutes']:.1f} min"
    return f"{said}  {each.get('error') or each['verdict'] or ''}"


def _value(held: dict[str, Any], name: str) -> float | None:
    return (held.get(name) or {}).get("value")


def _three(value: float | None) -> str:
    return "–" if value is None else f"{value:.3f}"


def _setting(text: str) -> tuple[str, Any]:
    """Return a parameter's name and value: what is written as Python is read as that, else it is text."""
    import ast

    name, equals, value = text.partition("=")
    if not equals:
        raise argparse.ArgumentTypeError(f"{text!r} is no NAME=VALUE")
    try:
        return name, ast.literal_eval(value)
    except (ValueError, SyntaxError):
        return name, value


if __name__ == "__main__":
    main()
