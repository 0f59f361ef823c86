"""Panels are light: no torch, no transformers, and next to nothing beyond ipywidgets itself."""

from __future__ import annotations

import subprocess
import sys

HEAVY = (
    "torch",
    "transformers",
    "peft",
    "accelerate",
    "mlflow",
    "datasets",
    "pandas",
    "pyarrow",
    "scipy",
    "matplotlib",
)


def test_importing_and_showing_panels_loads_nothing_heavy() -> None:
    code = (
        "import sys\n"
        "from kit.widgets import ComparePanel, DataPanel, MachineCard, ModelPicker, Playground, RunsPanel, SweepPanel\n"
        "from kit.widgets import ConsultPanel, MachinePanel, TriagePanel, TunePanel\n"
        "p = ModelPicker(); t = TunePanel(p, 'x.csv'); s = SweepPanel(t, 'x.csv'); c = ComparePanel(s)\n"
        "d = DataPanel('x.csv'); g = Playground([t, 'smollm2-135m-instruct'])\n"
        "[x.html() for x in (p, t, s, c, d, g, RunsPanel(), MachineCard(), MachinePanel(), TriagePanel())]\n"
        "ConsultPanel().html(); d.close()\n"
        f"print([m for m in {HEAVY!r} if m in sys.modules], 'ipywidgets' in sys.modules)\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[] False"


def test_importing_panels_takes_no_longer_than_ipywidgets_and_matplotlib() -> None:
    def seconds(what: str) -> float:
        code = f"import time; t = time.process_time(); import {what}; print(time.process_time() - t)"
        return float(subprocess.run([sys.executable, "-c", code], capture_output=True, text=True).stdout)

    pairs = [(seconds("kit.widgets"), seconds("ipywidgets, matplotlib")) for _ in range(5)]  # in turns
    ours, theirs = (min(each) for each in zip(*pairs, strict=True))
    assert ours < 1.5 * theirs
