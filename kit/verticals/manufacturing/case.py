"""The case of the manufacturing vertical: machines over time, or rows that stand alone, such as work orders."""

from __future__ import annotations

import dataclasses
import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from kit.data import DataSpec
from kit.data.store import where_stored
from kit.i18n import N_, _
from kit.place import home, write_atomic
from kit.verticals.case import Case, case_of
from kit.verticals.given import store_rows
from kit.verticals.profile import Profile

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from kit.verticals.steps.report import Report

HORIZON, CLAIM = 96, 14 * 24  # hours
_LIMITS = N_("A suggestion to a technician, measured on past failures; not a safety device.")
_ADDS = N_("What a language model can add is that it reads a technician's words as they are written.")
_ADDS_ALONE = N_("What a language model adds is that it needs no table of columns: text is read as it is written.")
SERIES = Profile(
    vertical="manufacturing",
    title=N_("Which machine fails next, and how?"),
    limits=_LIMITS,
    adds=_ADDS,
    metric="macro_f1",
    instruction=(
        "Readings of a machine against its usual values, and the newest work order. Which failure comes within 4 days? "
        "Answer with one of: healthy, bearing, imbalance, overheating, leak, electrical."
    ),
    # Half of the rows are healthy: unweighted, a small model learns to say nothing else in the time there is.
    tuning={"epochs": 1.0, "learning_rate": 1e-3, "class_weights": "balanced"},
    methods=("bf16", "gguf-q8_0", "gguf-q4_k_m"),  # scoring all windows takes the minutes of a fourth
    rows=(1400, 320),
    validation_share=0.2,
)
# The instruction names the labels of the made-up fleet, which are not those of other machines.
SERIES_BY_PATH = dataclasses.replace(SERIES, instruction="", rows=(3000, 600))
ALONE = Profile(vertical="manufacturing", title=N_("What failed?"), limits=_LIMITS, adds=_ADDS_ALONE)


class MachineCase(Case):
    """A case whose rows may be windows of machines over time; then alarms are made of them.

    Attributes
    ----------
    windows : str
        Path of all windows of all machines; "" where rows stand alone.
    given_rows : bool
        Are they somebody's own, from which personal data has to be taken out?
    columns : mapping of str to str
        The columns with the machine, the hour and the hours to its next failure.
    most_false : float
        False alarms allowed for each machine and week, when the threshold is chosen.
    claim : int, hours
        An alarm is right where a failure follows within so long.
    """

    windows: str = ""
    given_rows: bool = False
    columns: Mapping[str, str] = {"machine": "machine", "hour": "hour", "fails_in": "fails_in"}
    most_false: float = 0.1
    claim: int = CLAIM
    horizon: int = HORIZON

    @property
    def watch_folder(self) -> Path | None:
        """Where the watch and the technicians' decisions are kept; None where rows stand alone."""
        return self.outcome.path.parent if self.windows else None

    def behind(self) -> tuple[list[str], list[Path]]:
        ids, files = super().behind()
        windows = self.there("windows")
        return ids, files + [Path(where_stored(path)) for path in (windows.result.facts["data"] if windows else ())]

    def verdict_notes(self) -> tuple[str, ...]:
        from kit.verticals.manufacturing.steps.verdict import notes

        return notes(self)

    def readings(self) -> Report | Figure:
        """Draw what was recorded before a failure, for each kind of failure."""
        from kit.verticals.manufacturing.steps.readings import readings

        return readings(self)

    def alarms(self) -> Report:
        """Raise alarms on machines that nothing was learnt from, and say how early, how often and how often in vain."""
        from kit.verticals.manufacturing.steps.alarms import alarms

        return alarms(self)

    def lead_times(self) -> Report | Figure:
        """Draw how long before each failure the alarm came."""
        from kit.verticals.manufacturing.steps.leads import lead_times

        return lead_times(self)

    def avoided(self, **costs: float) -> Report:
        """Say what the alarms save under a cost model; `costs` are the fields of `costs.Model`."""
        from kit.verticals.manufacturing.steps.avoided import avoided

        return avoided(self, **costs)

    def sensitivity(self, **costs: float) -> Report | Figure:
        """Draw which of the assumed costs decides."""
        from kit.verticals.manufacturing.steps.avoided import sensitivity

        return sensitivity(self, **costs)

    def few(self, rows: int = 60) -> Report:
        """Say who is better where only a few rows have a label."""
        from kit.verticals.manufacturing.steps.few import few

        return few(self, rows)

    def orders(self) -> Report:
        """Say what the work orders add to the readings."""
        from kit.verticals.manufacturing.steps.words import orders

        return orders(self)


def case(
    train: str | os.PathLike[str] = "",
    test: str | os.PathLike[str] = "",
    *,
    task: str = "",
    text: str = "",
    label: str = "",
    group: str = "",
    model: str = "",
    minutes: float = 15,
    quick: bool = False,
    machine: str = "machine",
    hour: str = "hour",
    fails_in: str = "fails_in",
    most_false: float = 0.1,
    seed: int = 0,
) -> MachineCase:
    """Return the case of some rows, or of a made-up fleet where no path is given.

    Parameters
    ----------
    train, test : path
        Rows to learn from and to be asked; left empty, a fleet is made by a generator.
    task, text, label, group : str
        As `case_of` has them.
    model : str
        Left empty, one that fits is chosen.
    minutes : float, default 15
        For the whole.
    quick : bool
        A few rows and steps.
    machine, hour, fails_in : str
        Columns of windows of machines over time: the machine's name, hours from the beginning of the record, and the
        hours to its next failure, empty where none is known. Rows without the first two stand alone.
    most_false : float, default 0.1
        False alarms allowed for each machine and week.
    seed : int, default 0
        Of the made-up fleet.
    """
    columns = {"machine": machine, "hour": hour, "fails_in": fails_in}
    if not os.fspath(train):
        made = _made_up(quick, seed)
        found = case_of(
            SERIES,
            train=made["train"],
            test=made["test"],
            task="classify",
            text="features",
            label="label",
            group="machine",
            model=model,
            minutes=minutes,
            quick=quick,
            name="machines",
            kind=MachineCase,
        )
        found.windows = str(made["windows"])
    else:
        found = _by_path(train, test, columns, task, text, label, group, model, minutes, quick)
    found.most_false = most_false
    return found


def _made_up(quick: bool, seed: int) -> dict[str, Path]:
    """Return the files of the made-up fleet; they are made once, since every visitor of an app asks for them."""
    from kit.verticals.manufacturing.bundle import GENERATION, QUICK, USUAL, make_bundle

    size = QUICK if quick else USUAL
    note = home() / "verticals" / "data" / f"machines-{size.machines}x{size.days}-seed{seed}-{GENERATION}.json"
    try:
        known = {name: Path(path) for name, path in json.loads(note.read_text(encoding="utf-8")).items()}
    except (OSError, ValueError, AttributeError):
        known = {}
    if known and all(path.is_file() for path in known.values()):
        return known
    bundle = make_bundle(size, seed, horizon=HORIZON)
    parts = {"train": bundle.train, "test": bundle.test, "windows": bundle.windows}
    made = {name: store_rows(f"machines-{name}", rows) for name, rows in parts.items()}
    write_atomic(note, json.dumps({name: str(path) for name, path in made.items()}))
    return made


def _by_path(
    train: Any,
    test: Any,
    columns: Mapping[str, str],
    task: str,
    text: str,
    label: str,
    group: str,
    model: str,
    minutes: float,
    quick: bool,
) -> MachineCase:
    there = _columns(os.fspath(train))
    series = columns["machine"] in there and columns["hour"] in there
    found = case_of(
        SERIES_BY_PATH if series else ALONE,
        train=train,
        test=test,
        task=task,
        text=text,
        label=label,
        group=group or (columns["machine"] if series else ""),
        model=model,
        minutes=minutes,
        quick=quick,
        kind=MachineCase,
    )
    if series:
        found.windows, found.columns, found.given_rows = os.fspath(train), columns, True
    return found


def _columns(source: str) -> set[str]:
    from kit.data.reading import Reading

    return set(Reading(DataSpec(source=source)).columns)


def needs_series() -> str:
    """Return why there is nothing to watch where rows stand alone."""
    return _(
        "This needs machines over time: rows with a machine and an hour. These rows stand alone, so there is no "
        "lead time, no alarm a week and no downtime to speak of; the classification above and below is all there is."
    )
