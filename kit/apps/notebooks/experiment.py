"""A new experiment as a notebook with its cells filled in: data, model, tuning, sweep, verdict."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from kit.apps.notebooks.rerun import today
from kit.apps.notebooks.write import Cell, code, markdown, notebook, save
from kit.data.bundled import DATASETS
from kit.errors import UnknownNameError
from kit.i18n import N_, _


@dataclass(frozen=True, kw_only=True)
class Goal:
    """What an experiment is after, and the settings that go with it."""

    title: str
    help: str
    limit: int | None = None
    tune: Mapping[str, Any] = field(default_factory=dict)
    methods: tuple[str, ...] = ("fp32", "bf16", "bnb-int8", "bnb-nf4")
    sweep: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Task:
    """What the model is to do with the data."""

    title: str
    help: str


TASKS = {"classify": Task(N_("Classify texts"), N_("Each text gets one of the labels that stand in the data"))}
GOALS = {
    "balanced": Goal(
        title=N_("Good answers at a fair speed"),
        help=N_("Tune with the defaults, then compare four precisions"),
    ),
    "first-look": Goal(
        title=N_("A first look within minutes"),
        help=N_("200 rows and one pass; two precisions, timed three times"),
        limit=200,
        tune={"epochs": 1},
        methods=("bf16", "bnb-nf4"),
        sweep={"requests": 3},
    ),
    "accurate": Goal(
        title=N_("The most accurate answers"),
        help=N_("A larger adapter and more passes; precisions that lose little"),
        tune={"epochs": 3, "rank": 32, "alpha": 64.0},
        methods=("fp32", "bf16", "bnb-int8"),
    ),
    "small": Goal(
        title=N_("As little memory as possible"),
        help=N_("Tune with the defaults, then compare down to four bits"),
        methods=("bf16", "bnb-int8", "bnb-nf4", "bnb-fp4"),
    ),
}


def experiment_notebook(
    data: str, folder: Path, *, task: str = "classify", goal: str = "balanced", text: str = "text", label: str = "label"
) -> Path:
    """Write a notebook for a new experiment to a new file in `folder` and return its path.

    Parameters
    ----------
    data : str
        The name of a bundled dataset, or an absolute path; the notebook names the file by its way from `folder`.
    folder : Path
        Where the notebook goes.
    task : {"classify"}
        What the model is to do.
    goal : {"balanced", "first-look", "accurate", "small"}
        What the experiment is after.
    text, label : str
        Columns of the data.

    Raises
    ------
    UnknownNameError
        There is no such task or goal.
    OSError
        Nothing can be written to `folder`.
    """
    for name, value, known in (("task", task, TASKS), ("goal", goal, GOALS)):
        if value not in known:
            raise UnknownNameError(name, value, known)
    source = data if data in DATASETS else os.path.relpath(data, folder)
    aim = GOALS[goal]
    cells = [
        markdown(_head(source, aim)),
        code("import kit\n\nprint(kit.this_machine())"),
        *_data_cells(source, aim, text, label),
        *_tune_cells(aim),
        *_sweep_cells(aim),
        *_end_cells(),
    ]
    return save(notebook(cells), folder, f"{Path(source).stem}-experiment")


def _head(source: str, aim: Goal) -> str:
    name = Path(source).name
    lead = _("Goal: {goal}. {help}.").format(goal=_(aim.title).lower(), help=_(aim.help))
    steps = _(
        "Four steps: look at the data, choose a model and tune it, squeeze it, and compare what came out. Every step "
        "is a panel; every panel can show the code that does the same."
    )
    return f"# {_('Experiment')}: {name}\n\n{lead} {steps}\n\n{_('Begun on {date}.').format(date=today())}"


def _data_cells(source: str, aim: Goal, text: str, label: str) -> list[Cell]:
    given = [repr(source)]
    if source not in DATASETS:
        given += [f"text={text!r}", f"label={label!r}"]
    if aim.limit:
        given.append(f"limit={aim.limit}")
    about = _("Read and checked; a row that cannot be used is named with its line. A fifth is kept aside as test rows.")
    load = f"data = kit.load_data({', '.join(given)})\ntrain, test = data.split()\ndata"
    return [markdown(f"## {_('The data')}\n\n{about}"), code(load)]


def _tune_cells(aim: Goal) -> list[Cell]:
    about = _(
        "Take a model that fits this machine, then press **Start**. The work goes on in a process of its own: close "
        "the tab, restart the kernel, come back later; the panel finds it again."
    )
    tune = f"tune = kit.TunePanel({', '.join(['picker', 'train', *_given(aim.tune)])})"
    cell = f"picker = kit.ModelPicker()\n{tune}\nkit.columns(picker, tune)"
    return [markdown(f"## {_('Choose and tune')}\n\n{about}"), code(cell)]


def _sweep_cells(aim: Goal) -> list[Cell]:
    about = _(
        "Fewer bits need less memory. Whether they are also faster, and whether the answers stay as good, differs from "
        "machine to machine, so each way of holding the weights is measured here, on rows that the model has not seen."
    )
    given = ["tune", "test", f"methods={list(aim.methods)!r}", *_given(aim.sweep)]
    cell = f"sweep = kit.SweepPanel({', '.join(given)})\ncompare = kit.ComparePanel(sweep)\nkit.columns(sweep, compare)"
    return [markdown(f"## {_('Squeeze and compare')}\n\n{about}"), code(cell)]


def _end_cells() -> list[Cell]:
    about = _("What the sweep says of each variant, row by row against the first. Run this cell when it is over.")
    verdicts = (
        "if sweep.run is not None and sweep.run.status.over:\n"
        "    for part in sweep.run.result.parts:\n"
        "        told = part.facts.get('verdict', {}).get('sentence') or (part.error or {}).get('message', '')\n"
        "        print(part.facts['method'], told, sep=': ')"
    )
    publish = _("**Publish…** in the toolbar of this notebook makes an app of it, with its Dockerfile.")
    return [markdown(f"## {_('The verdict')}\n\n{about}"), code(verdicts), markdown(publish)]


def _given(settings: Mapping[str, Any]) -> list[str]:
    return [f"{name}={value!r}" for name, value in settings.items()]
