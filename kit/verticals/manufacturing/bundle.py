"""The made-up fleet as rows: some to learn from, some of other machines to be asked, and all windows to be watched.

A third of the machines is never learnt from. Of the others a model sees the windows before failures and about as many
healthy ones, since nearly all hours of a machine are healthy; alarms are counted on all windows.
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from kit.verticals.manufacturing.modes import HEALTHY, UNKNOWN

GENERATION = 1  # counts up when the same seed gives other rows
_TEST_SHARE = 0.3
Row = dict[str, Any]


@dataclass(frozen=True, kw_only=True)
class Size:
    """How large a made-up fleet is.

    Parameters
    ----------
    machines, days, every : int
        As in `make_fleet`.
    healthy_for_each : float
        Healthy rows for each row before a failure.
    test_rows : int
        At most.
    """

    machines: int
    days: int
    every: int = 12
    healthy_for_each: float = 1.0
    test_rows: int = 400


USUAL = Size(machines=80, days=56)
QUICK = Size(machines=16, days=24, every=24, test_rows=24)


@dataclass(frozen=True, kw_only=True)
class Bundle:
    """Rows of one fleet: to learn from, to be asked, and the windows of all machines."""

    train: list[Row]
    test: list[Row]
    windows: list[Row]


def make_bundle(size: Size = USUAL, seed: int = 0, *, horizon: int = 96) -> Bundle:
    """Make the rows of a fleet, divided by machine.

    Parameters
    ----------
    size : Size
        Of the fleet.
    seed : int, default 0
        Another seed, another fleet.
    horizon : int, default 96, hours
        Within which a failure counts as coming.
    """
    from kit.verticals.manufacturing.fleet import make_fleet
    from kit.verticals.manufacturing.windows import windows_of

    fleet = make_fleet(size.machines, size.days, seed, every=size.every)
    windows = []
    for machine in fleet:
        renewed = machine.life.renewals
        for window in windows_of(machine, horizon=horizon):
            windows.append(_row(window, parts=sum(at <= window.hour for at in renewed)))
    names = [machine.name for machine in fleet]
    held = set(names[: max(round(_TEST_SHARE * len(names)), 1)])
    learnt = [row for row in windows if row["machine"] not in held]
    asked = [row for row in windows if row["machine"] in held]
    return Bundle(
        train=_chosen(learnt, size.healthy_for_each, seed),
        test=_at_most(_chosen(asked, size.healthy_for_each, seed), size.test_rows, seed),
        windows=windows,
    )


def _row(window: Any, *, parts: int) -> Row:
    known = window.label != UNKNOWN
    return {
        "id": f"{window.machine}-{window.hour:05}",
        "machine": window.machine,
        "hour": window.hour,
        "features": window.features,
        "label": window.label if known else HEALTHY,  # a label that no row teaches cannot be asked for
        "known": known,
        "fails_in": window.fails_in,
        "parts": parts,
        "readings": window.readings,
    }


def _chosen(rows: Sequence[Row], healthy_for_each: float, seed: int) -> list[Row]:
    """Return the rows whose outcome is known: all before a failure, some of the healthy ones."""
    known = [row for row in rows if row["known"]]
    failing = [row for row in known if row["label"] != HEALTHY]
    healthy = [row for row in known if row["label"] == HEALTHY]
    kept = _at_most(healthy, max(round(healthy_for_each * len(failing)), 1), seed)
    return sorted([*failing, *kept], key=lambda row: str(row["id"]))


def _at_most(rows: list[Row], n: int, seed: int) -> list[Row]:
    if len(rows) <= n:
        return rows
    picked = random.Random(f"manufacturing {seed}").sample(range(len(rows)), n)
    return [rows[place] for place in sorted(picked)]


def data_card() -> str:
    """Return the data card of the made-up fleet, as Markdown."""
    return (Path(__file__).parent / "card.md").read_text(encoding="utf-8")
