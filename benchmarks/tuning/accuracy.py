"""How well the defaults tune, and in how many minutes: three sets of rows, several seeds, and the preset "quick"."""

from __future__ import annotations

import json
import statistics
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmarks.tuning import baseline, material
from benchmarks.tuning.material import Files
from benchmarks.tuning.racer import environment
from benchmarks.tuning.setup import Setup
from kit.data import DataSpec, open_data
from kit.tuning import TuneSpec

USUAL = {"sentfin": "finance/sentfin", "fmc": "manufacturing/fmc", "ai4i": "manufacturing/ai4i"}
COLUMNS = {"ai4i": ("features", "failure_type")}
QUICK = "quick"  # the preset, on the first set


@dataclass(frozen=True)
class Set:
    """One set of rows: its files, and what Tunebook reads."""

    files: Files
    train: DataSpec
    test: DataSpec


def accuracy(setup: Setup) -> dict[str, Any]:
    """Tune with the defaults on every set and return what the last line says."""
    found: dict[str, Any] = {}
    named = _named(setup)
    wanted = setup.options.sets or [*named, QUICK]
    for name in wanted:
        rows = _read(named.get(name) or next(iter(named.values())), setup.folder / name)
        runs = [_tuned(setup, name, rows, seed) for seed in range(setup.options.seeds)]
        found[name] = {**_summed_up(runs), **({} if name == QUICK else baseline.beside(rows.files))}
        print(f"{name}: {json.dumps(found[name])}", flush=True)
    return {"acc": found, "model": setup.options.model}


def one(setup: Setup, train: DataSpec, test: DataSpec, **fields: Any) -> dict[str, float]:
    """Tune and evaluate in a process of its own, and return its numbers."""
    spec = TuneSpec(model=setup.options.model, data=train, **fields)
    asked = {"tune": spec.to_dict(), "test": test.to_dict(), "folder": str(setup.folder)}
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks.tuning.tools.tuned"],
        input=json.dumps(asked),
        env={**environment(), "TUNEBOOK_HOME": str(setup.folder / "home")},
        stdout=subprocess.PIPE,
        text=True,
        check=False,
    )
    if done.returncode:
        sys.exit(f"{spec} failed; see above")
    found: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
    return found


def _named(setup: Setup) -> dict[str, Files]:
    options = setup.options
    if options.train:
        if not options.test:
            sys.exit("--accuracy with --train needs --test, the rows to measure it on.")
        files = Files(Path(options.train).stem, Path(options.train), Path(options.test), options.text, options.label)
        return {files.name: files}
    found = {}
    for name, where in USUAL.items():
        usual = material.usual(where, options.data)
        text, label = COLUMNS.get(name, (usual.text, usual.label))
        found[name] = Files(name, usual.train, usual.test, text, label)
    return found


def _read(files: Files, folder: Path) -> Set:
    train, test = material.plain(files, folder)
    data = open_data(train)
    return Set(files, train, test.replace(instruction=data.instruction, labels=data.labels))


def _tuned(setup: Setup, name: str, rows: Set, seed: int) -> dict[str, float]:
    from kit.tuning.presets import PRESETS

    fields = dict(PRESETS["quick"]) if name == QUICK else {}
    if setup.options.quick:
        fields |= {"steps": setup.options.steps, "evaluations": 1}
    test = rows.test.replace(limit=setup.options.accuracy_rows) if setup.options.quick else rows.test
    found = one(setup, rows.train, test, seed=seed, **fields)
    print(f"{name}, seed {seed}: {json.dumps(found)}", flush=True)
    return found


def _summed_up(runs: list[dict[str, float]]) -> dict[str, Any]:
    """Return the mean over seeds of each number, and the least and greatest accuracy and macro-F1."""
    found: dict[str, Any] = {name: round(statistics.mean(run[name] for run in runs), 4) for name in runs[0]}
    for name in ("acc", "macro_f1"):
        values = [run[name] for run in runs]
        found[f"{name}_spread"] = [round(min(values), 4), round(max(values), 4)]
    return {**found, "seeds": len(runs)}
